"""The sandbox: runs untrusted code in processes of its own, under limits, away from the keys of the caller.

There are three mechanisms. "bwrap", where bubblewrap is installed and works, is the strong one: no network,
no home, files read-only but for the scratch folder. "limits" needs nothing installed: an environment
without keys, limits on resources, a process tree that dies as a whole, and, as far as the kernel has them,
namespaces (no network, no sight of other processes) and Landlock (writes to the scratch folder only); it
can read what the user can. "off" is a plain child process. `supervisor.py` is the program that puts all this
on.
"""

import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from jaunt.config import SandboxConfig
from jaunt.errors import JauntConfigError
from jaunt.paths import PACKAGE
from jaunt.sandbox import supervisor as keeper

OWN_BYTECODE = ("-B", "-X", "pycache_prefix=")
"""Options with which Python loads what is installed from its bytecode: in the sandbox it would compile it anew."""

_PASSED_ON = ("PATH", "LANG", "LANGUAGE", "TZ", "TERM", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")
_SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/gnu")
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm")
_GRACE = 10.0  # seconds that the keeper has to clean up before it is killed itself
_MB = 1 << 20
_REASONS = {
    "exit": "ended with exit code {code}",
    "signal": "was killed by signal {signal}",
    "timeout": "took longer than {seconds} s",
    "cpu": "used more than {cpu_seconds} s of processor time",
    "memory": "used more than {memory_mb} MB of memory",
    "written": "wrote more than {file_mb} MB",
    "output": "printed more than {output_mb} MB",
    "processes": "had more than {processes} processes at a time",
    "stopped": "was stopped",
    "killed": "was killed together with its keeper",
}


@dataclass(frozen=True)
class Completed:
    """How a run ended. `exit_code` is negative for a signal, None where jaunt ended the run.

    `reason` is "ok" (exit code 0), "exit" (another one), "signal", or the limit that was exceeded: "timeout",
    "cpu", "memory", "written", "output" or "processes". `message` says it in words. `seconds` is wall time.
    """

    reason: str
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


@dataclass(frozen=True)
class Sandbox:
    """Runs programs under the mechanism and the limits of a configuration.

    `without` leaves out "namespaces" or "landlock", as on a kernel that has none.
    """

    config: SandboxConfig = field(default_factory=SandboxConfig)
    without: frozenset[str] = frozenset()

    @property
    def mechanism(self) -> str:
        """What is used: "bwrap", "limits" or "off".

        Raises JauntConfigError if the configuration asks for bwrap, or is strict, and bwrap doesn't work.
        """
        mode = self.config.mode
        problem = None if mode in ("limits", "off") else _problem_with("bwrap")
        if mode == "bwrap" and problem:
            raise JauntConfigError(f'sandbox.mode is "bwrap", but {problem}', hint=_INSTALL)
        if self.config.strict and mode in ("limits", "off"):
            raise JauntConfigError(
                f'sandbox.strict is true, but sandbox.mode is "{mode}"', hint='set mode to "auto" or "bwrap"'
            )
        if self.config.strict and problem:
            raise JauntConfigError(f"sandbox.strict is true, but {problem}", hint=_INSTALL)
        if mode == "auto":
            return "limits" if problem else "bwrap"
        return mode

    @property
    def is_weak(self) -> bool:
        """Whether generated code has about the rights of the user, which every command has to warn of."""
        return self.mechanism == "off" or (self.mechanism == "limits" and not (self._namespaces or self._landlock))

    def describe(self) -> str:
        """Return in one line what is active, and what isn't; raises JauntConfigError as `mechanism` does."""
        if self.mechanism == "off":
            return "NO SANDBOX: generated code runs with all of your rights and your whole environment"
        if self.mechanism == "bwrap":
            return "sandbox: bwrap (no network, no home, files read-only but for a scratch folder; limits)"
        has, lacks = ["limits", "no keys in the environment"], ["your files can be read"]
        (has if self._namespaces else lacks).append(
            "no network, processes of its own" if self._namespaces else "the network is open"
        )
        (has if self._landlock else lacks).append(
            "writes to a scratch folder only" if self._landlock else "your files can be changed"
        )
        missing = "" if self.config.mode == "limits" else f"; {_problem_with('bwrap')}"
        head = "WEAK SANDBOX" if self.is_weak else "sandbox"
        return f"{head}: {', '.join(has)}; but {', '.join(lacks)}{missing}"

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        scratch: Path | None = None,
        pythonpath: Sequence[Path | str] = (),
        readable: Sequence[Path | str] = (),
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        pass_fds: Collection[int] = (),
        halt: Halt | None = None,
    ) -> Completed:
        """Run a program to its end, or to the first limit that it exceeds; nothing of it is alive afterwards.

        `scratch`, a folder, is where it may write, by default one that is removed afterwards; `pythonpath`
        goes before PYTHONPATH; `readable` names further files and folders that it needs, besides `cwd`,
        `pythonpath` and the Python installation; `env` is added to the environment; `halt` ends the run.
        Raises JauntConfigError as `mechanism` does, and if the mechanism fails.
        """
        with ExitStack() as stack:
            scratch = (scratch or stack.enter_context(temporary_scratch())).resolve()
            for name in ("home", "tmp"):
                (scratch / name).mkdir(exist_ok=True)
            given, out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
            given.write(stdin)
            given.seek(0)
            environment = {**self._environment(scratch, pythonpath), **(env or {})}
            files = {"stdin": given, "stdout": out, "stderr": err, "cwd": cwd, "env": environment}
            begin = time.monotonic()
            if self.mechanism == "off":
                ended = self._run_plainly(argv, pass_fds, files, halt)
            else:
                ended = self._run_kept(argv, scratch, [cwd, *pythonpath, *readable], pass_fds, files, halt)
            return self._completed(ended, out, err, time.monotonic() - begin)

    @property
    def _namespaces(self) -> bool:
        return "namespaces" not in self.without and _problem_with("namespaces") is None

    @property
    def _landlock(self) -> bool:
        return "landlock" not in self.without and _problem_with("landlock") is None

    def _environment(self, scratch: Path, pythonpath: Sequence[Path | str]) -> dict[str, str]:
        allowed = {*_PASSED_ON, *self.config.env}
        everything = self.config.mode == "off"
        passed = {n: v for n, v in os.environ.items() if everything or n in allowed or n.startswith("LC_")}
        own = {"HOME": str(scratch / "home"), "TMPDIR": str(scratch / "tmp"), "PYTHONNOUSERSITE": "1"}
        cache = str(scratch / "pycache")
        callers = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        folders = os.pathsep.join(str(Path(folder).absolute()) for folder in [*pythonpath, *callers])
        return {**passed, **({} if everything else own), "PYTHONPATH": folders, "PYTHONPYCACHEPREFIX": cache}

    def _run_kept(
        self,
        argv: Sequence[str],
        scratch: Path,
        needed: Sequence[Path | str],
        pass_fds: Collection[int],
        files: dict[str, Any],
        halt: Halt | None,
    ) -> dict[str, Any]:
        """Run under the keeper; return what it says."""
        bwrap = self.mechanism == "bwrap"
        namespaces, landlock = (not bwrap and each for each in (self._namespaces, self._landlock))
        if not bwrap and not namespaces and not landlock:
            # The environment of this process, where the keys are, is then open to all processes of this user.
            keeper.hide_from_own_user()
        job = self._job(argv, pass_fds, namespaces=namespaces, writable=scratch if landlock else None)
        wrapper = _bwrap_command(scratch, Path(files["cwd"]), needed) if bwrap else []
        return _start_keeper(job, wrapper, files, halt)

    def _job(
        self,
        argv: Sequence[str],
        pass_fds: Collection[int] = (),
        *,
        namespaces: bool = False,
        writable: Path | None = None,
    ) -> keeper.SandboxOrder:
        limits = self.config
        devices = [f"/dev/{name}" for name in _DEVICES]
        return {
            "argv": [str(each) for each in argv],
            "control": -1,
            "keep": list(pass_fds),
            "namespaces": namespaces,
            "writable": None if writable is None else [str(writable), *devices],
            "tasks": _tasks_of_user(),
            "seconds": limits.seconds,
            "cpu_seconds": limits.cpu_seconds,
            "memory": limits.memory_mb * _MB,
            "written": limits.file_mb * _MB,
            "output": limits.output_mb * _MB,
            "processes": limits.processes,
            "open_files": limits.open_files,
        }

    def _run_plainly(
        self, argv: Sequence[str], pass_fds: Collection[int], files: dict[str, Any], halt: Halt | None
    ) -> dict[str, Any]:
        process = subprocess.Popen(argv, pass_fds=pass_fds, start_new_session=True, **files)
        if halt is not None:
            halt.add(process.kill)
        try:
            code = process.wait(self.config.seconds)
        except subprocess.TimeoutExpired:
            return {"reason": "timeout", "status": None}
        finally:
            _kill_group(process)
        if halt is not None and halt.called:
            return {"reason": "stopped", "status": None}
        return {"reason": "ok" if code == 0 else "exit" if code > 0 else "signal", "code": code}

    def _completed(self, ended: dict[str, Any], out: IO[bytes], err: IO[bytes], seconds: float) -> Completed:
        reason, status = ended["reason"], ended.get("status")
        if reason == "setup":
            raise JauntConfigError(
                f"the sandbox ({self.mechanism}) failed: {ended['message']}",
                hint='set mode under [sandbox] to "limits" or "off" if this system cannot do better',
            )
        code = ended.get("code") if status is None else os.waitstatus_to_exitcode(status)
        name = _signal_name(-code) if code is not None and code < 0 else ""
        message = _REASONS.get(reason, "").format(code=code, signal=name, **vars(self.config))
        stdout, stderr = (_read(each, self.config.output_mb * _MB) for each in (out, err))
        return Completed(reason, code, stdout, stderr, seconds, message)


@contextmanager
def temporary_scratch() -> Generator[Path]:
    """Give a new folder to write in, and remove it as far as what was put there lets itself be removed."""
    folder = tempfile.mkdtemp(prefix="jaunt-")
    try:
        yield Path(folder).resolve()
    finally:
        with suppress(RecursionError):  # folders can be nested deeper than Python before 3.13 can follow
            shutil.rmtree(folder, ignore_errors=True)


_INSTALL = "install bubblewrap, on a kernel that allows user namespaces"


@functools.cache
def _problem_with(mechanism: str) -> str | None:
    """Return why a mechanism doesn't work here, None if it does; found out by trying it, once a process."""
    if sys.platform != "linux":
        return f"{mechanism} is for Linux"
    if mechanism == "landlock":
        return None if keeper.landlock_version() else "the kernel has no Landlock"
    if mechanism == "bwrap" and shutil.which("bwrap") is None:
        return "bwrap is not installed"
    with temporary_scratch() as scratch, tempfile.TemporaryFile() as out:
        trial = SandboxConfig(mode="off", seconds=20)
        job = Sandbox(trial)._job([sys.executable, "-c", ""], namespaces=mechanism == "namespaces")
        wrapper = _bwrap_command(scratch, scratch, ()) if mechanism == "bwrap" else []
        ended = _start_keeper(job, wrapper, {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out})
        if ended["reason"] == "ok":
            return None
        return f"{mechanism} does not work here: {ended.get('message') or _tail(out) or ended['reason']}"


def _start_keeper(
    job: keeper.SandboxOrder, wrapper: Sequence[str], files: Mapping[str, Any], halt: Halt | None = None
) -> dict[str, Any]:
    """Run a job under the keeper, and that under the command `wrapper`; return what the keeper says of it."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            job = {**job, "control": theirs.fileno()}
            process = subprocess.Popen(
                [*wrapper, sys.executable, "-I", "-S", keeper.__file__, json.dumps(job)],
                pass_fds=[theirs.fileno(), *job["keep"]],
                start_new_session=True,
                **files,
            )
        if halt is not None:
            halt.add(lambda: _shut(ours))
        try:
            said = _listen(ours, job["seconds"] + _GRACE)
        finally:
            ours.close()  # which tells the keeper to stop
            _end(process)
    if halt is not None and halt.called:
        return {"reason": "stopped", "status": None}
    if said:
        return json.loads(said)
    if wrapper and process.returncode > 0:
        return {"reason": "setup", "status": None, "message": _tail(files["stderr"])}
    return {"reason": "killed", "status": None}


def _bwrap_command(scratch: Path, cwd: Path, needed: Sequence[Path | str]) -> list[str]:
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"]
    for folder in _SYSTEM_FOLDERS:
        command += ["--ro-bind-try", folder, folder]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for path in dict.fromkeys([*_python_paths(), *(str(Path(each).absolute()) for each in needed)]):
        real = os.path.realpath(path)
        command += ["--ro-bind-try", real, real]
        # A symlink below the working directory is there already, and nothing can be mounted on it.
        if real != path and cwd.absolute() not in Path(path).parents:
            command += ["--ro-bind-try", real, path]
    return [*command, "--bind", str(scratch), str(scratch), "--chdir", str(cwd.absolute()), "--"]


def _python_paths() -> Iterator[str]:
    """Yield the folders of this Python, its packages and its editable installs; never a whole home."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() fails for a user that has none
    program = Path(sys.executable)
    folders = [Path(PACKAGE), *map(Path, (sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path))]
    while program.is_symlink():
        program = program.parent / program.readlink()
        folders.append(program.parent)
    folders.append(Path(sys.base_prefix).resolve())
    for folder in folders:
        if folder.is_absolute() and folder.exists() and folder not in (home, *home.parents):
            yield os.path.normpath(folder)


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
    """Return what the keeper says until it ends; b"" if it says nothing, or nothing in time."""
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


def _end(process: subprocess.Popen[Any]) -> None:
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        _kill_group(process)


def _kill_group(process: subprocess.Popen[Any]) -> None:
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(file: IO[bytes], size: int) -> str:
    file.seek(0)
    return file.read(size).decode("utf-8", "replace")


def _tail(file: IO[bytes]) -> str:
    lines = _read(file, _MB).strip().splitlines()
    return lines[-1] if lines else ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
