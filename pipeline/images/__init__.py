"""Floor 2: a scan's pixels and bytes, and how they stand in a PDF."""
