"""Which Python files of a project a test module may load, however indirectly: rather too many than one too few.

Names are looked up by how paths end (`app.slug` may be any `.../app/slug.py`), whatever `sys.path` is in the run.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import PurePath

from jaunt.project.project import Project
from jaunt.testing.unchanged.record import FileState

_PLUGIN = re.compile(r"""-p[\s"',=]*([^\W\d][\w.]*)""")
"""A plugin that pytest is told to load: in its arguments, or in a file of settings."""


class Reach:
    """The files that test modules reach; `files` are all those of the project, by path."""

    def __init__(self, project: Project, files: Mapping[str, FileState], pytest_words: Iterable[str]) -> None:
        self._project = project
        self._files = {path: state for path, state in files.items() if path.endswith(".py")}
        self._plugins = [name for words in pytest_words for name in _PLUGIN.findall(words)]
        self._reached: dict[str, frozenset[str]] = {}
        self._folders: dict[str, str] = {}

    def of(self, module: str) -> frozenset[str]:
        """Return the files that a test module reaches, those by which pytest is set up among them."""
        if module not in self._reached:
            is_known = all(path in self._files for path in self._own(module))  # a symlink may lead anywhere
            self._reached[module] = self._closure([*self._starts(module)]) if is_known else frozenset(self._files)
        return self._reached[module]

    def _own(self, module: str) -> tuple[str, str]:
        """Return the paths of a module's spec and of its generated code."""
        return self._true(self._project.modules[module].path), self._true(self._project.generated_name(module))

    def _true(self, path: str) -> str:
        """Return what `true_path` does; each folder is looked at once."""
        folder, name = os.path.split(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], name)  # noqa: PTH118

    def _starts(self, module: str) -> Iterator[str]:
        own = self._own(module)
        yield from own
        for path in (*own, self._project.modules[module].path, self._project.generated_name(module)):
            for folder in _folders(path):
                yield self._true(os.path.join(folder, "conftest.py"))  # noqa: PTH118
        for name in self._plugins:
            yield from self._named(name)

    def _closure(self, pending: list[str]) -> frozenset[str]:
        found: set[str] = set()
        while pending:
            path = pending.pop()
            if path in found or path not in self._files:
                continue
            if self._files[path].anything:
                return frozenset(self._files)
            found.add(path)
            pending += self._next(path)
        return frozenset(found)

    def _next(self, path: str) -> Collection[str]:
        """Return the files that loading one file may load next."""
        if path not in self._edges:
            state = self._files[path]
            found = {each for name in state.names for each in self._named(name)}
            for package in state.packages:
                inits = [each for each in self._named(package) if each.endswith("__init__.py")]
                found |= {f for each in inits for f in self._in_folder.get(os.path.dirname(each), ())}  # noqa: PTH120
            found |= {os.path.join(folder, "__init__.py") for folder in _folders(path)}  # noqa: PTH118
            if counterpart := self._counterparts.get(path):
                found.add(counterpart)
            self._edges[path] = found
        return self._edges[path]

    @cached_property
    def _edges(self) -> dict[str, set[str]]:
        return {}

    @cached_property
    def _counterparts(self) -> dict[str, str]:
        """Spec module -> generated module, by path, and the other way."""
        pairs = dict(map(self._own, self._project.modules))
        return {**pairs, **{generated: spec for spec, generated in pairs.items()}}

    @cached_property
    def _by_ending(self) -> dict[str, list[str]]:
        """Each dotted name that a file may have, from whichever folder -> the files."""
        found: dict[str, list[str]] = {}
        for path in self._files:
            parts = PurePath(path).parts
            names = [*parts[:-1]] if parts[-1] == "__init__.py" else [*parts[:-1], parts[-1][:-3]]
            for start in range(len(names) - 1, -1, -1):
                if not names[start].isidentifier():
                    break
                found.setdefault(".".join(names[start:]), []).append(path)
        return found

    @cached_property
    def _in_folder(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self._files:
            found.setdefault(os.path.dirname(path), []).append(path)  # noqa: PTH120 - text all along
        return found

    def _named(self, name: str) -> Iterator[str]:
        """Yield the files that a dotted name, or the start of it, may mean."""
        while name:
            yield from self._by_ending.get(name, ())
            name = name.rpartition(".")[0]


def _folders(path: str) -> Iterator[str]:
    """Yield the folders that a file is in."""
    folder, last = os.path.dirname(path), path  # noqa: PTH120 - text all along
    while folder != last:
        yield folder
        folder, last = os.path.dirname(folder), folder  # noqa: PTH120
