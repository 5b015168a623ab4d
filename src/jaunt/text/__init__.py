"""Text for people: plain strings and numbers, nothing of Python, files or projects."""
