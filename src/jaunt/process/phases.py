"""Where a command's time went: wall time by phase, for `--profile`. Nothing is counted unless a profile is taken."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[dict[str, float] | None] = ContextVar("jaunt_profile", default=None)


def start_profile() -> dict[str, float]:
    """Begin to count; return phase -> seconds, filled as phases end."""
    seconds: dict[str, float] = {}
    _current.set(seconds)
    return seconds


@contextmanager
def phase(name: str) -> Generator[None]:
    """Count the wall time of a block as a phase's."""
    seconds = _current.get()
    begin = time.perf_counter()
    try:
        yield
    finally:
        if seconds is not None:
            seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - begin
