"""Terminals: how wide a stream is and whether it shows colours. Text for anything else is neither cut nor coloured."""

import os
import textwrap
from collections.abc import Mapping
from typing import TextIO

_CODES: Mapping[str, str] = {
    "bold": "1",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}

_USUAL_WIDTH = 80  # columns, of a terminal that does not tell
_LEAST_BESIDE = 24  # columns, for a text beside something
_INDENT_BELOW = 11


def width_of(out: TextIO) -> int | None:
    """Return the columns of the terminal that a stream writes to, None if it writes to no terminal."""
    if not out.isatty():
        return None
    wanted = os.environ.get("COLUMNS", "")
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    try:
        return os.get_terminal_size(out.fileno()).columns or _USUAL_WIDTH
    except (OSError, ValueError):  # a stream without a descriptor
        return _USUAL_WIDTH


def has_colours(out: TextIO) -> bool:
    """Return whether a stream writes to a terminal that shows colours, and nobody asked for none (`NO_COLOR`)."""
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str, out: TextIO) -> str:
    """Return a text in a colour, if the stream shows colours."""
    return coloured(text, colour) if has_colours(out) else text


def coloured(text: str, colour: str) -> str:
    """Return a text with the codes of a colour around it; "" is no colour."""
    return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if colour else text


def cut_front(text: str, width: int, out: TextIO) -> str:
    """Return a text cut to `width` columns at its beginning."""
    dots = _dots(out)
    return text if len(text) <= width else dots + text[len(text) - max(0, width - len(dots)) :]


def hang(head: str, text: str, width: int | None) -> list[str]:
    """Return `head` followed by a text that is wrapped with a hanging indent, in lines of at most `width` columns.

    Where too little room is left beside `head`, all of the text goes below it. None is no limit.
    """
    if width is None or not text or len(head) + len(text) <= width:
        return [f"{head}{text}".rstrip()]
    beside = width - len(head) >= _LEAST_BESIDE
    indent = len(head) if beside else min(_INDENT_BELOW, width // 3)
    lines = textwrap.wrap(text, width - indent, break_on_hyphens=False)
    first = f"{head}{lines.pop(0)}" if beside else head.rstrip()
    return [first, *(f"{'':{indent}}{line}" for line in lines)]


def _dots(out: TextIO) -> str:
    return "…" if takes_unicode(out) else "..."


def takes_unicode(out: TextIO) -> bool:
    """Return whether any character can be written to a stream."""
    return (getattr(out, "encoding", None) or "").lower().startswith("utf")
