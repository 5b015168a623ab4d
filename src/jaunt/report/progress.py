"""What is printed for a person: a line for each module as it ends, a summary, each error as one line with its hint."""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from jaunt import codes
from jaunt.errors import JauntBudgetError, JauntError, JauntSpecError
from jaunt.report.console import (
    MOST_LINES,
    Verbosity,
    one_line,
    print_error,
    print_finding,
    print_lines,
    print_warning,
    relative_paths,
    say,
)
from jaunt.report.failures import Failures
from jaunt.report.terminal import cut_front, hang, paint, width_of
from jaunt.text.coded import Coded, with_code
from jaunt.text.counts import counted

if TYPE_CHECKING:  # `jaunt --version` needs none of these
    from jaunt.engine.job import Event, Job, Outcome
    from jaunt.plan.plan import Plan

ANOTHER_BUILD = "another build is asking the model for it"

_ORIGINS = {"store": "   from the store", "judge": "   judged by the model", "kept": "   an answer kept from before"}
_WORD_WIDTH = len("interrupted")  # the longest word for what became of a module


class Progress:
    """Prints a line for each module as it ends; it is the engine's listener, and a context around the run.

    "quiet" prints only errors; "verbose" adds what is begun, and what was wrong with each attempt that failed.
    """

    def __init__(
        self,
        total: int,
        *,
        verbosity: Verbosity = "normal",
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self._total = total
        self._done = 0
        self._verbosity = verbosity
        self._out = out
        self._err = err
        self._terminal = out or sys.stdout  # a live display may put something else in its place
        self._said: set[str] = set()
        self._waited = False
        self._failures = Failures()
        self._warnings = 0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._failures.lines():
            print_error(line, self._err)
        if self._warnings > MOST_LINES:
            print_warning(f"{counted(self._warnings - MOST_LINES, 'more warning')} of this kind", self._err)

    def __call__(self, event: "Event", job: "Job", outcome: "Outcome | None") -> None:
        """Take one of the engine's events."""
        if event == "started" and self._verbosity == "verbose":
            self._say(f"{'begun':<{_WORD_WIDTH}} {job.module}")
        if event != "finished" or outcome is None:
            return
        self._done += 1
        self._total = max(self._total, self._done)  # what is above rebuilt code may follow
        if isinstance(outcome.cause, JauntError) and outcome.cause.ends_run:
            self._tell_cause(outcome.cause)
            return
        self._tell(job, outcome)

    def _tell(self, job: "Job", outcome: "Outcome") -> None:
        """Print what became of a module; of many that failed by one cause, or with what they need, only a few."""
        is_verbose = self._verbosity == "verbose"
        if not (outcome.ok or is_verbose) and not self._failures.admit(job.module, outcome):
            return
        if self._verbosity != "quiet":
            say(self._line(job.module, outcome), self._out)
        for text in _errors_of(outcome):
            is_of_spec = isinstance(outcome.cause, JauntSpecError)  # with its file and line, and the text of that
            line = text if is_of_spec or _mentions(text, job.module) else with_code(f"{job.module}: {text}", text)
            # What keeps a module from being tried, such as a cycle or a missing key, often holds for many, so it is
            # printed once. What was wrong with a candidate, or which dependency failed, is each module's own.
            same = text if outcome.cause is not None and not outcome.attempts else line
            if same not in self._said:
                self._said.add(same)
                (print_finding if outcome.attempts or is_of_spec else print_error)(line, self._err)
        for text in outcome.warnings if self._verbosity != "quiet" else ():
            self._warnings += not is_verbose
            if self._warnings <= MOST_LINES:
                print_warning(text, self._err)

    def _tell_cause(self, cause: JauntError) -> None:
        """Print why nothing is begun any more, once: it holds for all modules."""
        if str(cause) not in self._said:
            self._said.add(str(cause))
            print_error(cause, self._err)

    def fault(self, module: str, error: JauntSpecError) -> None:
        """Print what is wrong with the specs of a module that was not reached."""
        if self._verbosity != "verbose" and not self._failures.is_news(module, error.faults):
            return
        for text in error.faults:
            print_finding(with_code(text, error), self._err)

    def attempt(self, module: str, number: int, errors: Sequence[str]) -> None:
        """Take note that an attempt begins, and of what was wrong with the one before it."""
        if self._verbosity == "verbose":
            for text in errors:
                attempt = f"attempt {number - 1}: " if number > 1 else ""  # before that, the code as it stands
                told = f"{module}: {attempt}{relative_paths(one_line(text))}"
                self._say(f"{'rejected':<{_WORD_WIDTH}} {told}")

    def waiting(self, module: str) -> None:
        """Take note that a module waits for another build; printed once, as it often holds for many."""
        if self._verbosity != "quiet" and (self._verbosity == "verbose" or not self._waited):
            self._say(f"{'waiting':<{_WORD_WIDTH}} {module}: {ANOTHER_BUILD}")
        self._waited = True

    def _say(self, text: str) -> None:
        """Print a line between those of the modules, below their states."""
        say(f"{'':{2 * len(str(self._total)) + 3}} {text}", self._out)

    def _line(self, module: str, outcome: "Outcome") -> str:
        """Return a module's line; on a narrow terminal, only the end of its name."""
        out = self._terminal
        count = f"[{self._done:>{len(str(self._total))}}/{self._total}]"
        word, seconds = status_word(outcome), f"{outcome.seconds:.1f} s"
        origin = _ORIGINS.get(outcome.origin, "")
        line = f"{count} {word:<{_WORD_WIDTH}} {module:<32} {seconds:>7}{origin}"
        columns = width_of(out)
        if columns is not None and len(line) > columns:
            room = columns - len(f"{count} {word}  {seconds}")
            line = f"{count} {word} {cut_front(module, max(8, room), out)} {seconds}"
        return line.replace(word, paint(word, "green" if outcome.ok else "red", out), 1)


class Stopwatch:
    """Wall time in seconds since it was made."""

    def __init__(self) -> None:
        self._begin = time.perf_counter()

    @property
    def seconds(self) -> float:
        """The time so far."""
        return time.perf_counter() - self._begin


def print_summary(plan: "Plan", outcomes: Iterable["Outcome"], seconds: float, out: TextIO | None = None) -> None:
    """Print what a build came to, in one line if the terminal is wide enough."""
    outcomes = list(outcomes)
    counts = Counter(status_word(outcome) for outcome in outcomes)
    counts["fresh"] += max(0, len(plan.fresh) - max(0, len(outcomes) - len(plan.stale)))  # some of them were verified
    counts["not started"] += max(0, len(plan.stale) - len(outcomes))
    words = ("generated", "verified", "fresh", "failed", "not started", "interrupted")
    parts = [f"{counts[word]} {word}" for word in words if counts[word]]
    text = f"{', '.join(parts) or 'no spec modules'} in {seconds:.1f} s{_spent(outcomes)}"
    say("\n".join(hang("", text, width_of(out or sys.stdout))), out)


def print_unproven(unproven: Sequence[str], total: int, out: TextIO | None = None) -> None:
    """Print how many of the specs that have landed are unproven, in one line; nothing if none is."""
    if unproven:
        text = f"{len(unproven)} of {total} landed without an example, a property or a test (see: jaunt evidence)"
        say("\n".join(hang("", text, width_of(out or sys.stdout))), out)


def print_profile(
    phases: Mapping[str, float], modules: Mapping[str, float], count: int, out: TextIO | None = None
) -> None:
    """Print the seconds of a command's phases, then those of the phases that its modules went through side by side."""
    for name, seconds in phases.items():
        say(f"{name:<8} {seconds:8.3f} s", out)
    for name, seconds in modules.items() if count else ():
        say(f"{name:<8} {seconds:8.3f} s   summed over {counted(count, 'module')}", out)


def status_word(outcome: "Outcome") -> str:
    """Return what became of a module, in a word or two; one that no call could be made for was not started."""
    cause = outcome.cause
    is_none = isinstance(cause, JauntBudgetError) or (isinstance(cause, JauntError) and cause.ends_run)
    return "not started" if is_none else outcome.status


def _spent(outcomes: Iterable["Outcome"]) -> str:
    """Return the tokens and the money that a build took, as the end of a line; nothing where there were none."""
    outcomes = list(outcomes)
    input_tokens = sum(outcome.input_tokens for outcome in outcomes)
    output_tokens = sum(outcome.output_tokens for outcome in outcomes)
    if not input_tokens + output_tokens:
        return ""
    cached = sum(outcome.cached_input_tokens for outcome in outcomes)
    costs = [outcome.cost for outcome in outcomes if outcome.cost is not None]
    about = "about " if any(outcome.estimated for outcome in outcomes) else ""
    return f"; {about}{input_tokens:,} tokens in{f' ({cached:,} cached)' if cached else ''}, {output_tokens:,} out" + (
        f", cost {sum(costs):.4f}" if costs else ""
    )


def print_edited(plan: "Plan", err: TextIO | None = None) -> None:
    """Warn of the generated files that are up to date but were edited by hand, the first ones by name."""
    edited = [m for m, freshness in plan.freshness.items() if freshness.state == "edited" and not freshness.stale]
    lines = [
        f"{plan.project.generated_path(module)} was edited by hand; it is left alone (--force regenerates it)"
        for module in edited
    ]
    print_lines(lines, tell=lambda line: print_warning(line, err), option="jaunt status -v")


def print_advisories(outcomes: Mapping[str, "Outcome"], err: TextIO | None = None) -> None:
    """Print what the model had to say of the specs, module by module, the first ones."""
    lines = [line for module, outcome in sorted(outcomes.items()) for line in advisory_lines(module, outcome)]
    print_lines(lines, tell=lambda line: print_warning(line, err), option=".jaunt/advisories")


def advisory_lines(module: str, outcome: "Outcome") -> Iterator[str]:
    """Yield a line for each thing that the model had to say of a module's specs."""
    yield from (f"{module}: the model says of its specs: {each}" for each in outcome.advisories)


def _errors_of(outcome: "Outcome") -> Sequence[str]:
    """Return what is told of a module that failed: all dependencies that kept it from being tried in one text."""
    failed = outcome.failed_dependencies
    told = f"dependency failed: {', '.join(failed)}"
    return [Coded(told, codes.NEEDED_FAILED)] if failed else outcome.errors


def _mentions(text: str, module: str) -> bool:
    """Whether a text mentions a module, and not just one whose name begins or ends with the same words."""
    return re.search(rf"(?<![\w.]){re.escape(module)}(?!\w|\.\w)", text) is not None
