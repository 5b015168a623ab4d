"""What a person is told: a line a module as it ends, a summary, and each error in one line with its hint."""

import sys
import time
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from jaunt.errors import JauntError

if TYPE_CHECKING:  # `jaunt --version` needs none of these
    from jaunt.job import Job, Outcome
    from jaunt.plan import Plan


class Progress:
    """Prints a line for each module as it ends; it is the engine's listener."""

    def __init__(self, total: int, *, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._total = total
        self._done = 0
        self._out = out
        self._err = err
        self._said: set[str] = set()

    def __call__(self, event: str, job: "Job", outcome: "Outcome | None") -> None:
        """Take one of the engine's events."""
        if event != "finished" or outcome is None:
            return
        self._done += 1
        width = len(str(self._total))
        say(
            f"[{self._done:>{width}}/{self._total}] {outcome.status:<10} {job.module:<32} {outcome.seconds:5.1f} s",
            self._out,
        )
        for text in outcome.errors:
            # Every module of a dependency cycle fails with the same words: once is enough.
            if text not in self._said:
                self._said.add(text)
                print_error(text if job.module in text else f"{job.module}: {text}", self._err)
        for text in outcome.warnings:
            print_warning(text, self._err)


class Stopwatch:
    """Wall time in seconds since it was made."""

    def __init__(self) -> None:
        self._begin = time.perf_counter()

    @property
    def seconds(self) -> float:
        """The time so far."""
        return time.perf_counter() - self._begin


def say(text: str, out: TextIO | None = None) -> None:
    """Print a line of the result."""
    print(text, file=out or sys.stdout, flush=True)


def print_error(error: JauntError | str, err: TextIO | None = None) -> None:
    """Print one error as one line, its hint in parentheses."""
    hint = f" ({error.hint})" if isinstance(error, JauntError) and error.hint else ""
    print(f"error: {one_line(str(error))}{hint}", file=err or sys.stderr, flush=True)


def print_warning(text: str, err: TextIO | None = None) -> None:
    """Print one warning."""
    print(f"warning: {one_line(text)}", file=err or sys.stderr, flush=True)


def print_summary(plan: "Plan", outcomes: Iterable["Outcome"], seconds: float, out: TextIO | None = None) -> None:
    """Print what a build came to, in one line."""
    counts = Counter(outcome.status for outcome in outcomes)
    counts["fresh"] += len(plan.fresh)
    parts = [f"{counts[status]} {status}" for status in ("generated", "fresh", "failed", "interrupted") if counts[status]]
    say(f"{', '.join(parts) or 'no spec modules'} in {seconds:.1f} s", out)


def print_edited(plan: "Plan", err: TextIO | None = None) -> None:
    """Warn of the generated files that are up to date but were edited by hand."""
    for module, verdict in plan.verdicts.items():
        if verdict.protected and not verdict.stale:
            path = plan.project.generated_path(module)
            print_warning(f"{path} was edited by hand; it is left alone (--force regenerates it)", err)


def print_status(plan: "Plan", out: TextIO | None = None) -> None:
    """Print each module's state and the reason for it."""
    width = max((len(module) for module in plan.verdicts), default=0)
    for module, verdict in plan.verdicts.items():
        reason = "" if verdict.state in ("fresh", "unbuilt") else f"  {one_line(verdict.reason)}"
        say(f"{verdict.state:<8} {module:<{width}}{reason}".rstrip(), out)
    counts = Counter(verdict.state for verdict in plan.verdicts.values())
    say(", ".join(f"{count} {state}" for state, count in counts.items()) or "no spec modules", out)


def one_line(text: str) -> str:
    """Return a text without line breaks."""
    return " ".join(text.split())
