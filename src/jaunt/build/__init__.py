"""One module's way to its file, and what is remembered of it."""
