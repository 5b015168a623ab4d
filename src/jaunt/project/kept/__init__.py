"""What a scan leaves for the next one, in `.jaunt/`."""
