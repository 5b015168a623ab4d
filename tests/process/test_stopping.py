"""Being asked to end, whatever a process does just then: at its start, in its work, at its end."""

import asyncio
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import run_python

from jaunt.process.background import run_async
from jaunt.process.stopping import at_work, held, listening, stop_signals

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX signals")

INTERRUPTED = "error: interrupted; what was finished is kept\n"


@pytest.fixture
def heard() -> Iterator[None]:
    with listening():
        yield


def test_a_signal_that_is_ignored_asks_for_no_end() -> None:
    usual = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert stop_signals() == [signal.SIGINT, signal.SIGTERM]
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        assert stop_signals() == [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    finally:
        signal.signal(signal.SIGHUP, usual)


def test_the_handlers_of_a_caller_are_put_back() -> None:
    before = [signal.getsignal(each) for each in stop_signals()]
    with listening():
        assert before != [signal.getsignal(each) for each in stop_signals()]
    assert before == [signal.getsignal(each) for each in stop_signals()]


@pytest.mark.usefixtures("heard")
def test_a_signal_waits_for_the_end_of_what_it_may_not_hit_and_is_raised_once() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt), at_work():
        with held():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
            done.append("held")
        done.append("never")
    with at_work():
        signal.raise_signal(signal.SIGHUP)  # at once: the same wish, as where a terminal is closed
    assert done == ["held"]


@pytest.mark.usefixtures("heard")
def test_a_signal_that_came_before_is_raised_when_work_begins() -> None:
    signal.raise_signal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), at_work():
        pytest.fail("the work has begun")


@pytest.mark.usefixtures("heard")
def test_a_signal_cancels_what_a_loop_runs() -> None:
    done: list[str] = []

    async def work() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            done.append("cleaned up")

    with pytest.raises(KeyboardInterrupt), at_work():
        run_async(work())
    assert done == ["cleaned up"]


@pytest.mark.usefixtures("heard")
def test_a_signal_while_a_loop_is_made_cancels_what_it_is_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = asyncio.new_event_loop

    def made_just_then() -> asyncio.AbstractEventLoop:
        signal.raise_signal(signal.SIGTERM)
        return usual()

    monkeypatch.setattr("asyncio.events.new_event_loop", made_just_then)
    with pytest.raises(KeyboardInterrupt), at_work():
        run_async(asyncio.sleep(60))


@pytest.mark.usefixtures("heard")
def test_a_signal_that_comes_too_late_to_cancel_anything_is_raised() -> None:
    async def work() -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), at_work():
        run_async(work())


def test_a_loop_in_another_thread_hears_nothing() -> None:
    found: list[int] = []

    async def work() -> int:
        return 3

    thread = threading.Thread(target=lambda: found.append(run_async(work())))
    thread.start()
    thread.join()
    assert found == [3]


IMPORTED = """
import signal, sys

class Finder:
    def find_spec(self, name, *_):
        if name == {name!r}:
            sys.meta_path.remove(self)
            signal.raise_signal(signal.{signal})

sys.meta_path.insert(0, Finder())
from jaunt.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("name", ["jaunt.cli", "jaunt.commands.status"])
@pytest.mark.parametrize("by", ["SIGINT", "SIGTERM"])
def test_a_signal_while_the_command_is_imported_is_one_line(tmp_path: Path, name: str, by: str) -> None:
    done = run_python("-c", IMPORTED.format(name=name, signal=by), "status", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (130, INTERRUPTED)
    assert json.loads(done.stdout)["exit_code"] == 130


ENDING = """
import atexit, signal, sys, weakref

class Freed:
    def __del__(self, ask=signal.raise_signal, number=signal.{signal}):
        ask(number)

left = Freed()
atexit.register(signal.raise_signal, signal.{signal})
from jaunt.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("by", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_changes_nothing_of_what_is_decided(tmp_path: Path, by: str) -> None:
    code = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_DFL)\n" + ENDING.format(signal=by)
    done = run_python("-c", code, "status", cwd=tmp_path)
    assert done.returncode == 2, "there is no project"
    assert done.stderr.startswith("error[J201]: ")
    assert len(done.stderr.splitlines()) == 1


IN_A_TEXT = """
import signal, sys
from jaunt.commands import doctor
from jaunt.__main__ import main

doctor.run = lambda _: exec("signal.raise_signal(signal.SIGINT)")
sys.exit(main())
"""


def test_a_signal_while_the_text_of_a_dataclass_runs_has_the_code_of_all_others(tmp_path: Path) -> None:
    done = run_python("-c", IN_A_TEXT, "doctor", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (130, INTERRUPTED)
