"""Trials of a candidate, in the sandbox: inputs are drawn, and what comes of them is told, the smallest that fails.

The same inputs are drawn on every machine.
"""

import ast
import asyncio
import collections.abc
import copy
import inspect
import io
import itertools
import json
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any, NamedTuple, NotRequired, TypedDict, get_origin, get_type_hints

from jaunt.checks.behaviour.concealed import Caller, Stuck, hypothesis, revealed, strategies
from jaunt.checks.behaviour.drawing import be_moderate, draw, draw_before, drawn_before
from jaunt.checks.behaviour.live_objects import holds_live
from jaunt.checks.behaviour.result_types import fits, holds_itself, type_name
from jaunt.checks.examiner.protocol import Drawn
from jaunt.process.boundary import caught
from jaunt.project.unbuilt import unbuilt_behind

_GENERATED = object()
"""What a generator gave: whatever its items are, nothing is told of their type."""
STUCK_SECONDS = 5.0
"""How long one call may take."""
_SHRINK_SECONDS = 3.0  # how long a smaller input is looked for, beyond the time for drawing
_TICK = 0.1  # seconds of the processor between two looks at the clock
_WAITING = 5  # seconds of waiting that count as one of work
_MOST_ITEMS = 1000  # of an iterator
_ANYTHING = (Any, object)
_LONGEST = 400  # characters of a value
_REPEATED = 5  # inputs that are tried once more at the end


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
    """How many inputs were tried, the failure if there is one, and what is wrong with the spec, if anything.

    `undrawn` tells that the failure is not the candidate's: no input could be made.
    """

    tried: int
    failure: NotRequired[Failure]
    undrawn: NotRequired[bool]
    spec: NotRequired[str]


class Fails(AssertionError):
    """An input for which a candidate is wrong; Hypothesis looks for a smaller one."""


Trial = Callable[[dict[str, Any], Caller], str | None]
"""Tries one input: returns None if all is well, else what is wrong. Raises `Unmet` for an input that doesn't count."""


class Enough(BaseException):
    """There is no more time to look for a smaller input; Hypothesis lets it through."""


class Unbuilt(Exception):
    """A call needs code that is not built yet; its cause says which."""


class Unmet(Exception):
    """An input is not one of those that are meant."""


class Called(TypedDict):
    """A function to be called. `documented` are the words of its docstring, among them the errors that it may raise.

    `is_wrapped` tells that the spec module decorates it, and what that makes may be anything.
    """

    name: str
    documented: list[str]
    may_change: bool
    is_wrapped: NotRequired[bool]
    seconds: float
    examples: int
    filename: str


def _warm_up() -> None:
    """Have Hypothesis load and work out what it does but once: a sandbox that stays pays for it once."""
    with revealed():
        kinds = (str, int, list[int], dict[str, float], bool)
        draw({f"x{index}": strategies.from_type(kind) for index, kind in enumerate(kinds)}, 5, lambda values: None)


def prepare(drawn: Iterable[Drawn]) -> None:
    """Draw what can be drawn before a candidate is there."""
    draw_before(drawn)


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
        meets = f" that meets `assuming {asked['assuming']}`" if asked["assuming"] else ""
        report["spec"] = f"no input was found{meets}"
    return json.dumps(report)


def try_calls(names: dict[str, Any], asked: Called) -> str:
    """Return what comes of calls of a function with inputs drawn from its annotations, a `Report` as JSON.

    Nothing is tried where no input can be drawn.
    """
    reports: list[Report] = []
    caught(lambda: reports.append(_calls(names, asked)))  # which raises if it needs code that is not built
    return json.dumps(reports[0] if reports and "spec" not in reports[0] else {"tried": 0})


def _calls(names: dict[str, Any], asked: Called) -> Report:
    callee = _undecorated(names, asked) if asked.get("is_wrapped") else _callee(names, asked["name"])
    kinds = _kinds_of(callee) if callee is not None else None
    if callee is None or kinds is None:
        return {"tried": 0}
    search = Search(_call(callee, asked), asked["seconds"], asked["examples"])
    before = drawn_before(kinds, asked["examples"])
    report = search.replay(before) if before is not None else None
    if report is not None:
        return report
    with revealed():
        be_moderate()
        report = search.run({name: strategy_of(kind) for name, kind in kinds.items()})
    return (
        {"tried": 0} if report.get("undrawn") else report
    )  # a type of the project's own takes less than its hints say


class Callee(NamedTuple):
    """What is called: a function, or a method with the class whose instance it is called on, if it needs one.

    `call` gets that instance, or None, and the arguments.
    """

    function: Any
    owner: Any
    call: Callable[..., Any]
    is_constructor: bool = False


def _callee(names: dict[str, Any], name: str) -> Callee | None:
    """Return what a dotted name stands for in a candidate; None if it can't be called as it is."""
    outer, _, inner = name.partition(".")
    if not inner:
        return Callee(names[outer], None, lambda _, *args, **named: names[outer](*args, **named))
    owner = names[outer]
    if not isinstance(owner, type) or inspect.isabstract(owner) or not is_plain_class(owner):
        return None
    member = inspect.getattr_static(owner, inner, None)
    if isinstance(member, staticmethod | classmethod):
        bound = getattr(owner, inner)
        return Callee(bound, None, lambda _, *args, **named: bound(*args, **named))
    if isinstance(member, property):
        return Callee(member.fget, owner, lambda instance: getattr(instance, inner))
    if not isinstance(member, FunctionType):
        return None
    if inner == "__init__":
        return Callee(owner, None, lambda _, *args, **named: owner(*args, **named), is_constructor=True)
    return Callee(member, owner, lambda instance, *args, **named: getattr(instance, inner)(*args, **named))


def _undecorated(names: Mapping[str, Any], asked: Called) -> Callee | None:
    """Return the candidate's own function below what the spec module makes of it; None where it can't be reached."""
    function = inspect.unwrap(names[asked["name"]])
    if not isinstance(function, FunctionType) or function.__code__.co_filename != asked["filename"]:
        return None
    return Callee(function, None, lambda _, *args, **named: function(*args, **named))


def is_plain_class(owner: type) -> bool:
    """Whether instances are made by a call with the arguments of `__init__` or the fields of a dataclass."""
    return type(owner) is type and not getattr(owner, "_is_protocol", False) and owner.__new__ is object.__new__


_OWN = "self__"  # before the names of a constructor's arguments


def _kinds_of(callee: Callee) -> dict[str, Any] | None:
    """Return the type of each parameter; None if there is one for which that isn't known, or may be anything.

    Those of the instance's constructor are among them, their names after `_OWN`.
    """
    found: dict[str, Any] = {}
    error = caught(lambda: found.update(_by_parameter(callee)))
    return found if error is None else None


def _by_parameter(callee: Callee) -> dict[str, Any]:
    found = hints_of(callee.function, skipped=int(callee.owner is not None))
    if callee.owner is not None:
        own = hints_of(callee.owner)
        found |= {f"{_OWN}{name}": kind for name, kind in own.items()}
    return found


def hints_of(function: Any, skipped: int = 0) -> dict[str, Any]:
    """Return the type of each parameter after the first `skipped`; raises whatever keeps values from being drawn."""
    hints = get_type_hints(function.__init__ if isinstance(function, type) else function)
    found = {}
    for name, parameter in [*inspect.signature(function).parameters.items()][skipped:]:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if hints[name] in _ANYTHING or get_origin(hints[name]) is collections.abc.Callable:
            raise TypeError(f"{name} may be anything")
        if holds_itself(hints[name]):
            raise TypeError(f"{name} is of a type that holds itself: to draw one takes too long")
        if holds_live(hints[name]):
            raise TypeError(f"{name} is of a type of which no value can be made up")
        found[name] = hints[name]
    return found


def strategy_of(kind: Any) -> Any:
    """Return the strategy for a type; raises whatever keeps one from being made."""
    strategy = strategies.from_type(kind)
    strategy.validate()
    return strategy


def _call(callee: Callee, asked: Called) -> Trial:
    """Return the trial of one call."""
    function = callee.function
    wanted = function if callee.is_constructor else get_type_hints(function).get("return", Any)
    parameters = [*inspect.signature(function).parameters.values()][int(callee.owner is not None) :]
    positional = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY]
    documented = {*asked["documented"]}

    def result(values: dict[str, Any]) -> Any:
        named = {n: value for n, value in values.items() if n not in positional and not n.startswith(_OWN)}
        given = callee.call(_instance(callee, values), *(values[name] for name in positional), **named)
        if inspect.iscoroutine(given):
            return asyncio.run(given)
        if inspect.isgenerator(given):  # it runs as it is read, by whatever kind of function it was made
            for _ in itertools.islice(given, _MOST_ITEMS):
                pass
            return _GENERATED
        return given

    def attempt(values: dict[str, Any], caller: Caller) -> str | None:
        arguments = {name: value for name, value in values.items() if not name.startswith(_OWN)}
        before = None if asked["may_change"] else _copied(arguments)
        given, error = caller.call(lambda: result(values))
        require_built(error)
        if isinstance(error, Unmet):
            raise error
        if error is not None:
            if isinstance(error, OSError) or {kind.__name__ for kind in _kinds(error)} & documented:
                return None
            return f"raises {in_words(error, asked['filename'])}, which its docstring doesn't name"
        if given is not _GENERATED and not fits(given, wanted):
            return f"returns {shown(given)}, which is no {type_name(wanted)}"
        changed = [name for name, value in (before or {}).items() if _is_plain(value) and value != values[name]]
        return f"changes its argument {changed[0]} to {shown(values[changed[0]])}" if changed else None

    return attempt


def _instance(callee: Callee, values: Mapping[str, Any]) -> Any:
    """Return what a method is called on, None for a function; raises Unmet where its constructor raises an error."""
    if callee.owner is None:
        return None
    own = {name.removeprefix(_OWN): value for name, value in values.items() if name.startswith(_OWN)}
    made: list[Any] = []
    error = caught(lambda: made.append(callee.owner(**own)))
    require_built(error)
    if error is not None:
        raise Unmet  # what the constructor does is asked of the constructor
    return made[0]


def _kinds(error: BaseException) -> list[type]:
    """Return the classes of an error by which a docstring may name it."""
    return [type(error), *(kind for kind in type(error).__mro__ if kind not in (Exception, BaseException, object))]


def _is_plain(value: object) -> bool:
    return isinstance(value, list | dict | set | bytearray)


def _strategy(kind: Any) -> Any:
    """Return the strategy that a type, a strategy, or a function that makes one stands for."""
    if isinstance(kind, FunctionType):
        kind = kind()
    if not isinstance(kind, strategies.SearchStrategy):
        return strategy_of(kind)
    kind.validate()
    return kind


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
        require_built(error)
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


def _tree(claim: str) -> Any:
    """Return an expression, parsed: without `ast.parse` and its lock, which jaunt's own process needs."""
    tree: Any = compile(claim, "<property>", "eval", ast.PyCF_ONLY_AST)
    return tree.body


def _sides(claim: str, flags: int) -> list[Any]:
    """Return the two sides of a comparison, compiled; none for another expression."""
    match _tree(claim):
        case ast.Compare(left=left, comparators=[right]):
            return [compile(ast.Expression(side), "<property>", "eval", flags) for side in (left, right)]
    return []


def _operator(claim: str) -> str:
    compared = _tree(claim)
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
        self._unbuilt: BaseException | None = None

    def run(self, drawn: Mapping[str, Any]) -> Report:
        """Try what strategies draw, by name; Hypothesis is to be revealed.

        Raises what a candidate does where another module's code is missing.
        """
        signal.signal(signal.SIGPROF, self._look_at_clock)
        signal.setitimer(signal.ITIMER_PROF, _TICK, _TICK)
        error = _quietly(lambda: (draw(drawn, self._examples, self._try), self._repeat()))
        signal.setitimer(signal.ITIMER_PROF, 0)
        return self._report(error)

    def replay(self, inputs: Iterable[dict[str, Any]]) -> Report | None:
        """Try inputs that were drawn before; None where `run` has to: one fails, for which it looks for a smaller one.

        Raises as `run` does.
        """
        error = _quietly(lambda: ([*map(self._try, inputs)], self._repeat()))
        if error is None or isinstance(error, Stuck | Enough):
            return self._report(error)
        self._kept, self._tried = [], 0
        return None

    def _report(self, error: BaseException | None) -> Report:
        """Return what came of trying inputs until that ended, or raised an error."""
        if self._unbuilt is not None:
            raise self._unbuilt
        report: Report = {"tried": self._tried}
        if self._failure is not None:
            report["failure"] = self._failure
        elif error is None or isinstance(error, hypothesis.errors.Unsatisfiable | Enough):
            pass
        elif isinstance(error, hypothesis.errors.HypothesisException):
            report["spec"] = str(error)
        else:  # a project type's own code, while a value of it was drawn
            report["failure"] = {"input": "", "what": f"drawing an input raises {type(error).__name__}: {error}"}
            report["undrawn"] = True
        return report

    def _look_at_clock(self, *_: object) -> None:
        """Give up where drawing alone takes too long, as it can with types that hold themselves."""
        if not self._caller.is_busy and self._spent() > 2 * self._seconds + (_SHRINK_SECONDS if self._failure else 0):
            raise Enough

    def _try(self, values: dict[str, Any]) -> None:
        late = self._spent() - self._seconds
        if late > 0 and self._failure is None:
            return
        if late > _SHRINK_SECONDS:
            raise Enough
        written = _written(values)
        kept = _copied(values) if len(self._kept) < _REPEATED else None
        try:
            what = self._trial(values, self._caller)
        except Unbuilt as error:
            self._unbuilt = error.__cause__
            raise Enough from error
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
            written = _written(values)
            what = self._trial(values, self._caller)
            if what is not None:
                self._failure = {"input": written, "what": f"{what}, after {self._tried} calls; it was before"}
                return


def _quietly(call: Callable[[], object]) -> BaseException | None:
    """Make a call and return what it raises; what is printed meanwhile is nobody's answer."""
    usual = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = io.StringIO()
    error = caught(call)
    sys.stdout, sys.stderr = usual
    return error


def _written(values: Mapping[str, Any]) -> str:
    """Return an input as it is told; the arguments of an instance's constructor are `self.name`."""
    return ", ".join(f"{name.replace(_OWN, 'self.')}={shown(value)}" for name, value in values.items())


def _copied(values: dict[str, Any]) -> dict[str, Any] | None:
    """Return a copy of values, None if they can't be copied."""
    try:
        return copy.deepcopy(values)
    except (TypeError, ValueError, AttributeError, RecursionError):
        return None


def require_built(error: BaseException | None) -> None:
    """Raise Unbuilt if that is what is behind an error."""
    if error is not None and unbuilt_behind(error):
        raise Unbuilt from error


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
