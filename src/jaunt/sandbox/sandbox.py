"""The sandbox: runs untrusted code in processes of its own, under limits, away from the keys of the caller.

There are three mechanisms. "bwrap", where bubblewrap is installed and works, is the strong one: no network,
no home, files read-only but for the scratch folder. "limits" needs nothing installed: an environment
without keys, limits on resources, a process tree that dies as a whole, and, as far as the kernel has them,
namespaces (no network, no sight of other processes) and Landlock (writes to the scratch folder only); it
can read what the user can. "off" is a plain child process. `supervisor.py` is the program that puts all this
on.
"""

import os
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import field
from pathlib import Path

from jaunt import codes
from jaunt.config import SandboxConfig
from jaunt.config.values import LOOPBACK
from jaunt.errors import JauntConfigError
from jaunt.files.scratch import temporary_scratch
from jaunt.process.frozen import frozen
from jaunt.process.tree import kill_group
from jaunt.sandbox import linux
from jaunt.sandbox.bubblewrap import bwrap_command
from jaunt.sandbox.environment import environment_of_run
from jaunt.sandbox.forwarding import forwarding
from jaunt.sandbox.loopback import open_doors
from jaunt.sandbox.mechanism import may_work, note_works, problem_with
from jaunt.sandbox.order import Ended, SandboxOrder
from jaunt.sandbox.program import Completed, Halt, Program
from jaunt.sandbox.supervision import Surroundings, order_for, read_text, run_supervised
from jaunt.text.sizes import MB

OWN_BYTECODE = ("-B", "-X", "pycache_prefix=")
"""Options with which Python loads what is installed from its bytecode: in the sandbox it would compile it anew."""

_NETWORKS: dict[bool | str, str] = {
    False: "no network",
    LOOPBACK: "of the network only the TCP servers of this machine",
    True: "the network is open",
}
_INSTALL = "install bubblewrap, on a kernel that allows user namespaces"
_MESSAGES = {
    "exit": "ended with exit code {code}",
    "signal": "was killed by signal {signal}",
    "timeout": "took longer than {seconds} s",
    "cpu": "used more than {cpu_seconds} s of processor time",
    "memory": "used more than {memory_mb} MB of memory",
    "written": "wrote more than {file_mb} MB",
    "output": "printed more than {output_mb} MB",
    "processes": "had more than {processes} processes at a time",
    "stopped": "was stopped",
    "killed": "was killed together with its supervisor",
}


@frozen
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
        problem = None if mode in ("limits", "off") else problem_with("bwrap")
        if mode == "bwrap" and problem:
            raise JauntConfigError(f'sandbox.mode is "bwrap", but {problem}', hint=_INSTALL, code=codes.SANDBOX)
        if self.config.strict and mode in ("limits", "off"):
            told = f'sandbox.strict is true, but sandbox.mode is "{mode}"'
            raise JauntConfigError(told, hint='set mode to "auto" or "bwrap"', code=codes.SANDBOX)
        if self.config.strict and problem:
            raise JauntConfigError(f"sandbox.strict is true, but {problem}", hint=_INSTALL, code=codes.SANDBOX)
        if mode == "auto":
            return "limits" if problem else "bwrap"
        return mode

    @property
    def is_weak(self) -> bool:
        """Whether generated code has about the rights of the user, which every command has to warn of."""
        return self.mechanism == "off" or (
            self.mechanism == "limits" and not (self.has_namespaces or self.has_landlock)
        )

    def describe(self) -> str:
        """Return in one line what is active, and what isn't; raises JauntConfigError as `mechanism` does."""
        if self.mechanism == "off":
            return "NO SANDBOX: generated code runs with all of your rights and your whole environment"
        opened = self._opened()
        network = _NETWORKS[self.config.network]
        if self.mechanism == "bwrap":
            text = f"sandbox: bwrap ({network}, no home, files read-only but for a scratch folder; limits)"
            return "; ".join([text, *opened])
        has, lacks = ["limits", "no keys in the environment"], ["your files can be read"]
        if self.has_namespaces:
            has += [*([] if self.config.network is True else [network]), "processes of its own"]
        if not self.has_namespaces or self.config.network is True:
            lacks.append(_NETWORKS[True])
        if self.has_landlock or self.has_mounts:
            has.append("writes to a scratch folder only")
        else:
            lacks.append("your files can be changed")
        if not self.has_mounts:
            lacks.append("modes and times of your files can be changed, sockets in your folders be reached")
        missing = "" if self.config.mode == "limits" else f"; {problem_with('bwrap')}"
        head = "WEAK SANDBOX" if self.is_weak else "sandbox"
        return "; ".join([f"{head}: {', '.join(has)}; but {', '.join(lacks)}{missing}", *opened])

    def _opened(self) -> list[str]:
        """Return what the configuration opens of files, in words."""
        config = self.config
        variables = [f"variables {', '.join(config.env)}"] if config.env else []
        found = [f"[sandbox] lets it read {', '.join([*config.read, *variables])}"] if config.read or variables else []
        return found + ([f"[sandbox] lets it write to {', '.join(config.write)}"] if config.write else [])

    def run(self, program: Program, *, scratch: Path | None = None, halt: Halt | None = None) -> Completed:
        """Run a program to its end, or to the first limit that it exceeds; nothing of it is alive afterwards.

        `scratch`, a folder, is where it may write, by default one that is removed afterwards; `halt` ends the run.
        Raises JauntConfigError as `mechanism` does, and if the mechanism fails.
        """
        with ExitStack() as stack:
            scratch = (scratch or stack.enter_context(temporary_scratch())).resolve()
            for name in ("home", "tmp", "shm"):
                (scratch / name).mkdir(exist_ok=True)
            given, out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
            given.write(program.stdin)
            given.seek(0)
            environment = {**environment_of_run(self.config, scratch, program.pythonpath), **program.env}
            surroundings = Surroundings(given, out, err, program.cwd, environment)
            begin = time.monotonic()
            if self.mechanism == "off":
                ended = _run_plainly(program, surroundings, self.config.seconds, halt)
            else:
                ended = self._run_supervised(program, scratch, surroundings, halt)
            return self._completed(ended, surroundings, time.monotonic() - begin)

    @property
    def has_namespaces(self) -> bool:
        """Whether the kernel lets "limits" make namespaces."""
        return "namespaces" not in self.without and problem_with("namespaces") is None

    @property
    def has_landlock(self) -> bool:
        """Whether the kernel has Landlock for "limits"."""
        return "landlock" not in self.without and problem_with("landlock") is None

    @property
    def has_mounts(self) -> bool:
        """Whether the kernel lets "limits" make files read-only, and hide sockets, by mounts of its own."""
        return self.has_namespaces and "mounts" not in self.without and problem_with("mounts") is None

    def _run_supervised(self, program: Program, scratch: Path, surroundings: Surroundings, halt: Halt | None) -> Ended:
        """Run a program by all that this system offers; that mounts work is known by a run that ends well with them."""
        tries_mounts = self.mechanism == "limits" and not self.without and may_work("mounts")
        if tries_mounts:
            ended = self._run_by(program, scratch, surroundings, halt, mounts=True)
            if ended["reason"] == "ok":
                note_works("mounts")
            if ended["reason"] in ("ok", "stopped") or self.has_mounts:
                return ended
            surroundings.forget()
        return self._run_by(program, scratch, surroundings, halt, mounts=self.has_mounts)

    def _run_by(
        self, program: Program, scratch: Path, surroundings: Surroundings, halt: Halt | None, *, mounts: bool
    ) -> Ended:
        bwrap = self.mechanism == "bwrap"
        namespaces, landlock = not bwrap and (mounts or self.has_namespaces), self.has_landlock
        if not bwrap and not namespaces and not landlock:
            # The environment of this process, where the keys are, is then open to all processes of this user.
            linux.hide_from_own_user()
        read, write = (
            [_absolute(each, program.cwd) for each in paths] for paths in (self.config.read, self.config.write)
        )
        writable = [scratch, *write]
        order = order_for(
            program.argv,
            self.config,
            scratch,
            pass_fds=program.pass_fds,
            namespaces=namespaces,
            writable=[*writable, *(["/tmp", "/var/tmp"] if bwrap else [])] if landlock else None,
            mounted=writable if namespaces and mounts else None,
        )
        needed = [program.cwd, *program.pythonpath, *program.readable, *read]
        network = self.config.network
        wrapper = bwrap_command(writable, program.cwd, needed, network=network is True) if bwrap else []
        if network == LOOPBACK and (bwrap or namespaces):
            with forwarding() as through:
                opened: SandboxOrder = {**order, "doors": open_doors(), "through": through}
                return run_supervised(opened, wrapper, surroundings, halt)
        return run_supervised(order, wrapper, surroundings, halt)

    def _completed(self, ended: Ended, surroundings: Surroundings, seconds: float) -> Completed:
        reason, code = ended["reason"], ended["exit_code"]
        if reason == "setup":
            raise JauntConfigError(
                f"the sandbox ({self.mechanism}) failed: {ended.get('message', '')}",
                hint='set mode under [sandbox] to "limits" or "off" if this system cannot do better',
                code=codes.SANDBOX,
            )
        name = _signal_name(-code) if code is not None and code < 0 else ""
        message = _MESSAGES.get(reason, "").format(code=code, signal=name, **vars(self.config))
        most = self.config.output_mb * MB
        stdout, stderr = (read_text(each, most) for each in (surroundings.stdout, surroundings.stderr))
        return Completed(reason, code, stdout, stderr, seconds, message)


def _absolute(path: str, cwd: Path) -> str:
    """Return a path of the configuration, `~` as the home of the user, as from the project's folder."""
    return os.path.normpath(cwd.absolute() / os.path.expanduser(path))  # noqa: PTH111 - fails for a user without a home


def _run_plainly(program: Program, surroundings: Surroundings, seconds: float, halt: Halt | None) -> Ended:
    process = surroundings.start(program.argv, program.pass_fds)
    if halt is not None:
        halt.add(process.kill)
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return Ended(reason="timeout", exit_code=None)
    finally:
        kill_group(process.pid)
        process.wait()
    if halt is not None and halt.called:
        return Ended(reason="stopped", exit_code=None)
    return Ended(reason="ok" if code == 0 else "exit" if code > 0 else "signal", exit_code=code)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
