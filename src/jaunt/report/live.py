"""The live display: the bottom lines of a terminal, redrawn in place while a build runs.

It shows what is under way, each with its attempt and age; how far the build is, what it took so far, and about how long
it will go on. The modules that have ended scroll above it, as the same lines that are printed without a terminal.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from jaunt.report.console import Verbosity
from jaunt.report.progress import Progress
from jaunt.report.terminal import cut_front, takes_unicode
from jaunt.text.durations import duration

if TYPE_CHECKING:
    from jaunt.engine.job import Event, Job, Outcome

_LARGE_BUILD = 200  # modules
_BAR_WIDTH = 20  # columns
_INDENT = "  "

Spent = Callable[[], tuple[int, float | None]]
"""Returns what a build took so far: tokens, and money where prices are known."""


class Estimate(Protocol):
    """What makes the estimate of the time that a build will go on."""

    def ended(self, module: str, seconds: float | None) -> None:
        """Take note that a module has ended; `seconds` is how long it took, None if no model wrote it."""

    def left(self, ages: Mapping[str, float]) -> float | None:
        """Return the seconds that are left, None if they can't be told; `ages` is how long modules are under way."""


def can_be_live(out: TextIO) -> bool:
    """Return whether a stream is a terminal that lines can be redrawn on, with a person in front of it."""
    return out.isatty() and os.environ.get("TERM") not in ("dumb", "unknown") and not os.environ.get("CI")


@dataclass
class Feed:
    """What a display asks for when it is drawn, besides the events that it is told of.

    `attempts`, which changes as they begin, maps a module to the number of its attempt, 0 while it is judged; `spent`
    returns what the build took so far; `time_left` makes the estimate of the time that is left.
    """

    attempts: dict[str, int] = field(default_factory=dict)
    spent: Spent | None = None
    time_left: Callable[[], Estimate] | None = None


class LiveDisplay:
    """The lines at the bottom of the terminal `out`, drawn from `start` to `stop`.

    `done` of `total` modules need no work any more; `clock` returns seconds.
    """

    def __init__(
        self,
        total: int,
        feed: Feed,
        *,
        done: int = 0,
        out: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = total
        self._feed = feed
        self._time_left = feed.time_left() if feed.time_left else None
        self._out = out or sys.stdout
        self._clock = clock
        self._begin = clock()
        self._done = done
        self._under_way: dict[str, float] = {}  # module -> when it was begun
        self._left: tuple[float, float | None] | None = None
        self._live: Any = None

    @property
    def is_drawn(self) -> bool:
        """Whether it is on the terminal now."""
        return self._live is not None

    def start(self) -> None:
        """Begin to draw, unless it is drawn already. What is printed meanwhile appears above."""
        if self.is_drawn:
            return
        from jaunt.report.drawn_lines import draw_lines  # rich takes 60 ms, which only a terminal needs

        self._live = draw_lines(self.lines, self._out)

    def stop(self) -> None:
        """Remove the lines and give the terminal back as it was."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def began(self, name: str) -> None:
        """Take note that a module is begun."""
        self._under_way[name] = self._clock()

    def ended(self, name: str, seconds: float | None) -> None:
        """Take note that a module has ended; `seconds` is how long it took, None if no model wrote it."""
        self._under_way.pop(name, None)
        self._done += 1
        self._total = max(self._total, self._done)
        self._left = None
        if self._time_left:
            self._time_left.ended(name, seconds)

    def lines(self, width: int, height: int) -> list[str]:
        """Return what is shown on a terminal of so many columns and lines: the facts, then what is under way."""
        now = self._clock()
        # Drawn from another thread than the one that takes notes.
        under_way = list(self._under_way.items())
        rows = [(name, self._feed.attempts.get(name), now - begin) for name, begin in under_way]
        head = _wrapped(self._facts(now, {name: age for name, _, age in rows}, width), width)
        room = max(1, height // 2 - len(head))
        shown = rows if len(rows) <= room else rows[: max(1, room - 1)]
        longest = max((len(name) for name, _, _ in shown), default=0)
        lines = [_row(name, attempt, age, longest, width, self._out) for name, attempt, age in shown]
        more = [f"{_INDENT}and {len(rows) - len(shown)} more"] if len(shown) < len(rows) else []
        return [line[:width] for line in [*head, *lines, *more]]

    def _facts(self, now: float, ages: dict[str, float], width: int) -> list[str]:
        facts = [f"{self._done}/{self._total} done", duration(now - self._begin)]
        left = self._seconds_left(now, ages)
        if left is not None and left >= 1:
            facts.append(f"about {duration(left)} left")
        tokens, cost = self._feed.spent() if self._feed.spent else (0, None)
        facts += [f"{tokens:,} tokens"] if tokens else []
        facts += [f"cost {cost:.4f}"] if tokens and cost is not None else []
        bar = _bar(self._done, self._total, takes_unicode(self._out))
        return [bar, *facts] if len("  ".join([bar, *facts])) <= width else facts

    def _seconds_left(self, now: float, ages: dict[str, float]) -> float | None:
        # At most once a second: the estimate goes over all that is left.
        if self._time_left and (self._left is None or now - self._left[0] >= 1):
            self._left = (now, self._time_left.left(ages))
        if self._left is None or self._left[1] is None:
            return None
        return self._left[1] - (now - self._left[0])


class LiveProgress(Progress):
    """Progress with a live display below its lines, drawn while the context is entered.

    In a large build, unless it is verbose, what was generated gets no lines: the display counts it.
    """

    def __init__(self, total: int, feed: Feed, *, verbosity: Verbosity = "normal") -> None:
        super().__init__(total, verbosity=verbosity)
        self._attempts = feed.attempts
        self._display = LiveDisplay(total, feed)
        self._is_large = total > _LARGE_BUILD and verbosity != "verbose"

    def __enter__(self) -> "LiveProgress":
        self._display.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._display.stop()
        super().__exit__()

    def __call__(self, event: "Event", job: "Job", outcome: "Outcome | None") -> None:
        """Take one of the engine's events."""
        if event == "started":
            self._display.began(job.module)
        elif outcome is not None:
            self._display.ended(job.module, outcome.seconds if outcome.origin == "model" else None)
        super().__call__(event, job, outcome)

    def _tell(self, job: "Job", outcome: "Outcome") -> None:
        """Print what became of a module; in a large build, only of those that went wrong."""
        if not (self._is_large and outcome.ok):
            super()._tell(job, outcome)

    def attempt(self, module: str, number: int, errors: Sequence[str]) -> None:
        """Take note that an attempt begins, and of what was wrong with the one before it."""
        self._attempts[module] = number
        super().attempt(module, number, errors)


def _row(name: str, attempt: int | None, age: float, longest: int, width: int, out: TextIO) -> str:
    what = "" if attempt is None else f"attempt {attempt}" if attempt else "judged"
    tail = f"{what:<10} {duration(age):>6}"
    room = min(longest, max(8, width - len(_INDENT) - 2 - len(tail)))
    return f"{_INDENT}{cut_front(name, room, out):<{room}}  {tail}"


def _bar(done: int, total: int, unicode: bool) -> str:
    full, rest = ("━", "╌") if unicode else ("#", "-")
    filled = _BAR_WIDTH * done // max(1, total)
    return full * filled + rest * (_BAR_WIDTH - filled)


def _wrapped(facts: Sequence[str], width: int) -> list[str]:
    """Return facts side by side, on as many lines as they need."""
    lines = [facts[0]]
    for fact in facts[1:]:
        joined = f"{lines[-1]}  {fact}"
        if len(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(fact)
    return lines
