"""Servers that are lent: programs that stay, since to start one takes longer than what it does for a candidate."""

import asyncio
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Generic, Protocol, TypeVar


class Lendable(Protocol):
    """A server, or what holds one."""

    @property
    def alive(self) -> bool:
        """Whether it can be lent."""

    def end(self) -> None:
        """Have it end, without waiting for that; nothing happens if it has."""

    async def ended(self) -> None:
        """Wait until it has ended, for whatever reason, and remove what it leaves behind."""

    def end_now(self) -> None:
        """End it without its event loop, which may be closed, and remove what it leaves behind."""


Key = TypeVar("Key")
Lent = TypeVar("Lent", bound=Lendable)


class Pool(Generic[Key, Lent]):
    """What serves the candidates of one run and stays for all of them, each lent to one at a time.

    `start` makes one for a key, when it is wanted and none for that key is free; at the limit, one for another key ends
    in its favour. Each event loop has servers of its own, at most `most`. They end with the tasks of their loop, and at
    the latest with this object and this process.
    """

    def __init__(self, start: Callable[[Key], Awaitable[Lent]], *, most: int) -> None:
        self._start = start
        self._most = most
        self._of_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _LoopPool[Key, Lent]]
        self._of_loops = weakref.WeakKeyDictionary()
        self._keepers: dict[Lent, asyncio.Task[None]] = {}
        weakref.finalize(self, _end_now, self._keepers)

    @asynccontextmanager
    async def one(self, key: Key) -> AsyncGenerator[Lent]:
        """Lend a server, in the order of asking. Raises what `start` raises."""
        pool = self._of_loops.setdefault(asyncio.get_running_loop(), _LoopPool(self._most))
        async with pool.turns:
            pool.lent += 1
            try:
                server = pool.take(key) or await self._begin(key)
                try:
                    yield server
                finally:
                    pool.free.append((key, server))
            finally:
                pool.lent -= 1

    async def _begin(self, key: Key) -> Lent:
        server = await self._start(key)
        self._keepers[server] = asyncio.create_task(_keep(server, self._keepers))
        return server


class _LoopPool(Generic[Key, Lent]):
    """The servers of an event loop: those that are free, and how many are lent."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.free: list[tuple[Key, Lent]] = []
        self.lent = 0
        self.turns = asyncio.Semaphore(most)

    def take(self, key: Key) -> Lent | None:
        """Return a free server for a key; None if there is none, with room for another."""
        self.free = [each for each in self.free if each[1].alive]
        for index in reversed(range(len(self.free))):
            if self.free[index][0] == key:
                return self.free.pop(index)[1]
        if self.free and len(self.free) + self.lent > self._most:
            self.free.pop(0)[1].end()
        return None


async def _keep(server: Lent, keepers: dict[Lent, asyncio.Task[None]]) -> None:
    """Wait for the end of a server, and bring it about if the event loop ends its tasks."""
    with suppress(asyncio.CancelledError):
        await server.ended()
    server.end()
    await server.ended()
    del keepers[server]


def _end_now(keepers: dict[Lent, asyncio.Task[None]]) -> None:
    """End the servers whose event loop has not."""
    for server in list(keepers):
        server.end_now()
