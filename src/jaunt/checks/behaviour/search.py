"""The search for the smallest input by which a trial of a candidate fails, in the sandbox."""

import copy
import io
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NotRequired, TypedDict

from jaunt.checks.behaviour.concealed import Caller, Stuck, hypothesis
from jaunt.checks.behaviour.drawing import draw
from jaunt.process.boundary import caught, last_line_in
from jaunt.project.unbuilt import unbuilt_behind

STUCK_SECONDS = 5.0
"""How long one call may take."""
_SHRINK_SECONDS = 3.0  # how long a smaller input is looked for, beyond the time for drawing
_TICK = 0.1  # seconds of the processor between two looks at the clock
_WAITING = 5  # seconds of waiting that count as one of work
_LONGEST = 400  # characters of a value
_ROUNDS = 60  # how often some inputs are tried again at the end: 1 ms, drawing an input takes as long
_REPEAT_SECONDS = 0.05  # that this may take with slow code
ATOMS = {int, float, complex, bool, str, bytes, type(None)}
"""Types of values that no call can change."""
OWN = "self__"
"""What the name of an input begins with that is an argument of a constructor: see `calling`."""


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
        self._current: tuple[dict[str, Any], str] = {}, ""
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
        # All in one call of the caller's: to hand each input to another thread takes as long as most functions do.
        error = _quietly(lambda: self._stuck_or_done(lambda: ([*map(self._try, inputs)], self._repeat())))
        if error is None or isinstance(error, Stuck | Enough):
            return self._report(error)
        self._kept, self._tried = [], 0
        return None

    def _stuck_or_done(self, tries: Callable[[], object]) -> None:
        """Have the caller make tries; raises what they do, and Stuck with the failure noted."""
        try:
            _, error = self._caller.call(tries)
        except Stuck:
            self._note_stuck()
            raise
        if error is not None:
            raise error

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
        # Only what no call can change is written when that is wanted: for most inputs it never is.
        self._current = values, "" if are_atoms(values) else _written(values)
        kept = copied(values) if is_tried_again(self._tried + 1) else None
        try:
            what = self._trial(values, self._caller)
        except Unbuilt as error:
            self._unbuilt = error.__cause__
            raise Enough from error
        except Unmet:
            hypothesis.reject()
        except Stuck:
            self._note_stuck()
            raise
        self._tried += 1
        if kept is not None:
            self._kept.append(kept)
        if what is not None:
            self._note(self._input(), what)
            raise Fails

    def _input(self) -> str:
        """Return the input that is tried, as it is written."""
        values, written = self._current
        return written or _written(values)

    def _note_stuck(self) -> None:
        self._failure = {"input": self._input(), "what": f"has not ended after {STUCK_SECONDS:g} s"}

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
        """Try some inputs once more, and again: code that counts its calls may have changed its mind."""
        for values in self._kept:
            self._note_change(values, self._trial(copied(values) or values, self._caller), self._tried)
        if self._failure is None:
            found, error = self._caller.call(self._changed_mind)
            if error is None and found is not None:
                self._note_change(*found)

    def _changed_mind(self) -> tuple[dict[str, Any], str | None, int] | None:
        """Return the input on which a candidate fails later, what is wrong then, and after how many calls."""
        last, calls = self._spent() + _REPEAT_SECONDS, self._tried + len(self._kept)
        soonest = time.monotonic() + _REPEAT_SECONDS  # the processor's time, which takes a while to ask for, is no more
        kept = [(values, are_atoms(values)) for values in self._kept]
        for _ in range(_ROUNDS):
            for values, is_safe in kept:
                what = self._trial(values if is_safe else copied(values) or values, self._caller)
                if what is not None:
                    return values, what, calls
                calls += 1
            if time.monotonic() > soonest and self._spent() > last:
                break
        return None

    def _note_change(self, values: dict[str, Any], what: str | None, calls: int) -> None:
        if what is not None and self._failure is None:
            self._failure = {"input": _written(values), "what": f"{what}, after {calls} calls; it was before"}


def is_tried_again(number: int) -> bool:
    """Whether an input, by its number from 1 on, is one of the few that are tried again and again.

    Those that are drawn later are larger.
    """
    return number & (number - 1) == 0


def _quietly(call: Callable[[], object]) -> BaseException | None:
    """Make a call and return what it raises; what is printed meanwhile is nobody's answer."""
    usual = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = io.StringIO()
    error = caught(call)
    sys.stdout, sys.stderr = usual
    return error


def _written(values: Mapping[str, Any]) -> str:
    """Return an input as it is told; the arguments of an instance's constructor are `self.name`."""
    return ", ".join(f"{name.replace(OWN, 'self.')}={shown(value)}" for name, value in values.items())


def are_atoms(values: Mapping[str, Any]) -> bool:
    """Whether no call can change any of the values."""
    return ATOMS.issuperset(map(type, values.values()))


def copied(values: dict[str, Any]) -> dict[str, Any] | None:
    """Return a copy of values, None if they can't be copied."""
    if are_atoms(values):  # as mostly, and for thousands of calls
        return {**values}
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
    line = last_line_in(filename, error)
    where = f" (line {line} of the candidate)" if line else ""
    message = str(error)
    return f"{type(error).__name__}{f': {message[:_LONGEST]}' if message else ''}{where}"
