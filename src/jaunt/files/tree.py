"""All plain files below a folder that may count for what runs there, but for those that tools keep for themselves."""

import os
import stat
from collections.abc import Collection, Iterator

_TOOLS = {"__pycache__", "node_modules", ".git", ".hg", ".svn", ".jaunt", ".tox", ".nox", ".idea", ".vscode"}
_MARKS = {"pyvenv.cfg", "CACHEDIR.TAG"}
"""Files by which a virtual environment, or a folder of caches, can be told."""
_TOOL_FILES = (".doit.db", ".coverage")

MOST_FILES = 100_000


def true_path(path: str) -> str:
    """Return a file's path by its folder's true name, whatever symlinks it was found through."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)  # noqa: PTH118 - text all along: there may be many


class TooManyFilesError(Exception):
    """There are more files than are looked at."""


def tree_files(
    root: str, *, without: Collection[str] = (), most: int = MOST_FILES
) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the path, and the status, of each plain file below a folder; symlinks are followed, each folder once.

    Paths are as `true_path` returns them; so are those in `without`, which are left out with all below them. What can't
    be read is as if it weren't there. Raises TooManyFilesError after `most` files.
    """
    seen: set[tuple[int, int]] = set()
    pending, count = [os.path.realpath(root)], 0
    while pending:
        entries = _entries(pending.pop(), seen)
        for entry in entries:
            if entry.path in without or entry.name in _TOOLS:
                continue
            try:
                status = entry.stat()
            except OSError:  # it vanished, or is a symlink to nowhere
                continue
            if stat.S_ISDIR(status.st_mode):
                pending.append(os.path.realpath(entry.path) if entry.is_symlink() else entry.path)
            elif stat.S_ISREG(status.st_mode) and not entry.name.startswith(_TOOL_FILES):
                count += 1
                if count > most:
                    raise TooManyFilesError(f"there are more than {most:,} files below {root}")
                yield entry.path, status


def _entries(folder: str, seen: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    """Return what is in a folder; nothing for one that was seen already, or that a tool keeps for itself."""
    try:
        status = os.stat(folder)  # noqa: PTH116 - text all along: there may be many
        if (status.st_dev, status.st_ino) in seen:
            return []
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as found:
            entries = [*found]
    except OSError:
        return []
    return [] if any(entry.name in _MARKS for entry in entries) else entries
