"""The tree killer: ends a process group, and all else that was started from it."""

import os
import signal
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
