"""Whether this process may have what many calls at a time need: open files and threads."""

import _thread
import os
import sys
import time
from contextlib import suppress

from jaunt import codes
from jaunt.errors import JauntConfigError

try:
    import resource
except ImportError:  # Windows, which has no such limits
    resource = None

_OTHER_FILES = 16
"""Open files that a build needs besides those of its calls, for servers and sandboxes; and four a processor."""
_OTHER_THREADS = 16
_GONE_SECONDS = 2.0
"""How long threads that pass through a gate may take; one that takes longer has died."""


def require_resources(calls: int, *, files_a_call: int = 1) -> None:
    """Raise JauntConfigError unless there can be as many calls at a time; a limit that may be raised is raised."""
    needed = calls * files_a_call + _OTHER_FILES + 4 * (os.cpu_count() or 1)
    most = _open_files(needed)
    if most is not None:
        raise JauntConfigError(
            f"{calls} calls at a time need about {needed:,} open files, this process may have {most:,}",
            hint="raise the limit (ulimit -n), or lower jobs in [build]",
            code=codes.MACHINE,
        )
    started = _started_threads(calls + _OTHER_THREADS)
    if started < calls + _OTHER_THREADS:
        raise JauntConfigError(
            f"{calls} calls at a time need {calls + _OTHER_THREADS} threads, this process can start {started}",
            hint="raise the limit on processes or memory (ulimit -u, ulimit -v), or lower jobs in [build]",
            code=codes.MACHINE,
        )


def _open_files(needed: int) -> int | None:
    """Return how many files this process may have open, if that is less than needed; else None."""
    if resource is None:
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return soft if soft != resource.RLIM_INFINITY and soft < needed else None


def _started_threads(count: int) -> int:
    """Return how many of `count` threads can be there at a time; they are gone then.

    Not threading's: where memory runs out, its `start` may wait for ever for a thread that has died of that.
    """
    gate, gone, started = _thread.allocate_lock(), list[None](), 0
    usual = sys.unraisablehook
    # What a thread died of is not told: that it is not there counts. A function of Python's could not be called then.
    sys.unraisablehook = callable
    try:
        with gate, suppress(RuntimeError, MemoryError):  # "can't start new thread"
            for _ in range(count):
                _thread.start_new_thread(_pass, (gate, gone))
                started += 1
        until = time.monotonic() + _GONE_SECONDS
        while len(gone) < started and time.monotonic() < until:
            time.sleep(0.001)
    finally:
        sys.unraisablehook = usual
    return len(gone)


def _pass(gate: _thread.LockType, gone: list[None]) -> None:
    with gate:
        gone.append(None)
