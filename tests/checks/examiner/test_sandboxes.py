"""Sandboxes that stay: candidates share one, and none fails or passes by what another did."""

import asyncio
import gc
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from examinations import GOOD, SPEC, make_examiners, orders
from folders import SUPPORT
from processes import child_environment, is_running, wait_until
from projects import write_files

from jaunt.checks.examiner.runner import ExaminerRunner
from jaunt.checks.examiner.sandboxes import Examiners
from jaunt.sandbox.sandbox import Completed, Halt
from jaunt.text.flaw import Flaw

MARK = """\
import os
from dataclasses import replace
from pathlib import Path
from typing import Any


def count(n: int) -> int:
    mark = Path(os.environ["HOME"], "mark")
    if n == 1 and mark.exists():
        return {found}
    mark.touch()
    return {not_found}
"""
"""Leaves a file in the scratch folder, and answers by whether one was there."""


@pytest.fixture
def examiners(tmp_path: Path) -> Examiners:
    return make_examiners(tmp_path)


def examine(examiners: Examiners, *sources: str) -> list[list[Flaw]]:
    """Examine candidates one after the other; return what fails of each."""

    async def one_by_one() -> list[list[Flaw]]:
        return [*[await examiners.examine(orders(examiners.runner.root, source)) for source in sources]]

    return asyncio.run(one_by_one())


def sandboxes() -> set[threading.Thread]:
    """Return the threads that run the sandboxes that stay: each ends when nothing of its sandbox is alive."""
    return {thread for thread in threading.enumerate() if thread.name == "jaunt-examiner"}


def test_one_sandbox_serves_candidates_that_pass(examiners: Examiners) -> None:
    assert examine(examiners, MARK.format(found=1, not_found=1), MARK.format(found=1, not_found=2)) == [[], []]


def test_what_fails_beside_others_is_examined_alone(examiners: Examiners) -> None:
    """The second one finds what the first has left, and would fail by it."""
    assert examine(examiners, MARK.format(found=1, not_found=1), MARK.format(found=2, not_found=1)) == [[], []]


def test_what_fails_alone_too_fails(examiners: Examiners) -> None:
    good, (error,), again = examine(examiners, GOOD, GOOD.replace("n\n", "n + 1\n"), GOOD)
    assert good == again == []
    assert error.startswith("count: the example in app/numbers.py:8 fails")


@pytest.mark.parametrize(
    "deed",
    [
        "os.kill(os.getppid(), signal.SIGKILL)",
        "os.kill(os.getppid(), signal.SIGSTOP)",
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "print('x' * 2_000_000)",
        "[os.write(number, b'00000002{}') for number in range(3, 40) if writable(number)]",
        "[os.close(number) for number in range(3, 40) if writable(number)]",
        "os.fork() or os.setsid() or signal.pause()",
    ],
)
def test_a_candidate_that_attacks_its_examiner_spoils_nothing_for_the_next(tmp_path: Path, deed: str) -> None:
    evil = f"""\
import os
import signal


def writable(number: int) -> bool:
    try:
        return os.write(number, b"") == 0
    except OSError:
        return False


def count(n: int) -> int:
    {deed}
    return n + 1
"""
    examiners = make_examiners(tmp_path, seconds=4, output_mb=1)
    first, bad, last = examine(examiners, GOOD, evil, GOOD)
    assert first == last == []
    assert len(bad) == 1


def test_a_sandbox_that_has_used_up_its_time_is_replaced(tmp_path: Path) -> None:
    """Each candidate takes less than the limit, all of them together take more."""
    busy = (
        "import time\n\n\ndef count(n: int) -> int:\n    while time.process_time() < 0.7:\n        pass\n    return n\n"
    )
    assert examine(make_examiners(tmp_path, cpu_seconds=2), *[busy] * 5) == [[]] * 5


def test_a_candidate_sees_files_that_have_changed_since_the_sandbox_began(examiners: Examiners) -> None:
    helper = examiners.runner.root / "app/helper.py"

    async def before_and_after() -> list[list[Flaw]]:
        found = []
        for value in (1, 2):
            helper.write_text(f"VALUE = {value}\n")
            source = f"from app.helper import VALUE\n\n\ndef count(n: int) -> int:\n    return n + VALUE - {value}\n"
            found.append(await examiners.examine(orders(examiners.runner.root, source)))
        return found

    assert asyncio.run(before_and_after()) == [[], []]


class HeldRunner(ExaminerRunner):
    """A bench on which the end of a sandbox is held up."""

    let_go = threading.Event()

    def run(
        self, *arguments: str, stdin: bytes = b"", pass_fds: Sequence[int] = (), halt: Halt | None = None
    ) -> Completed:
        completed = super().run(*arguments, stdin=stdin, pass_fds=pass_fds, halt=halt)
        assert self.let_go.wait(60)
        return completed


def test_a_sandbox_is_ended_beside_the_event_loop_and_the_loop_does_not_close_before(tmp_path: Path) -> None:
    runner = make_examiners(tmp_path).runner
    held = Examiners(HeldRunner(runner.sandbox, runner.root, runner.bases, runner.generated_dir))
    before = sandboxes()

    async def give_up() -> set[threading.Thread]:
        task = asyncio.create_task(held.examine(orders(tmp_path, GOOD)))
        while not (new := sandboxes() - before):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
        task.cancel()
        begin = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - begin < 4
        asyncio.get_running_loop().call_later(0.1, HeldRunner.let_go.set)
        return new

    (new,) = asyncio.run(give_up())
    assert not new.is_alive()


def test_a_cancelled_examination_ends_its_sandbox_and_the_next_one_is_not_misled(tmp_path: Path) -> None:
    reached = tmp_path / "reached"
    reached.mkdir()
    slow = f"""\
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any


def count(n: int) -> int:
    Path({str(reached)!r}, "it").write_text(str(os.getpid()))
    while True:
        time.sleep(1)
"""
    examiners = make_examiners(tmp_path, mode="off")

    async def cancel_and_go_on() -> list[str]:
        task = asyncio.create_task(examiners.examine(orders(tmp_path, slow)))
        while not ((reached / "it").exists() and (reached / "it").read_text()):  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return [*await examiners.examine(orders(tmp_path, GOOD))]

    assert asyncio.run(cancel_and_go_on()) == []
    wait_until(lambda: not is_running(int((reached / "it").read_text())))


def test_no_sandbox_outlives_its_event_loop(examiners: Examiners) -> None:
    before = sandboxes()

    async def look() -> set[threading.Thread]:
        assert await examiners.examine(orders(examiners.runner.root, GOOD)) == []
        return sandboxes() - before

    gc.disable()
    try:
        (new,) = asyncio.run(look())
        assert not new.is_alive()
    finally:
        gc.enable()


def test_no_sandbox_outlives_its_examiners(tmp_path: Path) -> None:
    before = sandboxes()

    async def use_and_drop() -> bool:
        examiners = make_examiners(tmp_path)
        assert await examiners.examine(orders(tmp_path, GOOD)) == []
        (new,) = sandboxes() - before
        del examiners
        gc.collect()
        return new.is_alive()

    assert not asyncio.run(use_and_drop())


@pytest.mark.parametrize("run", ["asyncio.run", "asyncio.new_event_loop().run_until_complete"])
def test_a_process_that_ends_takes_its_sandboxes_and_their_folders_with_it(tmp_path: Path, run: str) -> None:
    write_files(tmp_path, {"project/app/__init__.py": "", "project/app/numbers.py": SPEC, "scratch/.keep": ""})
    program = f"""\
import sys; sys.path.insert(0, {str(SUPPORT)!r})
import asyncio
from pathlib import Path
from examinations import GOOD, make_examiners, orders
root = Path({str(tmp_path / "project")!r})
examiners = make_examiners(root)
print({run}(examiners.examine(orders(root, GOOD))))
"""
    environment = child_environment(TMPDIR=str(tmp_path / "scratch"))
    ended = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
    assert run != "asyncio.run" or ended.stderr == ""
    assert [each.name for each in (tmp_path / "scratch").iterdir()] == [".keep"]


def test_a_sandbox_that_cannot_be_had_is_an_error_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jaunt.errors import JauntConfigError

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JauntConfigError, match="strict"):
        examine(make_examiners(tmp_path, mode="limits", strict=True), GOOD)
