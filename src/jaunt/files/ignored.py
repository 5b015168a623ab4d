"""What is no source though it lies in a project's folder: what packagers make there, and what git ignores."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

Test = Callable[[str], bool]
"""Takes a path below the folder, with "/" between the names."""

_MADE_BY_PACKAGERS = ("build", "dist")
_GLOB = re.compile(r"[*?\[]")
_IN_A_NAME = re.compile(r"[\w*?\[\]!^-]+")  # characters of a pattern that may match a name that can be imported


class Ignored(NamedTuple):
    """What is passed over: tests of folders, and of files, None where no file is."""

    folder: Test
    file: Test | None


class _Rule(NamedTuple):
    """What a line of a `.gitignore` says of what it matches."""

    is_ignored: bool
    folders_only: bool
    matches: Test


def ignored_in(folder: Path) -> Ignored:
    """Return what is passed over below `folder`, the top of a project.

    The `.gitignore` in it is read in a minimal way: nothing of deeper ones or of git's own settings, and what git
    tracks in spite of it is passed over all the same. `build` and `dist` are, unless they are packages.
    """
    rules = [rule for line in _lines(folder / ".gitignore") if (rule := _rule(line)) is not None]
    of_files = [rule for rule in rules if not rule.folders_only]

    def ignores_folder(path: str) -> bool:
        is_made = path in _MADE_BY_PACKAGERS and not (folder / path / "__init__.py").is_file()
        return _last_verdict(rules, path, default=is_made)

    return Ignored(ignores_folder, partial(_last_verdict, of_files) if of_files else None)


def _last_verdict(rules: Iterable[_Rule], path: str, *, default: bool = False) -> bool:
    found = default
    for rule in rules:
        if found is not rule.is_ignored and rule.matches(path):
            found = rule.is_ignored
    return found


def _lines(file: Path) -> list[str]:
    with suppress(OSError):
        return file.read_text("utf-8", "replace").splitlines()
    return []


def _rule(line: str) -> _Rule | None:
    """Return what a line says; None if it can match no module and no folder of modules."""
    pattern = line.rstrip()
    if not pattern or pattern.startswith("#"):
        return None
    is_ignored = not pattern.startswith("!")
    pattern = pattern.removeprefix("!").removeprefix("\\")
    folders_only = pattern.endswith("/")
    pattern = pattern.rstrip("/")
    anchored = "/" in pattern
    pattern = pattern.removeprefix("/")
    if not _IN_A_NAME.fullmatch(pattern.rpartition("/")[2].removesuffix(".py")):
        return None  # as most are: `*.egg-info/`, `*.log`
    if anchored or _GLOB.search(pattern):
        expression = re.compile(_as_expression(pattern) if anchored else f"(?:.*/)?{_as_expression(pattern)}")
        return _Rule(is_ignored, folders_only, lambda path: expression.fullmatch(path) is not None)
    return _Rule(is_ignored, folders_only, lambda path: path == pattern or path.endswith(f"/{pattern}"))


def _as_expression(pattern: str) -> str:
    """Return a pattern of git's as a regular expression: `*` stays within a name, `**` does not."""
    pieces = re.split(r"(\*\*/|/\*\*$|\*|\?|\[[!^]?[^\]]+\])", pattern)
    special = {"**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}
    return "".join(special.get(piece) or _as_set(piece) or re.escape(piece) for piece in pieces)


def _as_set(piece: str) -> str:
    """Return a set of characters, "[!a-z]", as a regular expression; "" for what is none."""
    return re.sub(r"^\[!", "[^", piece) if piece.startswith("[") and piece.endswith("]") else ""
