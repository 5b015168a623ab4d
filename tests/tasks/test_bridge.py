"""The engine under doit: what is run, reported and stopped, by the real doit command."""

import asyncio
import re
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import start_python

from jaunt.engine.job import Outcome
from jaunt.tasks.bridge import CallAction, JobAction

TIMEOUT = 60  # seconds after which a hanging run fails its test


async def succeed() -> Outcome:
    return Outcome("generated")


DODO = """
import asyncio, os
from pathlib import Path
from jaunt.tasks.bridge import CallAction, JobAction, Reporter, UpToDate, doit_task
from jaunt.engine.job import Outcome

DOIT_CONFIG = {"reporter": Reporter, "continue": True, "default_tasks": ["build"]}
FAULTS = {
    "failed": lambda: Outcome("failed", errors=("app/x.py: line one", "line two", "line three")),
    "exit": lambda: exit(3),
    "error": lambda: 1 / 0,
}
DEPS = {"a": [], "b": ["a"], "c": ["b"], "d": []}


def build(name):
    async def run():
        with Path("ran.log").open("a") as log:
            log.write(name)
        if os.environ.get("WAIT"):
            print("started", flush=True)
            try:
                await asyncio.Event().wait()
            finally:
                print("cleaned up", flush=True)
        if os.environ.get("FAIL_" + name):
            return FAULTS[os.environ["FAIL_" + name]]()
        await asyncio.to_thread(Path(name + ".gen").write_text, "made")
        return Outcome("generated", warnings=(name + " is odd",))

    return run


def task_build():
    for name, deps in DEPS.items():
        target = Path(name + ".gen")
        yield doit_task(
            JobAction(build(name), name, name),
            doc=f"Build {name}",
            uptodate=UpToDate(target.exists(), "nothing changed" if target.exists() else "never generated"),
            targets=[target],
            task_dep=["build:" + dep for dep in deps],
            clean=lambda target=target: target.unlink(missing_ok=True),
        )


def task_check():
    return {"actions": [CallAction(lambda: os.environ.get("CHECK"), "check")], "task_dep": ["build"]}


def task_users():
    return {"actions": ["echo from the shell", lambda: print("from python")], "verbosity": 2}


def task_users_broken():
    return {"actions": ["echo shell output; false"]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "dodo.py").write_text(DODO)
    return tmp_path


def doit(project: Path, *arguments: str, **env: str) -> tuple[int, list[str]]:
    """Run doit in a child process; return its exit code and its lines."""
    child = start_python("-m", "doit", *arguments, cwd=project, **env)
    output, _ = child.communicate(timeout=TIMEOUT)
    return child.returncode, output.splitlines()


def ran(project: Path) -> str:
    log = project / "ran.log"
    return log.read_text() if log.exists() else ""


@pytest.mark.parametrize(
    "options", [[], ["-n", "0"], ["-n", "8", "-P", "thread"], ["-n", "4", "-P", "process"]], ids=" ".join
)
def test_doit_builds_once_in_every_mode(project: Path, options: list[str]) -> None:
    code, lines = doit(project, *options, "build")
    assert (code, sorted(ran(project))) == (0, list("abcd"))
    assert ran(project).index("a") < ran(project).index("b") < ran(project).index("c")
    assert lines[-1] == "jaunt: 4 run"
    built = re.findall(r"^\.  (build:.) \(\d+\.\d s\)$", "\n".join(lines), re.MULTILINE)
    assert sorted(built) == [f"build:{name}" for name in "abcd"]
    for database in project.glob(".doit.db*"):  # a fresh clone has none
        database.unlink()
    assert doit(project, *options, "build") == (0, ["jaunt: 4 up to date"])
    assert len(ran(project)) == 4


def test_doit_prints_what_is_fresh_when_asked(project: Path) -> None:
    doit(project, "build")
    assert "-- build:a" in doit(project, "-v", "2", "build")[1]


def test_doit_prints_a_jobs_warnings(project: Path) -> None:
    assert "warning: a is odd" in doit(project, "build:a")[1]


def test_doit_lists_and_explains(project: Path) -> None:
    doit(project, "build:a")
    lines = doit(project, "list", "--all", "-s")[1]
    assert [line.split()[0] for line in lines if line[2:].startswith("build:")] == ["U", "R", "R", "R"]
    assert "    - never generated (args=[], kwargs={})" in doit(project, "info", "build:b")[1]


def test_doit_can_be_told_to_run_everything_again(project: Path) -> None:
    doit(project, "build")
    assert doit(project, "-a", "build")[1][-1] == "jaunt: 4 run"
    assert len(ran(project)) == 8


def test_doit_cleans_and_previews_it(project: Path) -> None:
    doit(project, "build")
    assert "build:a - executing 'remove a.gen'" in doit(project, "clean", "-n")[1]
    assert len(list(project.glob("*.gen"))) == 4
    assert doit(project, "clean")[0] == 0
    assert list(project.glob("*.gen")) == []


def test_doit_runs_a_subtask_that_is_selected_with_its_group_once(project: Path) -> None:
    assert doit(project, "build", "build:d")[0] == 0
    assert sorted(ran(project)) == list("abcd")


def test_a_repeated_selection_is_not_dropped_in_silence(project: Path) -> None:
    assert doit(project, "build:a", "build:a", "build:d")[1][0].startswith("warning: build:a is selected twice")


@pytest.mark.parametrize("options", [["-n", "0"], ["-n", "4", "-P", "thread"], ["-n", "2", "-P", "process"]])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("failed", ["app/x.py: line one", "    line two (and 1 more lines: doit -v 2 prints them)"]),
        ("exit", ["SystemExit: 3"]),
        ("error", ["ZeroDivisionError: division by zero"]),
    ],
)
def test_doit_reports_a_failure_and_its_dependents_and_goes_on(
    project: Path, options: list[str], fault: str, reason: str
) -> None:
    code, lines = doit(project, *options, "build", FAIL_a=fault)
    assert code != 0
    at = lines.index(f"FAILED  build:a: {reason[0]}")
    assert lines[at + 1 : at + len(reason)] == reason[1:]
    assert "FAILED  2 modules were not tried, as they need build:a: build:b, build:c" in lines
    assert lines[-1] == "jaunt: 1 run, 3 failed"
    assert not [line for line in lines if "Traceback" in line or "taskid" in line]
    assert sorted(ran(project)) == ["a", "d"]


def test_doit_prints_all_of_a_failure_when_asked(project: Path) -> None:
    assert "    line three" in doit(project, "-v", "2", "build", FAIL_a="failed")[1]


def test_a_call_action_fails_with_the_text_it_returns(project: Path) -> None:
    assert doit(project, "check")[0] == 0
    code, lines = doit(project, "check", CHECK="2 tests failed")
    assert code != 0
    assert "FAILED  check: 2 tests failed" in lines


def test_the_users_own_tasks_are_shown_as_doit_shows_them(project: Path) -> None:
    code, lines = doit(project, "users", "users_broken")
    assert code != 0
    assert {".  users", "from the shell", "from python", "shell output"} <= set(lines)
    assert "TaskFailed - taskid:users_broken" in lines
    assert not [line for line in lines if line.startswith("jaunt:")]


@pytest.mark.parametrize(
    ("options", "by"), [(["-n", "0"], signal.SIGTERM), (["-n", "2", "-P", "thread"], signal.SIGINT)]
)
def test_a_signal_under_doit_lets_the_coroutine_clean_up_and_is_one_line(
    project: Path, options: list[str], by: signal.Signals
) -> None:
    child = start_python("-m", "doit", *options, "build:d", cwd=project, WAIT="1")
    assert child.stdout is not None
    assert child.stdout.readline() == "started\n"
    child.send_signal(by)
    output, _ = child.communicate(timeout=TIMEOUT)
    assert "cleaned up" in output
    assert "Traceback" not in output
    assert "error: interrupted; what was finished is kept" in output.splitlines()
    assert child.returncode == 130


def test_ctrl_c_reaches_the_caller_of_a_job_action_after_the_clean_up() -> None:
    cleaned: list[str] = []

    async def interrupted() -> Outcome:
        try:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append("up")
        return Outcome("generated")

    with pytest.raises(KeyboardInterrupt):
        JobAction(interrupted, "interrupted").execute()
    assert cleaned == ["up"]


FORKED = """
import os
from jaunt.tasks.bridge import JobAction
from jaunt.engine.job import Outcome

async def succeed():
    return Outcome("generated")

failures = [JobAction(succeed, "in the parent").execute()]
child = os.fork()
failures.append(JobAction(succeed, "in either").execute())
if not child:
    os._exit(5 if failures == [None, None] else 1)
print(failures, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_process_does_not_wait_for_its_parents_loop() -> None:
    child = start_python("-W", "ignore", "-c", FORKED)
    assert child.communicate(timeout=TIMEOUT)[0] == "[None, None] 5\n"


def test_a_sub_task_that_exits_does_not_kill_the_loop_that_other_jobs_share() -> None:
    async def leave() -> None:
        raise SystemExit(3)

    async def spawn() -> Outcome:
        await asyncio.create_task(leave())
        return Outcome("generated")

    failure = JobAction(spawn, "spawn").execute()
    assert failure is not None
    assert failure.message == "SystemExit: 3"
    assert JobAction(succeed, "succeed").execute() is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: "says so", "says so"),
        (lambda: sys.exit(4), "SystemExit: 4"),
        (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
    ],
)
def test_a_call_action_lets_nothing_escape(call: Callable[[], str | None], message: str) -> None:
    failure = CallAction(call, "call").execute()
    assert failure is not None
    assert failure.message == message
