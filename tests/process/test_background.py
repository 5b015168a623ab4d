"""Work beside the event loop, and by turns in it."""

import asyncio
import threading
from itertools import pairwise

import pytest

from jaunt.process.background import LARGE, SMALL, in_background, take_turn


@pytest.mark.parametrize(("size", "is_in_thread"), [(0, False), (SMALL - 1, False), (SMALL, True), (LARGE - 1, True)])
def test_small_sources_are_looked_at_at_once_and_others_in_a_thread(size: int, is_in_thread: bool) -> None:
    thread = asyncio.run(in_background(threading.current_thread, size=size))
    assert (thread is not threading.current_thread()) == is_in_thread


def test_a_large_source_is_looked_at_in_another_process() -> None:
    assert asyncio.run(in_background(sorted, "ba", size=LARGE)) == ["a", "b"]
    with pytest.raises(ChildProcessError, match="ValueError"):
        asyncio.run(in_background(int, "no number", size=LARGE))


def test_of_many_that_wait_for_their_turn_one_goes_on_in_each_round_of_the_loop() -> None:
    async def rounds_of(count: int) -> list[int]:
        loop, now, ended = asyncio.get_running_loop(), 0, list[int]()

        def tick() -> None:
            nonlocal now
            now += 1
            if len(ended) < count:
                loop.call_soon(tick)

        async def one() -> None:
            await take_turn()
            ended.append(now)

        loop.call_soon(tick)
        await asyncio.gather(*(one() for _ in range(count)))
        return ended

    # A second event loop has turns of its own.
    for rounds in (asyncio.run(rounds_of(20)), asyncio.run(rounds_of(20))):
        assert len(rounds) == 20
        assert all(earlier < later for earlier, later in pairwise(rounds))


def test_who_is_cancelled_while_waiting_gives_the_turn_to_the_next() -> None:
    async def run() -> list[int]:
        ended: list[int] = []

        async def one(number: int) -> None:
            await take_turn()
            ended.append(number)

        tasks = [asyncio.create_task(one(number)) for number in range(4)]
        await asyncio.sleep(0)
        for task in tasks[:2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return ended

    assert asyncio.run(run()) == [2, 3]
