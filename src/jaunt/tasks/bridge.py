"""From jaunt to the doit command: actions, `uptodate`, and what is printed while doit runs."""

import functools
import inspect
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, TextIO

from doit import task_params
from doit.exceptions import BaseFail, InvalidDodoFile, TaskFailed, UnmetDependency
from doit.reporter import ConsoleReporter
from doit.task import Task

from jaunt.engine.job import RunFunction, error_texts
from jaunt.engine.loop_thread import shared_loop
from jaunt.engine.runner import BAD, DoitAction
from jaunt.process.boundary import caught
from jaunt.process.frozen import frozen
from jaunt.report.console import one_line, relative_paths, say
from jaunt.report.failures import Failures
from jaunt.report.live import Feed, LiveDisplay, can_be_live
from jaunt.report.progress import advisory_lines


class UpToDate:
    """The `uptodate` of a task of ours: whether it is fresh, and why not.

    A function says it once the dependencies of the task have run. `doit info TASK` prints the repr, which is the
    reason.
    """

    # doit asks each `uptodate` object for its signature: without this, the largest part of a fresh run.
    __signature__ = inspect.Signature()

    def __init__(self, fresh: bool | Callable[[], bool], reason: str) -> None:
        self._fresh = fresh
        self._reason = reason

    def __call__(self) -> bool:
        return self._fresh if isinstance(self._fresh, bool) else self._fresh()

    def __repr__(self) -> str:
        return self._reason


@frozen
class Shared:
    """What all tasks of a project share: what a live display asks for, and what is to be done when a run has ended."""

    feed: Feed = field(default_factory=Feed)
    ended: Callable[[], None] = lambda: None


class JobAction(DoitAction):
    """Runs one job's coroutine for the doit command, on an event loop that all of a process's tasks share.

    `shared` is one for all tasks of a project.
    """

    def __init__(self, run: RunFunction, title: str, module: str = "", shared: Shared | None = None) -> None:
        super().__init__(title)
        self._run = run
        self.module = module
        self.shared = shared or Shared()

    def execute(self, out: TextIO | None = None, err: TextIO | None = None) -> BaseFail | None:
        """Return None, or doit's TaskFailed with a line for each error.

        Raises KeyboardInterrupt, once the coroutine has cleaned up, if that is what interrupts the wait.
        """
        outcome = shared_loop().run(self._run)
        told = [*outcome.warnings, *advisory_lines(self.module, outcome)]
        if err and told:
            err.write("".join(f"warning: {relative_paths(one_line(text))}\n" for text in told))
        return TaskFailed(relative_paths("\n".join(outcome.errors))) if outcome.status in BAD else None


class AskAction(JobAction):
    """Makes a module's first request before its turn; what comes of it is told in that turn."""


class CallAction(DoitAction):
    """Calls a plain function for the doit command; it returns None, or a text that says what is wrong."""

    def __init__(self, call: Callable[[], str | None], title: str) -> None:
        super().__init__(title)
        self._call = call

    def execute(self, out: TextIO | None = None, err: TextIO | None = None) -> BaseFail | None:
        """Return None, or doit's TaskFailed with what the function returned or raised."""
        said: list[str | None] = []
        raised = caught(lambda: said.append(self._call()))  # what escapes into doit's worker would hang the run
        if isinstance(raised, KeyboardInterrupt):
            raise raised
        error = "\n".join(error_texts(raised)) if raised else said[0]
        return TaskFailed(relative_paths(error)) if error else None


def takes_options(creator: Callable[..., Any]) -> Callable[..., Any]:
    """Let options after the task's name set keyword arguments of a task creator.

    `-a` sets `always`: doit itself takes it only before the name. `--instruction TEXT` sets `instruction`, a list.
    """
    return task_params([_ALWAYS, _INSTRUCTION])(creator)


_ALWAYS = {
    "name": "always",
    "short": "a",
    "long": "always-execute",
    "type": bool,
    "default": False,
    "help": "always execute tasks even if up-to-date",
}
_INSTRUCTION = {
    "name": "instruction",
    "long": "instruction",
    "type": list,
    "default": [],
    "help": "tell the model this, too: a text, or a file",
}


class NoTasksError(InvalidDodoFile):
    """Why a project has no tasks; the doit command prints it as one line and exits with 3."""


def doit_task(
    action: JobAction,
    *,
    doc: str,
    uptodate: UpToDate,
    basename: str | None = None,
    targets: Sequence[Path | str] = (),
    task_dep: Sequence[str] = (),
    clean: Callable[[], str | None] | None = None,
) -> dict[str, Any]:
    """Return the dict of a doit task that runs one job unless it is up to date.

    It is the subtask of the action's module under `basename`, which doit fills in where it is None; `task_dep` are full
    task names; `clean` removes what the task made.
    """
    what = str(targets[0]) if targets else f"what {action!r} made"
    task = {
        "name": action.module,
        "doc": doc,
        "actions": [action],
        "uptodate": [uptodate],
        "targets": list(targets),
        "task_dep": list(task_dep),
        "clean": [CallAction(clean, f"remove {what}")] if clean else [],
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
        self._failures = Failures()
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
            # What doit dropped is lost, but nobody should take it for built.
            self.write(f"warning: {name} is selected twice; doit drops what follows the second one\n")

    def execute_task(self, task: Task) -> None:
        if _is_ours(task):
            self._begin[task.name] = time.perf_counter()
        self._show(task)
        if not _is_ours(task):
            super().execute_task(task)

    def add_success(self, task: Task) -> None:
        if _is_request(task):
            return
        seconds = time.perf_counter() - self._begin.get(task.name, 0.0)
        self._hide(task, seconds)
        if _is_ours(task):
            self._counts["run"] += 1
            self.write(f".  {task.title()} ({seconds:.1f} s)\n")

    def skip_uptodate(self, task: Task) -> None:
        self._hide(task)
        is_ours = _is_ours(task)
        if is_ours:
            self._counts["up to date"] += 1
        if not is_ours or task.verbosity == 2:
            super().skip_uptodate(task)

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        self._hide(task)
        if _is_ours(task):
            self._counts["failed"] += 1
            if task.verbosity == 2 or self._is_told(task, fail):
                self.write(f"FAILED  {task.title()}: {_reason(task, fail)}\n")
        elif not self._is_group_of_ours(task):  # its subtasks have said all there is to say
            super().add_failure(task, fail)

    def _is_told(self, task: Task, fail: BaseFail) -> bool:
        """Whether a failure is told at once; of many by one cause, and of what needs a failed task, a line tells."""
        if isinstance(fail, UnmetDependency):
            self._failures.not_tried(task.name, fail.message.split())
            return False
        return self._failures.is_news(task.name.rpartition(":")[2], fail.message.splitlines()[:1])

    def complete_run(self) -> None:
        actions = [action for task in self._tasks.values() for action in task.actions]
        for shared in {id(a.shared): a.shared for a in actions if isinstance(a, JobAction)}.values():
            shared.ended()
        if self._display:
            self._display.stop()
        super().complete_run()
        for line in self._failures.lines():
            self.write(f"FAILED  {line}\n")
        if any(self._counts.values()):
            counts = ", ".join(f"{count} {what}" for what, count in self._counts.items() if count)
            self.write(f"jaunt: {counts}\n")

    @functools.cached_property
    def _jobs(self) -> dict[str, JobAction]:
        return _jobs_behind(self._tasks, self._selected)

    @property
    def _total(self) -> int:
        return sum(not isinstance(job, AskAction) for job in self._jobs.values())

    def _show(self, task: Task) -> None:
        """Draw the display, if there is a terminal, from the first of our jobs on; not while another task runs."""
        with self._showing:
            job = self._jobs.get(task.name)
            if job is None:
                self._others |= {task.name} if task.actions else set()
            elif self._display is None and can_be_live(self.outstream):
                self._display = LiveDisplay(self._total, job.shared.feed, done=self._counts["up to date"])
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
        further = {name for name in (*task.task_dep, *task.setup_tasks) if name in tasks} - seen
        seen |= further
        waiting += further
    return found


def _is_request(task: Task) -> bool:
    return any(isinstance(action, AskAction) for action in task.actions)


def _is_ours(task: Task) -> bool:
    return any(isinstance(action, DoitAction) for action in task.actions)


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
