"""Work beside the event loop: pure functions in a thread or, for large sources, in a child process; and by turns in it.

Parsing is one step that no other thread can interrupt, so a large source would stop the event loop even from a thread.
"""

import asyncio
import pickle
import threading
import weakref
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from jaunt.process.python import python_command
from jaunt.process.stopping import held, was_asked
from jaunt.process.tool import Finished

T = TypeVar("T")

LARGE = 12_000
"""From this many characters on, a source is parsed in a child process; others take less than 50 ms."""


def run_async(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, as asyncio.run does; in the main thread a signal that asks for an end cancels it.

    Raises KeyboardInterrupt then. No signal hits the loop while it is made, or closed.
    """
    if threading.current_thread() is not threading.main_thread():
        return asyncio.run(coroutine)
    with held():
        try:
            return asyncio.run(_cancellable(coroutine))
        except asyncio.CancelledError:
            if was_asked():
                raise KeyboardInterrupt from None
            raise


async def _cancellable(coroutine: Coroutine[Any, Any, T]) -> T:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # asyncio.run runs us in one
    with held(lambda: loop.call_soon_threadsafe(task.cancel)):
        return await coroutine


SMALL = 1_000
"""Up to this many characters, a source is parsed in less time than the detour to a thread takes."""

_END_SECONDS = 1.0

_Locks = weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]

_threads: _Locks = weakref.WeakKeyDictionary()
_turns: _Locks = weakref.WeakKeyDictionary()


async def in_background(function: Callable[..., T], *args: Any, size: int) -> T:
    """Return `function(*args)`, computed beside the event loop; `size` is that of the source that it parses.

    For a large one the function has to stand at the top of its module, arguments and result to be fit for
    pickle. Raises what the function raises; ChildProcessError if the child process dies of it.
    """
    if size < SMALL:
        return function(*args)
    if size < LARGE:
        # One at a time: they can't run side by side, and together they would keep the loop waiting for all of them.
        async with _of_loop(_threads):
            return await asyncio.to_thread(function, *args)
    arguments = await asyncio.to_thread(pickle.dumps, args)
    request = (function.__module__, getattr(function, "__qualname__", ""), arguments)
    done = await run_beside(python_command("jaunt.process.call"), pickle.dumps(request))
    if done.code:
        raise ChildProcessError(done.last_words or f"ended with exit code {done.code}")
    return pickle.loads(done.output)


async def run_beside(
    command: Sequence[str], content: bytes = b"", *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Finished:
    """Run a program beside the event loop, as `run_tool` does; it is killed if the task is cancelled."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*command, cwd=cwd, env=env, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        output, errors = await child.communicate(content)
    finally:
        if child.returncode is None:
            child.kill()
            await _end_of(child)
    return Finished(child.returncode or 0, output, errors)


async def _end_of(child: asyncio.subprocess.Process) -> None:
    """Wait to the end of a child's streams, unless one of its own holds them: what is left would outlive the loop.

    So does who is cancelled a second time meanwhile, by its task and by the end of the loop.
    """
    loop, ended = asyncio.get_running_loop(), asyncio.create_task(child.communicate())
    until = loop.time() + _END_SECONDS
    while not ended.done() and loop.time() < until:
        with suppress(asyncio.CancelledError):
            await asyncio.wait([ended], timeout=until - loop.time())
    ended.cancel()


async def take_turn() -> None:
    """Let the event loop do whatever else is ready; of many that wait here, one goes on in each of the loop's rounds.

    Of answers that come together, the first is then written, and makes room for the next request, before the last is
    looked at: 0.1 to 0.2 s of a build in `tests/benchmarks/serving.py`.
    """
    async with _of_loop(_turns):
        await asyncio.sleep(0)


def _of_loop(locks: _Locks) -> asyncio.Lock:
    return locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
