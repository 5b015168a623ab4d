"""Measuring how strong generated tests are: mutants made here, and tried in the sandbox."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from jaunt.cluster.call import open_cluster
from jaunt.config import SandboxConfig
from jaunt.config.sandboxes import by_sandbox
from jaunt.files.plain import read_plain
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.sandbox.program import Completed
from jaunt.testing.strength.mutant import Mutant, chosen, mutants_of
from jaunt.testing.strength.recorded import names_under_test, strength_digest
from jaunt.testing.strength.strength import Strength
from jaunt.testing.strength.trying import CONTROL, Given, Tried, try_mutants, try_mutants_there
from jaunt.testing.strength.waivers import Waiver, waivers_in
from jaunt.text.lines import last_line

_SECONDS_EACH = 3
"""How many seconds a mutant adds to the time that the run may take."""


@frozen
class Subject:
    """A test module and what it is for: `names`, the specs it depends on directly, by the module that they are of."""

    module: str
    path: Path
    base: Path
    specs: tuple[str, ...]
    names: Mapping[str, frozenset[str]]
    waivers: tuple[Waiver, ...]
    mutants: tuple[Mutant, ...]
    digest: str

    @cached_property
    def waived(self) -> frozenset[str]:
        """The names of the mutants that the spec waives, with a reason."""
        given = {each.mutant for each in self.waivers if each.reason}
        return frozenset(each.name for each in self.mutants if each.name in given)


def subject_of(project: Project, module: str) -> Subject:
    """Return what is to be measured of a test module, which is built."""
    names, found = names_under_test(project, module), project.modules[module]
    waivers = waivers_in(read_plain(found.file.path).decode("utf-8", "replace"))
    most = project.config.test.mutants
    mutants = [each for name in names for each in chosen(_mutants(project, name, names[name]), most)]
    return Subject(
        module,
        project.generated_path(module),
        found.file.base,
        tuple(entry.qualname for entry in found.entries),
        names,
        tuple(waivers),
        tuple(mutants),
        strength_digest(project, module),
    )


def _mutants(project: Project, module: str, names: Collection[str]) -> list[Mutant]:
    path = project.generated_path(module)
    others = {entry.qualname for entry in project.modules[module].entries}.difference(names)
    return mutants_of(module, read_plain(path), names, others) if path.is_file() else []


def measure(project: Project, modules: Collection[str]) -> list[Strength]:
    """Return how strong the tests of test modules are, which have to be built, by module.

    Raises JauntConfigError if there is no sandbox.
    """
    subjects = [subject_of(project, module) for module in sorted(modules)]
    by_base: dict[Path, list[Subject]] = {}
    for subject in subjects:
        if subject.mutants:
            by_base.setdefault(subject.base, []).append(subject)
    found = {each.module: _nothing(each) for each in subjects}
    for base, group in sorted(by_base.items()):
        for sandbox, modules in by_sandbox(project.config.sandbox, [each.module for each in group]):
            own = [each for each in group if each.module in modules]
            run = _Run(project, base, own, sandbox)
            found |= {each.module: run.strength(each) for each in own}
    return [found[each.module] for each in subjects]


def lapsed(subject: Subject) -> Iterator[str]:
    """Yield, for people, the waivers of a test module that hold for nothing."""
    names = {each.name for each in subject.mutants}
    for waiver in subject.waivers:
        if not waiver.reason:
            yield f"{waiver.line}: `jaunt:equivalent {waiver.mutant}` counts for nothing: it says no reason"
        elif waiver.mutant not in names:
            yield f"{waiver.line}: `jaunt:equivalent {waiver.mutant}` waives nothing: there is no such mutant any more"


def _nothing(subject: Subject) -> Strength:
    problem = "" if subject.names else "its specs depend on no spec of code"
    return Strength(subject.module, specs=subject.specs, digest=subject.digest, problem=problem)


@frozen
class _Run:
    """One run in the sandbox: of the test modules whose names start from one folder, and that have this sandbox."""

    project: Project
    base: Path
    subjects: Sequence[Subject]
    sandbox: SandboxConfig
    texts: dict[str, str] = field(default_factory=dict, compare=False)

    def strength(self, subject: Subject) -> Strength:
        """Return what the run has found of one test module."""
        facts = self._facts
        survey = next((each["survey"] for each in facts if each.get("survey")), None)
        own = self._file(subject)
        wrong = {f"{own}::{spec}" for spec in subject.specs} & self._unreliable
        problem = ""
        if survey is None or not any("end" in each for each in facts):
            said = last_line(self._completed.stderr or self._completed.stdout)
            problem = ": ".join(
                filter(None, [f"the run {self._completed.message or 'ended before it was done'}", said])
            )
        elif any(test.startswith(f"{own}::") for test in survey["failed"]):
            problem = "its tests fail on the code as it is"
        elif not any(test.startswith(f"{own}::") for test in survey["passed"]):
            problem = "none of its tests was run"
        elif not {how for name in CONTROL if (how := self._values("ended").get(name))} <= {"done"}:
            problem = "its tests did not run to their end on the code as it is, once pytest was copied"
        elif wrong:
            problem = f"its tests pass and fail by chance: {', '.join(sorted(wrong))}"
        reached = {m: _specs(own, specs) for m, specs in self._values("reached").items()}
        noticed = {m: _specs(own, specs) for m, specs in self._values("noticed").items()}
        ended = self._values("ended")
        of_all = {m: reached.get(m, frozenset()) for m, how in ended.items() if how == "killed"}
        names = {each.name for each in subject.mutants}
        late = frozenset(m for m, how in ended.items() if how == "late" and reached.get(m)) & names
        return Strength(
            subject.module,
            subject.mutants,
            subject.specs,
            {m: specs for m, specs in reached.items() if m in names},
            {m: specs for m, specs in {**noticed, **of_all}.items() if m in names},
            late - subject.waived,
            subject.waived,
            subject.digest,
            problem,
        )

    def _values(self, key: str) -> dict[str, Any]:
        return {each["mutant"]: each[key] for each in self._facts if each.get(key) is not None}

    @cached_property
    def _unreliable(self) -> set[str]:
        found = self._values("noticed")
        return {spec for name in CONTROL for spec in found.get(name, ())}

    @property
    def _facts(self) -> list[dict[str, Any]]:
        return self._outcome.facts

    @property
    def _completed(self) -> Completed:
        return self._outcome.completed

    @cached_property
    def _outcome(self) -> Tried:
        tried = self._tried(anew=False)
        return self._tried(anew=True) if any("early" in each for each in tried.facts) else tried

    def _tried(self, *, anew: bool) -> Tried:
        """Try the mutants; with `anew`, pytest is started for each of them, as what it loads first has the code."""
        project, mutants = self.project, self._mutants
        seconds = self.sandbox.seconds + _SECONDS_EACH * len(mutants)
        limits = replace(self.sandbox, seconds=seconds, cpu_seconds=seconds)
        files = tuple(each.path for each in self.subjects)
        given = Given(project.root, tuple(self._bases), project.generated_dir, files, limits)
        orders = {**self._orders(mutants), "anew": anew}
        cluster = open_cluster(project.config)
        return try_mutants(given, orders) if cluster is None else try_mutants_there(cluster, given, orders)

    def _orders(self, mutants: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Return what the child is told."""
        files = [str(each.path.resolve()) for each in self.subjects]
        quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of jaunt itself, which is imported first
        # Without jaunt's own plugin: it would look at each failure's project, which takes longer than all of the rest.
        plugins = ["-p", "no:jaunt", "-p", "jaunt.pytest_plugin.generated", "-p", "no:cacheprovider"]
        return {
            "args": [
                *plugins,
                f"--rootdir={self._root}",
                *self.project.config.test.pytest_args,
                "--maxfail=0",
                *quiet,
                *files,
            ],
            "bases": [str(each) for each in self._bases],
            "targets": {each["file"]: self._text(each["file"]) for each in mutants},
            "mutants": mutants,
            "workers": os.cpu_count() or 1,
        }

    @property
    def _mutants(self) -> list[dict[str, Any]]:
        """What the child is told of the mutants: of each once, with the test modules that it counts for."""
        found: dict[str, dict[str, Any]] = {}
        for subject in self.subjects:
            for mutant in subject.mutants:
                if mutant.name not in subject.waived:
                    one = found.setdefault(mutant.name, self._told(mutant))
                    one["tests"].append(self._file(subject))
        return [found[name] for name in sorted(found)]

    def _told(self, mutant: Mutant) -> dict[str, Any]:
        file = str(self.project.generated_path(mutant.module))
        # What a cache keeps is worked out by the first test that asks, and counts for those after it.
        lines = None if "cache" in self._text(file) else mutant.lines
        return {
            "name": mutant.name,
            "file": file,
            "lines": lines,
            "start": mutant.start,
            "end": mutant.end,
            "text": mutant.text,
            "tests": [],
        }

    def _text(self, file: str) -> str:
        if file not in self.texts:
            self.texts[file] = read_plain(Path(file)).decode()
        return self.texts[file]

    @property
    def _root(self) -> Path:
        return self.project.root.resolve()

    @property
    def _bases(self) -> list[Path]:
        return self.project.bases_from(self.base)

    def _file(self, subject: Subject) -> str:
        """Return a test module's file as pytest names it in the ids of tests."""
        path = subject.path.resolve()
        return path.relative_to(self._root).as_posix() if path.is_relative_to(self._root) else str(path)


def _specs(file: str, found: Iterable[str]) -> frozenset[str]:
    """Return the names of the specs of one file, of those that ids of pytest's name."""
    return frozenset(each.partition("::")[2] for each in found if each.startswith(f"{file}::"))
