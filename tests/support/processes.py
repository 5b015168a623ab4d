"""Child processes of this very jaunt, run to their end."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import jaunt
from jaunt.files.temporary import remove_abandoned_files, temporary_files

CHILD_SECONDS = 60.0
"""How long a child process may take before its test fails."""


_OURS = ("JAUNT_", "PYTEST_", "DOIT_", "PYTHONDONTWRITEBYTECODE")


@cache
def bytecode_folder() -> str:
    """Return a folder for the bytecode of the children of this run: each would else compile all that it imports."""
    folder = tempfile.mkdtemp(prefix="jaunt-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def child_environment(**changes: str) -> dict[str, str]:
    """Return an environment in which child processes find this very jaunt, and none of our own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    own = {"PYTHONPATH": python_path(), "COLUMNS": "80", "PYTHONPYCACHEPREFIX": bytecode_folder()}
    return {**kept, **own, **changes}


def python_path(*folders: Path) -> str:
    """Return a PYTHONPATH of `folders` and the one that holds this very jaunt."""
    return os.pathsep.join(map(str, [*folders, Path(jaunt.__file__).resolve().parents[1]]))


def run_python(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a child process, to its end, and return its output."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=child_environment(**environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=CHILD_SECONDS,
        check=False,
    )


def run_jaunt(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the jaunt command in a child process."""
    return run_python("-m", "jaunt", *arguments, cwd=cwd, **environment)


def run_jaunt_unread(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the jaunt command in a child process whose output nobody reads any more."""
    read, write = os.pipe()
    os.close(read)
    try:
        return subprocess.run(
            [sys.executable, "-m", "jaunt", *arguments],
            cwd=cwd, env=child_environment(), stdout=write, stderr=subprocess.PIPE, text=True,
            timeout=CHILD_SECONDS, check=False,
        )  # fmt: skip
    finally:
        os.close(write)


def run_doit(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the doit command in a child process."""
    return run_python("-m", "doit", *arguments, cwd=cwd, **environment)


def wait_for(paths: Iterable[Path], child: "subprocess.Popen[str]") -> None:
    """Wait until all files are there; a child that ends before is a failure of the test."""
    missing = list(paths)

    def are_there() -> bool:
        nonlocal missing
        missing = [path for path in missing if not path.exists()]
        assert not missing or child.poll() is None, f"the child ended with {child.returncode} without {missing}"
        return not missing

    wait_until(are_there)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds of which nobody tells: a file that is there, a process that has ended."""
    deadline = time.monotonic() + CHILD_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"it did not come about within {CHILD_SECONDS} s"
        time.sleep(0.005)


def is_running(pid: int) -> bool:
    """Return whether a process is there and not merely waiting to be reaped."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def start_python(*arguments: str, cwd: Path | None = None, **environment: str) -> "subprocess.Popen[str]":
    """Start Python in a child process whose output, of both streams, is read by the caller."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env=child_environment(**environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


LEAVE = """\
import os, pathlib, signal, sys
from jaunt.files.temporary import temporary_path
made = temporary_path(pathlib.Path(sys.argv[1]))
(made / "below").mkdir(parents=True) if sys.argv[2] == "folder" else made.touch()
print("made", flush=True)
sys.stdin.readline()
"""


def left_by_a_killed_writer(folder: Path, kind: str = "file") -> Path:
    """Return a temporary file, or folder, whose writer, a real process, was killed."""
    arguments = [sys.executable, "-c", LEAVE, str(folder), kind]
    before = set(temporary_files(folder))
    with subprocess.Popen(
        arguments, env=child_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "made\n"
        remove_abandoned_files([folder])
        (made,) = set(temporary_files(folder)) - before
        writer.kill()
    assert writer.returncode == -signal.SIGKILL
    return made
