"""Lines of a text."""


def last_line(text: str) -> str:
    """Return the last line that is not blank, without the blanks around it; "" if there is none.

    It is where a program says why it failed.
    """
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
