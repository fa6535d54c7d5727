"""Floor 4: where pages are made: the work on one page, and who does it."""
