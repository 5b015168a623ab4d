"""What goes without saying, as a check: each call ends in a result of the annotated type, or in a documented error.

Inputs are drawn from the annotations of functions and methods; where Hypothesis can't draw one, it is not called.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from jaunt import codes
from jaunt.checks.behaviour.question import (
    TRIAL,
    has_hypothesis,
    report_of,
    require_hypothesis,
    step,
)
from jaunt.checks.examiner.asking import Asking
from jaunt.checks.examiner.on_cluster import examiners_of
from jaunt.checks.examiner.protocol import Drawn
from jaunt.checks.examiner.questions import NO_ANSWER, Answer, Question
from jaunt.checks.examiner.sandboxes import Examiners
from jaunt.checks.severity import Severity
from jaunt.checks.static.check import NAME as STATIC
from jaunt.checks.static.handwritten_bodies import is_handwritten
from jaunt.checks.vacuity.check import is_run
from jaunt.config import SandboxConfig
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.sandbox.sandbox import Sandbox
from jaunt.spec_ref import code_name
from jaunt.syntax.source import Function, ModuleSource
from jaunt.text.flaw import Flaw

NAME = "robustness"
DEFAULT: Severity = "warn"
CODE = codes.ROBUSTNESS

_SECONDS = 3.0
"""How long inputs are drawn for a function: far longer than that takes, as no machine is to decide what is tried."""
_EXAMPLES = 24
"""How many inputs each function of a module is called with; fewer, where it has many."""
_EXAMPLES_OF_MODULE = 240
_FEWEST = 8
_IN_PLACE = re.compile(r"\bin[- ]place\b|\b(changes?|modif\w+|mutat\w+|updates?|fills?|appends?)\b", re.I)
_OF_CALL = "call"  # the kind of a flaw that a call has shown
_KINDS = {"staticmethod", "classmethod", "property"}
_BUILTIN = {"int", "float", "bool", "str", "bytes", "list", "dict", "set", "frozenset", "tuple"}
_NODES = (ast.Name, ast.Constant, ast.Subscript, ast.Tuple, ast.BinOp, ast.BitOr, ast.expr_context)


def make_check(project: Project, severity: Severity) -> "RobustnessChecks":
    """Return the check for a run, which looks at nothing where calls could do harm, or there is no Hypothesis.

    Raises JauntConfigError if it is "error" and Hypothesis is not installed.
    """
    if severity == "error":
        require_hypothesis(f"{project.config.config_file or project.root}: verify.robustness: code", NAME)
    used = is_run(project.config, NAME) and has_hypothesis() and is_confined(project.config.sandbox)
    return RobustnessChecks(examiners_of(project), severity, used)


def is_confined(config: SandboxConfig) -> bool:
    """Whether calls with any inputs do no harm: they can't write where they please."""
    sandbox = Sandbox(config)
    return sandbox.mechanism == "bwrap" or (sandbox.mechanism == "limits" and sandbox.has_landlock)


@frozen
class RobustnessChecks:
    """The robustness of a project's functions, if it is `used`."""

    examiners: Examiners
    severity: Severity
    used: bool = True

    def begin(self) -> None:
        """Start a sandbox that has Hypothesis loaded."""
        if self.used:
            self.examiners.begin([TRIAL])

    def for_module(self, work: ModuleWork) -> "RobustnessCheck | None":
        """Return the check of a module's candidates, None if no function of it has inputs that can be drawn."""
        if work.kind != "build" or not self.used:
            return None
        called = [*_called(work.spec, work.names)]
        if not called:
            return None
        is_warning = self.severity == "warn"
        # What the import lacks is told by other checks, and no module waits for another to be called like this.
        asking = Asking(self.examiners, work, _questions(called, work), preload=[TRIAL], is_sure=not is_warning)
        return RobustnessCheck(work, called, asking, is_warning)


@frozen
class Callee:
    """A function or a method, by its dotted name, that is to be called; `documented` are the words of its docstring.

    `plain` are the arguments of a function and the sources of their types, if no project defines any of those.
    `is_wrapped` tells that the spec module decorates the function: called is what it decorates, the candidate's own.
    """

    name: str
    documented: tuple[str, ...]
    may_change: bool
    plain: tuple[tuple[str, str], ...] = ()
    is_wrapped: bool = False


@frozen
class RobustnessCheck:
    """Calls the functions of a module's candidates; what it finds as a warning, a next attempt is told as well."""

    work: ModuleWork
    called: Sequence[Callee]
    asking: Asking
    is_warning: bool
    name: str = NAME
    after_failure: bool = True
    needs: Collection[str] = (STATIC,)

    async def __call__(self, source: str) -> Checked:
        tried: set[str] = set()
        questions = _questions(self.called, self.work, tried)
        own = {each.name for each in questions}
        found = await self.asking.find(source, questions)
        errors = [error for error in found.errors if error.symbol in own and error.kind in (_OF_CALL, NO_ANSWER)]
        return Checked(source, errors, told=errors if self.is_warning else (), evidence=self._evidence(tried, errors))

    def _evidence(self, tried: Collection[str], errors: Sequence[Flaw]) -> dict[str, dict[str, str]]:
        """Return, for each spec that was called, whether all calls ended as they should."""
        specs = {code_name(entry.qualname): entry.qualname for entry in self.work.entries}
        failed = {error.symbol for error in errors}
        found: dict[str, dict[str, str]] = {}
        for name in sorted({*tried, *failed}):
            facts = found.setdefault(specs[name.partition(".")[0]], {NAME: "held"})
            facts[NAME] = "fails" if name in failed else facts[NAME]
        return found


def _called(spec: ModuleSource, names: Sequence[str]) -> Iterator[Callee]:
    """Yield what is to be called of specs: functions that have arguments, each annotated, and methods of classes."""
    functions = {name: ast.get_docstring(node) or "" for name, node in spec.definitions.items()}
    for name in names:
        node = spec.definitions.get(name)
        if isinstance(node, Function) and _is_annotated(_arguments(node)) and _arguments(node):
            is_wrapped = bool(spec.outer_decorators(node))
            yield replace(_callee(name, node, functions), plain=_plain(node), is_wrapped=is_wrapped)
        elif isinstance(node, ast.ClassDef):
            members = [each for each in node.body if isinstance(each, Function)]
            known = {**functions, **{each.name: ast.get_docstring(each) or "" for each in members}}
            for member in members:
                if _is_tried(member):
                    yield _callee(f"{name}.{member.name}", member, known, functions[name])


def _is_tried(member: Function) -> bool:
    """Whether a method is called: a public one or the constructor, all of whose arguments are annotated.

    One that is written by hand stays whatever it does, and no candidate is to blame.
    """
    kinds = {ast.unparse(each) for each in member.decorator_list}
    is_static = "staticmethod" in kinds
    is_public = not member.name.startswith("_") or member.name == "__init__"
    is_asked = is_public and not is_handwritten(member)
    return is_asked and kinds <= _KINDS and _is_annotated(_arguments(member)[0 if is_static else 1 :])


def _arguments(node: Function) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _plain(function: Function) -> tuple[tuple[str, str], ...]:
    """Return the arguments of a function and their types, if these are all of Python's own; else nothing."""
    found = [(each.arg, each.annotation) for each in _arguments(function) if each.annotation]
    nodes = [node for _, kind in found for node in ast.walk(kind)]
    is_plain = all(isinstance(node, _NODES) and getattr(node, "id", "int") in _BUILTIN for node in nodes)
    constants = [node.value for node in nodes if isinstance(node, ast.Constant)]
    if not is_plain or any(each not in (None, ...) for each in constants):
        return ()
    return tuple((name, ast.unparse(kind)) for name, kind in found)


def _is_annotated(drawn: Sequence[ast.arg]) -> bool:
    return all(each.annotation for each in drawn)


def _callee(name: str, node: Function, known: Mapping[str, str], about: str = "") -> Callee:
    """Return what is to be called; an error that the docstring of something that is mentioned names is documented."""
    docstring = ast.get_docstring(node) or ""
    is_none = isinstance(node.returns, ast.Constant) and node.returns.value is None
    mentioned = [known[word] for word in re.findall(r"\w+", docstring) if word in known]
    words = {word for word in re.findall(r"\w+", " ".join([about, docstring, *mentioned])) if word[0].isupper()}
    return Callee(name, tuple(sorted(words)), is_none or bool(_IN_PLACE.search(docstring)))


def _questions(called: Sequence[Callee], work: ModuleWork, tried: set[str] | None = None) -> list[Question]:
    """Return what is asked of each function; those that were called are added to `tried`."""
    examples = max(_FEWEST, min(_EXAMPLES, _EXAMPLES_OF_MODULE // len(called)))
    return [_question(each, work, examples, set() if tried is None else tried) for each in called]


def _question(each: Callee, work: ModuleWork, examples: int, tried: set[str]) -> Question:
    asked = {
        "name": each.name,
        "documented": [*each.documented],
        "may_change": each.may_change,
        "is_wrapped": each.is_wrapped,
        "seconds": _SECONDS,
        "examples": examples,
        "filename": str(work.path),
    }
    judge = partial(_judged, each.name, tried)
    drawn = Drawn(kinds=[*each.plain], examples=examples) if each.plain else None
    return Question(each.name, "calling it with drawn inputs", (step("try_calls", asked),), judge, drawn=drawn)


def _judged(name: str, tried: set[str], answers: Sequence[Answer]) -> list[Flaw]:
    """Return what is wrong with the calls of one function; adds its name to `tried` if there were any."""
    reports = [report_of(answer) for answer in answers]
    if any(report.get("tried") for report in reports):
        tried.add(name)
    failures = [failure for report in reports if (failure := report.get("failure"))]
    return [_flaw(name, each["input"], each["what"]) for each in failures]


def _flaw(name: str, given: str, what: str) -> Flaw:
    return Flaw(what, symbol=name, kind=_OF_CALL).saying(f"{name}({given}): {what}")
