"""The engine: what runs, in which order, what fails, and how a run stops."""

import asyncio
import contextvars
import random
import signal
import sys
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import start_python

from jaunt.engine.job import Job, Outcome
from jaunt.engine.runner import run_jobs
from jaunt.errors import JauntDependencyCycleError, JauntGenerationError

TIMEOUT = 60  # seconds after which a hanging run fails its test


async def succeed() -> Outcome:
    return Outcome("generated")


async def fail() -> Outcome:
    return Outcome("failed", errors=("no good",))


def make_job(name: str, deps: Collection[str] = (), run: Callable = succeed, cost: float = 1.0) -> Job:
    return Job(f"build:{name}", run, frozenset(f"build:{dep}" for dep in deps), cost)


def run(jobs: list[Job], limit: int = 4, **options: Any) -> dict[str, Outcome]:
    return asyncio.run(asyncio.wait_for(run_jobs(jobs, limit=limit, **options), TIMEOUT))


def recording(names: list[str], name: str) -> Callable:
    """A run function that notes that it was called."""

    async def record() -> Outcome:
        names.append(name)
        return Outcome("generated")

    return record


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


@settings(max_examples=150, database=None)
@given(dag=dags(), failing=st.sets(st.integers(0, 23)), limit=st.integers(1, 16), seed=st.integers(0, 99))
def test_random_dags_keep_every_promise(
    dag: dict[int, frozenset[int]], failing: set[int], limit: int, seed: int
) -> None:
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


def test_no_jobs_give_no_outcomes() -> None:
    assert run([]) == {}


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        run([make_job("a")], limit)


def test_a_repeated_name_is_refused() -> None:
    with pytest.raises(ValueError, match="unique"):
        run([make_job("a"), make_job("a")])


def test_a_dependency_outside_the_run_counts_as_done() -> None:
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
def test_a_cycle_is_named_and_nothing_runs(edges: dict[str, list[str]], path: str) -> None:
    ran: list[str] = []
    with pytest.raises(JauntDependencyCycleError) as caught:
        run([make_job(name, deps, recording(ran, name)) for name, deps in edges.items()])
    assert caught.value.message.removeprefix("dependency cycle: ") in path
    assert ran == []


def test_the_longest_line_of_dependents_goes_first() -> None:
    ran: list[str] = []
    dag = {"free1": [], "free2": [], "end": ["middle"], "middle": ["begin"], "begin": []}
    run([make_job(name, deps, recording(ran, name)) for name, deps in dag.items()], limit=1)
    assert ran == ["begin", "middle", "free1", "free2", "end"]


def test_known_costs_decide_the_order() -> None:
    ran: list[str] = []
    costs = {"short": 0.1, "long": 9.0, "none": 0.0, "middling": 2.0}
    run([make_job(name, (), recording(ran, name), cost) for name, cost in costs.items()], limit=1)
    assert ran == ["long", "middling", "short", "none"]


def test_of_those_that_become_ready_together_the_longest_goes_first() -> None:
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


def test_sixty_four_jobs_are_under_way_at_once() -> None:
    async def main() -> dict[str, Outcome]:
        barrier = asyncio.Barrier(64)

        async def meet() -> Outcome:
            await barrier.wait()
            return Outcome("generated")

        return await asyncio.wait_for(run_jobs([make_job(f"m{i}", (), meet) for i in range(64)], limit=64), TIMEOUT)

    assert len(asyncio.run(main())) == 64


def test_no_more_threads_than_jobs() -> None:
    threads: list[int] = []

    async def count() -> Outcome:
        threads.append(threading.active_count())
        return Outcome("generated")

    before = threading.active_count()
    run([make_job("a", (), count), make_job("b", ["a"], count)], limit=500)
    assert max(threads) <= before + 3  # doit's runner and two workers
    assert threading.active_count() == before


def test_a_chain_of_five_thousand() -> None:
    jobs = [make_job(str(i), [str(i - 1)] if i else []) for i in range(5_000)]
    outcomes = run(list(reversed(jobs)), limit=8)
    assert {outcome.status for outcome in outcomes.values()} == {"generated"}


def test_a_failure_goes_down_a_chain_of_five_thousand() -> None:
    jobs = [make_job(str(i), [str(i - 1)] if i else [], succeed if i else fail) for i in range(5_000)]
    assert run(jobs)["build:4999"].errors == ("dependency failed: 4998",)


def test_a_fan_of_ten_thousand() -> None:
    leaves = [make_job(f"leaf{i}", ["root"]) for i in range(10_000)]
    outcomes = run([make_job("root"), *leaves, make_job("end", [leaf.module for leaf in leaves])], limit=8)
    assert len(outcomes) == 10_002
    assert outcomes["build:end"].status == "generated"


def test_two_runs_on_one_loop_do_not_meet() -> None:
    async def main() -> list[dict[str, Outcome]]:
        return await asyncio.gather(*(run_jobs([make_job("a", (), work)], limit=1) for work in (succeed, fail)))

    assert [outcomes["build:a"].status for outcomes in asyncio.run(main())] == ["generated", "failed"]


def test_a_job_sees_the_callers_context_variables() -> None:
    variable = contextvars.ContextVar("variable", default="lost")

    async def look() -> Outcome:
        return Outcome("failed", errors=(variable.get(),))

    async def main() -> dict[str, Outcome]:
        variable.set("kept")
        return await run_jobs([make_job("a", (), look)], limit=1)

    assert asyncio.run(main())["build:a"].errors == ("kept",)


def test_nothing_is_printed_nor_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
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
def test_what_a_job_raises_fails_that_job_alone(error: BaseException, text: str) -> None:
    async def blow_up() -> Outcome:
        await asyncio.sleep(0)
        raise error

    outcomes = run([make_job("bad", (), blow_up), make_job("next", ["bad"]), make_job("other")], limit=2)
    assert (outcomes["build:bad"].status, outcomes["build:bad"].errors) == ("failed", (text,))
    assert outcomes["build:bad"].cause is error
    assert outcomes["build:next"].errors == ("dependency failed: bad",)
    assert outcomes["build:other"].status == "generated"


def test_a_run_function_that_raises_before_there_is_a_coroutine_fails_its_job() -> None:
    def no_coroutine() -> NoReturn:
        raise _Backend("too early")

    assert run([make_job("a", (), no_coroutine)])["build:a"].errors == ("_Backend: too early",)


def test_a_job_that_returns_no_outcome_fails() -> None:
    async def forget() -> None:
        return None

    outcomes = run([make_job("a", (), forget), make_job("b", ["a"])])
    assert outcomes["build:a"].status == outcomes["build:b"].status == "failed"
    assert "returned None" in outcomes["build:a"].errors[0]


@pytest.mark.parametrize("turns", [0, 1])
def test_a_job_that_cancels_its_own_task_does_not_hang_the_run(turns: int) -> None:
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


def test_what_the_listener_raises_stops_the_run_and_reaches_the_caller() -> None:
    ran: list[str] = []

    def listener(event: str, job: Job, outcome: Outcome | None) -> None:
        if event == "finished":
            raise BrokenPipeError("nobody reads")

    chain = [make_job(str(i), [str(i - 1)] if i else [], recording(ran, str(i))) for i in range(20)]
    with pytest.raises(BrokenPipeError):
        run(chain, listener=listener)
    assert ran == ["0"]


def test_a_cancelled_run_cleans_up_leaves_no_thread_and_starts_nothing_more() -> None:
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


def test_a_run_that_is_cancelled_before_it_begins_ends_too() -> None:
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

asyncio.run(run_jobs([Job("build:a", wait), Job("build:b", wait)], limit=2))
"""


def test_ctrl_c_ends_a_run_after_its_clean_up() -> None:
    child = start_python("-c", INTERRUPTED)
    assert child.stdout is not None
    assert [child.stdout.readline() for _ in range(2)] == ["started\n"] * 2
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=TIMEOUT)
    assert output.count("cleaned up") == 2
    assert "KeyboardInterrupt" in output
    assert child.returncode not in (0, None)
