"""Floor 3, stage 2: text is recognized on a page, by one of several engines."""
