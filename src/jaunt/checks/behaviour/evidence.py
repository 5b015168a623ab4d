"""Which specs land unproven: without an example, a property or a test, nothing shows that their code is right."""

from collections.abc import Collection

from jaunt import codes
from jaunt.checks.behaviour.properties import property_questions
from jaunt.checks.doctests.examples import find_examples, is_left_out
from jaunt.checks.examiner.questions import Question
from jaunt.checks.held import held
from jaunt.checks.severity import Severity
from jaunt.config import JauntConfig, VerifyConfig
from jaunt.errors import JauntDiscoveryError
from jaunt.generate.check import Checked
from jaunt.generate.evidence import Evidence, added
from jaunt.plan.evidence import tested_specs
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.spec_ref import SpecRef

NAME = "require_evidence"
DEFAULT: Severity = "warn"
CODE = codes.EVIDENCE


def make_check(project: Project, severity: Severity) -> "EvidenceChecks":
    """Return the check for a run."""
    tested = frozenset(tested_specs(project)) if severity == "error" else frozenset[SpecRef]()
    return EvidenceChecks(project.config, tested, is_required=severity == "error")


def unproven_specs(work: ModuleWork, tested: Collection[SpecRef], verify: VerifyConfig) -> list[str]:
    """Return the names of a module's specs that have no example and no property that is tried, by the settings of
    [verify], and that no test spec depends on.

    An example or a property of a method is one of its class.
    """
    shown = shown_by_docstrings(work, verify)
    return [entry.qualname for entry in work.entries if entry.qualname not in shown and entry.spec_ref not in tested]


def shown_by_docstrings(work: ModuleWork, verify: VerifyConfig) -> dict[str, dict[str, int]]:
    """Return what the checks would show of a module's code if nothing fails: for headers that say nothing of it."""
    found: dict[str, dict[str, int]] = {}
    for kind, questions in _questions(work, verify).items():
        found = added(found, held(kind, questions, (), work))
    return found


def _questions(work: ModuleWork, verify: VerifyConfig) -> dict[str, list[Question]]:
    """Return the examples and properties of a module that are tried, by the settings of [verify]."""
    tries_examples = verify.doctests and not is_left_out(work.module, verify.no_doctests)
    tries_properties = verify.others.get("properties") not in ("off", False)
    try:
        return {
            "examples": find_examples(work.spec, work.names) if tries_examples else [],
            "properties": property_questions(work) if tries_properties else [],
        }
    except ValueError:
        return {}  # the checks that run them say what is wrong


@frozen
class EvidenceChecks:
    """What tells unproven specs; `tested` are those that test specs depend on, `is_required` refuses the others."""

    config: JauntConfig
    tested: frozenset[SpecRef]
    is_required: bool

    def for_module(self, work: ModuleWork) -> "EvidenceCheck | None":
        """Return what has a module's specs named in its header, also those of which nothing was shown.

        Raises JauntDiscoveryError, before any call, for unproven ones where evidence is required.
        """
        if work.kind != "build":
            return None
        unproven = unproven_specs(work, self.tested, self.config.verify) if self.is_required else []
        if unproven:
            total = len(work.entries)
            raise JauntDiscoveryError(
                f"{work.spec.path}: {len(unproven)} of {total} without an example, a property or a test: "
                f"{', '.join(unproven)}",
                hint="add a doctest, a `Properties:` line, or a test spec that uses it",
                code=codes.UNPROVEN_SPEC,
            )
        return EvidenceCheck({entry.qualname: {} for entry in work.entries})


@frozen
class EvidenceCheck:
    """Says of each spec that what the other checks show of it is all that there is."""

    evidence: Evidence
    name: str = NAME
    after_failure: bool = False
    needs: Collection[str] = ()

    async def __call__(self, source: str) -> Checked:
        return Checked(source, evidence=self.evidence)
