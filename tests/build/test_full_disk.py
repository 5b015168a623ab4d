"""A full disk: no call is made whose answer could not be kept, and what was paid for is kept."""

import asyncio
import errno
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from backends import FakeBackend
from folders import SUPPORT
from processes import child_environment
from works import build_work, make_work

from jaunt.build.eager.answers import FirstAnswers
from jaunt.build.eager.request import FirstRequest
from jaunt.build.settings import BuildSettings
from jaunt.build.store import Store, kept_answers, stored_code
from jaunt.errors import JauntMachineError
from jaunt.generate.check import Checked
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.plan.module_work import ModuleWork

ANSWER = "def a() -> int:\n    return 1\n"


class ShortOf:
    """A check that lacks something of the machine."""

    name = "short"
    after_failure = True
    needs: tuple[str, ...] = ()

    def __init__(self, error: BaseException) -> None:
        self.error: BaseException | None = error

    async def __call__(self, source: str) -> Checked:
        if self.error is not None:
            raise self.error
        return Checked(source)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp/x"),
        OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
        BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)),
        MemoryError(),
        RuntimeError("can't start new thread"),
        JauntMachineError("the sandbox (limits) failed"),
    ],
    ids=lambda error: str(error)[:20] or type(error).__name__,
)
def test_a_fault_of_a_check_throws_no_answer_away(tmp_path: Path, error: BaseException) -> None:
    work, backend, check = make_work(tmp_path), FakeBackend({"pkg.a": [ANSWER]}), ShortOf(error)
    store = Store(tmp_path / "store")
    settings = BuildSettings(backend, checks_for=lambda _: [check], store=store)
    first = build_work(work, settings)
    assert (first.status, backend.calls) == ("failed", ["pkg.a"])
    assert isinstance(first.cause, JauntMachineError)
    assert any("the next build checks it" in each for each in first.errors)
    check.error = None
    again = build_work(work, settings)
    assert (again.status, again.origin, backend.calls) == ("generated", "store", ["pkg.a"])


def test_a_check_that_is_broken_keeps_nothing(tmp_path: Path) -> None:
    backend, store = FakeBackend({"pkg.a": [ANSWER]}), Store(tmp_path / "store")
    check = ShortOf(ValueError("a bug"))
    with pytest.raises(ValueError, match="a bug"):
        build_work(make_work(tmp_path), BuildSettings(backend, checks_for=lambda _: [check], store=store))
    assert list(store.files()) == []


def test_room_that_no_answer_fills_is_given_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    outcome = build_work(make_work(tmp_path), BuildSettings(FakeBackend({"pkg.a": ["X = 1\n"]}), store=store))
    assert outcome.status == "failed"
    assert [each for each in (tmp_path / "store").rglob("*") if each.is_file()] == []


def test_a_long_answer_is_kept_whole(tmp_path: Path) -> None:
    store, work = Store(tmp_path / "store"), make_work(tmp_path)
    text = f'{ANSWER}\n\nTEXT = "{"x" * 100_000}"\n'
    assert build_work(work, BuildSettings(FakeBackend({"pkg.a": [text]}), store=store)).status == "generated"
    (kept,) = store.files()
    assert kept.path.read_text().endswith(text)


FULL = f"""
import sys; sys.path.insert(0, {str(SUPPORT)!r})
from pathlib import Path
import test_full_disk
root, when = Path(sys.argv[1]), sys.argv[2]
work, disk = test_full_disk.make_work(root), root / "disk"
backend = test_full_disk.Filling({{"pkg.a": [test_full_disk.ANSWER]}})
backend.disk = disk
settings = test_full_disk.BuildSettings(backend, store=test_full_disk.Store(disk / "store"))
if when == "before":
    backend.fill()
elif when == "during":
    backend.fills = True
elif when == "asked first":
    backend.fills = True
    test_full_disk.ask_first(work, settings)
    sys.exit()
outcome = test_full_disk.build_work(work, settings)
print(outcome.status, backend.calls, len(list(settings.store.files())))
print(*outcome.errors)
"""


class Filling(FakeBackend):
    """Fills a disk while it answers, where `fills` says so."""

    disk = Path()
    fills = False

    def fill(self) -> None:
        with (self.disk / "big").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError as error:
                assert error.errno == errno.ENOSPC

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        answer = await super().generate_module(ctx, extra_error_context=extra_error_context)
        if self.fills:
            self.fill()
        return answer


def ask_first(work: ModuleWork, settings: BuildSettings) -> None:
    """Make a module's first request before its turn, and say what is kept of it."""
    assert isinstance(settings.backend, Filling)
    assert settings.store is not None
    kept = kept_answers(settings.store, work.root)
    asking = replace(settings, answers=FirstAnswers(kept))
    asyncio.run(FirstRequest(asking, work, "", lambda _: True).make())
    print(*settings.backend.calls, *(stored_code(kept, work).source or "nothing is kept").split())


def on_small_disk(root: Path, when: str) -> list[str]:
    """Build on a disk of 400 KB that gets full at some time; return the lines that are printed."""
    (root / "disk").mkdir()
    mount = f'mount -t tmpfs -o size=400k tmpfs "{root}/disk" || exit 99; exec "$0" -c "$1" "{root}" {when}'
    command = ["unshare", "-Urm", "sh", "-c", mount, sys.executable, FULL]
    environment = child_environment(PYTHONPATH=os.pathsep.join([str(SUPPORT), str(Path(__file__).parent)]))
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    if shutil.which("unshare") is None or "unshare" in ended.stderr or ended.returncode == 99:
        pytest.skip("nobody may mount a disk here")
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def test_no_call_is_made_whose_answer_could_not_be_kept(tmp_path: Path) -> None:
    said, why = on_small_disk(tmp_path, "before")
    assert said == "failed [] 0"
    assert "there is no room to keep an answer: No space left on device" in why


def test_what_is_under_way_when_the_disk_gets_full_is_kept(tmp_path: Path) -> None:
    said, *_ = on_small_disk(tmp_path, "during")
    assert said == "generated ['pkg.a'] 1"


def test_an_answer_that_comes_before_its_turn_is_kept_when_the_disk_gets_full(tmp_path: Path) -> None:
    assert on_small_disk(tmp_path, "'asked first'") == [f"pkg.a {' '.join(ANSWER.split())}"]


def test_a_disk_with_room_makes_no_difference(tmp_path: Path) -> None:
    assert on_small_disk(tmp_path, "never")[0] == "generated ['pkg.a'] 1"
