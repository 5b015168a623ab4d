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
from projects import write_files

from jaunt.commands.watch.polling import SETTLE_SECONDS, take_snapshot, wait_for_change
from jaunt.config import load_config

ANSWER = '''\
"""Writes the code of either spec, and notes each call down."""
import pathlib, sys
prompt = sys.stdin.read()
name = "test_one" if "test_one" in prompt else "one"
with (pathlib.Path(sys.argv[1]) / "calls").open("a") as calls:
    calls.write(name + "\\n")
if name == "one":
    print("```python\\ndef one() -> int:\\n    return 1\\n```")
else:
    print("```python\\nfrom app.one import one\\n\\n\\ndef test_one() -> None:\\n    assert one() == 1\\n```")
'''

CONFIG = """\
[llm]
provider = "command"
command = ["{python}", "{{root}}/answer.py", "{{root}}"]

[verify]
ruff = "off"
ty = "off"
"""

SPEC = 'import jaunt\n\n\n@jaunt.magic\ndef one() -> int:\n    """Return 1."""\n    ...\n'
TEST = (
    "import jaunt\nfrom app.one import one\n\n\n"
    '@jaunt.test(deps=[one])\ndef test_one() -> None:\n    """Assert that one() is 1."""\n    ...\n'
)
WATCHING = "watching src, tests (Ctrl-C ends it)"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of one module and its test, and a provider that answers anything."""
    files = {
        "jaunt.toml": CONFIG.format(python=sys.executable),
        "answer.py": ANSWER,
        "src/app/__init__.py": '"""The app."""\n',
        "src/app/one.py": SPEC,
        "tests/test_one.py": TEST,
    }
    write_files(tmp_path, files)
    return tmp_path


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
    assert any(line.startswith("error: app.one: src/app/one.py:8: syntax error") for line in watch.round())
    watch.save("jaunt.toml", "[llm\n")
    assert [line[:34] for line in watch.round()[1:]] == ["error: jaunt.toml: not valid TOML:"]
    watch.save("src/app/one.py", SPEC)
    assert any(line.startswith("error: jaunt.toml: not valid TOML") for line in watch.round())
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


def test_what_jaunt_writes_and_what_it_does_not_read_is_not_watched(root: Path) -> None:
    config = load_config(root=root)
    before = take_snapshot(config)
    assert {Path(path).name for path in before} == {"jaunt.toml", "__init__.py", "one.py", "test_one.py"}
    write_files(
        root,
        {
            "src/app/__generated__/one.py": "X = 1\n",
            "tests/__generated__/test_one.py": "X = 1\n",
            "tests/__init__.py": "",
            ".jaunt/ledger.json": "{}",
            "src/app/__pycache__/one.py": "X = 1\n",
            "src/app/notes.txt": "x",
            "answer.py": "print()\n",
        },
    )
    assert take_snapshot(config) == before


def test_prompts_of_the_projects_own_are_watched(root: Path) -> None:
    write_files(root, {"prompt.md": "x", "jaunt.toml": '[prompts]\nbuild_system = "prompt.md"\n'})
    config = load_config(root=root)
    before = take_snapshot(config)
    (root / "prompt.md").write_text("y y", encoding="utf-8")
    assert wait_for_change(config, before) == [str(root / "prompt.md")]


def test_a_change_is_told_when_it_has_settled(root: Path) -> None:
    config = load_config(root=root)
    before = take_snapshot(config)
    (root / "src/app/one.py").write_text(f"{SPEC}\n", encoding="utf-8")
    begin = time.monotonic()
    assert wait_for_change(config, before) == [str(root / "src/app/one.py")]
    assert time.monotonic() - begin >= SETTLE_SECONDS


def test_a_file_that_vanishes_while_it_is_looked_at_is_left_out(root: Path) -> None:
    (root / "src/app/gone.py").symlink_to(root / "nowhere.py")
    assert str(root / "src/app/gone.py") not in take_snapshot(load_config(root=root))
