"""A program that is run in a sandbox, what came of it, and how to end it from another thread."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from jaunt.process.frozen import frozen
from jaunt.sandbox.order import Reason


@frozen
class Program:
    """What is to run.

    `cwd` is the folder that it runs in; `pythonpath` goes before PYTHONPATH; `readable` names further files and folders
    that it needs, besides `cwd`, `pythonpath` and the Python installation; `env` is added to the environment;
    `pass_fds` are descriptors that it gets.
    """

    argv: Sequence[str]
    cwd: Path
    pythonpath: Sequence[Path | str] = ()
    readable: Sequence[Path | str] = ()
    stdin: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict)
    pass_fds: Sequence[int] = ()


@frozen
class Completed:
    """How a run ended. `exit_code` is negative for a signal, None where jaunt ended the run.

    `reason` is "ok" (exit code 0), "exit" (another one), "signal", or the limit that was exceeded: "timeout",
    "cpu", "memory", "written", "output" or "processes". `message` says it in words. `seconds` is wall time.
    """

    reason: Reason
    exit_code: int | None
    stdout: str
    stderr: str
    seconds: float
    message: str


class Halt:
    """Ends runs that other threads wait for: hand it to `Sandbox.run`, then call it.

    What is run with it later ends at once. So a cancelled task of asyncio can end the run that it put into a
    thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ends: list[Callable[[], object]] = []
        self.called = False

    def __call__(self) -> None:
        with self._lock:
            self.called = True
            ends = [*self._ends]
        for end in ends:
            end()

    def add(self, end: Callable[[], object]) -> None:
        """Have `end` called when this is, or at once if it was; it must do no harm after the run."""
        with self._lock:
            self._ends.append(end)
        if self.called:
            end()
