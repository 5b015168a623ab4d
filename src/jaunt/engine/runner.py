"""The engine: jobs in, outcomes out; `run_jobs` drives doit as a library.

What a user's own `doit` command needs of us stands in `tasks/bridge.py`; these two files alone import doit.
doit's parallel runner and dispatcher are partly undocumented: `pyproject.toml` pins the release, and the
random DAGs in `tests/engine/test_runner.py` notice when they change.
"""

import asyncio
import contextlib
import contextvars
import functools
import heapq
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from graphlib import CycleError
from typing import Any

from doit.action import BaseAction
from doit.control import ExecNode, TaskControl, TaskDispatcher
from doit.dependency import Dependency
from doit.exceptions import BaseFail, TaskFailed, UnmetDependency
from doit.runner import MThreadRunner
from doit.task import Task

from jaunt.engine.job import Event, Job, Listener, Outcome, failure, settle
from jaunt.errors import JauntDependencyCycleError, JauntError, JauntMachineError
from jaunt.process.boundary import caught
from jaunt.specs.dag import critical_path

BAD = ("failed", "interrupted")


async def run_jobs(jobs: Sequence[Job], *, limit: int, listener: Listener | None = None) -> dict[str, Outcome]:
    """Run each job once, after the jobs it waits for, at most `limit` at a time; return name -> outcome.

    A job whose dependency failed is not run and fails itself; everything else goes on. An exception in a
    job, SystemExit and CancelledError included, fails that job alone.
    `listener` is called on the caller's thread: ("started", job, None), then ("finished", job, outcome);
    a job that failed by its dependency has only the second. What the listener raises stops the run.
    A cancelled run cancels the jobs under way (they finish as "interrupted"), waits until their clean-up
    is done and no thread of its own is left, then raises CancelledError.

    Raises ValueError for a limit below 1 or a repeated name, JauntDependencyCycleError for a cycle.
    """
    if limit < 1:
        raise ValueError(f"the number of jobs at a time must be at least 1, not {limit}")
    if not jobs:
        return {}
    return await _Run(jobs, limit, listener).outcomes_of_all()


def make_dispatcher(jobs: Sequence[Job], action: Callable[[Job], BaseAction]) -> TaskDispatcher:
    """Return doit's dispatcher over `jobs`; of the ready ones, it hands out the longest critical path first.

    `action` makes the one action of each job's task. Raises ValueError for a repeated name and
    JauntDependencyCycleError for a cycle: doit itself would hang on some.
    """
    by_name = {job.name: job for job in jobs}
    if len(by_name) != len(jobs):
        raise ValueError("job names must be unique in a run")
    path_lengths = _path_lengths(by_name)
    # Sorting is stable, so dependencies stay ahead of their dependents even where the costs are 0. Selecting
    # every task in such an order spares doit its lists of ancestors, which grow with the square of the depth.
    order = sorted(path_lengths, key=path_lengths.__getitem__, reverse=True)
    tasks = [
        Task(name, [action(by_name[name])], task_dep=sorted(by_name[name].deps & by_name.keys())) for name in order
    ]
    control = TaskControl(tasks)
    control.process(None)
    dispatcher = control.task_dispatcher()
    dispatcher.ready = _ReadyHeap({name: rank for rank, name in enumerate(order)})
    return dispatcher


def _path_lengths(jobs: Mapping[str, Job]) -> dict[str, float]:
    try:
        return critical_path({job.name: job.deps for job in jobs.values()}, lambda name: jobs[name].cost)
    except CycleError as error:
        cycle = " -> ".join(jobs[name].module for name in reversed(error.args[1]))
        raise JauntDependencyCycleError(f"dependency cycle: {cycle}", hint="remove one of these dependencies") from None


class _ReadyHeap:
    """Stands in for the deque of ready nodes in doit's dispatcher: `popleft` takes the lowest rank.

    Worth it where one base module makes many others ready at once (`tests/benchmarks/makespan.py`, the last
    shape): with 8 jobs the makespan is 1.05 times the lower bound on average, with the deque 1.76 times.
    """

    def __init__(self, rank: Mapping[str, int]) -> None:
        self._rank = rank
        self._heap: list[tuple[int, ExecNode]] = []

    def append(self, node: ExecNode) -> None:
        heapq.heappush(self._heap, (self._rank[node.task.name], node))

    def popleft(self) -> ExecNode:
        return heapq.heappop(self._heap)[1]

    def __len__(self) -> int:
        return len(self._heap)


class _Run:
    """One call of `run_jobs`: what has finished, what is under way, and whether it has to stop.

    Three kinds of threads meet here. The caller's loop runs the coroutines and calls the listener. doit's
    runner, in a thread of its own, decides what is next. doit's workers wait, each for one coroutine.
    """

    def __init__(self, jobs: Sequence[Job], limit: int, listener: Listener | None) -> None:
        self.jobs = {job.name: job for job in jobs}
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._dispatcher = make_dispatcher(jobs, lambda job: _RunAction(self, job))
        self._runner = MThreadRunner(
            Dependency(_NoDatabase, None),
            _Recorder(self),
            continue_=True,
            num_process=min(limit, len(jobs)),
        )
        self._workers = _Workers()
        self._runner.Child = self._workers.make
        self._outcomes: dict[str, Outcome] = {}
        self._under_way: set[asyncio.Task[Any]] = set()
        self._stopping = False
        self._error: BaseException | None = None

    async def outcomes_of_all(self) -> dict[str, Outcome]:
        ended = self._loop.create_future()
        thread = threading.Thread(target=self._run_doit, args=(ended,), name="jaunt-runner", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise no_thread(error) from error
        cancelled: asyncio.CancelledError | None = None
        while not ended.done() and self._error is not _HANGS:
            try:
                await asyncio.wait([ended], timeout=_LOOK_SECONDS)
            except asyncio.CancelledError as error:
                cancelled = error
                self._stop()
            if self._workers.hang():
                self._error = _HANGS
        if ended.done():
            thread.join()
        if self._under_way:  # doit's runner broke: it could start no thread, for instance
            self._stop()
            await asyncio.wait(self._under_way)
        if error := cancelled or self._error:
            raise error
        return {name: self._outcomes[name] for name in self.jobs}

    def _run_doit(self, ended: asyncio.Future[None]) -> None:
        error = caught(functools.partial(self._runner.run_all, self._dispatcher))
        if isinstance(error, RuntimeError) and not self._workers.started:
            error = no_thread(error)
        self._error = self._error or error  # it is raised in the caller's thread
        # The caller may have closed its loop without waiting for us (Ctrl-C in a bare run_until_complete).
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(ended.set_result, None)

    def _stop(self) -> None:
        self._stopping = True
        self._runner._stop_running = True
        for task in self._under_way:
            task.cancel()

    def run_job(self, job: Job) -> BaseFail | None:
        """Run one job's coroutine on the caller's loop and wait for it; called by a worker of doit's."""
        coroutine = self._run_job(job)
        # Without the caller's context, its context variables would be lost on the way through the worker.
        submit = functools.partial(asyncio.run_coroutine_threadsafe, coroutine, self._loop)
        if error := caught(lambda: self._context.copy().run(submit).result()):
            coroutine.close()
            self._record(job, failure(error))
        outcome = self._outcomes.get(job.name)
        return None if outcome and outcome.status not in BAD else TaskFailed("", report=False)

    async def _run_job(self, job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            if not self._stopping:
                self._notify("started", job, None)
            if self._stopping:
                return
            outcome = await settle(job.run)
        finally:
            self._under_way.discard(task)
        if self._stopping and outcome.status == "failed":
            outcome = Outcome("interrupted", seconds=outcome.seconds, cause=outcome.cause)
        self._outcomes[job.name] = outcome
        self._notify("finished", job, outcome)

    def fail_by_dependency(self, job: Job) -> None:
        """Record that a job can't run, and why; called by doit's runner."""
        # Looked up one by one: the loop's thread may be adding outcomes meanwhile.
        done = [name for name in sorted(job.deps) if name in self._outcomes]
        failed = dict.fromkeys(self.jobs[name].module for name in done if self._outcomes[name].status in BAD)
        errors = tuple(f"dependency failed: {module}" for module in failed)
        causes = (self._outcomes[name].cause for name in done)
        cause = next((each for each in causes if isinstance(each, JauntError) and each.ends_run), None)
        self._record(job, Outcome("failed", errors, failed_dependencies=tuple(failed), cause=cause))

    def _record(self, job: Job, outcome: Outcome) -> None:
        """Record the outcome of a job that did not run, from another thread than the caller's."""
        if self._stopping or job.name in self._outcomes:
            return
        self._outcomes[job.name] = outcome
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._notify, "finished", job, outcome)

    def _notify(self, event: Event, job: Job, outcome: Outcome | None) -> None:
        if self._listener is None or self._error:
            return
        if error := caught(functools.partial(self._listener, event, job, outcome)):  # a broken pipe, a Ctrl-C
            self._error = error  # it is raised by `run_jobs`
            self._stop()


_LOOK_SECONDS = 0.5
_START_SECONDS = 1.5


def no_thread(error: object) -> JauntMachineError:
    """Return the error that says that this process can't have the threads that a run needs."""
    return JauntMachineError(
        f"no thread can be started: {error}",
        hint="raise the limit on processes or memory (ulimit -u, ulimit -v, the container's), or lower jobs in [build]",
    )


_HANGS = no_thread("one that was begun for lack of memory never ran")


class _Workers:
    """The threads that doit asks for: where one can't be started, those that could do its work, too."""

    def __init__(self) -> None:
        self.started: list[threading.Thread] = []
        self._begun: float | None = None

    def make(self, *, target: Callable[..., object], args: tuple[object, ...]) -> "_Worker":
        """Return a thread, which is started later."""
        return _Worker(self, target=target, args=args)

    def start(self, start: Callable[[], None], worker: threading.Thread) -> None:
        """Start a thread; raises RuntimeError if that is the first and can't be."""
        self._begun = time.monotonic()
        try:
            start()
            self.started.append(worker)
        except RuntimeError:  # "can't start new thread"
            if not self.started:
                raise
        finally:
            self._begun = None

    def hang(self) -> bool:
        """Whether Python waits in vain for a thread to begin: one that lacked memory ended before it could say so."""
        return self._begun is not None and time.monotonic() - self._begun > _START_SECONDS


class _Worker(MThreadRunner.DaemonThread):
    def __init__(self, workers: _Workers, **given: Any) -> None:
        super().__init__(**given)
        self._workers = workers

    def start(self) -> None:
        self._workers.start(super().start, self)

    def join(self, timeout: float | None = None) -> None:
        if self.ident is not None:
            super().join(timeout)


class DoitAction(BaseAction):
    """What doit expects of an action. It prints the title where it would print the action.

    Not doit's PythonAction, which swaps the process's `sys.stdout`.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self.task: Task | None = None
        self.out = self.err = self.result = None
        self.values: dict[str, object] = {}

    def __repr__(self) -> str:
        return self._title


class _RunAction(DoitAction):
    """The action of a job's task in `run_jobs`."""

    def __init__(self, run: _Run, job: Job) -> None:
        super().__init__(job.name)
        self._run = run
        self._job = job

    def execute(self, out: object = None, err: object = None) -> BaseFail | None:
        return self._run.run_job(self._job)


class _Recorder:
    """A silent reporter: it records the tasks that doit gives up without running them."""

    def __init__(self, run: _Run) -> None:
        self._run = run

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        if isinstance(fail, UnmetDependency):
            self._run.fail_by_dependency(self._run.jobs[task.name])

    def runtime_error(self, msg: str) -> None:
        raise RuntimeError(msg)

    def _say_nothing(self, *_: object) -> None:
        pass

    get_status = execute_task = add_success = skip_uptodate = skip_ignore = _say_nothing
    cleanup_error = teardown_task = complete_run = _say_nothing


class _NoDatabase:
    """A database for doit that remembers nothing: the headers of the generated files are the truth."""

    def __init__(self, name: object, **_: object) -> None:
        self.name = name

    def get(self, task_id: str, dependency: str) -> None:
        return None

    def in_(self, task_id: str) -> bool:
        return False

    def set(self, task_id: str, dependency: str, value: object) -> None:
        pass

    def remove(self, task_id: str) -> None:
        pass

    def remove_all(self) -> None:
        pass

    def dump(self) -> None:
        pass
