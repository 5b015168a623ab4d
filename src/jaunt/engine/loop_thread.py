"""An event loop in a thread, for coroutines that are run from threads without one."""

import asyncio
import atexit
import contextlib
import threading
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

from jaunt.engine.job import Outcome, RunFunction, failure, settle
from jaunt.process.tree import in_forked_children

# How long a process that is about to exit waits for the clean-up of coroutines it has cancelled.
_GRACE_SECONDS = 5.0


class LoopThread:
    """An event loop in a thread of its own, which ends with the process."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._jobs: set[asyncio.Task[Any] | None] = set()
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name="jaunt-loop", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def run(self, run: RunFunction) -> Outcome:
        """Run a job's coroutine and wait for its outcome. On Ctrl-C, cancel and wait before it is raised."""
        try:
            return asyncio.run_coroutine_threadsafe(self._settle(run), self._loop).result()
        except FutureCancelledError as error:
            return failure(error)
        except KeyboardInterrupt:
            asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result()
            raise

    async def _settle(self, run: RunFunction) -> Outcome:
        # A loop holds its tasks weakly, and Ctrl-C may come before `run` has the future that holds this one.
        task = asyncio.current_task()
        self._jobs.add(task)
        try:
            return await settle(run)
        finally:
            self._jobs.discard(task)

    def _serve(self) -> None:
        while not self._closing:
            # A SystemExit in a task that a job has started leaves `run_forever`; other jobs need the loop.
            with contextlib.suppress(SystemExit, KeyboardInterrupt):
                self._loop.run_forever()

    def close(self) -> None:
        """Cancel what is under way, and end the thread once that is done, or after a grace of five seconds."""
        with contextlib.suppress(FutureTimeoutError):
            asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result(_GRACE_SECONDS)
        self._closing = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_GRACE_SECONDS)


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others)


_shared: LoopThread | None = None
_shared_lock = threading.Lock()


def shared_loop() -> LoopThread:
    """Return this process's loop."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = LoopThread()
        return _shared


def _forget_parents_loop() -> None:
    """Begin anew in a process that `doit -P process` forked: it must neither use nor close its parent's loop."""
    global _shared, _shared_lock
    if _shared is not None:
        atexit.unregister(_shared.close)
    _shared, _shared_lock = None, threading.Lock()


in_forked_children(_forget_parents_loop)
