"""Servers that are lent: programs that stay, since to start one takes longer than what it does for a candidate."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, Protocol, TypeVar


class Lendable(Protocol):
    """A server, or what holds one."""

    @property
    def alive(self) -> bool:
        """Whether it can be lent."""

    def end(self) -> None:
        """End it."""


Key = TypeVar("Key")
Lent = TypeVar("Lent", bound=Lendable)


class Servers(Generic[Key, Lent]):
    """What serves the candidates of one run and stays for all of them: at most `most`, each lent to one at a time.

    `start` makes one for a key, when it is wanted and none for that key is free; at the limit, one for another key ends
    in its favour. Those of an event loop end with its tasks, so a further loop begins anew.
    """

    def __init__(self, start: Callable[[Key], Awaitable[Lent]], *, most: int) -> None:
        self._start = start
        self._most = most
        self._begin_anew(None)

    def _begin_anew(self, loop: asyncio.AbstractEventLoop | None) -> None:
        self._loop = loop
        self._free: list[tuple[Key, Lent]] = []
        self._lent = 0
        self._turns = asyncio.Semaphore(self._most)

    @asynccontextmanager
    async def one(self, key: Key) -> AsyncGenerator[Lent]:
        """Lend a server, in the order of asking. Raises what `start` raises."""
        if self._loop is not (loop := asyncio.get_running_loop()):
            self._begin_anew(loop)
        async with self._turns:
            self._lent += 1
            try:
                server = self._take(key) or await self._start(key)
                try:
                    yield server
                finally:
                    self._free.append((key, server))
            finally:
                self._lent -= 1

    def _take(self, key: Key) -> Lent | None:
        """Return a free server for a key; None if there is none, with room for another."""
        self._free = [each for each in self._free if each[1].alive]
        for index in reversed(range(len(self._free))):
            if self._free[index][0] == key:
                return self._free.pop(index)[1]
        if self._free and len(self._free) + self._lent > self._most:
            self._free.pop(0)[1].end()
        return None
