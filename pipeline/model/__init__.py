"""Floor 1: what everyone speaks of: pages, texts, options, events, errors."""
