"""The tree of processes: ends a group and all else that was started from it; what a forked child has to forget."""

# pathlib would double the start-up time of what uses this: a supervisor, a keeper.
# ruff: noqa: PTH123, PTH208

import os
import signal
import sys
from collections.abc import Callable, Collection
from contextlib import suppress

SWEEPS = 1_000
"""Rounds of killing at most: what is born meanwhile is found in the next one, what can't be killed in each."""


def kill_group(group: int) -> None:
    """Kill a process group; nothing happens if there is none any more."""
    with suppress(OSError):
        os.killpg(group, signal.SIGKILL)


def kill_tree(group: int | None, others: Callable[[], Collection[int]]) -> None:
    """Kill a process group, if it is known, and the processes that `others` finds, until it finds none."""
    if group is not None:
        kill_group(group)
    for _ in range(SWEEPS):
        alive = others()
        if not alive:
            return
        for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped first: else a fork bomb outruns the kills
            for process in alive:
                with suppress(OSError):
                    os.kill(process, number)


def processes_with(mark: bytes) -> list[int]:
    """Return the processes with a variable in their environment; nothing where the system has no /proc."""
    found: list[int] = []
    for name in os.listdir("/proc") if sys.platform == "linux" else ():
        with suppress(OSError):  # it has ended, or is another user's
            if name.isdigit() and mark in _environment(name):
                found.append(int(name))
    return found


def _environment(process: str) -> bytes:
    with open(f"/proc/{process}/environ", "rb") as file:
        return file.read()


def in_forked_children(forget: Callable[[], object]) -> None:
    """Have `forget` called at the start of each process that is forked from this one; not where nothing forks.

    Threads and event loops of the parent are not forked with it.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)
