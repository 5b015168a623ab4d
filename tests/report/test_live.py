"""The live display: what it shows, on real terminals, and that it leaves them as they were."""

import errno
import io
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from fcntl import ioctl
from pathlib import Path

import pytest
from processes import CHILD_SECONDS, child_environment, run_jaunt, run_python
from projects import CONFIG as RECORDED
from projects import record, write_files

from jaunt import codes
from jaunt.build.memory.time_left import TimeLeft
from jaunt.cli import main
from jaunt.report.live import Feed, LiveDisplay
from jaunt.text.durations import duration

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
STEP = re.compile(r"(\x1b\[[0-?]*[ -/]*[@-~]|\r|\n)")
COLOUR = re.compile(r"\x1b\[(?:\d+;)*3\d(?:;\d+)*m")


# --- what it shows -----------------------------------------------------------------------------------


class Clock:
    """A clock that a test sets, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def display(
    total: int, clock: Clock, *, encoding: str = "utf-8", feed: Feed | None = None, done: int = 0
) -> LiveDisplay:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    return LiveDisplay(total, feed or Feed(), done=done, out=out, clock=clock)


def test_a_row_has_module_attempt_and_age() -> None:
    clock, feed = Clock(), Feed()
    shown = display(3, clock, feed=feed)
    shown.began("app.slug")
    clock.now = 75
    shown.began("app.words")
    feed.attempts["app.slug"] = 2
    clock.now = 76.5
    assert shown.lines(80, 24)[1:] == [
        "  app.slug   attempt 2    1:16",
        "  app.words                1 s",
    ]


def test_the_head_has_count_time_rest_tokens_and_cost() -> None:
    clock = Clock()
    time_left = TimeLeft({"a": [], "b": []}, {"a": 10.0, "b": 20.0}, 1)
    shown = display(2, clock, feed=Feed(spent=lambda: (12345, 0.5), time_left=lambda: time_left))
    shown.began("a")
    clock.now = 4
    assert shown.lines(200, 24)[0] == "╌" * 20 + "  0/2 done  4 s  about 26 s left  12,345 tokens  cost 0.5000"
    shown.ended("a", 4.0)
    assert shown.lines(200, 24)[0].startswith("━" * 10 + "╌" * 10 + "  1/2 done  4 s  about 20 s left")


def test_nothing_is_said_of_what_is_not_known() -> None:
    assert display(2, Clock(), feed=Feed(spent=lambda: (0, 0.0))).lines(80, 24) == ["╌" * 20 + "  0/2 done  0 s"]


def test_an_estimate_that_has_run_out_is_not_shown_as_no_time() -> None:
    clock = Clock()
    shown = display(1, clock, feed=Feed(time_left=lambda: TimeLeft({"a": []}, {"a": 5.0}, 1)))
    shown.began("a")
    clock.now = 60
    assert "left" not in shown.lines(80, 24)[0]


def test_the_rest_counts_down_between_two_estimates() -> None:
    clock = Clock()
    shown = display(1, clock, feed=Feed(time_left=lambda: TimeLeft({"a": []}, {"a": 90.0}, 1)))
    assert "about 1:30 left" in shown.lines(80, 24)[0]
    clock.now = 0.9
    assert "about 1:29 left" in shown.lines(80, 24)[0]


def test_modules_that_were_fresh_count_as_done() -> None:
    assert "3/4 done" in display(4, Clock(), done=3).lines(80, 24)[0]


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    clock = Clock()
    feed = Feed({"pkg.one": 3}, lambda: (9_876_543, 12.3456), lambda: TimeLeft({"pkg.one": []}, {"pkg.one": 99.0}, 1))
    shown = display(10_000, clock, feed=feed)
    for name in ("pkg.one", "a_package.with.a_name.that_is_longer_than.most_terminals.are_wide", "x"):
        shown.began(name)
    clock.now = 4000
    lines = shown.lines(width, 24)
    assert max(map(len, lines)) <= width
    text = " ".join(lines)
    assert all(part in text for part in ("0/10000 done", "1:06:40", "9,876,543", "12.3456"))
    assert "wide" in text if width >= 40 else "…" in text, "the end of a name tells more than its beginning"


def test_on_a_narrow_terminal_the_facts_take_more_lines_and_the_bar_goes() -> None:
    feed = Feed(spent=lambda: (1000, 0.25))
    assert display(7, Clock(), feed=feed).lines(40, 24) == ["0/7 done  0 s  1,000 tokens  cost 0.2500"]
    assert display(7, Clock(), feed=feed).lines(30, 24) == ["0/7 done  0 s  1,000 tokens", "cost 0.2500"]


def test_more_than_half_of_the_terminal_is_never_taken() -> None:
    shown = display(64, Clock())
    for number in range(64):
        shown.began(f"app.m{number}")
    lines = shown.lines(80, 24)
    assert len(lines) == 12
    assert lines[1].startswith("  app.m0 "), "the oldest comes first"
    assert lines[-1] == "  and 54 more"
    assert len(shown.lines(80, 3)) == 3, "however low the terminal is"


def test_a_terminal_without_unicode_gets_none() -> None:
    shown = display(2, Clock(), encoding="ascii")
    shown.began("a_package.with.a_name.that_is_longer_than.most_terminals")
    assert "".join(shown.lines(40, 24)).isascii()
    assert shown.lines(80, 24)[0].startswith("-" * 20)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.9, "0 s"),
        (59.9, "59 s"),
        (60, "1:00"),
        (125, "2:05"),
        (3599, "59:59"),
        (3725, "1:02:05"),
        (-1, "0 s"),
    ],
)
def test_times_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_module_that_never_began_may_end() -> None:
    shown = display(2, Clock())
    shown.ended("a", None)
    assert "1/2 done" in shown.lines(80, 24)[0]


def test_a_display_that_was_never_drawn_can_be_stopped() -> None:
    shown = display(1, Clock())
    shown.stop()
    assert not shown.is_drawn


# --- real terminals ----------------------------------------------------------------------------------

ANSWER = '''\
"""Answers the first prompt with what is wrong, the next with code; waits for `go` before the second."""
import pathlib, sys, time
root = pathlib.Path(sys.argv[1])
prompt = sys.stdin.read()
if "attempt 1" not in prompt:
    print("```python\\ndef something_else() -> None:\\n    pass\\n```")
else:
    (root / "waiting").touch()
    while not (root / "go").exists():
        time.sleep(0.01)  # a program of a user's, which has nothing else to wait for
    print("```python\\ndef only() -> int:\\n    return 1\\n```")
'''

CONFIG = """\
version = 1

[llm]
provider = "command"
command = ["{python}", "{{root}}/answer.py", "{{root}}"]

[verify]
require_evidence = "off"
ruff = "off"
ty = "off"
"""

SPEC = '''\
import jaunt


@jaunt.magic
def only() -> int:
    """Return 1."""
    ...
'''

MODULE = "a_package_of_some.module_with_a_name"


@pytest.fixture
def gated(tmp_path: Path) -> Path:
    """A project of one module, whose provider answers wrongly first, and then only once there is a file `go`."""
    files = {
        "jaunt.toml": CONFIG.format(python=sys.executable),
        "answer.py": ANSWER,
        "dodo.py": "from jaunt.tasks import DOIT_CONFIG, task_build, task_test  # noqa: F401\n",
        "src/a_package_of_some/__init__.py": "",
        "src/a_package_of_some/module_with_a_name.py": SPEC,
    }
    write_files(tmp_path, files)
    return tmp_path


class Terminal:
    """A program on a terminal of its own, as a person would have it."""

    def __init__(
        self, *command: str, cwd: Path, columns: int = 80, environment: Mapping[str, str] | None = None
    ) -> None:
        inherited = {
            name: value for name, value in child_environment().items() if name not in ("COLUMNS", "CI", "NO_COLOR")
        }
        variables = {**inherited, "TERM": "xterm-256color", "LANG": "C.UTF-8", **(environment or {})}
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            os.chdir(cwd)
            os.execvpe(sys.executable, [sys.executable, *command], variables)
        self.text = ""

    def read_until(self, wanted: str) -> None:
        """Read what the program prints until `wanted` is in it."""
        deadline = time.monotonic() + CHILD_SECONDS
        while wanted not in ESCAPE.sub("", self.text):
            assert time.monotonic() < deadline, self.text
            assert self._read(), f"the program ended without {wanted!r}: {self.text}"

    def end(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self) -> bool:
        if not select.select([self.screen], [], [], CHILD_SECONDS)[0]:
            return False
        try:
            data = os.read(self.screen, 65536)
        except OSError as error:
            assert error.errno == errno.EIO  # the program has ended
            return False
        self.text += data.decode("utf-8", "replace")
        return bool(data)

    @property
    def lines(self) -> list[str]:
        """What is on the screen, blank lines left out."""
        rows, row, column = [""], 0, 0
        for step in STEP.split(self.text):
            if step == "\n":
                row += 1
                rows += [""] * (row == len(rows))
            elif step == "\r":
                column = 0
            elif step == "\x1b[2K":
                rows[row] = ""
            elif step.startswith("\x1b[") and step.endswith("A"):
                row -= int(step[2:-1])
            elif not step.startswith("\x1b"):
                rows[row] = f"{rows[row][:column]:<{column}}{step}{rows[row][column + len(step) :]}"
                column += len(step)
        return [line for line in rows if line.strip()]


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """The terminals of a test, to be closed at its end."""
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        os.close(terminal.screen)


@pytest.mark.parametrize(("columns", "row"), [(40, "…_some.module_with_a_name"), (200, MODULE)])
def test_a_build_on_a_terminal_shows_what_is_under_way_and_leaves_its_lines(
    gated: Path, terminals: list[Terminal], columns: int, row: str
) -> None:
    terminal = Terminal("-m", "jaunt", "build", cwd=gated, columns=columns)
    terminals.append(terminal)
    terminal.read_until("attempt 2")
    assert any("0/1 done" in line for line in terminal.lines)
    assert any(row[-15:] in line and "attempt 2" in line for line in terminal.lines)
    (gated / "go").touch()
    assert max(map(len, terminal.lines)) <= columns
    assert terminal.end() == 0
    assert max(map(len, terminal.lines)) <= columns
    first, second, *others = terminal.lines
    assert len(others) == (columns == 40), "the display is gone, and the summary is whole"
    assert terminal.text.rindex(SHOW_CURSOR) > terminal.text.rindex(HIDE_CURSOR)
    assert re.fullmatch(r"\[1/1\] generated +\S+ +\d+\.\d s", first)
    assert second.startswith("1 generated in")


def test_a_large_build_on_a_terminal_lists_what_went_wrong_the_first_of_it(
    tmp_path: Path, terminals: list[Terminal]
) -> None:
    names = [f"m{number:03}" for number in range(210)]
    write_files(tmp_path, {"jaunt.toml": RECORDED, **{f"src/{name}.py": SPEC for name in names}})
    record(tmp_path, dict.fromkeys(names[:150], "def only() -> int:\n    return 1\n"))
    terminal = Terminal("-m", "jaunt", "build", cwd=tmp_path)
    terminals.append(terminal)
    assert terminal.end() == 3
    assert not any("generated   m" in line for line in terminal.lines)
    assert sum(line.startswith("[") and "failed" in line for line in terminal.lines) == 3
    assert "57 more modules ended as m150 did: m153, m154, " in terminal.text
    assert terminal.lines[-1].startswith("150 generated, 60 failed in ")


def test_ctrl_c_gives_the_terminal_back(gated: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal("-m", "jaunt", "build", cwd=gated)
    terminals.append(terminal)
    before = termios.tcgetattr(terminal.screen)
    terminal.read_until("attempt 2")
    os.write(terminal.screen, b"\x03")
    terminal.read_until("error: interrupted")
    assert termios.tcgetattr(terminal.screen) == before
    assert terminal.end() == 130
    assert terminal.text.rindex(SHOW_CURSOR) > terminal.text.rindex(HIDE_CURSOR)
    assert terminal.lines[-1] == "error: interrupted; what was finished is kept"


def test_sigterm_gives_the_terminal_back(gated: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal("-m", "jaunt", "build", cwd=gated)
    terminals.append(terminal)
    terminal.read_until("attempt 2")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.end() == 130
    assert terminal.text.rindex(SHOW_CURSOR) > terminal.text.rindex(HIDE_CURSOR)


@pytest.mark.parametrize(("environment", "options"), [({"CI": "true"}, []), ({"TERM": "dumb"}, []), ({}, ["--quiet"])])
def test_without_a_person_or_redrawing_there_are_plain_lines(
    gated: Path, terminals: list[Terminal], environment: dict[str, str], options: list[str]
) -> None:
    (gated / "go").touch()
    terminal = Terminal("-m", "jaunt", "build", *options, cwd=gated, environment=environment)
    terminals.append(terminal)
    assert terminal.end() == 0
    assert HIDE_CURSOR not in terminal.text
    assert "\x1b[2K" not in terminal.text, "nothing is redrawn"
    assert terminal.lines[-1].startswith("1 generated in")
    assert len(terminal.lines) == (1 if options else 2)


def test_no_color_takes_the_colours_alone(gated: Path, terminals: list[Terminal]) -> None:
    (gated / "go").touch()
    for environment in ({"NO_COLOR": "1"}, {}):
        terminal = Terminal("-m", "jaunt", "build", "--force", cwd=gated, environment=environment)
        terminals.append(terminal)
        assert terminal.end() == 0
        assert HIDE_CURSOR in terminal.text
        assert bool(COLOUR.search(terminal.text)) is not bool(environment)


def test_errors_go_to_the_file_that_they_are_sent_to(gated: Path, terminals: list[Terminal]) -> None:
    (gated / "answer.py").write_text("print('no code')\n", encoding="utf-8")
    program = (
        "import os, runpy, sys; os.dup2(os.open('errors.txt', os.O_CREAT | os.O_WRONLY), 2); "
        "sys.argv = ['jaunt', 'build']; runpy.run_module('jaunt', run_name='__main__')"
    )
    terminal = Terminal("-c", program, cwd=gated)
    terminals.append(terminal)
    assert terminal.end() == 3
    assert (gated / "errors.txt").read_text(encoding="utf-8").startswith("error[J")
    assert "error" not in terminal.text


def test_json_goes_to_its_file_while_the_display_is_on_the_terminal(gated: Path, terminals: list[Terminal]) -> None:
    program = (
        "import os, runpy, sys; os.dup2(os.open('facts.json', os.O_CREAT | os.O_WRONLY), 1); "
        "sys.argv = ['jaunt', 'build', '--json']; runpy.run_module('jaunt', run_name='__main__')"
    )
    terminal = Terminal("-c", program, cwd=gated)
    terminals.append(terminal)
    terminal.read_until("attempt 2")
    (gated / "go").touch()
    assert terminal.end() == 0
    assert (gated / "facts.json").read_text(encoding="utf-8").startswith('{"command": "build", "ok": true')


# --- off a terminal ----------------------------------------------------------------------------------


def test_without_a_terminal_rich_is_not_imported(gated: Path) -> None:
    (gated / "go").touch()
    program = (
        "import sys; from jaunt.cli import main; code = main(['build']); "
        "assert not [name for name in sys.modules if name.partition('.')[0] == 'rich']; sys.exit(code)"
    )
    done = run_python("-c", program, cwd=gated)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout


def test_quiet_prints_errors_and_the_summary_alone(gated: Path) -> None:
    (gated / "answer.py").write_text("print('def other() -> None: ...')\n", encoding="utf-8")
    done = run_jaunt("build", "--quiet", cwd=gated)
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 1
    assert done.stdout.startswith("1 failed in")
    assert done.stderr.startswith(f"error[{codes.CONFORMANCE}]: {MODULE}: ")
    assert all(line.startswith("error") for line in done.stderr.splitlines())


def test_verbose_says_what_is_begun_and_what_the_checks_said(gated: Path) -> None:
    (gated / "go").touch()
    done = run_jaunt("build", "--verbose", cwd=gated)
    assert done.returncode == 0
    begun, rejected, *others = (line.split() for line in done.stdout.splitlines())
    assert begun == ["begun", MODULE]
    assert rejected[:4] == ["rejected", f"{MODULE}:", "attempt", "1:"]
    assert "'only'" in rejected
    assert len(others) == 2


def test_quiet_and_verbose_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--quiet", "--verbose"]) == 2
    assert capsys.readouterr().out == ""


# --- doit --------------------------------------------------------------------------------------------


def test_doit_shows_the_same_on_a_terminal(gated: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal("-m", "doit", "build", cwd=gated)
    terminals.append(terminal)
    terminal.read_until("attempt 2")
    assert any("0/1 done" in line for line in terminal.lines)
    (gated / "go").touch()
    assert terminal.end() == 0
    assert re.fullmatch(rf"\.  build:{MODULE} \(\d+\.\d s\)", terminal.lines[-2])
    assert terminal.lines[-1] == "jaunt: 1 run"
    assert terminal.text.rindex(SHOW_CURSOR) > terminal.text.rindex(HIDE_CURSOR)


def test_doit_leaves_the_terminal_to_another_task(gated: Path, terminals: list[Terminal]) -> None:
    other = f'''
def task_other():
    """It is on the terminal as well, while a module is under way."""
    wait = "import pathlib, time\\nwhile not pathlib.Path('waiting').exists(): time.sleep(0.01)"
    say = "print('from the other'); import pathlib; pathlib.Path('go').touch()"
    return {{"actions": [[{sys.executable!r}, "-c", wait + chr(10) + say]], "verbosity": 2}}
'''
    with (gated / "dodo.py").open("a", encoding="utf-8") as file:
        file.write(other)
    terminal = Terminal("-m", "doit", "-n", "2", "other", "build", cwd=gated)
    terminals.append(terminal)
    assert terminal.end() == 0
    assert "from the other" in terminal.lines
    assert terminal.lines[-1] == "jaunt: 1 run"


def test_a_fresh_doit_build_draws_nothing(gated: Path, terminals: list[Terminal]) -> None:
    (gated / "go").touch()
    assert run_jaunt("build", cwd=gated).returncode == 0
    terminal = Terminal("-m", "doit", "build", cwd=gated)
    terminals.append(terminal)
    assert terminal.end() == 0
    assert terminal.lines == ["jaunt: 1 up to date"]
    assert "\x1b" not in terminal.text
