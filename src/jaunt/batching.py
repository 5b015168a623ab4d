"""Work that is cheaper together: what waits while all turns are taken goes in one batch."""

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
T = TypeVar("T")


class Batches(Generic[Item, Result]):
    """Runs a function on items, in batches, on one event loop.

    An item that finds a free turn begins at once, so nobody waits for company; there are `turns` of them. What comes
    while none is free waits, and goes together as soon as one is: at most `largest` items, alike by `group`, no two of
    them the same by `name`. `run` returns a result for each item, in order; what it raises is raised for each. An item
    in company whose result has `failed` is run once more, alone, so that none has to answer for another.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        turns: int,
        largest: int,
        group: Callable[[Item], Hashable],
        name: Callable[[Item], Hashable],
        failed: Callable[[Result], bool] = lambda _: False,
    ) -> None:
        self._run = run
        self._turns = turns
        self._largest = largest
        self._group = group
        self._name = name
        self._failed = failed
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._batches: set[asyncio.Task[None]] = set()

    async def submit(self, item: Item) -> Result:
        """Return the result for an item. A batch that nobody waits for any more is cancelled."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._begin()
        return await future

    def _begin(self) -> None:
        self._waiting = [(item, future) for item, future in self._waiting if not future.done()]
        while self._waiting and len(self._batches) < self._turns:
            batch = self._take()
            task = asyncio.ensure_future(self._settle(batch))
            self._batches.add(task)
            task.add_done_callback(self._end)
            for _, future in batch:
                future.add_done_callback(lambda _, batch=batch, task=task: _cancel_if_unwanted(batch, task))

    def _take(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        group = self._group(self._waiting[0][0])
        batch, names, rest = [], set(), []
        for item, future in self._waiting:
            name = self._name(item)
            if len(batch) < self._largest and name not in names and self._group(item) == group:
                batch.append((item, future))
                names.add(name)
            else:
                rest.append((item, future))
        self._waiting = rest
        return batch

    async def _settle(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._run([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        alone = []
        for (item, future), result in zip(batch, results, strict=True):
            if len(batch) > 1 and self._failed(result):
                alone.append((item, future))
            elif not future.done():
                future.set_result(result)
        for item, future in alone:
            if not future.done():
                await self._settle([(item, future)])

    def _end(self, task: asyncio.Task[None]) -> None:
        self._batches.discard(task)
        self._begin()


class PerLoop(Generic[T]):
    """One object for each event loop, made by `make` when that loop first asks for it."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, T] = weakref.WeakKeyDictionary()

    def get(self) -> T:
        """Return the object of the running loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            self._made[loop] = self._make()
        return self._made[loop]


def _cancel_if_unwanted(batch: Sequence[tuple[object, asyncio.Future[Result]]], task: asyncio.Task[None]) -> None:
    if all(future.cancelled() for _, future in batch):
        task.cancel()
