"""The line that an error is about, with what is meant in it underlined: for a person at a terminal."""

import re
from collections.abc import Iterator
from pathlib import Path

_PLACE = re.compile(r"(?<![\w./\\-])((?:[A-Za-z]:(?=[\\/]))?[\w./\\ -]*?[\w.-]+\.pyi?):(\d+)(?::\s*|\b)(.*)", re.DOTALL)
_QUOTED = re.compile(r"[`'\"@]([^`'\"\s]+)[`'\"]")
_WORD = re.compile(r"[^\W\d][\w.]*")
_LONGEST = 200  # characters of a line that are shown


def excerpt(text: str) -> list[str]:
    """Return the first line of Python that an error's text names by file and number, and what is meant in it.

    Empty if there is none, or if it can't be read.
    """
    found = _PLACE.search(text)
    if found is None:
        return []
    path, number, rest = found[1].strip(), int(found[2]), found[3]
    while " " in path and not Path(path).is_file():  # what stands before a path looks like the start of one with blanks
        path = path.partition(" ")[2]
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError):
        return []
    line = lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else ""
    if not line.strip():
        return []
    shown = line.expandtabs(4)[:_LONGEST]
    start, length = next(_meant(shown, rest), (len(shown) - len(shown.lstrip()), 1))
    return [f"  {number} | {shown}", f"  {'':{len(str(number))}} | {'':{start}}{'^' * length}"]


def _meant(line: str, said: str) -> Iterator[tuple[int, int]]:
    """Yield where, and how long, the words of an error are in the line that it is about: first what it quotes."""
    for word in [*_QUOTED.findall(said), *_WORD.findall(said.partition(": ")[0])]:
        name = word.rpartition(".")[2] or word
        edge = r"\b" if name[0].isalnum() or name[0] == "_" else ""
        at = re.search(rf"{edge}{re.escape(name)}{edge}", line)
        if at is not None:
            yield at.start(), len(name)
