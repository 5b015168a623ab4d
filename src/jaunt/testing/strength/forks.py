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

_MEMORY = 512 << 20
"""How many bytes a copy may take beyond what the process has that it is a copy of."""
_WALL = 5.0
"""The least time that a copy has by the clock, in seconds: what waits for nothing takes none of a processor's."""


@dataclass(frozen=True)
class Job:
    """What a copy does: `call` gives something that JSON can hold; it may take `seconds` of a processor's time."""

    name: str
    call: Callable[[], Any]
    seconds: float


@dataclass(frozen=True)
class Done:
    """How a copy ended: `answer` is what its call gave; None if it ended otherwise, by its limit if `is_late`."""

    name: str
    answer: Any
    is_late: bool


@dataclass
class _Copy:
    job: Job
    pid: int
    deadline: float
    said: bytearray = field(default_factory=bytearray)
    is_late: bool = False


def run_jobs(jobs: Sequence[Job], *, workers: int, close: Sequence[int] = ()) -> Iterator[Done]:
    """Do jobs in copies of this process, at most `workers` at a time, and yield how they ended, in any order.

    `close` are descriptors that a copy is not to have.
    """
    selector = selectors.DefaultSelector()
    pending = [*reversed(jobs)]
    while pending or selector.get_map():
        while pending and len(selector.get_map()) < workers:
            copy, answers = _start(pending.pop(), close)
            selector.register(answers, selectors.EVENT_READ, copy)
        for key, _ in selector.select(0.1):
            copy = key.data
            if read := os.read(key.fd, 1 << 16):
                copy.said += read
            else:
                selector.unregister(key.fd)
                os.close(key.fd)
                yield _end(copy)
        for key in [*selector.get_map().values()]:
            if time.monotonic() > key.data.deadline:
                key.data.is_late = True
                _kill(key.data.pid)


def _start(job: Job, close: Sequence[int]) -> tuple[_Copy, int]:
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        for descriptor in [ours, *close]:
            with suppress(OSError):
                os.close(descriptor)
        _work(job, theirs)
    os.close(theirs)
    return _Copy(job, pid, time.monotonic() + max(_WALL, 2 * job.seconds)), ours


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
        said = json.dumps(job.call()).encode()
        while said:
            said = said[os.write(answers, said) :]

    os._exit(0 if caught(work) is None else 1)


def _limit_memory() -> None:
    """Keep what allocates without an end from taking the whole run with it."""
    if not sys.platform.startswith("linux"):
        return
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - no pathlib in each copy
        size = int(file.read().split()[0]) * resource.getpagesize()
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
            answer = json.loads(copy.said)
    return Done(copy.job.name, answer, late)


def _kill(group: int) -> None:
    with suppress(OSError):  # it has ended, and was alone
        os.killpg(group, signal.SIGKILL)
