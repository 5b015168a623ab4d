"""An event loop in a thread, for coroutines that are run from threads without one."""

import asyncio
import atexit
import contextlib
import os
import threading
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

from jaunt.engine.job import Outcome, RunFunction, failure, settle

# How long a process that is about to exit waits for the clean-up of coroutines it has cancelled.
_GRACE_SECONDS = 5.0


class LoopThread:
    """An event loop in a thread of its own, which ends with the process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._jobs: set[asyncio.Task[Any] | None] = set()
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name="jaunt-loop", daemon=True)
        self._thread.start()
        atexit.register(self._close)

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

    def _close(self) -> None:
        if os.getpid() != self.pid:
            return
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
    """Return this process's loop. A process that `doit -P process` forked must not wait for its parent's."""
    global _shared
    with _shared_lock:
        if _shared is None or _shared.pid != os.getpid():
            _shared = LoopThread()
        return _shared
