"""The line that an error is about, with what is meant in it underlined."""

import re
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

_PLACE = re.compile(
    r"(?<![\w./\\-])((?:[A-Za-z]:(?=[\\/]))?[\w./\\ -]*?[\w.-]+\.pyi?):(\d+)(?::(\d+)(?=:))?(?::\s*|\b)(.*)", re.DOTALL
)
_QUOTED = re.compile(r"[`'\"@]([^`'\"\s]+)[`'\"]")
_WORD = re.compile(r"[^\W\d][\w.]*")
_LONGEST = 100  # columns of a line that are shown
_TAB = 4


class _Reading:
    """When this process began to read the files that errors are about."""

    began = float("inf")


def reading_begins() -> None:
    """Take note that files are read from now on: of one that is written later, lines are others than an error says."""
    _Reading.began = time.time()


def reading_ends() -> None:
    """Take note that of errors to come it is not known when their files were read."""
    _Reading.began = float("inf")


def excerpt(text: str) -> list[str]:
    """Return the first line of Python that an error's text names by file and number, and what is meant in it.

    Empty if there is none, if it can't be read, or if the file has changed since `reading_begins`.
    """
    found = _PLACE.search(text)
    if found is None:
        return []
    path, number, column, rest = found[1].strip(), int(found[2]), int(found[3] or 0), found[4]
    while " " in path and not Path(path).is_file():  # what stands before a path looks like the start of one with blanks
        path = path.partition(" ")[2]
    try:
        is_later = Path(path).stat().st_mtime > _Reading.began
        lines = [] if is_later else Path(path).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError):
        return []
    line = lines[number - 1].rstrip() if 0 < number <= len(lines) else ""
    if not line:
        return []
    start, length = _by_column(line, column) or next(_meant(line, rest), (len(line) - len(line.lstrip()), 1))
    return _drawn(str(number), line, start, length)


def _by_column(line: str, column: int) -> tuple[int, int] | None:
    """Return where a column is, from 1, and how long the name is that begins there."""
    if not 0 < column <= len(line) + 1:
        return None
    name = _WORD.match(line, column - 1)
    return column - 1, len(name[0].partition(".")[0]) if name else 1


def _meant(line: str, said: str) -> Iterator[tuple[int, int]]:
    """Yield where, and how long, the words of an error are in the line that it is about: first what it quotes."""
    for word in [*_QUOTED.findall(said), *_WORD.findall(said.partition(": ")[0])]:
        name = word.rpartition(".")[2] or word
        edge = r"\b" if name[0].isalnum() or name[0] == "_" else ""
        at = re.search(rf"{edge}{re.escape(name)}{edge}", line)
        if at is not None:
            yield at.start(), len(name)


def _drawn(number: str, line: str, start: int, length: int) -> list[str]:
    """Return a line and its underlining in columns of a terminal; of a long line, the part around what is meant."""
    before, meant, after = _plain(line[:start]), _plain(line[start : start + length]), _plain(line[start + length :])
    while _columns(before) > _LONGEST // 2 and _columns(before + meant + after) > _LONGEST:
        before = f"...{before.removeprefix('...')[8:]}"
    while len(meant) > 1 and _columns(before + meant) > _LONGEST:
        meant, after = meant[:-1], ""
    while _columns(before + meant + after) > _LONGEST:
        after = f"{after.removesuffix('...')[:-8]}..." if len(after) > len("...") + 8 else ""
    mark = "^" * max(1, _columns(meant))
    return [f"  {number} | {before}{meant}{after}", f"  {'':{len(number)}} | {'':{_columns(before)}}{mark}"]


def _plain(text: str) -> str:
    """Return text without what steers a terminal; a tab is blanks."""
    spaced = text.replace("\t", " " * _TAB)
    return "".join(c if c.isprintable() or unicodedata.combining(c) else "?" for c in spaced)


def _columns(text: str) -> int:
    """Return the columns of a terminal that a text takes: characters of East Asia take two, those on others none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
