"""Starting the supervisor of a sandbox, and waiting for what it says."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from jaunt.config import SandboxConfig
from jaunt.process.frozen import frozen
from jaunt.process.python import python_command
from jaunt.process.tree import kill_group
from jaunt.sandbox.order import Ended, SandboxOrder
from jaunt.sandbox.program import Halt
from jaunt.text.lines import last_line
from jaunt.text.sizes import MB

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm")
_GRACE = 10.0  # seconds that the supervisor has to clean up before it is killed itself
_ISOLATED = ("-I", "-S")


@frozen
class Surroundings:
    """What a process is started in: its streams, its folder and its environment; None is this process's own."""

    stdin: IO[bytes] | int
    stdout: IO[bytes]
    stderr: IO[bytes]
    cwd: Path | None = None
    env: Mapping[str, str] | None = None

    def start(self, command: Sequence[str], pass_fds: Sequence[int]) -> subprocess.Popen[bytes]:
        """Start a program as the leader of a process group of its own."""
        return subprocess.Popen(
            command,
            stdin=self.stdin,
            stdout=self.stdout,
            stderr=self.stderr,
            cwd=self.cwd,
            env=self.env,
            pass_fds=pass_fds,
            start_new_session=True,
        )

    def forget(self) -> None:
        """Let another program begin where one has failed that could not be started."""
        if not isinstance(self.stdin, int):
            self.stdin.seek(0)
        for stream in (self.stdout, self.stderr):
            stream.seek(0)
            stream.truncate()


def order_for(
    argv: Sequence[str],
    limits: SandboxConfig,
    scratch: Path,
    *,
    pass_fds: Sequence[int] = (),
    namespaces: bool = False,
    writable: Sequence[Path | str] | None = None,
    mounted: Sequence[Path | str] | None = None,
) -> SandboxOrder:
    """Return the order to run a program, which writes to `scratch`.

    With `writable`, Landlock lets it write to these folders alone, with `mounted` its own mounts do.
    """
    devices = [f"/dev/{name}" for name in _DEVICES]
    return {
        "argv": [str(each) for each in argv],
        "scratch": str(scratch),
        "control": -1,
        "keep": list(pass_fds),
        "namespaces": namespaces,
        "network": limits.network is True,
        "doors": [],
        "through": -1,
        "mounted": None if mounted is None else [*map(str, mounted)],
        "writable": None if writable is None else [*map(str, writable), *devices],
        "tasks": _tasks_of_user(),
        "seconds": limits.seconds,
        "cpu_seconds": limits.cpu_seconds,
        "memory": limits.memory_mb * MB,
        "written": limits.file_mb * MB,
        "output": limits.output_mb * MB,
        "processes": limits.processes,
        "open_files": limits.open_files,
    }


def run_supervised(
    order: SandboxOrder, wrapper: Sequence[str], surroundings: Surroundings, halt: Halt | None = None
) -> Ended:
    """Carry out an order under a supervisor, and that under the command `wrapper`; return what the supervisor says."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            order = {**order, "control": theirs.fileno()}
            command = python_command("jaunt.sandbox.supervisor", json.dumps(order), options=_ISOLATED)
            passed = [each for each in (theirs.fileno(), order["through"], *order["keep"]) if each >= 0]
            process = surroundings.start([*wrapper, *command], passed)
        if halt is not None:
            halt.add(lambda: _shut(ours))
        try:
            said = _listen(ours, order["seconds"] + _GRACE)
        finally:
            ours.close()  # which tells the supervisor to stop
            _end(process)
    if halt is not None and halt.called:
        return Ended(reason="stopped", exit_code=None)
    if said:
        return json.loads(said)
    if process.returncode > 0:  # no untrusted code can bring that about
        return Ended(reason="setup", exit_code=None, message=last_line_of(surroundings.stderr))
    return Ended(reason="killed", exit_code=None)


def _tasks_of_user() -> int:
    """Return how many threads this user has: the kernel counts them against the limit on processes."""
    total = 0
    for process in Path("/proc").glob("[0-9]*") if os.geteuid() else ():
        with suppress(OSError):
            if process.stat().st_uid == os.geteuid():
                total += sum(1 for _ in (process / "task").iterdir())
    return total


def _shut(control: socket.socket) -> None:
    with suppress(OSError):  # closed already
        control.shutdown(socket.SHUT_RDWR)


def _listen(control: socket.socket, seconds: float) -> bytes:
    """Return what the supervisor says until it ends; b"" if it says nothing, or nothing in time."""
    deadline = time.monotonic() + seconds
    said = b""
    with suppress(TimeoutError, ConnectionError):
        while True:
            control.settimeout(max(0.001, deadline - time.monotonic()))
            received = control.recv(65536)
            if not received:
                break
            said += received
    return said


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        kill_group(process.pid)
        process.wait()


def read_text(file: IO[bytes], size: int) -> str:
    """Return the first `size` bytes of a file as text."""
    file.seek(0)
    return file.read(min(size, os.fstat(file.fileno()).st_size)).decode("utf-8", "replace")


def last_line_of(file: IO[bytes]) -> str:
    """Return the last line that a program printed into a file, "" if there is none."""
    return last_line(read_text(file, MB))
