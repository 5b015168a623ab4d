"""The test modules that passed before, and whose tests could tell nothing new: what is read, compared and kept.

A test module's key covers the Python files that it may load (`reach`), all other files of the project, and its
`surroundings`. It is made before a run and again after it, and kept only for a module whose tests all ran and passed,
none of them left out.
"""

import hashlib
import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from jaunt.files.plain import read_plain
from jaunt.files.tree import TooManyFilesError, true_path
from jaunt.project.project import Project
from jaunt.testing.settings_files import SETTINGS
from jaunt.testing.unchanged.files import project_files
from jaunt.testing.unchanged.reach import Reach
from jaunt.testing.unchanged.record import FileState, Pass, Tested, read_tested, write_tested
from jaunt.testing.unchanged.surroundings import reaches_further, stamps, surroundings


class Ran(Protocol):
    """What is kept of a run: the tests that passed of each file, if all of them did, and all files that were loaded."""

    @property
    def whole(self) -> Mapping[Path, int]: ...

    @property
    def loaded(self) -> Collection[str]: ...


class Passes:
    """What is known of a project's test modules at one moment."""

    def __init__(self, project: Project, *, reports: Iterable[str] = (), tested: Tested | None = None) -> None:
        """Look at a project; `reports` are files that are about to be written for a person, who may want them in it."""
        self._project = project
        known = read_tested(project.root) if tested is None else tested
        self.tested = replace(known, reports=tuple(sorted({*known.reports, *map(true_path, reports)})))
        self._files: Mapping[str, FileState] | None = None
        self._closed = {m for m in project.modules_of("test") if not reaches_further(project, m)}
        if self._closed:
            try:
                self._files = project_files(project, self.tested.files, self.tested.reports)
            except TooManyFilesError:
                self._files = None
        self._common = _hash([surroundings(project), self._data()])
        self._reach = Reach(project, self._files or {}, self._pytest_words())

    def unchanged(self, modules: Collection[str]) -> dict[str, Pass]:
        """Return those of the test modules that passed before, as they are."""
        closed = sorted(self._closed.intersection(modules))
        known = {module: self.tested.passed[module] for module in closed if module in self.tested.passed}
        outside = {each: stamps(files) for each, files in self.tested.outside.items()}
        if self._files is None:
            return {}
        return {m: p for m, p in known.items() if p.key == self._key(m, p.met, outside.get(p.outside, ()))}

    def keep(self, runs: Iterable[Ran], modules: Collection[str]) -> None:
        """Remember the modules of which all tests passed in runs that began with these files, if they are still so."""
        after = Passes(self._project, tested=self.tested)
        passed = {m: p for m, p in self.tested.passed.items() if m in self._project.modules and m not in modules}
        lists = dict(self.tested.outside)
        known = after._files or {}
        for run in runs if self._files and known else ():
            paths = {m: self._project.generated_path(m).resolve() for m in self._closed.intersection(modules)}
            of_run = {m: n for m, path in paths.items() if (n := run.whole.get(path))}
            loaded = sorted({true_path(path) for path in run.loaded})
            reached = frozenset[str]().union(*(after._reach.of(m) for m in of_run))
            met = tuple(path for path in loaded if path in known and path not in reached)
            outside = tuple(path for path in loaded if path not in known)
            name = _hash([outside])[:16]
            lists[name] = outside
            if not all(found := stamps(outside)):
                continue  # the run was elsewhere, on a cluster say: what it loaded is not looked at here
            for module, tests in of_run.items():
                key = after._key(module, met, found)
                if key == self._key(module, met, found):
                    passed[module] = Pass(key, tests, time.time(), name, met)
        write_tested(self._project.root, replace(after.tested, files=known, passed=passed, outside=lists))

    def _key(self, module: str, met: Sequence[str], outside: Sequence[str]) -> str:
        files = self._files or {}
        reached = sorted({*self._reach.of(module), *met})
        return _hash([self._common, [(path, files[path].digest if path in files else "") for path in reached], outside])

    def _data(self) -> list[tuple[str, str]]:
        """Return what tells whether any file of the project that is not Python has changed: tests may read it."""
        files = self._files or {}
        return sorted((path, state.digest) for path, state in files.items() if not path.endswith(".py"))

    def _pytest_words(self) -> list[str]:
        texts = [" ".join(self._project.config.test.pytest_args)]
        for name in SETTINGS:
            with suppress(OSError):
                texts.append(read_plain(self._project.root / name).decode("utf-8", "replace"))
        return texts


def _hash(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
