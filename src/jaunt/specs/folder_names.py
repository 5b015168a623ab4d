"""The names of modules that lie beside specs, for callers that have no project."""

import os
from collections.abc import Iterable
from pathlib import Path

from jaunt.errors import JauntDiscoveryError
from jaunt.registry import SpecEntry
from jaunt.syntax.source import Names, read_source


class FolderNames:
    """The names of modules that lie in the packages of specs, read from their files when they are asked for."""

    def __init__(self, entries: Iterable[SpecEntry]) -> None:
        self._entries: dict[str, dict[str, SpecEntry]] = {}  # top package -> module -> one of its specs
        for entry in entries:
            self._entries.setdefault(entry.module.partition(".")[0], {})[entry.module] = entry
        self._roots: dict[str, list[Path]] = {}
        self._known: dict[str, Names | None] = {}

    def __call__(self, module: str) -> Names | None:
        """Return a module's names, None if it is in no package of a spec, or can't be read."""
        if module not in self._known:
            below = Path(*module.split("."))
            files = (
                root / file
                for root in self._roots_of(module)
                for file in (below / "__init__.py", below.with_suffix(".py"))
            )
            file = next((file for file in files if file.is_file()), None)
            try:
                self._known[module] = read_source(module, str(file)).names if file else None
            except JauntDiscoveryError:
                self._known[module] = None  # reported where it is imported
        return self._known[module]

    def _roots_of(self, module: str) -> list[Path]:
        top = module.partition(".")[0]
        if top not in self._roots:
            self._roots[top] = list(dict.fromkeys(map(source_root, self._entries.get(top, {}).values())))
        return self._roots[top]


def source_root(entry: SpecEntry) -> Path:
    """Return the folder that a spec's module name starts from: `<root>/a/b.py` of `a.b` -> `<root>`."""
    file = Path(os.fspath(entry.source_file))
    parts = entry.module.count(".") + 1 + (file.name == "__init__.py")
    return Path(*file.parts[:-parts])
