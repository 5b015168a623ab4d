"""The Python files below some folders, and the names that their modules have."""

import fnmatch
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import NamedTuple

from jaunt.files.ignored import Ignored, ignored_in
from jaunt.process.frozen import frozen
from jaunt.registry import SpecKind

_SKIPPED_FOLDERS = {"__pycache__", "node_modules"}


@frozen
class Root:
    """A folder to search, and the one that the names of the modules in it start from (on `sys.path`).

    `kind` is that of the specs expected there, for a file that can't be read to tell. `project` is the top folder of
    the project: symlinked folders are followed within it, and what is no source in it is passed over.
    """

    folder: Path
    base: Path
    kind: SpecKind = "magic"
    project: Path | None = None


class ModuleFile(NamedTuple):
    """A Python file and the module name that it has below its base."""

    name: str
    path: Path
    base: Path
    kind: SpecKind = "magic"


GRANULARITY_NS = 2_000_000_000
"""The coarsest clock of a file system in use, that of FAT: two changes within it may leave the same time."""


@frozen
class Stamper:
    """Gives files stamps: what of their status changes whenever their content does.

    A file that changed so shortly before this was made that it might change again without a trace gets the stamp "",
    which equals no other: so does one from the future, as the clock was set back. The time of the last status change is
    part of it, since the time of the last change can be set by anyone.
    """

    horizon_ns: int = field(default_factory=lambda: time.time_ns() - GRANULARITY_NS)

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


@frozen
class Listing:
    """The Python files below some folders.

    `stamps` and `roots` map a path to its stamp and to the root that it was found in. `closed` are the folders that
    were not entered though a module's file might lie there; `outward` are those that are symlinks out of the project.
    `misnamed` are Python files, and folders in a source folder, whose names no import can have.
    """

    folders: Sequence[str]
    stamps: Mapping[str, str]
    roots: Mapping[str, Root]
    closed: Sequence[str]
    outward: Sequence[str] = ()
    misnamed: Sequence[str] = ()


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
    walk = _Walk(folders.keys(), generated_dir)
    for root in folders.values():
        for entry in walk.files(root):
            stamps[entry.path] = _stamp(entry, stamper)
            found_in[entry.path] = root
    searched = [str(root.folder) for root in folders.values()]
    return Listing(searched, stamps, found_in, walk.closed, walk.outward, walk.misnamed)


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


class _Walk:
    """A walk through roots; `closed` are the folders that it did not enter, `outward` symlinks out of the project."""

    def __init__(self, roots: Collection[str], generated_dir: str) -> None:
        self._roots = roots
        self._generated_dir = generated_dir
        self._followed: list[str] = []
        self.closed: list[str] = []
        self.outward: list[str] = []
        self.misnamed: list[str] = []

    def files(self, root: Root) -> Iterator[os.DirEntry[str]]:
        """Yield the Python files in a root and below."""
        top = str(root.folder)
        below = len(top) + 1
        ignored = ignored_in(root.folder) if root.folder == root.project else Ignored(lambda _: False, None)
        pending = [top]
        while pending:
            current = pending.pop()
            for entry in self._entries(current, is_root=current == top):
                if entry.name.endswith(".py"):
                    if _holds(entry.is_file) and not (ignored.file and ignored.file(entry.path[below:])):
                        if not entry.name[:-3].isidentifier():
                            self.misnamed.append(entry.path)
                        yield entry
                elif entry.name.isidentifier() and _holds(entry.is_dir):
                    if self._enters(entry, root) and not ignored.folder(entry.path[below:]):
                        pending.append(entry.path)
                    elif entry.name != "__pycache__":
                        self.closed.append(entry.path)
                elif root.folder != root.project and "-" in entry.name and _holds(entry.is_dir):
                    self.misnamed.append(entry.path)

    def _entries(self, folder: str, *, is_root: bool) -> list[os.DirEntry[str]]:
        """Return what is in a folder, sorted; nothing for a virtual environment, unless it is a root."""
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda e: e.name)
        except OSError:
            self.closed.append(folder)
            return []  # a folder that vanished or can't be read holds no module that could be imported
        if not is_root and any(e.name == "pyvenv.cfg" for e in entries):
            self.closed.append(folder)
            return []
        return entries

    def _enters(self, entry: os.DirEntry[str], root: Root) -> bool:
        if entry.name == self._generated_dir or entry.name in _SKIPPED_FOLDERS:
            return False
        if entry.is_symlink():
            return self._follows(entry, root)
        return os.path.realpath(entry.path) not in self._roots if len(self._roots) > 1 else True

    def _follows(self, entry: os.DirEntry[str], root: Root) -> bool:
        """Whether a symlink leads to a folder of the project that is not searched by another way."""
        target = os.path.realpath(entry.path)
        known = [*self._roots, *self._followed]
        if root.project is None or any(_is_in(target, each) or _is_in(each, target) for each in known):
            return False  # or a loop
        if not _is_in(target, os.path.realpath(root.project)):
            self.outward.append(entry.path)
            return False
        self._followed.append(target)
        return True


def _holds(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except OSError:  # a symlink to itself
        return False


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))  # noqa: PTH118 - text all along


def _stamp(entry: os.DirEntry[str], stamper: Stamper | None) -> str:
    try:
        return stamper.stamp(entry.stat()) if stamper else ""
    except OSError:  # it vanished, or is a symlink to itself
        return ""
