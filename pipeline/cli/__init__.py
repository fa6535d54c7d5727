"""Floor 6: the command: its sub-commands, their options, progress and tables."""
