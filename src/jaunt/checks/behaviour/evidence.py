"""Which specs land unproven: without an example, a property or a test, nothing shows that their code is right."""

from collections.abc import Collection
from dataclasses import dataclass

from jaunt.checks.behaviour.section import find_properties
from jaunt.checks.doctests.examples import find_examples
from jaunt.checks.severity import Severity
from jaunt.errors import JauntDiscoveryError
from jaunt.plan.module_work import ModuleWork
from jaunt.project.project import Project
from jaunt.spec_ref import SpecRef, code_name, module_of

NAME = "require_evidence"
DEFAULT: Severity = "off"


def make_check(project: Project, severity: Severity) -> "EvidenceChecks":
    """Return the check for a run."""
    tests = [ref for ref in project.graph if project.kind_of(module_of(ref)) == "test"]
    tested = frozenset(dep for ref in tests for dep in project.graph[ref])
    return EvidenceChecks(tested, is_required=severity == "error")


def unproven_specs(work: ModuleWork, tested: Collection[SpecRef]) -> list[str]:
    """Return the names of a module's specs that have no example and no property, and that no test spec depends on.

    An example or a property of a method is one of its class.
    """
    try:
        questions = [question.name for question in find_examples(work.spec, work.names)]
        questions += [found.name for found in find_properties(work.spec, work.names)]
    except ValueError:
        return []  # the checks that run them say what is wrong
    shown = {name.partition(".")[0] for name in questions}
    return [
        entry.qualname
        for entry in work.entries
        if code_name(entry.qualname) not in shown and entry.spec_ref not in tested
    ]


@dataclass(frozen=True)
class EvidenceChecks:
    """What tells unproven specs; `tested` are those that test specs depend on, `is_required` refuses the others."""

    tested: frozenset[SpecRef]
    is_required: bool

    def for_module(self, work: ModuleWork) -> "EvidenceCheck | None":
        """Return what warns of a module's unproven specs, None if there are none.

        Raises JauntDiscoveryError, before any call, where evidence is required.
        """
        unproven = unproven_specs(work, self.tested) if work.kind == "build" else []
        if not unproven:
            return None
        total = len(work.entries)
        shown = f"{len(unproven)} of {total} without an example, a property or a test: {', '.join(unproven)}"
        if self.is_required:
            raise JauntDiscoveryError(
                f"{work.spec.path}: {shown}", hint="add a doctest, a `Properties:` line, or a test spec that uses it"
            )
        return EvidenceCheck(f"{work.module}: landed {shown}")


@dataclass(frozen=True)
class EvidenceCheck:
    """Says of each candidate what its specs lack."""

    finding: str
    name: str = NAME
    after_failure: bool = False
    needs: Collection[str] = ()

    async def __call__(self, source: str) -> list[str]:
        return [self.finding]
