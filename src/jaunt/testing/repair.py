"""Held-out repair: the failures of generated tests, as far as the model that is to repair one side may see them.

Which side that is, `blame.py` says. A round is for one of them alone: for code, as long as any is wrong.

An *example case* is an assertion whose values all stand in the docstring of the test spec: the contract gives them away
itself, so its failure is shown whole. Any other is a *derived case*: of that the model is told an opaque id and the
class of the exception, so that it has to read the contract again and can't fit the code to the answer key. In the same
way, the model that writes tests is not told what the code gives.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from jaunt.generate.base import GeneratorBackend, ModuleSpecContext
from jaunt.generate.lazy_backend import LazyBackend
from jaunt.generate.usage import Usage
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, module_of
from jaunt.testing.blame import Blame, Case, Side, blamed, by_misfit
from jaunt.testing.run_record import Failure


class RepairBackend(GeneratorBackend):
    """The project's backend, told from the first attempt on which tests the code that it replaces has failed."""

    def __init__(self, backend: LazyBackend, failures: Mapping[str, Sequence[str]]) -> None:
        self._backend = backend
        self._failures = failures

    @property
    def usage_by_module(self) -> Mapping[str, Usage]:
        """What the calls for each spec module took."""
        return self._backend.usage_by_module

    @property
    def is_free(self) -> bool:
        """Whether the project's backend is."""
        return self._backend.is_free

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        """Ask the backend."""
        errors = [*self._failures.get(ctx.spec_module, ()), *(extra_error_context or [])]
        return await self._backend.generate_module(ctx, extra_error_context=errors)

    async def close(self) -> None:
        """Close the backend."""
        await self._backend.close()


@frozen
class Repair:
    """A round of repair: the side that is wrong, why, and what the model is told, by the module that it writes.

    `later` are test modules that are wrong as well, which wait: never are both sides written in one round.
    """

    side: Side
    blames: tuple[Blame, ...]
    told: Mapping[str, Sequence[str]]
    later: tuple[str, ...] = ()


def failed_cases(project: Project, failures: Iterable[Failure]) -> list[Case]:
    """Return those failures that belong to a test spec, each with it."""
    specs = _test_specs(project)
    found = []
    for failure in failures:
        file, _, test = failure.node_id.partition("::")
        entry = specs.get(((project.root / file).resolve(), re.split(r"[\[:]", test)[0]))
        if entry is not None:
            found.append(Case(failure, entry, project.generated_path(entry.module)))
    return found


def repairs(
    project: Project, failures: Iterable[Failure], violations: Mapping[str, Sequence[str]] | None = None
) -> Repair | None:
    """Return the round of repair that failed tests ask for; None if there is nothing that could be written anew.

    `violations` are, by module, what its own examples and properties say against its code.
    """
    cases = failed_cases(project, failures)
    judged = [(case, blame) for case in cases if (blame := blamed(project, case, violations or {})) is not None]
    blames = tuple(blame for _, blame in judged)
    wrong = {module for blame in blames if blame.side == "code" for module in blame.modules}
    told: dict[str, list[str]] = {}
    if not wrong:
        for case, blame in judged:
            told.setdefault(case.entry.module, []).append(_told_to_test(case, blame))
        return Repair("test", blames, told) if told else None
    for case, blame in judged:
        modules = {module_of(dep) for dep in project.graph[case.entry.spec_ref]} if blame.derived else blame.modules
        for module in sorted(wrong.intersection(modules)):
            told.setdefault(module, []).append(describe(case))
    for module in wrong.intersection(violations or {}):
        told[module] = [f"the code violates its docstring: {each}" for each in (violations or {})[module]] + told[
            module
        ]
    later = sorted({case.entry.module for case, blame in judged if blame.side == "test" and not blame.derived})
    return Repair("code", blames, told, tuple(later))


def misfits(project: Project, failures: Iterable[Failure], modules: Collection[str]) -> dict[str, list[str]]:
    """Return, of test modules, those that use something that has another form by now, with what the model is told."""
    told: dict[str, list[str]] = {}
    for case in failed_cases(project, failures):
        if case.entry.module in modules and (blame := by_misfit(project, case)) is not None:
            told.setdefault(case.entry.module, []).append(_told_to_test(case, blame))
    return told


def describe(case: Case) -> str:
    """Return what the model that writes code is told of one failure."""
    failure = case.failure
    if case.is_example:
        return f"the test {case.entry.qualname} fails: {failure.message}\n{failure.details}".rstrip()
    opaque = hashlib.sha256(failure.node_id.encode()).hexdigest()[:8]
    return f"a test that is not shown ({opaque}) fails with {failure.exception or 'an error'}: read the contract again"


def _told_to_test(case: Case, blame: Blame) -> str:
    """Return what the model that writes tests is told of one failure."""
    failure = case.failure
    own = failure.exception not in ("", "AssertionError") and not blame.derived
    said = failure.message if own else failure.exception or failure.message
    at = f" at `{' '.join(case.text.split())}`" if case.text else ""
    return (
        f"the test {case.entry.qualname} fails{at} ({said}): {blame.why}. Read the docstrings again: assert what they "
        "say, and nothing that they leave open"
    )


def _test_specs(project: Project) -> dict[tuple[Path, str], SpecEntry]:
    """Return the test specs by generated file and name."""
    found: dict[tuple[Path, str], SpecEntry] = {}
    for ref, entry in project.specs.items():
        if entry.kind == "test":
            found[project.generated_path(module_of(SpecRef(ref))).resolve(), entry.qualname] = entry
    return found
