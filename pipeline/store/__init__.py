"""Floor 2: files: written whole, texts that are kept, what a PDF says of how it was made."""
