"""`jaunt watch`: a child process that builds after each save, once, whatever state the code is in."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import CHILD_SECONDS, child_environment
from watched import CONFIG, SPEC

WATCHING = "watching src, tests (Ctrl-C ends it)"


class Watch:
    """`jaunt watch` in a child process; standard error goes to its standard output."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        self.child = subprocess.Popen(
            [sys.executable, "-u", "-m", "jaunt", "watch", *options],
            cwd=root,
            env=child_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        self._pending = ""

    def round(self, end: str = WATCHING) -> list[str]:
        """Return the lines up to the one that says that the next save is waited for."""
        assert self.child.stdout is not None
        deadline = time.monotonic() + CHILD_SECONDS
        while f"{end}\n" not in self._pending:
            ready, _, _ = select.select([self.child.stdout], [], [], deadline - time.monotonic())
            data = os.read(self.child.stdout.fileno(), 65536) if ready else b""
            assert data, f"{self.child.poll()}, and not {end!r}: {self._pending}"
            self._pending += data.decode()
        said, _, self._pending = self._pending.partition(f"{end}\n")
        return said.splitlines()

    def save(self, name: str, text: str) -> None:
        """Save a file as editors do: a new one takes the place of the old one."""
        path = self.root / name
        new = path.with_name(f".{path.name}.new")
        new.write_text(text, encoding="utf-8")
        new.replace(path)

    def end(self, by: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """End it and return its exit code and what it still said."""
        self.child.send_signal(by)
        out, _ = self.child.communicate(timeout=CHILD_SECONDS)
        return self.child.returncode, self._pending + out.decode()

    @property
    def calls(self) -> list[str]:
        """What the provider was asked for so far."""
        return (self.root / "calls").read_text(encoding="utf-8").split()


@pytest.fixture
def watches() -> Iterator[list[Watch]]:
    """The watches of a test, killed at its end if one still runs."""
    started: list[Watch] = []
    yield started
    for watch in started:
        watch.child.kill()
        watch.child.communicate()


def test_a_save_is_built_once_and_an_end_is_no_failure(root: Path, watches: list[Watch]) -> None:
    watch = Watch(root)
    watches.append(watch)
    assert watch.round()[-1].startswith("1 generated in")
    for number in (2, 3):
        watch.save("src/app/one.py", SPEC.replace("Return 1.", f"Return 1, time {number}."))
        lines = watch.round()
        assert lines[0] == "changed: src/app/one.py"
        assert lines[1].startswith("[1/1] generated   app.one ")
        assert len(watch.calls) == number
    code, rest = watch.end()
    assert (code, rest) == (0, ""), "its own writes are no change, and Ctrl-C is how it is ended"
    assert len(watch.calls) == 3


def test_it_goes_on_with_broken_code_and_broken_configuration(root: Path, watches: list[Watch]) -> None:
    watch = Watch(root)
    watches.append(watch)
    watch.round()
    watch.save("src/app/one.py", SPEC + "def (\n")
    assert any(line.startswith("error[J101]: app.one: src/app/one.py:8:5: syntax error") for line in watch.round())
    watch.save("jaunt.toml", "[llm\n")
    assert [line[:40] for line in watch.round()[1:]] == ["error[J202]: jaunt.toml: not valid TOML:"]
    watch.save("src/app/one.py", SPEC)
    assert any(line.startswith("error[J202]: jaunt.toml: not valid TOML") for line in watch.round())
    watch.save("jaunt.toml", CONFIG.format(python=sys.executable))
    assert watch.round()[-1].startswith("1 fresh in")
    assert watch.end()[0] == 0


def test_new_and_removed_files_are_changes(root: Path, watches: list[Watch]) -> None:
    watch = Watch(root)
    watches.append(watch)
    watch.round()
    watch.save("src/app/two.py", SPEC)
    assert watch.round()[0] == "changed: src/app/two.py"
    (root / "src/app/two.py").unlink()
    lines = watch.round()
    assert lines[0] == "changed: src/app/two.py"
    assert lines[-1].startswith("1 fresh in")
    assert watch.end()[0] == 0


def test_with_test_the_tests_are_generated_and_run_once_for_each_save(root: Path, watches: list[Watch]) -> None:
    watch = Watch(root, "--test", "--json")
    watches.append(watch)
    assert any("1 passed" in line for line in watch.round())
    watch.save("src/app/one.py", SPEC.replace("Return 1.", "Return 1 always."))
    lines = watch.round()
    assert lines[0] == "changed: src/app/one.py", "what the build has made was no change"
    assert any("1 passed" in line for line in lines)
    code, rest = watch.end(signal.SIGTERM)
    assert code == 0
    assert json.loads(rest) == {"command": "watch", "ok": True, "exit_code": 0, "rounds": 2}


def test_an_end_within_a_build_is_an_interruption(root: Path, watches: list[Watch]) -> None:
    slow = "import pathlib, sys, threading\nprint(file=open(sys.argv[1] + '/calls', 'w'))\nthreading.Event().wait()\n"
    (root / "answer.py").write_text(slow, encoding="utf-8")
    watch = Watch(root, "-v")
    watches.append(watch)
    watch.round(end="      begun       app.one")
    code, rest = watch.end()
    assert code == 130
    assert rest.endswith("error: interrupted; what was finished is kept\n")


def test_without_a_project_it_does_not_wait_for_one(tmp_path: Path, watches: list[Watch]) -> None:
    watch = Watch(tmp_path)
    watches.append(watch)
    out, _ = watch.child.communicate(timeout=CHILD_SECONDS)
    assert watch.child.returncode == 2
    assert b"no jaunt project" in out


# --- the files ---------------------------------------------------------------------------------------
