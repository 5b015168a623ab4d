"""Trials of a candidate, in the sandbox: inputs are drawn, and what comes of them is told, the smallest that fails.

The same inputs are drawn on every machine.
"""

import ast
import asyncio
import copy
import inspect
import io
import json
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, NotRequired, TypedDict

from jaunt.checks.behaviour.concealed import Caller, Stuck, hypothesis, revealed, strategies
from jaunt.checks.behaviour.section import expression
from jaunt.process.boundary import caught

STUCK_SECONDS = 5.0
"""How long one call may take."""
_SHRINK_SECONDS = 3.0  # how long a smaller input is looked for, beyond the time for drawing
_WAITING = 5  # seconds of waiting that count as one of work
_LONGEST = 400  # characters of a value
_REPEATED = 10  # inputs that are tried once more at the end


SETTINGS = hypothesis.settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
    report_multiple_bugs=False,
    print_blob=False,
)


class Asked(TypedDict):
    """A property: see `section.Property`. `seconds` is how long inputs are drawn, `examples` how many at most."""

    inputs: list[list[str]]
    assuming: str
    claim: str
    seconds: float
    examples: int
    filename: str


class Failure(TypedDict):
    """The smallest input, as it is written, and what came of it."""

    input: str
    what: str


class Report(TypedDict):
    """How many inputs were tried, the failure if there is one, and what is wrong with the spec, if anything."""

    tried: int
    failure: NotRequired[Failure]
    spec: NotRequired[str]


class Fails(AssertionError):
    """An input for which a candidate is wrong; Hypothesis looks for a smaller one."""


Trial = Callable[[dict[str, Any], Caller], str | None]
"""Tries one input: returns None if all is well, else what is wrong. Raises `Unmet` for an input that doesn't count."""


class Enough(BaseException):
    """There is no more time to look for a smaller input; Hypothesis lets it through."""


class Unmet(Exception):
    """An input is not one of those that are meant."""


def _warm_up() -> None:
    """Have Hypothesis load and work out what it does but once: a sandbox that stays pays for it once."""
    with revealed():
        kinds = (str, int, list[int], dict[str, float], bool)
        drawn = {f"x{index}": strategies.from_type(kind) for index, kind in enumerate(kinds)}
        hypothesis.settings(SETTINGS, max_examples=5)(hypothesis.given(**drawn)(lambda **values: None))()


def try_property(names: dict[str, Any], asked: Asked) -> str:
    """Return what comes of a property, a `Report` as JSON; `names` are the spec module's and the candidate's."""
    with revealed():
        drawn: dict[str, Any] = {}
        for name, kind in asked["inputs"]:
            try:
                value = eval(kind, {"st": strategies, **names})
                drawn[name] = _strategy(eval(value, names) if isinstance(value, str) else value)
            except (hypothesis.errors.HypothesisException, NameError, TypeError, AttributeError) as error:
                return json.dumps({"tried": 0, "spec": f"no values can be drawn for `{name}: {kind}`: {error}"})
        search = Search(_claim(names, asked), asked["seconds"], asked["examples"])
        report = search.run(drawn)
    if not report["tried"] and "failure" not in report and "spec" not in report:
        report["spec"] = f"no input was found that meets `assuming {asked['assuming']}`"
    return json.dumps(report)


def _strategy(kind: Any) -> Any:
    """Return the strategy that a type, a strategy, or a function that makes one stands for."""
    if isinstance(kind, FunctionType):
        kind = kind()
    strategy = kind if isinstance(kind, strategies.SearchStrategy) else strategies.from_type(kind)
    strategy.validate()
    return strategy


def _claim(names: dict[str, Any], asked: Asked) -> Trial:
    """Return the trial of a property."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    assuming, claim = (
        compile(each or "True", "<property>", "eval", flags) for each in (asked["assuming"], asked["claim"])
    )
    sides = _sides(asked["claim"], flags)

    def value(code: Any, drawn: Mapping[str, Any]) -> Any:
        result = eval(code, {**names, **drawn})
        return asyncio.run(result) if inspect.iscoroutine(result) else result

    def hold(drawn: Mapping[str, Any]) -> tuple[bool, bool]:
        return (True, bool(value(claim, drawn))) if value(assuming, drawn) else (False, True)

    def attempt(drawn: dict[str, Any], caller: Caller) -> str | None:
        found, error = caller.call(lambda: hold(drawn))
        if error is not None:
            return f"raises {in_words(error, asked['filename'])}"
        counts, holds = found
        if not counts:
            raise Unmet
        if holds:
            return None
        given, error = caller.call(lambda: [shown(value(side, drawn)) for side in sides])
        return (
            f"{given[0]} {_operator(asked['claim'])} {given[1]} is not true" if given and not error else "is not true"
        )

    return attempt


def _sides(claim: str, flags: int) -> list[Any]:
    """Return the two sides of a comparison, compiled; none for another expression."""
    match expression(claim):
        case ast.Compare(left=left, comparators=[right]):
            return [compile(ast.Expression(side), "<property>", "eval", flags) for side in (left, right)]
    return []


def _operator(claim: str) -> str:
    compared = expression(claim)
    assert isinstance(compared, ast.Compare)
    plain = ast.Compare(ast.Name("a"), compared.ops, [ast.Name("b")])
    return ast.unparse(plain)[2:-2]


class Search:
    """Draws inputs for a trial, and looks for the smallest that fails."""

    def __init__(self, trial: Trial, seconds: float, examples: int) -> None:
        self._trial = trial
        self._examples = examples
        self._caller = Caller(STUCK_SECONDS)
        self._seconds = seconds
        self._began = time.process_time(), time.monotonic()
        self._tried = 0
        self._failure: Failure | None = None
        self._kept: list[dict[str, Any]] = []

    def run(self, drawn: Mapping[str, Any]) -> Report:
        """Try what strategies draw, by name; Hypothesis is to be revealed."""
        check = hypothesis.given(**drawn)(lambda **values: self._try(values))
        settings = hypothesis.settings(SETTINGS, max_examples=self._examples)
        usual = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = io.StringIO()  # what is printed meanwhile is nobody's answer
        error = caught(lambda: (settings(check)(), self._repeat()))
        sys.stdout, sys.stderr = usual
        if isinstance(error, hypothesis.errors.ResolutionFailed | hypothesis.errors.InvalidArgument):
            return {"tried": self._tried, "spec": str(error)}
        report: Report = {"tried": self._tried}
        if self._failure is not None:
            report["failure"] = self._failure
        elif error is not None and not isinstance(error, hypothesis.errors.Unsatisfiable):
            # A project type's own code, while a value of it was drawn.
            report["failure"] = {"input": "", "what": f"drawing an input raises {type(error).__name__}: {error}"}
        return report

    def _try(self, values: dict[str, Any]) -> None:
        late = self._spent() - self._seconds
        if late > 0 and self._failure is None:
            return
        if late > _SHRINK_SECONDS:
            raise Enough
        written = ", ".join(f"{name}={shown(value)}" for name, value in values.items())
        kept = _copied(values) if len(self._kept) < _REPEATED else None
        try:
            what = self._trial(values, self._caller)
        except Unmet:
            hypothesis.reject()
        except Stuck:
            self._failure = {"input": written, "what": f"has not ended after {STUCK_SECONDS:g} s"}
            raise
        self._tried += 1
        if kept is not None:
            self._kept.append(kept)
        if what is not None:
            self._note(written, what)
            raise Fails

    def _spent(self) -> float:
        """Return how much time was taken, in seconds: the processor's, as another load must not change what is tried.

        Code that only waits is not let wait for ever.
        """
        processor, clock = self._began
        return max(time.process_time() - processor, (time.monotonic() - clock) / _WAITING)

    def _note(self, written: str, what: str) -> None:
        """Take note of a failure, unless a smaller one is known."""
        if self._failure is None or len(written) <= len(self._failure["input"]):
            self._failure = {"input": written, "what": what}

    def _repeat(self) -> None:
        """Try the first inputs once more: code that counts its calls may have changed its mind."""
        for values in self._kept:
            written = ", ".join(f"{name}={shown(value)}" for name, value in values.items())
            what = self._trial(values, self._caller)
            if what is not None:
                self._failure = {"input": written, "what": f"{what}, after {self._tried} calls; it was before"}
                return


def _copied(values: dict[str, Any]) -> dict[str, Any] | None:
    """Return a copy of values, None if they can't be copied."""
    try:
        return copy.deepcopy(values)
    except (TypeError, ValueError, AttributeError, RecursionError):
        return None


def shown(value: object) -> str:
    """Return a value as it is written, cut if it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def in_words(error: BaseException, filename: str) -> str:
    """Return an error's class and message, and the line of the candidate that raised it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename]
    where = f" (line {lines[-1]} of the candidate)" if lines else ""
    message = str(error)
    return f"{type(error).__name__}{f': {message[:_LONGEST]}' if message else ''}{where}"


_warm_up()
