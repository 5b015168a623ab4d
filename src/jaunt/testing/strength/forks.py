"""Copies of a warm process: each does one job, may end in any way, and is given a limit of time.

This stands in the sandbox, in a process that has imported what is slow to import.
"""

import json
import os
import resource
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

from jaunt.process.boundary import caught
from jaunt.process.frozen import frozen

_MEMORY = 512 << 20
"""How many bytes a copy may take beyond what the process has that it is a copy of."""
_UNSEEN_WAIT = 4.0
"""How long a copy may take none of a processor's time, in seconds, where the system doesn't say if it wants any."""
_RESTING = 0.2
"""How long a copy has to have waited, in seconds, to leave its place to another one."""
_COPIES_A_WORKER = 4
_LONGEST = 60.0
"""How long a copy has by the clock in any case, in seconds."""


@frozen
class Job:
    """What a copy does: `call` gives something that JSON can hold.

    It may take `seconds` of a processor's time, and `waits` of waiting for something else than a processor.
    """

    name: str
    call: Callable[[], Any]
    seconds: float
    waits: float = 60.0


@frozen
class Done:
    """How a copy ended: `answer` is what its call gave; None if it ended otherwise, by its limit if `is_late`."""

    name: str
    answer: Any
    is_late: bool


@dataclass
class _Copy:
    job: Job
    pid: int
    begun: float
    said: bytearray = field(default_factory=bytearray)
    is_late: bool = False
    used: float = 0.0
    since: float = 0.0
    waited: float = 0.0

    def hear(self, answers: int) -> bool:
        """Take in what it has said; return whether that is all. A process that it has started may keep its end open."""
        with suppress(BlockingIOError):
            while read := os.read(answers, 1 << 16):
                self.said += read
            return True
        return self.said.endswith(b"\n")

    def has_ended(self) -> bool:
        """Whether it has ended; it is buried later."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def look(self) -> None:
        """Kill it where it is late: if it has waited too long, or had all of its time.

        What it does while others take the processors is no waiting, so that the machine's load changes nothing.
        """
        now, used = time.monotonic(), _processor_time(self.pid)
        if used > self.used:
            self.used, self.since = used, now
        queued, waits = _queued(self.pid), self.job.waits
        if queued is None:  # all that is known is when it was last seen to work
            self.waited, waits = now - max(self.since, self.begun), max(waits, _UNSEEN_WAIT)
        else:
            self.waited = now - self.begun - used - queued
        is_over = self.waited > waits or now > self.begun + max(_LONGEST, self.job.seconds)
        if is_over and not self.is_late:
            self.is_late = True
            _kill(self.pid)

    @property
    def rests(self) -> bool:
        """Whether it mostly waits: others may work meanwhile."""
        return self.waited > max(_RESTING, (time.monotonic() - self.begun) / 2)


def run_jobs(jobs: Sequence[Job], *, workers: int, close: Sequence[int] = ()) -> Iterator[Done]:
    """Do jobs in copies of this process, and yield how they ended, in any order.

    At most `workers` work at a time; those that wait for something are not counted, but for a limit of memory's sake.
    `close` are descriptors that a copy is not to have.
    """
    selector = selectors.DefaultSelector()
    pending = [*reversed(jobs)]
    while pending or selector.get_map():
        copies: list[_Copy] = [key.data for key in selector.get_map().values()]
        free = min(workers - sum(not copy.rests for copy in copies), workers * _COPIES_A_WORKER - len(copies))
        for _ in range(min(free, len(pending))):
            copy, answers = _start(pending.pop(), close)
            selector.register(answers, selectors.EVENT_READ, copy)
        ready = {key.fd for key, _ in selector.select(0.1)}
        for key in [*selector.get_map().values()]:
            copy = key.data
            copy.look()
            has_ended = copy.has_ended()  # looked at before it is heard: it says nothing after that
            if ((key.fd in ready or has_ended) and copy.hear(key.fd)) or has_ended:
                selector.unregister(key.fd)
                os.close(key.fd)
                yield _end(copy)


def _start(job: Job, close: Sequence[int]) -> tuple[_Copy, int]:
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        for descriptor in [ours, *close]:
            with suppress(OSError):
                os.close(descriptor)
        _work(job, theirs)
    os.close(theirs)
    os.set_blocking(ours, False)
    return _Copy(job, pid, time.monotonic()), ours


def _work(job: Job, answers: int) -> NoReturn:
    """Do a job, say what came of it, and end, whatever it has raised."""
    os.setpgid(0, 0)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.set_inheritable(answers, False)
    signal.setitimer(signal.ITIMER_PROF, job.seconds)  # the signal that it sends ends the process
    _limit_memory()

    def work() -> None:
        said = json.dumps(job.call()).encode() + b"\n"
        while said:
            said = said[os.write(answers, said) :]

    os._exit(0 if caught(work) is None else 1)


def _limit_memory() -> None:
    """Keep what allocates without an end from taking the whole run with it."""
    if not sys.platform.startswith("linux"):
        return
    size = int(_read("/proc/self/statm").split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (size + _MEMORY, hard))


def _end(copy: _Copy) -> Done:
    """Bury a copy, with all that it has started."""
    _kill(copy.pid)
    _, status = os.waitpid(copy.pid, 0)
    late = copy.is_late or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF)
    answer = None
    if not late and os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL):
        with suppress(ValueError):
            answer = json.loads(copy.said) if copy.said.endswith(b"\n") else None
    return Done(copy.job.name, answer, late)


def _processor_time(pid: int) -> float:
    """Return what a process took of a processor, in seconds; 0.0 where that can't be told.

    The number of its clock is made of its own as the kernel makes it: /proc may be that of an outer namespace.
    """
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except (OSError, AttributeError):
        return 0.0


def _queued(pid: int) -> float | None:
    """Return how long a process has wanted a processor and had none, in seconds; None where that can't be told.

    One that wants one now counts as one that has waited for nothing else.
    """
    try:
        if os.readlink("/proc/self") != str(os.getpid()):  # noqa: PTH115
            return None  # the numbers are those of an outer namespace
        state, times = (_read(f"/proc/{pid}/{name}") for name in ("stat", "schedstat"))
        is_wanting = state.rpartition(b") ")[2][:1] in (b"R", b"D")
        return float("inf") if is_wanting else int(times.split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return None


def _read(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - no pathlib in each copy
        return file.read()


def _kill(group: int) -> None:
    with suppress(OSError):  # it has ended, and was alone
        os.killpg(group, signal.SIGKILL)
