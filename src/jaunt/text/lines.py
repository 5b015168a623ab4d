"""Lines of a text."""


def last_line(text: str) -> str:
    """Return the last line that is not blank, without the blanks around it; "" if there is none.

    It is where a program says why it failed.
    """
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def printable_line(text: str, limit: int = 300) -> str:
    """Return a text without line breaks and control characters, cut after `limit` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else f"{line[: limit - 3]}..."
