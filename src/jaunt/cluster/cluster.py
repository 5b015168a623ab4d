"""Calls functions of jaunt's on a cluster's workers; what can't be done there is for the caller to do here."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from jaunt.cluster.connection import Connection, result_of
from jaunt.cluster.error import ClusterError, SilentWorkersError
from jaunt.cluster.sent import SentProject
from jaunt.cluster.worker import perform
from jaunt.config import SandboxConfig
from jaunt.process.boundary import caught

_MOST_FAILURES = 3
"""Calls that may fail one after the other before the cluster is left out of the run."""

_LOOK_SECONDS = 10.0
"""How long a result may take before it is looked whether the cluster hangs, and then again and again."""


class _Sent(NamedTuple):
    """A call that was sent: what stands for its result, and the workers that may make it."""

    future: Any
    workers: tuple[str, ...]


class _LostError(Exception):
    """A call will have no result: the worker that makes it hangs, or none is left that may."""


class Cluster:
    """The workers at `address` that come to the same verdicts as this machine, for the project at `root`.

    `sandbox` are the settings that its code runs under. It is connected with the first call.
    """

    def __init__(self, address: str, root: Path, sandbox: SandboxConfig) -> None:
        self.address = address
        self.calls = 0
        """How many calls were answered by a worker."""
        self._root = root.resolve()
        self._sandbox = asdict(sandbox)
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._workers: list[str] = []
        self._sent = SentProject(self._root, self._send)
        self._failures = 0
        self._problem = ""
        self._is_told = False

    @property
    def warning(self) -> str | None:
        """What kept work from being done there, told once; None if nothing did, or it was told."""
        if not self._problem or self._is_told:
            return None
        self._is_told = True
        return f"the cluster at {self.address} is left out of this run: {self._problem}"

    @property
    def size(self) -> int:
        """How many calls can be open at a time: the threads of the workers; 0 if none can be used."""
        with self._lock, suppress(ClusterError):
            return self._connected().threads(self._workers)
        return 0

    async def call(self, function: str, arguments: Mapping[str, Any], *, seconds: float) -> Any:
        """Return what a function gives there, "package.module:name"; its arguments and its result can be pickled.

        Paths of the project in them are turned into those of its copy there, and back. Raises ClusterError where no
        worker can be used, none answers within `seconds`, or the call ends in an error there.
        """
        try:
            async with asyncio.timeout(seconds):
                result = await self._result(function, arguments)
        except TimeoutError:
            raise self._failed(f"a call took more than {seconds:g} s") from None
        except ClusterError as error:
            raise self._failed(str(error)) from None
        self._failures = 0
        self.calls += 1
        return result

    def call_and_wait(self, function: str, arguments: Mapping[str, Any], *, seconds: float) -> Any:
        """Do as `call`, for callers in a thread of their own."""
        return asyncio.run(self.call(function, arguments, seconds=seconds))

    def machines(self) -> list[tuple[str, list[str]]]:
        """Return each worker's address, and in words what it has otherwise than this machine: such aren't used.

        Raises ClusterError if the scheduler can't be reached.
        """
        with self._lock:
            self._connection = self._connection or Connection(self.address)
            return self._connection.machines(self._sandbox)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _submit(self, function: str, arguments: Mapping[str, Any]) -> _Sent:
        with self._lock:
            connection = self._connected()
            try:
                return self._submit_to(connection, function, arguments)
            except SilentWorkersError as error:
                self._workers = [each for each in self._workers if each not in error.workers]
                self._sent = SentProject(self._root, self._send)
                return self._submit_to(self._connected(), function, arguments)
            except ClusterError:  # a worker is gone, as a rule: those that are left may do
                self._workers = []
                return self._submit_to(self._connected(), function, arguments)

    def _submit_to(self, connection: Connection, function: str, arguments: Mapping[str, Any]) -> _Sent:
        first, later = self._sent.today()
        call = (first, later, function, dict(arguments), str(self._root))
        return _Sent(connection.submit(perform, call, self._workers), (*self._workers,))

    async def _result(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Return what a function gives; it is called once more, by another worker, where one hangs that calls it."""
        while True:
            sent = await asyncio.to_thread(self._submit, function, arguments)
            try:
                await _done(sent.future, partial(self._look, sent))
                return await asyncio.to_thread(result_of, sent.future)
            except _LostError:
                continue
            finally:
                sent.future.release()  # which cancels what nobody waits for any more

    def _look(self, sent: _Sent) -> None:
        """Raise ClusterError, and leave the cluster out from now on, if it hangs; _LostError if the call is lost.

        Workers that hang are not used any more. Those that were killed are known to the scheduler, which has the others
        do their work.
        """
        connection = self._connection
        assert connection is not None
        try:
            answering = connection.answering(sent.workers)
            lost = {*sent.workers}.difference(answering)
            is_lost = bool(lost) and (not answering or connection.is_made_by(lost, sent.future))
        except ClusterError as error:
            self._problem = self._problem or str(error)
            raise
        with self._lock:
            self._workers = [each for each in self._workers if each not in lost]
        if is_lost:
            raise _LostError

    def _failed(self, problem: str) -> ClusterError:
        """Note a call that failed; after some, one after the other, no further one is made."""
        with self._lock:
            self._failures += 1
            if self._failures >= _MOST_FAILURES and not self._problem:
                self._problem = problem
        return ClusterError(problem)

    def _connected(self) -> Connection:
        """Return the connection, made if it is not there yet; raises ClusterError if no worker can be used."""
        try:
            if self._problem:
                raise ClusterError(self._problem)
            if self._connection is None:
                self._connection = Connection(self.address)
            if not self._workers:
                self._choose_workers(self._connection)
        except ClusterError as error:
            self._problem = str(error)
            raise
        return self._connection

    def _choose_workers(self, connection: Connection) -> None:
        """Use the workers that are there now and are as this machine; raises ClusterError if there are none."""
        self._sent = SentProject(self._root, self._send)  # what was sent before may be lost
        looked = connection.machines(self._sandbox)
        self._workers = [worker for worker, found in looked if not found]
        if not looked:
            raise ClusterError("it has no workers")
        if not self._workers:
            worker, found = looked[0]
            raise ClusterError(f"none of its {len(looked)} workers can be used: {worker} {found[0]}")

    def _send(self, value: object) -> Any:
        assert self._connection is not None
        return self._connection.send(value, self._workers)


async def _done(future: Any, look: Callable[[], None]) -> None:
    """Wait until a call is done; while it is not, `look`, in a thread, which may raise an error, again and again."""
    done, loop = asyncio.Event(), asyncio.get_running_loop()
    # The loop may be closed by the time that it is told.
    future.add_done_callback(lambda _: caught(partial(loop.call_soon_threadsafe, done.set)))
    while not done.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), _LOOK_SECONDS)
        if not done.is_set():
            await asyncio.to_thread(look)
