"""The properties of the specs, as a check: each is tried on drawn inputs, in the sandbox."""

from collections.abc import Collection, Sequence
from functools import partial

from jaunt import codes
from jaunt.checks.behaviour.question import TRIAL, report_of, require_hypothesis, step
from jaunt.checks.behaviour.section import Property, find_properties, unreadable
from jaunt.checks.examiner.asking import Asking
from jaunt.checks.examiner.on_cluster import examiners_of
from jaunt.checks.examiner.questions import Answer, Question
from jaunt.checks.examiner.sandboxes import Examiners
from jaunt.checks.held import answered
from jaunt.checks.severity import Severity
from jaunt.checks.static.check import NAME as STATIC
from jaunt.errors import JauntDiscoveryError
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.text.flaw import Flaw

DEFAULT: Severity = "error"
CODE = codes.PROPERTIES

_SECONDS = 1.0
"""How long inputs are drawn for a property."""
_EXAMPLES = 100


def make_check(project: Project, severity: Severity) -> "PropertyChecks":
    """Return the check for a run."""
    return PropertyChecks(examiners_of(project))


@frozen
class PropertyChecks:
    """The properties of a project's specs."""

    examiners: Examiners

    def for_module(self, work: ModuleWork) -> "PropertyCheck | None":
        """Return the check of a module's candidates, None if no spec of it has a property.

        Raises JauntDiscoveryError for a property that can't be read, JauntConfigError if there is no Hypothesis.
        """
        if work.kind != "build":
            return None
        problem = unreadable(work.spec, work.names)
        if problem is not None:
            raise problem
        found = find_properties(work.spec, work.names)
        if not found:
            return None
        require_hypothesis(f"{work.spec.path}:{found[0].line}: {found[0].name}: the property")
        questions = [_question(each, work) for each in found]
        return PropertyCheck(work, Asking(self.examiners, work, questions, preload=[TRIAL]))


@frozen
class PropertyCheck:
    """Tries the properties of a module's specs on its candidates."""

    work: ModuleWork
    asking: Asking
    name: str = "properties"
    after_failure: bool = True
    needs: Collection[str] = (STATIC,)

    async def __call__(self, source: str) -> Checked:
        return await answered("properties", self.asking, self.work, source)


def property_questions(work: ModuleWork) -> list[Question]:
    """Return the properties of a module's specs as questions; raises ValueError as `find_properties` does."""
    return [_question(each, work) for each in find_properties(work.spec, work.names)]


def _question(found: Property, work: ModuleWork) -> Question:
    asked = {
        "inputs": [[*each] for each in found.inputs],
        "assuming": found.assuming,
        "claim": found.claim,
        "seconds": _SECONDS,
        "examples": _EXAMPLES,
        "filename": str(work.path),
    }
    judge = partial(_judged, found, work.spec.path)
    about = (found.claim, *(kind for _, kind in found.inputs))
    return Question(found.name, "trying its properties", (step("try_property", asked),), judge, (found.claim,), about)


def _judged(found: Property, path: str, answers: Sequence[Answer]) -> list[Flaw]:
    """Return what is wrong with a candidate; raises JauntDiscoveryError if it is the property."""
    for answer in answers:
        report = report_of(answer)
        if spec := report.get("spec"):
            raise JauntDiscoveryError(
                f"{path}:{found.line}: {found.name}: the property can't be tried: {spec}",
                hint="name a strategy of Hypothesis in the spec module, and write it in place of the type",
                code=codes.PROPERTY_LINE,
            )
        if failure := report.get("failure"):
            details = {"property": found.text, "smallest input": failure["input"] or "none", "got": failure["what"]}
            message = f"the property in line {found.line} of the spec module fails"
            return [Flaw(message, symbol=found.name, details=details)]
    return []
