"""Pipes, devices, folders and symlinks to themselves in place of jaunt's files: a miss, or an error in one line."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from processes import child_environment
from said import RunIn

from jaunt.commands.shared.result import EXIT_CODES, EXIT_CRASH

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")

KINDS: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a device without end": lambda path: path.symlink_to("/dev/zero"),
    "a symlink to itself": lambda path: path.symlink_to(path),
    "a symlink to nothing": lambda path: path.symlink_to(path.parent / "nothing"),
}
TARGETS = {
    "the ledger": ".jaunt/ledger.json",
    "the scan": ".jaunt/scan.jsonl",
    "the timings": ".jaunt/timings.json",
    "a history": ".jaunt/history/build/*",
    "an entry of the store": ".jaunt/store/build/*/*.py",
    "a folder of the store": ".jaunt/store/build/*",
    "the store": ".jaunt/store",
    "the rejected": ".jaunt/rejected",
    "the ignored": ".jaunt/.gitignore",
    "a generated file": "**/__generated__/*.py",
    "a package's file": "**/__generated__/__init__.py",
}
COMMANDS = [["status"], ["build"], ["check"], ["timings"], ["store"], ["diff"], ["status", "--json"]]


@contextmanager
def no_longer_than(seconds: int) -> Generator[None]:
    def end(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"hangs for {seconds} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", TARGETS)
def test_odd_files_neither_hang_nor_break_a_command(built_shop: Path, run_in: RunIn, target: str, kind: str) -> None:
    path = next(iter(sorted(built_shop.glob(TARGETS[target]))), built_shop / TARGETS[target])
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    KINDS[kind](path)
    for command in COMMANDS:
        with no_longer_than(20):
            said = run_in(built_shop, *command)
        assert said.code in EXIT_CODES and said.code != EXIT_CRASH, (command, said.err)
        assert all(len(line) < 600 for line in said.errors), (command, said.err)


OUTPUTS = [
    "status",
    "build",
    "check",
    "timings",
    "store",
    "diff",
    "doctor",
    "graph",
    "status --json",
    "--help",
    "--version",
    "help",
]


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
@pytest.mark.parametrize("where", ["/dev/full", "closed", "a pipe nobody reads"])
def test_output_that_can_t_be_written_is_an_exit_code(built_shop: Path, where: str) -> None:
    for command in OUTPUTS:
        code, errors = run_with_output(built_shop, command, where)
        assert "Traceback" not in errors, (command, errors)
        assert "Exception ignored" not in errors, (command, errors)
        assert code in EXIT_CODES and code != EXIT_CRASH, (command, errors)


def run_with_output(root: Path, command: str, where: str) -> tuple[int, str]:
    """Run a command whose standard output is odd; return its exit code and what is on standard error."""
    redirect = {"/dev/full": "> /dev/full", "closed": ">&-", "a pipe nobody reads": "| true; exit ${PIPESTATUS[0]}"}[
        where
    ]
    line = f'"{sys.executable}" -m jaunt {command} {redirect}'
    ended = subprocess.run(
        ["bash", "-c", line], cwd=root, env=child_environment(), capture_output=True, text=True, timeout=60
    )
    return ended.returncode, ended.stderr
