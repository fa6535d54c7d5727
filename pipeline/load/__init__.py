"""Floor 3, stage 1: scans are found, opened, repaired, and scaled down for recognition."""
