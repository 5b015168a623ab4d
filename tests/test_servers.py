"""Servers that are lent: how many there are, and what becomes of them."""

import asyncio

import pytest

from jaunt.servers import Servers


class Worker:
    """A server that notes what happens to it."""

    def __init__(self, log: list[str], name: str) -> None:
        self.alive = True
        self.name = name
        self._log = log
        log.append(f"{name} started")

    def end(self) -> None:
        self.alive = False
        self._log.append(f"{self.name} ended")


def make_servers(most: int) -> tuple[Servers[str, Worker], list[str]]:
    log: list[str] = []

    async def begin(key: str) -> Worker:
        await asyncio.sleep(0)
        return Worker(log, f"{key}{sum(text.endswith('started') for text in log)}")

    return Servers(begin, most=most), log


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

    asyncio.run(run())
    assert (largest, log) == (2, ["a0 started", "a1 started"])


def test_one_for_another_key_makes_room_at_the_limit_alone() -> None:
    servers, log = make_servers(2)

    async def run() -> None:
        for key in "abbac":
            async with servers.one(key):
                pass

    asyncio.run(run())
    assert log == ["a0 started", "b1 started", "b1 ended", "c2 started"]


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

    asyncio.run(run())
    assert log == ["a0 started", "a1 started"]


def test_a_start_that_fails_is_tried_again_for_the_next() -> None:
    tries: list[str] = []

    async def begin(key: str) -> Worker:
        tries.append(key)
        if len(tries) == 1:
            raise OSError("not now")
        return Worker(tries, key)

    servers = Servers(begin, most=1)

    async def run() -> None:
        with pytest.raises(OSError, match="not now"):
            async with servers.one("a"):
                pass
        async with servers.one("a"):
            pass

    asyncio.run(run())
    assert tries == ["a", "a", "a started"]


def test_a_further_loop_has_servers_of_its_own() -> None:
    servers, log = make_servers(1)

    async def use() -> None:
        async def one() -> None:
            async with servers.one("a"):
                await asyncio.sleep(0)

        await asyncio.gather(one(), one())

    asyncio.run(use())
    asyncio.run(use())
    assert log == ["a0 started", "a1 started"]
