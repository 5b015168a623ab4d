"""Runs in the sandbox for tasks of asyncio: each in a thread, and ended with the task that waits for it."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from jaunt.sandbox.program import Halt

T = TypeVar("T")


async def halted_with_task(run: Callable[[Halt], T]) -> T:
    """Return what `run` gives, called in a thread; it is given what ends it, which a cancelled task calls."""
    halt = Halt()
    try:
        return await asyncio.to_thread(run, halt)
    except asyncio.CancelledError:
        halt()
        raise
