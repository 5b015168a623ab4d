"""What this system offers to confine a program with, found out by trying it."""

import shutil
import subprocess
import sys
import tempfile
from typing import Literal

from jaunt.config import SandboxConfig
from jaunt.files.scratch import temporary_scratch
from jaunt.sandbox import linux
from jaunt.sandbox.bubblewrap import bwrap_command
from jaunt.sandbox.supervision import Surroundings, last_line_of, order_for, run_supervised

Mechanism = Literal["bwrap", "namespaces", "mounts", "landlock"]
"""The parts of a sandbox; "mounts" are those that "namespaces" may have."""


_known: dict[Mechanism, str | None] = {}


def problem_with(mechanism: Mechanism) -> str | None:
    """Return why a mechanism doesn't work here, None if it does; found out by trying it, once a process."""
    if mechanism not in _known:
        _known[mechanism] = _find_problem(mechanism)
    return _known[mechanism]


def may_work(mechanism: Mechanism) -> bool:
    """Whether a mechanism works here, or nobody knows yet: to find out takes 60 ms, as long as a short run."""
    return sys.platform == "linux" and _known.get(mechanism) is None


def note_works(mechanism: Mechanism) -> None:
    """Note that a program has run well by a mechanism."""
    _known[mechanism] = None


def _find_problem(mechanism: Mechanism) -> str | None:
    if sys.platform != "linux":
        return f"{mechanism} is for Linux"
    if mechanism == "landlock":
        return None if linux.landlock_version() else "the kernel has no Landlock"
    if mechanism == "namespaces" and problem_with("mounts") is None:
        return None
    if mechanism == "bwrap" and shutil.which("bwrap") is None:
        return "bwrap is not installed"
    with temporary_scratch() as scratch, tempfile.TemporaryFile() as out:
        order = order_for(
            [sys.executable, "-c", ""],
            SandboxConfig(seconds=20),
            scratch,
            namespaces=mechanism in ("namespaces", "mounts"),
            mounted=[scratch] if mechanism == "mounts" else None,
        )
        wrapper = bwrap_command([scratch], scratch, ()) if mechanism == "bwrap" else []
        ended = run_supervised(order, wrapper, Surroundings(subprocess.DEVNULL, out, out))
        if ended["reason"] == "ok":
            return None
        return f"{mechanism} does not work here: {ended.get('message') or last_line_of(out) or ended['reason']}"
