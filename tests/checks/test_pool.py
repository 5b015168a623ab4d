"""Servers that are lent: how many there are, and what becomes of them."""

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress

import pytest

from jaunt.checks.pool import Pool


class Worker:
    """A server that notes what happens to it."""

    def __init__(self, log: list[str], name: str) -> None:
        self.alive = True
        self.gone = False
        self.name = name
        self._log = log
        self._ending = asyncio.Event()
        log.append(f"{name} started")

    def end(self) -> None:
        if self.alive:
            self._log.append(f"{self.name} ended")
        self.alive = False
        with suppress(RuntimeError):  # the loop is closed
            self._ending.set()

    async def ended(self) -> None:
        await self._ending.wait()
        await asyncio.sleep(0)
        self.gone = True

    def end_now(self) -> None:
        self.end()
        self.gone = True


def make_servers(most: int) -> tuple[Pool[str, Worker], list[str]]:
    log: list[str] = []

    async def begin(key: str) -> Worker:
        await asyncio.sleep(0)
        return Worker(log, f"{key}{sum(text.endswith('started') for text in log)}")

    return Pool(begin, most=most), log


def test_a_server_is_started_only_if_none_is_free_and_never_more_than_the_limit() -> None:
    servers, log = make_servers(2)
    at_work: set[str] = set()
    largest = 0

    async def use(key: str) -> None:
        nonlocal largest
        async with servers.one(key) as worker:
            assert worker.name not in at_work
            at_work.add(worker.name)
            largest = max(largest, len(at_work))
            await asyncio.sleep(0)
            at_work.remove(worker.name)

    async def run() -> None:
        for _ in range(3):
            await use("a")
        assert log == ["a0 started"]
        await asyncio.gather(*(use("a") for _ in range(9)))
        assert (largest, log) == (2, ["a0 started", "a1 started"])

    asyncio.run(run())


def test_one_for_another_key_makes_room_at_the_limit_alone() -> None:
    servers, log = make_servers(2)

    async def run() -> None:
        for key in "abbac":
            async with servers.one(key):
                pass
        assert log == ["a0 started", "b1 started", "b1 ended", "c2 started"]

    asyncio.run(run())


def test_one_that_has_died_is_replaced_and_what_goes_wrong_takes_no_turn() -> None:
    servers, log = make_servers(1)

    async def run() -> None:
        for error in (ValueError, asyncio.CancelledError):
            with pytest.raises(error):
                async with servers.one("a"):
                    raise error
        async with servers.one("a") as worker:
            worker.alive = False
        async with servers.one("a"):
            pass
        assert log == ["a0 started", "a1 started"]

    asyncio.run(run())


def test_a_start_that_fails_is_tried_again_for_the_next() -> None:
    tries: list[str] = []

    async def begin(key: str) -> Worker:
        tries.append(key)
        if len(tries) == 1:
            raise OSError("not now")
        return Worker(tries, key)

    servers = Pool(begin, most=1)

    async def run() -> None:
        with pytest.raises(OSError, match="not now"):
            async with servers.one("a"):
                pass
        async with servers.one("a"):
            pass
        assert tries == ["a", "a", "a started"]

    asyncio.run(run())


# ----------------------------------------------------------------------------------------------------
# Their end


@pytest.mark.parametrize("error", [None, ValueError, asyncio.CancelledError])
@pytest.mark.parametrize("lent", [True, False])
def test_servers_end_with_their_loop_which_waits_for_that(error: type[BaseException] | None, lent: bool) -> None:
    servers, log = make_servers(2)
    workers: list[Worker] = []

    async def use() -> None:
        async with servers.one("a") as first, servers.one("b") as second:
            workers.extend((first, second))
            if error and lent:
                raise error
        assert all(worker.alive for worker in workers)
        if error:
            raise error

    with pytest.raises(error) if error else nullcontext():
        asyncio.run(use())
    assert [worker.gone for worker in workers] == [True, True]
    assert sorted(log[2:]) == ["a0 ended", "b1 ended"]


def test_servers_end_with_what_lends_them_though_their_loop_goes_on() -> None:
    async def use() -> None:
        servers, _ = make_servers(1)
        async with servers.one("a") as worker:
            pass
        assert not worker.gone
        del servers
        gc.collect()
        assert worker.gone

    asyncio.run(use())


def test_servers_of_a_loop_that_was_closed_over_them_end_with_what_lends_them() -> None:
    async def use(servers: Pool[str, Worker]) -> Worker:
        async with servers.one("a") as worker:
            return worker

    servers, _ = make_servers(1)
    loop = asyncio.new_event_loop()
    worker = loop.run_until_complete(use(servers))
    loop.close()
    assert worker.alive
    del servers
    gc.collect()
    assert worker.gone


def test_what_a_server_leaves_behind_is_removed_as_soon_as_it_has_ended() -> None:
    servers, log = make_servers(2)

    async def use() -> None:
        async with servers.one("a") as worker:
            worker.end()
        while not worker.gone:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)

    asyncio.run(use())
    assert log == ["a0 started", "a0 ended"]


# ----------------------------------------------------------------------------------------------------
# Several event loops


def test_a_further_loop_has_servers_of_its_own() -> None:
    servers, log = make_servers(1)

    async def use() -> None:
        async def one() -> None:
            async with servers.one("a"):
                await asyncio.sleep(0)

        await asyncio.gather(one(), one())

    asyncio.run(use())
    asyncio.run(use())
    assert log == ["a0 started", "a0 ended", "a1 started", "a1 ended"]


def test_loops_that_take_turns_keep_their_servers() -> None:
    servers, log = make_servers(1)

    async def use() -> str:
        async with servers.one("a") as worker:
            return worker.name

    with asyncio.Runner() as first, asyncio.Runner() as second:
        names = [runner.run(use()) for runner in (first, second, first, second)]
    assert names == ["a0", "a1", "a0", "a1"]
    assert log[2:] == ["a1 ended", "a0 ended"]


def test_loops_at_work_at_the_same_time_share_no_server() -> None:
    servers, _ = make_servers(1)
    both = threading.Barrier(2, timeout=20)

    async def one() -> Worker:
        async with servers.one("a") as worker:
            both.wait()
            return worker

    async def use() -> tuple[Worker, Worker]:
        return await asyncio.gather(one(), one())

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: asyncio.run(use()), range(2))
    assert first[0] is first[1] is not second[0] is second[1]
    assert first[0].gone
    assert second[0].gone
