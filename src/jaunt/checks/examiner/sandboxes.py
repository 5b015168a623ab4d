"""Sandboxes that stay for a run: starting one takes ten times as long as the examples of most modules.

Each examines one candidate after the other. What does not pass there, for whatever reason, is examined once more in a
sandbox of its own, with all of its time, and that alone counts: no candidate fails by what another one did.
"""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial

from jaunt.checks.examiner.protocol import COUNT, Order
from jaunt.checks.examiner.questions import Examination, read_report
from jaunt.checks.examiner.runner import ExaminerRunner, Findings, examine_alone, new_key, packed
from jaunt.checks.pool import Pool
from jaunt.errors import JauntConfigError
from jaunt.sandbox.halted import halted_with_task
from jaunt.sandbox.program import Halt
from jaunt.text.flaw import Flaw

_A_DAY = 86_400  # seconds
_END_SECONDS = 5.0


class Examiners:
    """Examines candidates, as many at a time as there are processors; its sandboxes end with it."""

    def __init__(self, runner: ExaminerRunner) -> None:
        self.runner = runner
        self._preload: dict[str, None] = {}
        self._servers = Pool(partial(_start, self._preload), most=os.cpu_count() or 1)
        self._begun: asyncio.Task[None] | None = None

    def begin(self, preload: Sequence[str] = ()) -> None:
        """Start a sandbox in the running event loop, which need not wait for it; a second one is not started.

        Those that stay load the modules `preload` of jaunt's as they start.
        """
        self._preload.update(dict.fromkeys(preload))
        if self._begun is None:
            self._begun = asyncio.create_task(self._begin())

    async def _begin(self) -> None:
        async with self._servers.one(self.runner):
            pass  # the next one to ask gets it

    async def examine(self, asked: Examination) -> list[Flaw]:
        """Return what fails of a candidate, import or examples. Raises JauntConfigError if there is no sandbox."""
        return (await self.find(asked)).errors

    async def find(self, asked: Examination, *, is_sure: bool = True) -> Findings:
        """Return what fails of a candidate, and which modules' code it lacked; raises as `examine` does.

        Where it need not be sure, as nothing is refused by it, what fails is not examined once more if all was asked.
        """
        key = new_key()
        (printed,) = await self.reports([asked.order], key)
        return await self.settle(asked, key, printed, is_sure=is_sure)

    async def reports(self, orders: Sequence[Order], key: str) -> list[str]:
        """Return what an examiner printed of a candidate, by each order; "" where it ended, for whatever reason."""
        async with self._servers.one(self.runner) as examiner:
            return await examiner.reports(orders, key)

    async def settle(self, asked: Examination, key: str, printed: str, *, is_sure: bool = True) -> Findings:
        """Return what is found by what an examiner that stays has printed.

        Where time may have run out for the candidate, or another one disturbed it, it is examined once more, alone;
        raises as `examine` does.
        """
        errors, unbuilt, missing = read_report(asked, key, printed)
        if missing is None and not (errors and is_sure):
            return Findings(errors, unbuilt)
        return await self.examine_alone(asked)

    async def examine_alone(self, asked: Examination) -> Findings:
        """Return what is found in a sandbox of its own; as many run at a time as there are that stay."""
        async with self._servers.one(self.runner):
            return await halted_with_task(partial(examine_alone, asked, self.runner))


class _Examiner:
    """A sandbox that runs in a thread of its own, and our end of the socket that its program listens to.

    Its limit on processor time is that of one run: when it is used up, the sandbox ends, and the next candidate gets a
    new one.
    """

    def __init__(self, runner: ExaminerRunner, preload: Sequence[str]) -> None:
        self._seconds = runner.sandbox.config.seconds
        self._socket, theirs = socket.socketpair()
        self._socket.setblocking(False)
        staying = replace(runner.sandbox, config=replace(runner.sandbox.config, seconds=_A_DAY))
        self._halt = Halt()
        self._ended = asyncio.Event()
        at_end = partial(asyncio.get_running_loop().call_soon_threadsafe, self._ended.set)
        arguments = (replace(runner, sandbox=staying), theirs, preload, self._halt, at_end)
        self._thread = threading.Thread(target=_run, args=arguments, name="jaunt-examiner", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return not self._halt.called

    def end(self) -> None:
        """End the sandbox, without waiting for that."""
        self._socket.close()
        self._halt()  # a candidate may have stopped the examiner, which then never sees that the socket is closed

    async def ended(self) -> None:
        """Wait until the sandbox has ended, and the thread has removed what it leaves behind."""
        await self._ended.wait()
        self._thread.join()  # which does nothing more

    def end_now(self) -> None:
        """End the sandbox, and wait for that without the event loop."""
        self.end()
        self._thread.join(_END_SECONDS)

    async def reports(self, orders: Sequence[Order], key: str) -> list[str]:
        """Return what was printed of a candidate, by each order; "" where the sandbox ended before."""
        found: list[str] = []
        with ExitStack() as unless_answered:
            unless_answered.callback(self.end)
            try:
                async with asyncio.timeout(self._seconds):
                    await asyncio.get_running_loop().sock_sendall(self._socket, packed(orders, key))
                    while len(found) < len(orders):
                        report = await self._receive(int(await self._receive(COUNT)))
                        found.append(report.decode("utf-8", "replace"))
                unless_answered.pop_all()
            except (OSError, ValueError, TimeoutError):  # it was killed by its keeper, or by a candidate
                found += [""] * (len(orders) - len(found))
        return found

    async def _receive(self, size: int) -> bytes:
        content = b""
        while len(content) < size:
            chunk = await asyncio.get_running_loop().sock_recv(self._socket, size - len(content))
            if not chunk:
                raise ConnectionError("the sandbox has ended")
            content += chunk
        return content


async def _start(preload: Iterable[str], runner: ExaminerRunner) -> _Examiner:
    return _Examiner(runner, [*preload])


def _run(
    runner: ExaminerRunner,
    control: socket.socket,
    preload: Sequence[str],
    halt: Halt,
    at_end: Callable[[], object],
) -> None:
    try:
        # What is wrong with the sandbox will be said by the run of the candidate alone.
        with control, suppress(JauntConfigError, OSError):
            runner.run(str(control.fileno()), *preload, pass_fds=[control.fileno()], halt=halt)
    finally:
        with suppress(RuntimeError):  # the event loop is closed
            at_end()
