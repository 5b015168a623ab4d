"""Work that is done together: what is run, in which batches, and who gets what came of it."""

import asyncio
from collections.abc import Sequence

import pytest

from jaunt.batching import Batches

FAILED = -1


class Works:
    """Squares numbers, a 7 only when it is alone; a batch ends when it is told to."""

    def __init__(self, *, turns: int = 1, largest: int = 100) -> None:
        self.batches: list[list[int]] = []
        self.cancelled: list[list[int]] = []
        self.go = asyncio.Event()
        self.squares: Batches[int, int] = Batches(
            self._run,
            turns=turns,
            largest=largest,
            group=lambda n: n < 0,
            name=lambda n: n % 100,
            failed=lambda square: square == FAILED,
        )

    async def _run(self, numbers: Sequence[int]) -> Sequence[int]:
        self.batches.append([*numbers])
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled.append([*numbers])
            raise
        if 13 in numbers:
            raise ValueError("13")
        return [FAILED if number == 7 and len(numbers) > 1 else number**2 for number in numbers]

    def submit(self, *numbers: int) -> list[asyncio.Task[int]]:
        return [asyncio.create_task(self.squares.submit(number)) for number in numbers]


async def settle() -> None:
    """Let all tasks run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_the_first_begins_alone_and_those_that_come_meanwhile_go_together() -> None:
    async def scenario() -> tuple[list[list[int]], list[int]]:
        works = Works()
        tasks = works.submit(1, 2, 3)
        await settle()
        before = [*works.batches]
        assert before == [[1]]
        works.go.set()
        return works.batches, await asyncio.gather(*tasks)

    assert asyncio.run(scenario()) == ([[1], [2, 3]], [1, 4, 9])


def test_there_are_as_many_batches_at_a_time_as_turns_and_none_is_too_large() -> None:
    async def scenario() -> list[list[int]]:
        works = Works(turns=2, largest=2)
        tasks = works.submit(1, 2, 3, 4, 5)
        await settle()
        assert works.batches == [[1], [2]]
        works.go.set()
        await asyncio.gather(*tasks)
        return works.batches[2:]

    assert asyncio.run(scenario()) == [[3, 4], [5]]


def test_a_batch_is_of_one_group_and_has_each_name_once() -> None:
    async def scenario() -> list[list[int]]:
        works = Works()
        tasks = works.submit(1, 2, -3, 102, 4, -5)
        await settle()
        works.go.set()
        assert await asyncio.gather(*tasks) == [1, 4, 9, 102**2, 16, 25]
        return works.batches

    assert asyncio.run(scenario()) == [[1], [2, 4], [-3, -5], [102]]


def test_what_a_batch_raises_is_raised_for_each_and_the_next_goes_on() -> None:
    async def scenario() -> list[int | BaseException]:
        works = Works(largest=2)
        tasks = works.submit(1, 12, 13, 14)
        works.go.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(scenario())
    assert [results[0], results[3]] == [1, 196]
    assert [type(result) for result in results[1:3]] == [ValueError, ValueError]


def test_what_nobody_waits_for_is_not_run_and_a_batch_goes_on_for_those_who_do() -> None:
    async def scenario() -> None:
        works = Works()
        first, second, third, fourth = works.submit(1, 2, 3, 4)
        await settle()
        second.cancel()
        await settle()
        first.cancel()
        await settle()
        assert works.cancelled == [[1]]
        assert works.batches == [[1], [3, 4]]
        third.cancel()
        await settle()
        assert works.cancelled == [[1]]
        works.go.set()
        assert await fourth == 16
        with pytest.raises(asyncio.CancelledError):
            await third

    asyncio.run(scenario())


def test_what_fails_in_company_is_run_once_more_alone() -> None:
    async def scenario() -> tuple[list[list[int]], list[int]]:
        works = Works()
        tasks = works.submit(1, 6, 7, 8)
        works.go.set()
        return works.batches, await asyncio.gather(*tasks)

    assert asyncio.run(scenario()) == ([[1], [6, 7, 8], [7]], [1, 36, 49, 64])
