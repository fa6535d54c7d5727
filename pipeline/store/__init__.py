"""Floor 2: what lies on disk: whole files, texts that are kept, what a PDF says of its making."""
