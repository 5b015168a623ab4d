"""The source files of a project, in which linking looks up what a name stands for."""

import copy
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from jaunt.errors import JauntDiscoveryError
from jaunt.files.listing import Listing
from jaunt.syntax.source import NOTHING_HANDED, Handed, ModuleSource, Names, read_source


class SourceFiles:
    """Finds a module's file and what its names are bound to; each file is read once.

    `names_at` returns the names in a file that needn't be read, by its path; `read` holds those of the files that were.
    `outside` are the files, beyond those that were listed, that an answer was read from. `handed` are the decorators
    that files hand on.
    """

    def __init__(
        self,
        listing: Listing,
        bases: Sequence[Path],
        names_at: Callable[[str], Names | None] = lambda _: None,
        handed: Handed = NOTHING_HANDED,
    ) -> None:
        self.handed = handed
        self._listed = listing.stamps
        self._entered = tuple(f"{folder}{os.sep}" for folder in listing.folders)
        self._closed = tuple(f"{folder}{os.sep}" for folder in listing.closed)
        self._bases = bases
        self._names_at = names_at
        self._package_bases: dict[str, dict[Path, None]] = {}  # top package -> the bases of its specs, in order
        self._names: dict[str, Names | None] = {}
        self.read: dict[str, Names] = {}
        self.outside: set[str] = set()
        self._missed: set[str] = set()

    @property
    def open_ended(self) -> bool:
        """Whether an answer may change by a file that appears where no listing looks."""
        return bool(self._missed)

    def seen_from(self, bases: Sequence[Path]) -> "SourceFiles":
        """Return the same files, looked up in the folders `bases` in that order; what is read is noted here too."""
        if tuple(bases) == tuple(self._bases):
            return self
        found = copy.copy(self)
        found._bases, found._names = bases, {}
        held = self._package_bases
        found._package_bases = {top: {base: None for base in bases if base in held[top]} for top in held}
        return found

    def look_in_packages_of(self, modules: Iterable[tuple[str, Path]]) -> None:
        """Look for names in the packages of these modules, each given with the folder that its name starts from."""
        for module, base in modules:
            self._package_bases.setdefault(module.partition(".")[0], {})[base] = None

    def names_of(self, module: str) -> Names | None:
        """Return a module's names; None if it is neither listed nor in a package that holds specs, or can't be read."""
        if module not in self._names:
            bases = self._package_bases.get(module.partition(".")[0])
            listed = (path for path in places_of(module, self._bases) if path in self._listed)
            path = self._find(module, bases) if bases else next(listed, None)
            self._names[module] = self._read(module, path) if path else None
        return self._names[module]

    def defines(self, path: str) -> bool:
        """Whether a dotted path means a module-level name of one of the project's modules, written by hand."""
        source, name = self._home_of(path), path.rpartition(".")[2]
        return source is not None and (name in source.bindings or name in source.constants)

    def unreadable_folder(self, path: str) -> str | None:
        """Return the folder that keeps what a dotted path means from being read, if one does."""
        below = path.replace(".", os.sep)
        places = [f"{base}{os.sep}{below}" for base in self._bases]
        closed = (folder for folder in self._closed if any(place.startswith(folder) for place in places))
        return next((folder for folder in closed if not os.access(folder, os.R_OK | os.X_OK)), None)

    def with_constant(self, path: str) -> ModuleSource | None:
        """Return the module that assigns what a dotted path means, None if it is no such thing as a constant."""
        source = self._home_of(path)
        return source if source is not None and path.rpartition(".")[2] in source.constants else None

    def _home_of(self, path: str) -> ModuleSource | None:
        """Return the module of the project in which a dotted path is a name, if there is one that can be read."""
        module = path.rpartition(".")[0]
        file = self._find(module, self._bases) if module else None
        if file is None:
            return None
        self.outside.add(file)
        return _parse(module, file)

    def _find(self, module: str, bases: Iterable[Path]) -> str | None:
        for path in places_of(module, bases):
            if path in self._listed:
                return path
            if path.startswith(self._entered) and not path.startswith(self._closed):
                continue  # it would be in the listing
            if os.path.isfile(path):  # noqa: PTH113 - a Path for each name that is looked up would cost more
                self.outside.add(path)
                return path
            self._missed.add(path)
        return None

    def _read(self, module: str, path: str) -> Names | None:
        names = self._names_at(path)
        if names is not None:
            return names
        source = _parse(module, path)
        if source is None:
            self.outside.add(path)  # what can't be read has no names to compare with later
            return None
        self.read[path] = source.names
        return source.names


def places_of(module: str, bases: Iterable[Path]) -> Iterator[str]:
    """Yield where a module's file may be."""
    below = module.replace(".", os.sep)
    for base in bases:
        yield f"{base}{os.sep}{below}{os.sep}__init__.py"
        yield f"{base}{os.sep}{below}.py"


def _parse(module: str, path: str) -> ModuleSource | None:
    try:
        return read_source(module, path)
    except JauntDiscoveryError:
        return None  # reported where it is imported
