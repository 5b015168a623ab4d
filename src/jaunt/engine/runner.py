"""The engine: jobs in, outcomes out. The only file that imports doit.

`run_jobs` drives doit as a library; the second half holds what a user's own `doit` command needs of us.
doit's parallel runner and dispatcher are partly undocumented: `pyproject.toml` pins the release, and the
random DAGs in `tests/test_engine.py` notice when they change.
"""

import asyncio
import contextlib
import contextvars
import functools
import heapq
import inspect
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from graphlib import CycleError
from pathlib import Path
from typing import Any, TextIO

from doit import task_params
from doit.action import BaseAction
from doit.control import ExecNode, TaskControl, TaskDispatcher
from doit.dependency import Dependency
from doit.exceptions import BaseFail, InvalidDodoFile, TaskFailed, UnmetDependency
from doit.reporter import ConsoleReporter
from doit.runner import MThreadRunner
from doit.task import Task

from jaunt.engine.job import Job, Outcome, RunFunction, critical_path, error_texts, failure, settle
from jaunt.engine.loop_thread import shared_loop
from jaunt.errors import JauntDependencyCycleError
from jaunt.report.live import Feed, LiveDisplay, can_be_live
from jaunt.report.progress import one_line, relative_paths, say

Listener = Callable[[str, Job, Outcome | None], None]

_BAD = ("failed", "interrupted")


# --- jobs in, outcomes out ---------------------------------------------------------------------------


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
        self._outcomes: dict[str, Outcome] = {}
        self._under_way: set[asyncio.Task[Any]] = set()
        self._stopping = False
        self._error: BaseException | None = None

    async def outcomes_of_all(self) -> dict[str, Outcome]:
        ended = self._loop.create_future()
        thread = threading.Thread(target=self._run_doit, args=(ended,), name="jaunt-runner", daemon=True)
        thread.start()
        cancelled: asyncio.CancelledError | None = None
        while not ended.done():
            try:
                await asyncio.wait([ended])
            except asyncio.CancelledError as error:
                cancelled = error
                self._stop()
        thread.join()
        if self._under_way:  # doit's runner broke, for want of threads for instance
            self._stop()
            await asyncio.wait(self._under_way)
        if error := cancelled or self._error:
            raise error
        return {name: self._outcomes[name] for name in self.jobs}

    def _run_doit(self, ended: asyncio.Future[None]) -> None:
        try:
            self._runner.run_all(self._dispatcher)
        except BaseException as error:  # noqa: BLE001 - the thread's boundary: it is raised in the caller's
            self._error = self._error or error
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
        try:
            self._context.copy().run(submit).result()
        except Exception as error:  # noqa: BLE001 - nothing may escape into the worker: the run would hang
            coroutine.close()
            self._record(job, failure(error))
        outcome = self._outcomes.get(job.name)
        return None if outcome and outcome.status not in _BAD else TaskFailed("", report=False)

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
        failed = dict.fromkeys(self.jobs[name].module for name in done if self._outcomes[name].status in _BAD)
        self._record(job, Outcome("failed", tuple(f"dependency failed: {module}" for module in failed)))

    def _record(self, job: Job, outcome: Outcome) -> None:
        """Record the outcome of a job that did not run, from another thread than the caller's."""
        if self._stopping or job.name in self._outcomes:
            return
        self._outcomes[job.name] = outcome
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._notify, "finished", job, outcome)

    def _notify(self, event: str, job: Job, outcome: Outcome | None) -> None:
        if self._listener is None or self._error:
            return
        try:
            self._listener(event, job, outcome)
        except BaseException as error:  # noqa: BLE001 - a broken pipe, a Ctrl-C: it is raised by `run_jobs`
            self._error = error
            self._stop()


class _Action(BaseAction):
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


class _RunAction(_Action):
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


# --- for the doit command ----------------------------------------------------------------------------


class UpToDate:
    """The `uptodate` of a task of ours: a verdict that was already reached, and its reason.

    `doit info TASK` prints the repr, which is the reason.
    """

    # doit asks each `uptodate` object for its signature: without this, the largest part of a fresh run.
    __signature__ = inspect.Signature()

    def __init__(self, fresh: bool, reason: str) -> None:
        self._fresh = fresh
        self._reason = reason

    def __call__(self) -> bool:
        return self._fresh

    def __repr__(self) -> str:
        return self._reason


class JobAction(_Action):
    """Runs one job's coroutine for the doit command, on an event loop that all of a process's tasks share."""

    def __init__(self, run: RunFunction, title: str, module: str = "", feed: Feed | None = None) -> None:
        super().__init__(title)
        self._run = run
        self.module = module
        self.feed = feed or Feed()

    def execute(self, out: TextIO | None = None, err: TextIO | None = None) -> BaseFail | None:
        """Return None, or doit's TaskFailed with a line for each error.

        Raises KeyboardInterrupt, once the coroutine has cleaned up, if that is what interrupts the wait.
        """
        outcome = shared_loop().run(self._run)
        if err and outcome.warnings:
            err.write("".join(f"warning: {relative_paths(one_line(text))}\n" for text in outcome.warnings))
        return TaskFailed(relative_paths("\n".join(outcome.errors))) if outcome.status in _BAD else None


class CallAction(_Action):
    """Calls a plain function for the doit command; it returns None, or a text that says what is wrong."""

    def __init__(self, call: Callable[[], str | None], title: str) -> None:
        super().__init__(title)
        self._call = call

    def execute(self, out: TextIO | None = None, err: TextIO | None = None) -> BaseFail | None:
        """Return None, or doit's TaskFailed with what the function returned or raised."""
        try:
            error = self._call()
        except KeyboardInterrupt:
            raise
        except BaseException as raised:  # noqa: BLE001 - what escapes into doit's worker would hang the run
            error = "\n".join(error_texts(raised))
        return TaskFailed(relative_paths(error)) if error else None


def takes_always(creator: Callable[..., Any]) -> Callable[..., Any]:
    """Let the keyword argument `always` of a task creator be set by `-a` after the task's name: `doit build -a`.

    doit itself takes `-a` only before the name.
    """
    option = {"name": "always", "short": "a", "long": "always-execute", "type": bool, "default": False}
    return task_params([{**option, "help": "always execute tasks even if up-to-date"}])(creator)


class NoTasksError(InvalidDodoFile):
    """Why a project has no tasks; the doit command prints it as one line and exits with 3."""


def doit_task(
    *,
    name: str,
    doc: str,
    run: RunFunction,
    fresh: bool,
    reason: str,
    targets: Sequence[Path | str] = (),
    task_dep: Sequence[str] = (),
    clean: Callable[[], str | None] | None = None,
    basename: str | None = None,
    feed: Feed | None = None,
) -> dict[str, Any]:
    """Return the dict of a doit task that runs one job unless it is `fresh`.

    `name` is the subtask's name under `basename`, which doit fills in where it is None; `reason` says why
    the task is fresh or not; `task_dep` are full task names; `clean` removes what the task made; `feed`, one for all
    tasks of a project, is for the live display.
    """
    title = f"{basename}:{name}" if basename else name
    task = {
        "name": name,
        "doc": doc,
        "actions": [JobAction(run, title, name, feed)],
        "uptodate": [UpToDate(fresh, reason)],
        "targets": list(targets),
        "task_dep": list(task_dep),
        "clean": [CallAction(clean, f"remove {targets[0] if targets else f'what {title} made'}")] if clean else [],
    }
    return {"basename": basename, **task} if basename else task


class Reporter(ConsoleReporter):
    """Prints a line for each of our tasks that ran, and one at the end; others are shown as doit does.

    On a terminal, what is under way is shown live below these lines, while no task of another sort runs: such a
    task may write to the terminal itself.
    """

    desc = "jaunt: one line for each module that was built, with its seconds"

    def __init__(self, outstream: TextIO, options: dict[str, Any]) -> None:
        super().__init__(outstream, options)
        self._tasks: Mapping[str, Task] = {}
        self._selected: Sequence[str] = ()
        self._begin: dict[str, float] = {}
        self._counts = dict.fromkeys(("run", "up to date", "failed"), 0)
        self._display: LiveDisplay | None = None
        self._others: set[str] = set()
        self._showing = threading.RLock()  # doit calls `execute_task` from its workers

    def write(self, text: str) -> None:
        if self._display and self._display.is_drawn:
            say(text.removesuffix("\n"))  # above the display, which has put itself in the place of sys.stdout
        else:
            super().write(text)

    def initialize(self, tasks: Mapping[str, Task], selected_tasks: list[str]) -> None:
        self._tasks = tasks
        self._selected = selected_tasks
        for name in sorted(name for name, count in Counter(selected_tasks).items() if count > 1):
            # What doit dropped is not to be had any more, but nobody should take it for built.
            self.write(f"warning: {name} is selected twice; doit drops what follows the second one\n")

    def execute_task(self, task: Task) -> None:
        if _is_ours(task):
            self._begin[task.name] = time.perf_counter()
        self._show(task)
        if not _is_ours(task):
            super().execute_task(task)

    def add_success(self, task: Task) -> None:
        seconds = time.perf_counter() - self._begin.get(task.name, 0.0)
        self._hide(task, seconds)
        if _is_ours(task):
            self._counts["run"] += 1
            self.write(f".  {task.title()} ({seconds:.1f} s)\n")

    def skip_uptodate(self, task: Task) -> None:
        self._hide(task)
        if _is_ours(task):
            self._counts["up to date"] += 1
        if not _is_ours(task) or task.verbosity == 2:
            super().skip_uptodate(task)

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        self._hide(task)
        if _is_ours(task):
            self._counts["failed"] += 1
            self.write(f"FAILED  {task.title()}: {_reason(task, fail)}\n")
        elif not self._is_group_of_ours(task):  # its subtasks have said all there is to say
            super().add_failure(task, fail)

    def complete_run(self) -> None:
        if self._display:
            self._display.stop()
        super().complete_run()
        if any(self._counts.values()):
            counts = ", ".join(f"{count} {what}" for what, count in self._counts.items() if count)
            self.write(f"jaunt: {counts}\n")

    @functools.cached_property
    def _jobs(self) -> dict[str, JobAction]:
        return _jobs_behind(self._tasks, self._selected)

    def _show(self, task: Task) -> None:
        """Draw the display, if there is a terminal, from the first of our jobs on; not while another task runs."""
        with self._showing:
            job = self._jobs.get(task.name)
            if job is None:
                self._others |= {task.name} if task.actions else set()
            elif self._display is None and can_be_live(self.outstream):
                self._display = LiveDisplay(len(self._jobs), job.feed, done=self._counts["up to date"])
            if self._display is None:
                return
            if job is not None:
                self._display.began(job.module)
            if self._others:
                self._display.stop()
            else:
                self._display.start()

    def _hide(self, task: Task, seconds: float | None = None) -> None:
        """Take a task that has ended from the display."""
        with self._showing:
            self._others.discard(task.name)
            if self._display and task.name in self._jobs:
                self._display.ended(self._jobs[task.name].module, seconds)

    def _is_group_of_ours(self, task: Task) -> bool:
        return task.has_subtask and all(_is_ours(self._tasks[name]) for name in task.task_dep)


def _jobs_behind(tasks: Mapping[str, Task], selected: Sequence[str]) -> dict[str, JobAction]:
    """Return the jobs among the selected tasks and all that they wait for, by task name."""
    found: dict[str, JobAction] = {}
    seen, waiting = set(selected), list(selected)
    while waiting:
        task = tasks[waiting.pop()]
        job = next((action for action in task.actions if isinstance(action, JobAction)), None)
        if job is not None:
            found[task.name] = job
        further = {name for name in task.task_dep if name in tasks} - seen
        seen |= further
        waiting += further
    return found


def _is_ours(task: Task) -> bool:
    return any(isinstance(action, _Action) for action in task.actions)


def _reason(task: Task, fail: BaseFail) -> str:
    """Return why a task failed, in at most two lines unless doit was asked for verbosity 2."""
    if isinstance(fail, UnmetDependency):
        # By the names of the modules, as everywhere else: `app.words` for the task `build:app.words`.
        return f"dependency failed: {', '.join(name.rpartition(':')[2] for name in fail.message.split())}"
    first, *rest = fail.message.splitlines() or ["no reason given"]
    if not rest or task.verbosity == 2:
        return "\n    ".join([first, *rest])
    more = f" (and {len(rest) - 1} more lines: doit -v 2 prints them)" if len(rest) > 1 else ""
    return f"{first}\n    {rest[0]}{more}"
