"""Where a command's time went: named phases, for `--profile`. Nothing is counted unless a profile is being taken."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from jaunt.job import Outcome

MODULE_PHASES = {"model": "model_seconds", "checks": "check_seconds", "write": "write_seconds"}
"""The phases that modules go through side by side, and the fields of their outcomes."""

_current: ContextVar[dict[str, float] | None] = ContextVar("jaunt_profile", default=None)


def start_profile() -> None:
    """Begin to count."""
    _current.set({})


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Count the wall time of a block as a phase's."""
    seconds = _current.get()
    begin = time.perf_counter()
    try:
        yield
    finally:
        if seconds is not None:
            seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - begin


def profile_facts(outcomes: Iterable[Outcome]) -> dict[str, float]:
    """Return phase -> seconds: those of the whole command, then, summed over all modules, what these did side by side.

    `queue` is the time that modules spent on none of model, checks and write: waiting for a thread, mostly.
    """
    found = [outcome for outcome in outcomes if outcome.status == "generated" or outcome.attempts]
    sums = {name: sum(getattr(o, field) for o in found) for name, field in MODULE_PHASES.items()}
    queue = max(0.0, sum(o.seconds for o in found) - sum(sums.values()))
    return {**(_current.get() or {}), **({"queue": queue, **sums} if found else {})}
