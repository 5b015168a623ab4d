"""The lock between builds: real child processes that hold it, wait for it, and are killed."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support import child_environment

from jaunt.lock import Place, Turn, try_lock, why_no_lock

HOLD = """\
import asyncio, pathlib, sys
from jaunt.lock import Place, Turn

async def hold():
    async with Turn(Place(pathlib.Path(sys.argv[1]), int(sys.argv[2])), list):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.readline)

asyncio.run(hold())
"""


@contextmanager
def held(place: Place) -> Generator[subprocess.Popen[str]]:
    """Let a child process hold the lock until it is told a line, or killed."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place.file), str(place.offset)],
        env=child_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "held\n"
            yield child
        finally:
            child.kill()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "store" / "locks", 2**60 - 1)


TRY = """\
import pathlib, sys
from jaunt.lock import Place, try_lock
sys.exit(try_lock(Place(pathlib.Path(sys.argv[1]), int(sys.argv[2]))) is None)
"""


def is_free(place: Place) -> bool:
    """Return whether another process could take a place."""
    command = [sys.executable, "-c", TRY, str(place.file), str(place.offset)]
    return subprocess.run(command, env=child_environment(), check=False).returncode == 0


def test_a_turn_makes_its_folder_and_an_empty_file(place: Place) -> None:
    async def run() -> list[Path]:
        async with Turn(place, lambda: list(place.file.parent.iterdir())) as found:
            return found

    assert asyncio.run(run()) == [place.file]
    assert place.file.stat().st_size == 0
    assert is_free(place)


def test_each_place_of_a_file_is_taken_and_given_back_alone(place: Place) -> None:
    places = [Place(place.file, offset) for offset in (0, 1, 2**32, place.offset)]
    locks = [try_lock(each) for each in places]
    assert None not in locks
    assert [is_free(each) for each in [*places, Place(place.file, 5)]] == [False] * 4 + [True]
    for number, lock in enumerate(locks, 1):
        assert lock is not None
        lock.release()
        lock.release()
        assert [is_free(each) for each in places] == [True] * number + [False] * (4 - number)


def test_one_file_of_two_names_is_one_file(place: Place) -> None:
    first = try_lock(place)
    alias = place.file.parent.with_name("alias")
    alias.symlink_to(place.file.parent, target_is_directory=True)
    same, other = Place(alias / "locks", place.offset), Place(alias / "locks", 0)
    assert first is not None
    assert try_lock(same) is None
    second = try_lock(other)
    assert second is not None
    second.release()
    assert not is_free(place), "what was taken by another name, and given back, leaves the rest"


def test_a_store_that_is_removed_meanwhile_is_no_obstacle(place: Place) -> None:
    lock = try_lock(place)
    shutil.rmtree(place.file.parent)
    again = try_lock(place)
    assert lock is not None
    assert again is not None
    lock.release()
    assert not is_free(place)
    again.release()
    assert is_free(place)


def test_a_forked_child_has_none_of_its_parent_s_locks_and_gives_none_back(place: Place) -> None:
    lock = try_lock(place)
    assert lock is not None
    child = os.fork()
    if not child:
        lock.release()
        other = try_lock(Place(place.file, 0))
        taken = try_lock(place) is not None
        if other is not None:
            other.release()
        os._exit(taken or other is None)
    assert os.waitpid(child, 0)[1] == 0
    assert not is_free(place)
    lock.release()


@pytest.mark.parametrize("end", ["a line", "SIGKILL"])
def test_who_waits_goes_on_when_the_holder_ends_however_it_ends(place: Place, end: str) -> None:
    with held(place) as child:
        waits: list[bool] = []

        def end_it() -> None:
            waits.append(True)
            if end == "SIGKILL":
                child.kill()
            else:
                assert child.stdin is not None
                child.stdin.write("\n")
                child.stdin.flush()

        async def run() -> None:
            async with Turn(place, list, on_wait=end_it):
                assert waits == [True]

        asyncio.run(asyncio.wait_for(run(), 30))
        assert child.wait(30) == (-signal.SIGKILL if end == "SIGKILL" else 0)
    assert is_free(place)


def test_one_after_the_other_has_it_and_never_two_at_a_time(place: Place) -> None:
    inside, most, order = 0, 0, []

    async def one(number: int) -> None:
        nonlocal inside, most
        async with Turn(place, list):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            order.append(number)
            inside -= 1

    async def run() -> None:
        await asyncio.gather(*(one(number) for number in range(20)))

    asyncio.run(asyncio.wait_for(run(), 60))
    assert (most, sorted(order)) == (1, list(range(20)))


RACE = """\
import asyncio, os, pathlib, sys
from jaunt.lock import Place, Turn
lock, inside = Place(pathlib.Path(sys.argv[1]), 3), pathlib.Path(sys.argv[2])

async def race():
    for _ in range(150):
        async with Turn(lock, list):
            os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
            os.unlink(inside)

asyncio.run(race())
"""


def test_processes_that_race_for_a_place_exclude_each_other(place: Place) -> None:
    arguments = [sys.executable, "-c", RACE, str(place.file), str(place.file.parents[1] / "inside")]
    children = [subprocess.Popen(arguments, env=child_environment(), stderr=subprocess.PIPE) for _ in range(4)]
    assert [(child.communicate(timeout=100)[1], child.returncode) for child in children] == [(b"", 0)] * 4


def test_a_wait_is_over_at_once_when_it_is_cancelled_and_takes_nothing(place: Place) -> None:
    with held(place) as child:

        async def run() -> float:
            waiting = asyncio.Event()

            async def wait() -> None:
                async with Turn(place, list, on_wait=waiting.set):
                    pass

            task = asyncio.create_task(wait())
            await waiting.wait()
            begin = time.perf_counter()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return time.perf_counter() - begin

        assert asyncio.run(run()) < 0.1
        assert not is_free(place), "the holder keeps it"
        assert child.poll() is None


def test_a_turn_that_is_cancelled_at_any_moment_is_given_back(place: Place) -> None:
    async def take() -> None:
        async with Turn(place, list):
            pass

    async def run() -> None:
        for delay in range(20):
            task = asyncio.create_task(take())
            await asyncio.sleep(delay * 0.00005)
            task.cancel()
            await asyncio.wait([task])
        async with asyncio.timeout(20), Turn(place, list):
            pass

    asyncio.run(run())
    assert is_free(place)


def test_those_who_wait_leave_the_threads_to_the_others(place: Place) -> None:
    async def run() -> int:
        async def wait() -> None:
            async with Turn(place, list):
                pass

        async with Turn(place, list):
            waiting = [asyncio.create_task(wait()) for _ in range(100)]
            await asyncio.sleep(0)
            answered = [await asyncio.wait_for(asyncio.to_thread(threading.get_ident), 20) for _ in range(20)]
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        return len(answered)

    assert asyncio.run(run()) == 20


def test_where_there_is_no_lock_nobody_waits_and_the_reason_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    async def run() -> str:
        turn = Turn(Place(tmp_path / "file" / "locks", 0), list)
        async with turn:
            return turn.problem

    assert asyncio.run(run()) == "Not a directory"


def test_a_turn_whose_look_fails_is_given_back(place: Place) -> None:
    async def run() -> None:
        async with Turn(place, lambda: 1 // 0):
            pass

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run())
    assert is_free(place)


def test_a_folder_that_has_locks_is_told_from_one_that_has_none(tmp_path: Path) -> None:
    assert why_no_lock(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    assert why_no_lock(tmp_path / "file") == "Not a directory"
