"""What goes without saying, as a check: each call ends in a result of the annotated type, or in a documented error.

Inputs are drawn from the annotations of functions; where Hypothesis can't draw one, a function is not looked at.
"""

import ast
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from jaunt.checks.behaviour.question import TRIAL, has_hypothesis, report_of, require_hypothesis, step
from jaunt.checks.examiner.questions import Answer, Question, examination
from jaunt.checks.examiner.runner import project_runner
from jaunt.checks.examiner.sandboxes import Examiners
from jaunt.checks.severity import Severity
from jaunt.checks.static.check import NAME as STATIC
from jaunt.config import SandboxConfig
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.project.project import Project
from jaunt.sandbox.sandbox import Sandbox
from jaunt.syntax.source import Function, ModuleSource

NAME = "robustness"
DEFAULT: Severity = "off"

_SECONDS = 0.5
"""How long inputs are drawn for a function."""
_EXAMPLES = 60
_IN_PLACE = re.compile(r"\bin[- ]place\b|\b(changes?|modif\w+|mutat\w+|updates?|fills?|appends?)\b", re.I)


def make_check(project: Project, severity: Severity) -> "RobustnessChecks":
    """Return the check for a run, which looks at nothing where calls could do harm, or there is no Hypothesis.

    Raises JauntConfigError if it is "error" and Hypothesis is not installed.
    """
    if severity == "error":
        require_hypothesis(f"{project.config.config_file or project.root}: verify.robustness: code", NAME)
    used = has_hypothesis() and _is_confined(project.config.sandbox)
    return RobustnessChecks(Examiners(project_runner(project)), severity, used)


def _is_confined(config: SandboxConfig) -> bool:
    """Whether calls with any inputs do no harm: they can't write where they please."""
    sandbox = Sandbox(config)
    return sandbox.mechanism == "bwrap" or (sandbox.mechanism == "limits" and sandbox.has_landlock)


@dataclass(frozen=True)
class RobustnessChecks:
    """The robustness of a project's functions, if it is `used`."""

    examiners: Examiners
    severity: Severity
    used: bool = True

    def for_module(self, work: ModuleWork) -> "RobustnessCheck | None":
        """Return the check of a module's candidates, None if no function of it has inputs that can be drawn."""
        if work.kind != "build" or not self.used:
            return None
        questions = [_question(name, node, work) for name, node in _functions(work.spec, work.names)]
        return RobustnessCheck(work, questions, self.examiners, self.severity == "warn") if questions else None


@dataclass(frozen=True)
class RobustnessCheck:
    """Calls the functions of a module's candidates; what it finds as a warning, a next attempt is told as well."""

    work: ModuleWork
    questions: Sequence[Question]
    examiners: Examiners
    is_warning: bool
    name: str = NAME
    after_failure: bool = True
    needs: Collection[str] = (STATIC,)

    async def __call__(self, source: str) -> Checked:
        asked = examination(self.work, self.questions, source, effects=False, preload=[TRIAL])
        own = tuple(f"{each.name}{mark}" for each in self.questions for mark in ("(", f": {each.doing}"))
        # What the import lacks is told by other checks, and no module waits for another to be called like this.
        errors = [error for error in (await self.examiners.find(asked)).errors if error.startswith(own)]
        return Checked(source, errors, told=errors if self.is_warning else ())


def _functions(spec: ModuleSource, names: Sequence[str]) -> list[tuple[str, Function]]:
    """Return the functions among specs that have arguments, each of them annotated."""
    found = [(name, spec.definitions.get(name)) for name in names]
    return [(name, node) for name, node in found if isinstance(node, Function) and _is_annotated(node.args)]


def _is_annotated(args: ast.arguments) -> bool:
    drawn = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return bool(drawn) and all(each.annotation for each in drawn)


def _question(name: str, node: Function, work: ModuleWork) -> Question:
    docstring = ast.get_docstring(node) or ""
    is_none = isinstance(node.returns, ast.Constant) and node.returns.value is None
    asked = {
        "name": name,
        "documented": sorted({word for word in re.findall(r"\w+", docstring) if word[0].isupper()}),
        "may_change": is_none or bool(_IN_PLACE.search(docstring)),
        "seconds": _SECONDS,
        "examples": _EXAMPLES,
        "filename": str(work.path),
    }
    return Question(name, "calling it with drawn inputs", (step("try_calls", asked),), partial(_judged, name))


def _judged(name: str, answers: Sequence[Answer]) -> list[str]:
    """Return what is wrong with the calls of one function."""
    failures = [failure for answer in answers if (failure := report_of(answer).get("failure"))]
    return [f"{name}({each['input']}): {each['what']}" for each in failures]
