"""All that is printed while it happens."""
