"""A run where threads run out goes on with those that there are, or ends with its cause."""

import os
import subprocess
import sys
import textwrap

import pytest

PROGRAM = """
import asyncio, resource, sys, threading, time
from jaunt.engine.job import Job, Outcome
from jaunt.engine.runner import run_jobs
from jaunt.errors import JauntMachineError

threads, limit = int(sys.argv[1]), int(sys.argv[2])
STACK = 64 << 20

async def run() -> Outcome:
    await asyncio.sleep(0.001)
    return Outcome("generated")

jobs = [Job(f"build:m{number}", run, frozenset({f"build:m{number - 1}"} if number % 3 else ())) for number in range(24)]
threading.stack_size(STACK)
pages = int(open("/proc/self/statm").read().split()[0])
most = pages * resource.getpagesize() + threads * STACK + STACK // 2
resource.setrlimit(resource.RLIMIT_AS, (most, most))
begin = time.monotonic()
try:
    outcomes = asyncio.run(run_jobs(jobs, limit=limit))
    print("done", len(outcomes), *{each.status for each in outcomes.values()})
except JauntMachineError as error:
    print(error)
print(time.monotonic() - begin < 10)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits are set as Linux has them")
@pytest.mark.parametrize("limit", [8, 64])
@pytest.mark.parametrize(
    ("threads", "said"),
    [
        (0, "no thread can be started: can't start new thread"),
        (1, "no thread can be started: can't start new thread"),
        (2, "done 24 generated"),
        (3, "done 24 generated"),
        (6, "done 24 generated"),
    ],
)
def test_a_run_uses_the_threads_that_there_are(threads: int, said: str, limit: int) -> None:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(threads), str(limit)]
    # Else the allocator may reserve as much room as a thread does, or not, as it meets two threads at a time.
    environment = {**os.environ, "MALLOC_ARENA_MAX": "1"}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert ended.stdout.splitlines() == [said, "True"], ended.stderr
