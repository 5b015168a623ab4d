"""The lock between builds: real child processes that hold it, wait for it, and are killed."""

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from processes import child_environment

from jaunt.files.lock import Turn, remove_idle_lock, why_no_lock

HOLD = """\
import asyncio, pathlib, sys
from jaunt.files.lock import Turn

async def hold():
    async with Turn(pathlib.Path(sys.argv[1]), list):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.readline)

asyncio.run(hold())
"""


@contextmanager
def held(path: Path) -> Generator[subprocess.Popen[str]]:
    """Let a child process hold the lock until it is told a line, or killed."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
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
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "build" / "ab" / "abc.lock"


def test_a_turn_makes_its_folder_and_leaves_no_file(path: Path) -> None:
    async def run() -> list[Path]:
        async with Turn(path, lambda: list(path.parent.iterdir())) as found:
            return found

    assert asyncio.run(run()) == [path]
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("end", ["a line", "SIGKILL"])
def test_who_waits_goes_on_when_the_holder_ends_however_it_ends(path: Path, end: str) -> None:
    with held(path) as child:
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
            async with Turn(path, list, on_wait=end_it):
                assert waits == [True]

        asyncio.run(asyncio.wait_for(run(), 30))
        assert child.wait(30) == (-signal.SIGKILL if end == "SIGKILL" else 0)
    assert not path.exists()


def test_one_after_the_other_has_it_and_never_two_at_a_time(path: Path) -> None:
    inside, most, order = 0, 0, []

    async def one(number: int) -> None:
        nonlocal inside, most
        async with Turn(path, list):
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
from jaunt.files.lock import Turn
lock, inside = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])

async def race():
    for _ in range(150):
        async with Turn(lock, list):
            os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
            os.unlink(inside)

asyncio.run(race())
"""


def test_processes_that_race_for_a_file_that_comes_and_goes_exclude_each_other(path: Path) -> None:
    arguments = [sys.executable, "-c", RACE, str(path), str(path.parents[3] / "inside")]
    children = [subprocess.Popen(arguments, env=child_environment(), stderr=subprocess.PIPE) for _ in range(4)]
    assert [(child.communicate(timeout=100)[1], child.returncode) for child in children] == [(b"", 0)] * 4


def test_a_wait_is_over_at_once_when_it_is_cancelled_and_takes_nothing(path: Path) -> None:
    with held(path) as child:

        async def run() -> float:
            waiting = asyncio.Event()

            async def wait() -> None:
                async with Turn(path, list, on_wait=waiting.set):
                    pass

            task = asyncio.create_task(wait())
            await waiting.wait()
            begin = time.perf_counter()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return time.perf_counter() - begin

        assert asyncio.run(run()) < 0.1
        assert path.exists(), "the holder's file is left alone"
        assert child.poll() is None


def test_a_turn_that_is_cancelled_while_a_thread_takes_it_is_given_back(path: Path) -> None:
    async def take() -> None:
        async with Turn(path, list):
            pass

    async def run() -> None:
        for delay in range(20):
            task = asyncio.create_task(take())
            await asyncio.sleep(delay * 0.00005)
            task.cancel()
            await asyncio.wait([task])
        async with asyncio.timeout(20), Turn(path, list):
            pass

    asyncio.run(run())
    assert not path.exists()


def test_those_who_wait_leave_the_threads_to_the_others(path: Path) -> None:
    async def run() -> int:
        async def wait() -> None:
            async with Turn(path, list):
                pass

        async with Turn(path, list):
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
        turn = Turn(tmp_path / "file" / "ab.lock", list)
        async with turn:
            return turn.problem

    assert asyncio.run(run()) == "File exists"


def test_what_a_killed_holder_has_left_is_removed_and_what_is_held_is_not(path: Path) -> None:
    with held(path) as child:
        remove_idle_lock(path)
        assert path.exists()
        child.kill()
        child.wait(30)
        assert path.exists()
        remove_idle_lock(path)
        assert not path.exists()


def test_a_folder_that_has_locks_is_told_from_one_that_has_none(tmp_path: Path) -> None:
    assert why_no_lock(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    assert why_no_lock(tmp_path / "file") == "File exists"
