"""The Python files below some folders, and the names that their modules have."""

import fnmatch
import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from jaunt.registry import SpecKind

_SKIPPED_FOLDERS = {"__pycache__", "node_modules"}


@dataclass(frozen=True)
class Root:
    """A folder to search, and the one that the names of the modules in it start from (on `sys.path`).

    `kind` is that of the specs expected there, for a file that can't be read to tell.
    """

    folder: Path
    base: Path
    kind: SpecKind = "magic"


class ModuleFile(NamedTuple):
    """A Python file and the module name that it has below its base."""

    name: str
    path: Path
    base: Path
    kind: SpecKind = "magic"


_GRANULARITY_NS = 2_000_000_000
"""The coarsest clock of a file system in use, that of FAT: two changes within it may leave the same time."""


@dataclass(frozen=True)
class Stamper:
    """Gives files stamps: what of their status changes whenever their content does.

    A file that changed so shortly before this was made that it might change again without a trace gets the stamp "",
    which equals no other: so does one from the future, as the clock was set back. The time of the last status change is
    part of it, since the time of the last change can be set by anyone.
    """

    horizon_ns: int = field(default_factory=lambda: time.time_ns() - _GRANULARITY_NS)

    def stamp(self, status: os.stat_result) -> str:
        """Return the stamp for a file's status, taken before the file is read."""
        changed, touched = status.st_mtime_ns, status.st_ctime_ns
        if changed >= self.horizon_ns or touched >= self.horizon_ns:
            return ""
        return f"{status.st_size} {changed} {touched} {status.st_ino}"

    def stamp_file(self, path: str | Path) -> str:
        """Return the stamp of the file at `path`; "" if there is none, or it can't be told."""
        try:
            return self.stamp(os.stat(path))  # noqa: PTH116 - 10,000 files: a Path each would cost 30 ms
        except (OSError, ValueError):
            return ""


@dataclass(frozen=True)
class Listing:
    """The Python files below some folders.

    `stamps` and `roots` map a path to its stamp and to the root that it was found in. `closed` are the folders that
    were not entered though a module's file might lie there.
    """

    folders: Sequence[str]
    stamps: Mapping[str, str]
    roots: Mapping[str, Root]
    closed: Sequence[str]


def find_files(roots: Sequence[Root], *, exclude: Iterable[str] = (), generated_dir: str) -> Iterator[ModuleFile]:
    """Yield every importable Python file below the roots; a root inside another one is left to itself."""
    return module_files(list_files(roots, generated_dir=generated_dir), exclude=exclude)


def list_files(roots: Sequence[Root], *, generated_dir: str, stamper: Stamper | None = None) -> Listing:
    """Return the Python files below the roots, with their stamps if there is a `stamper`."""
    folders: dict[str, Root] = {}
    for root in roots:
        folders.setdefault(os.path.realpath(root.folder), root)
    stamps: dict[str, str] = {}
    found_in: dict[str, Root] = {}
    closed: list[str] = []
    for root in folders.values():
        for entry in _walk(str(root.folder), folders.keys(), generated_dir, closed):
            stamps[entry.path] = _stamp(entry, stamper)
            found_in[entry.path] = root
    return Listing([str(root.folder) for root in folders.values()], stamps, found_in, closed)


def module_files(listing: Listing, *, exclude: Iterable[str] = ()) -> Iterator[ModuleFile]:
    """Yield the files that can be imported and that no pattern excludes."""
    patterns = [pattern.rstrip("/") for pattern in exclude]
    for path, root in listing.roots.items():
        file = module_file(path, root)
        if file is not None and not (patterns and _is_excluded(Path(path).relative_to(root.base), patterns)):
            yield file


def module_file(path: str, root: Root) -> ModuleFile | None:
    """Return the module that a file is, None if no name can be imported that means it."""
    below = path.removeprefix(os.path.join(root.base, ""))  # noqa: PTH118 - 10,000 files
    if below == path:
        below = str(Path(path).relative_to(root.base))  # the base is written in another way: "." for instance
    parts = below.removesuffix(".py").split(os.sep)  # noqa: PTH206 - a Path for each file would cost half the scan
    if parts[-1] == "__init__":
        parts.pop()
    if not parts or not all(map(str.isidentifier, parts)):
        return None
    return ModuleFile(".".join(parts), Path(path), root.base, root.kind)


def _is_excluded(below: Path, patterns: Iterable[str]) -> bool:
    names = [f"/{path.as_posix()}" for path in (below, *below.parents[:-1])]
    # With a slash before it, "**/x" means the "x" at the top too.
    return any(fnmatch.fnmatch(n, p) for p in patterns for name in names for n in (name, name[1:]))


def _walk(folder: str, roots: Collection[str], generated_dir: str, closed: list[str]) -> Iterator[os.DirEntry[str]]:
    """Yield the Python files in a folder and below; add to `closed` the folders that are not entered."""
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            with os.scandir(current) as found:
                entries = sorted(found, key=lambda e: e.name)
        except OSError:
            closed.append(current)
            continue  # a folder that vanished or can't be read holds no module that could be imported
        if current != folder and any(e.name == "pyvenv.cfg" for e in entries):
            closed.append(current)
            continue
        for entry in entries:
            if entry.name.endswith(".py"):
                if entry.is_file():
                    yield entry
            elif entry.name.isidentifier() and entry.is_dir():
                if _enters(entry, roots, generated_dir):
                    pending.append(entry.path)
                elif entry.name != "__pycache__":
                    closed.append(entry.path)


def _enters(entry: os.DirEntry[str], roots: Collection[str], generated_dir: str) -> bool:
    if entry.is_symlink() or entry.name == generated_dir or entry.name in _SKIPPED_FOLDERS:
        return False
    return os.path.realpath(entry.path) not in roots if len(roots) > 1 else True


def _stamp(entry: os.DirEntry[str], stamper: Stamper | None) -> str:
    try:
        return stamper.stamp(entry.stat()) if stamper else ""
    except OSError:  # it vanished, or is a symlink to itself
        return ""
