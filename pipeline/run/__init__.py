"""Floor 5: whole jobs: folders to documents, scans to texts."""
