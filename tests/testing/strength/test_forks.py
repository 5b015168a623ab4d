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


def leave_a_child() -> int:
    if os.fork() == 0:
        time.sleep(1000)
    return 3


def done(call: Callable[[], Any], seconds: float = 30.0) -> Done:
    (found,) = run_jobs([Job("one", call, seconds)], workers=1)
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


def test_what_waits_for_nothing_is_late() -> None:
    begin = time.monotonic()
    assert done(wait_for_ever).is_late
    assert time.monotonic() - begin < 60


def test_all_jobs_are_done_some_at_a_time() -> None:
    jobs = [Job(str(n), lambda n=n: n * n, 30.0) for n in range(20)]
    assert {each.name: each.answer for each in run_jobs(jobs, workers=3)} == {str(n): n * n for n in range(20)}
    assert list(run_jobs([], workers=3)) == []
