"""Copies of a process: what they answer, however they end."""

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from jaunt.testing.strength.forks import Done, Job, run_jobs


def spin() -> None:
    while True:
        pass


def hoard() -> int:
    kept = []
    while True:
        kept.append(bytes(64 << 20))


def fail() -> int:
    raise SystemExit("no")


def wait_for_ever() -> None:
    threading.Event().wait()


def wait_in_small_parts() -> None:
    while True:
        time.sleep(0.01)


def leave_a_child() -> int:
    if os.fork() == 0:
        time.sleep(1000)
    return 3


def done(call: Callable[[], Any], seconds: float = 30.0, waits: float = 60.0) -> Done:
    (found,) = run_jobs([Job("one", call, seconds, waits)], workers=1)
    return found


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda: {"a": [1, "ä" * 300_000]}, {"a": [1, "ä" * 300_000]}),
        (fail, None),
        (hoard, None),
        (lambda: os.kill(os.getpid(), signal.SIGTERM), None),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), None),
        (lambda: os._exit(0), None),
        (lambda: {1, 2}, None),
        (leave_a_child, 3),
    ],
)
def test_what_a_copy_answers(call: Callable[[], Any], answer: Any) -> None:
    assert done(call) == Done("one", answer, is_late=False)


def test_what_takes_too_much_of_a_processor_is_late() -> None:
    assert done(spin, 0.1) == Done("one", None, is_late=True)


@pytest.mark.parametrize("call", [wait_for_ever, wait_in_small_parts])
def test_what_waits_for_nothing_is_late(call: Callable[[], Any]) -> None:
    begin = time.monotonic()
    assert done(call, waits=0.5).is_late
    assert time.monotonic() - begin < 30


def test_what_waits_no_longer_than_it_may_is_not_late() -> None:
    assert done(lambda: time.sleep(0.3), waits=20.0) == Done("one", None, is_late=False)


def test_others_work_while_one_waits() -> None:
    jobs = [Job("waits", wait_for_ever, 30.0, 5.0), *(Job(str(n), lambda: 1, 30.0, 5.0) for n in range(5))]
    assert [each.name for each in run_jobs(jobs, workers=1)][-1] == "waits"


def test_all_jobs_are_done_some_at_a_time() -> None:
    jobs = [Job(str(n), lambda n=n: n * n, 30.0) for n in range(20)]
    assert {each.name: each.answer for each in run_jobs(jobs, workers=3)} == {str(n): n * n for n in range(20)}
    assert list(run_jobs([], workers=3)) == []
