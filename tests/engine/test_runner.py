"""The engine: what runs, in which order, what fails, and how a run stops."""

import asyncio
import contextvars
import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Collection
from graphlib import CycleError
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jaunt
from jaunt.engine.job import Job, Outcome
from jaunt.engine.runner import run_jobs
from jaunt.errors import JauntDependencyCycleError, JauntGenerationError
from jaunt.specs.dag import critical_path
from jaunt.tasks.bridge import CallAction, JobAction

SOURCE_ROOT = str(Path(next(iter(jaunt.__path__))).parent)
TIMEOUT = 60  # seconds after which a hanging run fails its test


async def succeed() -> Outcome:
    return Outcome("generated")


async def fail() -> Outcome:
    return Outcome("failed", errors=("no good",))


def make_job(name: str, deps: Collection[str] = (), run: Callable = succeed, cost: float = 1.0) -> Job:
    return Job(f"build:{name}", "build", name, run, frozenset(f"build:{dep}" for dep in deps), cost)


def run(jobs: list[Job], limit: int = 4, **options) -> dict[str, Outcome]:
    return asyncio.run(asyncio.wait_for(run_jobs(jobs, limit=limit, **options), TIMEOUT))


def recording(names: list[str], name: str) -> Callable:
    """A run function that notes that it was called."""

    async def record() -> Outcome:
        names.append(name)
        return Outcome("generated")

    return record


# --- the longest path --------------------------------------------------------------------------------


def test_critical_path_counts_the_node_itself_and_its_longest_line_of_dependents():
    deps = {"a": [], "b": ["a"], "c": ["b"], "d": ["a"], "e": []}
    assert critical_path(deps) == {"a": 3, "b": 2, "c": 1, "d": 1, "e": 1}
    assert critical_path(deps, {"a": 1, "b": 1, "c": 1, "d": 9, "e": 0.5}.__getitem__)["a"] == 10


def test_critical_path_of_a_chain_deeper_than_any_recursion_limit():
    deps = {str(i): [str(i - 1)] for i in range(20_000)}
    assert critical_path(deps)["0"] == 20_000


def test_critical_path_leaves_unknown_names_out_and_counts_a_repeated_one_once():
    assert critical_path({"a": ["x"], "b": ["a", "a", "y"]}) == {"a": 2, "b": 1}


def test_critical_path_lists_dependencies_first_even_without_costs():
    assert list(critical_path({"c": ["b"], "b": ["a"], "a": []}, lambda name: 0.0)) == ["a", "b", "c"]


def test_critical_path_of_a_cycle_raises():
    with pytest.raises(CycleError):
        critical_path({"a": ["b"], "b": ["a"]})


# --- what runs, and in which order -------------------------------------------------------------------


@st.composite
def dags(draw: st.DrawFn) -> dict[int, frozenset[int]]:
    """A DAG over 0..n, in an order of its own."""
    size = draw(st.integers(1, 24))
    edges = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=size * 3))
    dag: dict[int, set[int]] = {node: set() for node in draw(st.permutations(range(size)))}
    for a, b in edges:
        if a != b:
            dag[max(a, b)].add(min(a, b))
    return {node: frozenset(deps) for node, deps in dag.items()}


@settings(max_examples=150, deadline=None, database=None)
@given(dag=dags(), failing=st.sets(st.integers(0, 23)), limit=st.integers(1, 16), seed=st.integers(0, 99))
def test_random_dags_keep_every_promise(dag, failing, limit, seed):
    rng = random.Random(seed)
    started: list[int] = []
    finished: set[int] = set()
    under_way = 0

    def runner(node: int, turns: int) -> Callable:
        async def work() -> Outcome:
            nonlocal under_way
            under_way += 1
            started.append(node)
            assert under_way <= limit
            assert dag[node] <= finished, "started before a dependency had finished"
            for _ in range(turns):
                await asyncio.sleep(0)
            under_way -= 1
            finished.add(node)
            return Outcome("failed", errors=("told to",)) if node in failing else Outcome("generated")

        return work

    events: list[tuple[str, str]] = []
    jobs = [make_job(str(node), [*map(str, deps)], runner(node, rng.randint(0, 5))) for node, deps in dag.items()]
    outcomes = run(jobs, limit, listener=lambda event, job, outcome: events.append((event, job.module)))

    blocked: set[int] = set()
    for node in sorted(dag):
        if any(dep in failing or dep in blocked for dep in dag[node]):
            blocked.add(node)
    assert sorted(started) == sorted(dag.keys() - blocked)
    assert list(outcomes) == [job.name for job in jobs]
    for node, deps in dag.items():
        outcome = outcomes[f"build:{node}"]
        if node in blocked:
            culprits = sorted(str(dep) for dep in deps if dep in failing or dep in blocked)
            assert outcome.errors == tuple(f"dependency failed: {culprit}" for culprit in culprits)
        else:
            assert outcome.errors == (("told to",) if node in failing else ())
        ran = [] if node in blocked else ["started"]
        assert [event for event, module in events if module == str(node)] == [*ran, "finished"]


def test_no_jobs_give_no_outcomes():
    assert run([]) == {}


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(limit):
    with pytest.raises(ValueError, match="at least 1"):
        run([make_job("a")], limit)


def test_a_repeated_name_is_refused():
    with pytest.raises(ValueError, match="unique"):
        run([make_job("a"), make_job("a")])


def test_a_dependency_outside_the_run_counts_as_done():
    assert run([make_job("a", deps=["fresh"])])["build:a"].status == "generated"


@pytest.mark.parametrize(
    ("edges", "path"),
    [
        (
            {"a": ["b"], "b": ["c"], "c": ["a"], "d": []},
            {"a -> b -> c -> a", "b -> c -> a -> b", "c -> a -> b -> c"},
        ),
        ({"a": ["a"]}, {"a -> a"}),
    ],
)
def test_a_cycle_is_named_and_nothing_runs(edges, path):
    ran: list[str] = []
    with pytest.raises(JauntDependencyCycleError) as caught:
        run([make_job(name, deps, recording(ran, name)) for name, deps in edges.items()])
    assert caught.value.message.removeprefix("dependency cycle: ") in path
    assert ran == []


def test_the_longest_line_of_dependents_goes_first():
    ran: list[str] = []
    dag = {"free1": [], "free2": [], "end": ["middle"], "middle": ["begin"], "begin": []}
    run([make_job(name, deps, recording(ran, name)) for name, deps in dag.items()], limit=1)
    assert ran == ["begin", "middle", "free1", "free2", "end"]


def test_known_costs_decide_the_order():
    ran: list[str] = []
    costs = {"short": 0.1, "long": 9.0, "none": 0.0, "middling": 2.0}
    run([make_job(name, (), recording(ran, name), cost) for name, cost in costs.items()], limit=1)
    assert ran == ["long", "middling", "short", "none"]


def test_of_those_that_become_ready_together_the_longest_goes_first():
    started: list[str] = []

    async def main() -> dict[str, Outcome]:
        pair = asyncio.Barrier(2)  # both workers take a job before either takes its next

        def meeting(name: str) -> Callable:
            async def meet() -> Outcome:
                started.append(name)
                await pair.wait()
                return Outcome("generated")

            return meet

        jobs = [
            make_job(str(i), ["root"], meeting(str(i)), cost=float(i)) for i in random.Random(0).sample(range(20), 20)
        ]
        return await asyncio.wait_for(run_jobs([make_job("root"), *jobs], limit=2), TIMEOUT)

    asyncio.run(main())
    pairs = [set(started[i : i + 2]) for i in range(0, 20, 2)]
    assert pairs == [{str(i), str(i - 1)} for i in range(19, 0, -2)]


def test_sixty_four_jobs_are_under_way_at_once():
    async def main() -> dict[str, Outcome]:
        barrier = asyncio.Barrier(64)

        async def meet() -> Outcome:
            await barrier.wait()
            return Outcome("generated")

        return await asyncio.wait_for(run_jobs([make_job(f"m{i}", (), meet) for i in range(64)], limit=64), TIMEOUT)

    assert len(asyncio.run(main())) == 64


def test_no_more_threads_than_jobs():
    threads: list[int] = []

    async def count() -> Outcome:
        threads.append(threading.active_count())
        return Outcome("generated")

    before = threading.active_count()
    run([make_job("a", (), count), make_job("b", ["a"], count)], limit=500)
    assert max(threads) <= before + 3  # doit's runner and two workers
    assert threading.active_count() == before


def test_a_chain_of_five_thousand():
    jobs = [make_job(str(i), [str(i - 1)] if i else []) for i in range(5_000)]
    outcomes = run(list(reversed(jobs)), limit=8)
    assert {outcome.status for outcome in outcomes.values()} == {"generated"}


def test_a_failure_goes_down_a_chain_of_five_thousand():
    jobs = [make_job(str(i), [str(i - 1)] if i else [], succeed if i else fail) for i in range(5_000)]
    assert run(jobs)["build:4999"].errors == ("dependency failed: 4998",)


def test_a_fan_of_ten_thousand():
    leaves = [make_job(f"leaf{i}", ["root"]) for i in range(10_000)]
    outcomes = run([make_job("root"), *leaves, make_job("end", [leaf.module for leaf in leaves])], limit=8)
    assert len(outcomes) == 10_002
    assert outcomes["build:end"].status == "generated"


def test_two_runs_on_one_loop_do_not_meet():
    async def main() -> list[dict[str, Outcome]]:
        return await asyncio.gather(*(run_jobs([make_job("a", (), work)], limit=1) for work in (succeed, fail)))

    assert [outcomes["build:a"].status for outcomes in asyncio.run(main())] == ["generated", "failed"]


def test_a_job_sees_the_callers_context_variables():
    variable = contextvars.ContextVar("variable", default="lost")

    async def look() -> Outcome:
        return Outcome("failed", errors=(variable.get(),))

    async def main() -> dict[str, Outcome]:
        variable.set("kept")
        return await run_jobs([make_job("a", (), look)], limit=1)

    assert asyncio.run(main())["build:a"].errors == ("kept",)


def test_nothing_is_printed_nor_written(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    streams: list[object] = []

    async def look() -> Outcome:
        streams.extend([sys.stdout, sys.stderr])
        return Outcome("failed", errors=("no good",))

    before = sys.stdout, sys.stderr
    run([make_job(f"m{i}", (), look) for i in range(8)] + [make_job("after", ["m0"])], limit=4)
    assert set(streams) == set(before) == {sys.stdout, sys.stderr}
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


# --- failures ----------------------------------------------------------------------------------------


class _Backend(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (JauntGenerationError("the model is silent"), "the model is silent"),
        (JauntGenerationError("no key", hint="set MY_KEY"), "no key (set MY_KEY)"),
        (_Backend("boom"), "_Backend: boom"),
        (_Backend(), "_Backend"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (GeneratorExit(), "GeneratorExit"),
        (asyncio.CancelledError(), "CancelledError"),
        (asyncio.CancelledError("by the client"), "CancelledError: by the client"),
        (ExceptionGroup("of a task group", [_Backend("boom")]), "_Backend: boom"),
    ],
)
def test_what_a_job_raises_fails_that_job_alone(error, text):
    async def blow_up() -> Outcome:
        await asyncio.sleep(0)
        raise error

    outcomes = run([make_job("bad", (), blow_up), make_job("next", ["bad"]), make_job("other")], limit=2)
    assert (outcomes["build:bad"].status, outcomes["build:bad"].errors) == ("failed", (text,))
    assert outcomes["build:bad"].cause is error
    assert outcomes["build:next"].errors == ("dependency failed: bad",)
    assert outcomes["build:other"].status == "generated"


def test_a_run_function_that_raises_before_there_is_a_coroutine_fails_its_job():
    def no_coroutine():
        raise _Backend("too early")

    assert run([make_job("a", (), no_coroutine)])["build:a"].errors == ("_Backend: too early",)


def test_a_job_that_returns_no_outcome_fails():
    async def forget() -> None:
        return None

    outcomes = run([make_job("a", (), forget), make_job("b", ["a"])])
    assert outcomes["build:a"].status == outcomes["build:b"].status == "failed"
    assert "returned None" in outcomes["build:a"].errors[0]


@pytest.mark.parametrize("turns", [0, 1])
def test_a_job_that_cancels_its_own_task_does_not_hang_the_run(turns):
    async def give_up() -> Outcome:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        for _ in range(turns):
            await asyncio.sleep(0)
        return Outcome("generated")

    outcomes = run([make_job("a", (), give_up), make_job("b"), make_job("c", ["a"])])
    assert outcomes["build:a"].errors == (("CancelledError",) if turns else ())
    assert outcomes["build:b"].status == "generated"
    assert outcomes["build:c"].errors == (("dependency failed: a",) if turns else ())


def test_what_the_listener_raises_stops_the_run_and_reaches_the_caller():
    ran: list[str] = []

    def listener(event: str, job: Job, outcome: Outcome | None) -> None:
        if event == "finished":
            raise BrokenPipeError("nobody reads")

    chain = [make_job(str(i), [str(i - 1)] if i else [], recording(ran, str(i))) for i in range(20)]
    with pytest.raises(BrokenPipeError):
        run(chain, listener=listener)
    assert ran == ["0"]


# --- stopping ----------------------------------------------------------------------------------------


def test_a_cancelled_run_cleans_up_leaves_no_thread_and_starts_nothing_more():
    cleaned: list[str] = []
    ran: list[str] = []
    events: list[tuple[str, str, str]] = []

    async def main() -> None:
        all_started = asyncio.Barrier(4)

        def waiting(name: str) -> Callable:
            async def wait() -> Outcome:
                try:
                    await all_started.wait()
                    await asyncio.Event().wait()
                finally:
                    await asyncio.sleep(0)  # a clean-up that itself has to wait
                    cleaned.append(name)
                return Outcome("generated")

            return wait

        jobs = [make_job(name, (), waiting(name)) for name in "abc"]
        jobs += [make_job(f"after_{name}", name, recording(ran, name)) for name in "abc"]

        def listener(event: str, job: Job, outcome: Outcome | None) -> None:
            events.append((event, job.module, outcome.status if outcome else ""))

        task = asyncio.create_task(run_jobs(jobs, limit=3, listener=listener))
        await all_started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not [thread for thread in threading.enumerate() if thread not in before]

    before = threading.enumerate()
    asyncio.run(asyncio.wait_for(main(), TIMEOUT))
    assert sorted(cleaned) == ["a", "b", "c"]
    assert ran == []
    assert sorted(events) == [
        *(("finished", name, "interrupted") for name in "abc"),
        *(("started", name, "") for name in "abc"),
    ]


def test_a_run_that_is_cancelled_before_it_begins_ends_too():
    async def main() -> None:
        task = asyncio.create_task(run_jobs([make_job(str(i)) for i in range(50)], limit=8))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    before = threading.active_count()
    asyncio.run(asyncio.wait_for(main(), TIMEOUT))
    assert threading.active_count() == before


INTERRUPTED = """
import asyncio
from jaunt.engine.runner import run_jobs
from jaunt.engine.job import Job, Outcome

async def wait():
    print("started", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        print("cleaned up", flush=True)
    return Outcome("generated")

asyncio.run(run_jobs([Job("a", "build", "a", wait), Job("b", "build", "b", wait)], limit=2))
"""


def test_ctrl_c_ends_a_run_after_its_clean_up():
    child = _start([sys.executable, "-c", INTERRUPTED])
    assert child.stdout is not None
    assert [child.stdout.readline() for _ in range(2)] == ["started\n"] * 2
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=TIMEOUT)
    assert output.count("cleaned up") == 2
    assert "KeyboardInterrupt" in output
    assert child.returncode not in (0, None)


# --- the doit command --------------------------------------------------------------------------------

DODO = """
import asyncio, os
from pathlib import Path
from jaunt.tasks.bridge import CallAction, Reporter, doit_task
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
            name=name,
            doc=f"Build {name}",
            run=build(name),
            fresh=target.exists(),
            reason="nothing changed" if target.exists() else "never generated",
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


def _start(command: list[str], cwd: Path | None = None, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": SOURCE_ROOT, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def doit(project: Path, *arguments: str, **env: str) -> tuple[int, list[str]]:
    """Run doit in a child process; return its exit code and its lines."""
    child = _start([sys.executable, "-m", "doit", *arguments], project, **env)
    output, _ = child.communicate(timeout=TIMEOUT)
    return child.returncode, output.splitlines()


def ran(project: Path) -> str:
    log = project / "ran.log"
    return log.read_text() if log.exists() else ""


@pytest.mark.parametrize(
    "options", [[], ["-n", "0"], ["-n", "8", "-P", "thread"], ["-n", "4", "-P", "process"]], ids=" ".join
)
def test_doit_builds_once_in_every_mode(project, options):
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


def test_doit_prints_what_is_fresh_when_asked(project):
    doit(project, "build")
    assert "-- build:a" in doit(project, "-v", "2", "build")[1]


def test_doit_prints_a_jobs_warnings(project):
    assert "warning: a is odd" in doit(project, "build:a")[1]


def test_doit_lists_and_explains(project):
    doit(project, "build:a")
    lines = doit(project, "list", "--all", "-s")[1]
    assert [line.split()[0] for line in lines if line[2:].startswith("build:")] == ["U", "R", "R", "R"]
    assert "    - never generated (args=[], kwargs={})" in doit(project, "info", "build:b")[1]


def test_doit_can_be_told_to_run_everything_again(project):
    doit(project, "build")
    assert doit(project, "-a", "build")[1][-1] == "jaunt: 4 run"
    assert len(ran(project)) == 8


def test_doit_cleans_and_previews_it(project):
    doit(project, "build")
    assert "build:a - executing 'remove a.gen'" in doit(project, "clean", "-n")[1]
    assert len(list(project.glob("*.gen"))) == 4
    assert doit(project, "clean")[0] == 0
    assert list(project.glob("*.gen")) == []


def test_doit_runs_a_subtask_that_is_selected_with_its_group_once(project):
    assert doit(project, "build", "build:d")[0] == 0
    assert sorted(ran(project)) == list("abcd")


def test_a_repeated_selection_is_not_dropped_in_silence(project):
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
def test_doit_reports_a_failure_and_its_dependents_and_goes_on(project, options, fault, reason):
    code, lines = doit(project, *options, "build", FAIL_a=fault)
    assert code != 0
    at = lines.index(f"FAILED  build:a: {reason[0]}")
    assert lines[at + 1 : at + len(reason)] == reason[1:]
    assert "FAILED  build:b: dependency failed: a" in lines
    assert "FAILED  build:c: dependency failed: b" in lines
    assert lines[-1] == "jaunt: 1 run, 3 failed"
    assert not [line for line in lines if "Traceback" in line or "taskid" in line]
    assert sorted(ran(project)) == ["a", "d"]


def test_doit_prints_all_of_a_failure_when_asked(project):
    assert "    line three" in doit(project, "-v", "2", "build", FAIL_a="failed")[1]


def test_a_call_action_fails_with_the_text_it_returns(project):
    assert doit(project, "check")[0] == 0
    code, lines = doit(project, "check", CHECK="2 tests failed")
    assert code != 0
    assert "FAILED  check: 2 tests failed" in lines


def test_the_users_own_tasks_are_shown_as_doit_shows_them(project):
    code, lines = doit(project, "users", "users_broken")
    assert code != 0
    assert {".  users", "from the shell", "from python", "shell output"} <= set(lines)
    assert "TaskFailed - taskid:users_broken" in lines
    assert not [line for line in lines if line.startswith("jaunt:")]


@pytest.mark.parametrize("options", [["-n", "0"], ["-n", "2", "-P", "thread"]])
def test_ctrl_c_under_doit_lets_the_coroutine_clean_up(project, options):
    child = _start([sys.executable, "-m", "doit", *options, "build:d"], project, WAIT="1")
    assert child.stdout is not None
    assert child.stdout.readline() == "started\n"
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=TIMEOUT)
    assert "cleaned up" in output
    assert child.returncode not in (0, None)


def test_ctrl_c_reaches_the_caller_of_a_job_action_after_the_clean_up():
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


def test_a_forked_process_does_not_wait_for_its_parents_loop():
    child = _start([sys.executable, "-W", "ignore", "-c", FORKED])
    assert child.communicate(timeout=TIMEOUT)[0] == "[None, None] 5\n"


def test_a_sub_task_that_exits_does_not_kill_the_loop_that_other_jobs_share():
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
def test_a_call_action_lets_nothing_escape(call, message):
    failure = CallAction(call, "call").execute()
    assert failure is not None
    assert failure.message == message
