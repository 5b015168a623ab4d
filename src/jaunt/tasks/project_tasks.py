"""The doit tasks of one jaunt project."""

import functools
import os
from collections.abc import Coroutine, Iterable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from jaunt.build.memory.ledger import read_ledger
from jaunt.config import load_config
from jaunt.config.instructions import with_instructions
from jaunt.engine.job import Outcome, job_name
from jaunt.errors import JauntError
from jaunt.header import Kind
from jaunt.plan.order import asked_first, waits_for
from jaunt.plan.plan import Plan, make_plan
from jaunt.process.frozen import frozen
from jaunt.process.garbage import without_collection
from jaunt.process.tree import in_forked_children
from jaunt.project.project import load_project, remember
from jaunt.report.console import error_line
from jaunt.report.live import Feed
from jaunt.report.wording import all_reasons
from jaunt.specs.dag import critical_path
from jaunt.tasks.bridge import AskAction, CallAction, JobAction, NoTasksError, Shared, UpToDate, doit_task

if TYPE_CHECKING:
    from jaunt.tasks.running import PlanRunner

Task = dict[str, Any]


@frozen
class ProjectTasks:
    """The tasks of the jaunt project in the folder `root`.

    A dodo.py that serves several projects makes one of these for each and gives its tasks another `build`, `test` and
    `ask` basename; the last one is of the first requests, where these leave before a module's turn. With `always`,
    fresh modules are generated too. `instructions` are further ones for the model, as `jaunt build --instruction` takes
    them. What is wrong with the project as a whole is raised as NoTasksError, which doit prints.
    """

    root: Path
    build: str = "build"
    test: str = "test"
    check: str = "check"
    ask: str = "ask"
    instructions: tuple[str, ...] = ()

    def build_tasks(self, *, always: bool = False) -> Iterator[Task]:
        """Yield a task for each module of kind "build"; if any is stale, the longest critical path comes first."""
        yield from self._tasks("build", always)

    def test_tasks(self, *, always: bool = False) -> Iterator[Task]:
        """Yield a task for each test module, and `run`, which runs pytest on what they generate.

        They are its `setup`: doit does these first, like what is in `task_dep`, but one that fails doesn't keep it
        from running the tests of the others.
        """
        yield from self._tasks("test", always)
        yield {
            "name": "run",
            "basename": self.test,
            "doc": "run pytest on the generated test modules",
            "actions": [CallAction(lambda: _running().run_tests(self._plan), "pytest")],
            "setup": [self._task_name(self._plan, module) for module in self._plan.freshness],
            "uptodate": [False],
            "verbosity": 2,
        }

    def check_tasks(self) -> Iterator[Task]:
        """Yield the task that fails if the generated files are not what the specs ask for, as `jaunt check` does."""
        yield {
            "basename": self.check,
            "doc": "fail if the generated files are not what the specs ask for",
            "actions": [CallAction(lambda: _running().drift(self._plan), "jaunt check")],
            "verbosity": 2,
        }

    def _tasks(self, kind: Kind, always: bool) -> Iterator[Task]:
        plan = self._plan
        basename = self.build if kind == "build" else self.test
        modules = plan.project.modules_of(kind)
        yield {"basename": basename, "name": None, "doc": f"{kind} the spec modules"}
        asked = {*asked_first(plan.restricted_to([kind]))} if plan.stale else ()
        with without_collection():
            for name in _most_urgent_first(plan, kind, modules) if always or plan.stale else modules:
                if name in asked:
                    yield self._request(name)
                yield self._task(plan, name, basename, always, is_asked=name in asked)

    def _request(self, name: str) -> Task:
        return doit_task(
            AskAction(partial(self._ask, name), f"{self._ask_basename(name)}:{name}", name, self._shared),
            doc="ask for its code before its turn",
            uptodate=UpToDate(False, "the module is to be generated"),
            basename=self._ask_basename(name),
        )

    def _ask(self, name: str) -> Coroutine[Any, Any, Outcome]:
        return self._runner.ask(name)

    def _ask_basename(self, name: str) -> str:
        """Return the basename of a module's first request; those of tests have another one, as their creator has."""
        return self.ask if self._plan.project.kind_of(name) == "build" else f"{self.ask}-{self.test}"

    def _task(self, plan: Plan, name: str, basename: str, always: bool, *, is_asked: bool) -> Task:
        project, freshness = plan.project, plan.freshness[name]
        generated = project.generated_module(name)
        keeps = freshness.action == "keep"
        action = freshness.action if freshness.action in ("verify", "judge") and not always else ""
        before = [self._rename(dep) for dep in waits_for(project, name)]
        reason = "forced" if always and keeps else all_reasons(freshness)
        return doit_task(
            JobAction(partial(self._build, name, always), f"{basename}:{name}", name, self._shared),
            doc=f"{action or 'generate'} {generated}",
            uptodate=UpToDate(
                partial(self._is_kept, name) if keeps and not always else False,
                f"{action}: {reason}" if action else reason,
            ),
            basename=basename,
            targets=_names_of(project.generated_name(name), self._cwd),
            task_dep=[*([f"{self._ask_basename(name)}:{name}"] if is_asked else []), *before],
            clean=lambda: _running().clean(plan, name),
        )

    def _build(self, name: str, always: bool) -> Coroutine[Any, Any, Outcome]:
        return self._runner.build(name, forced=always)

    def _is_kept(self, name: str) -> bool:
        """Whether a fresh module is to be left alone: no code that it depends on was generated in this run."""
        runner: PlanRunner | None = vars(self).get("_runner")  # there is none before the first job runs
        return runner is None or not runner.is_moved(name)

    @functools.cached_property
    def _cwd(self) -> str:
        return os.path.join(Path.cwd(), "")  # noqa: PTH118 - with a separator at its end

    @functools.cached_property
    def _plan(self) -> Plan:
        try:
            config = with_instructions(load_config(root=self.root), self.instructions)
            with without_collection():
                plan = make_plan(load_project(config))
        except JauntError as error:
            raise NoTasksError(error_line(error)) from error
        # `doit list` is asked too, and must not make a folder.
        if not remember(plan.project, plan.found_fresh):
            self._later.append(plan)
        return plan

    @functools.cached_property
    def _later(self) -> list[Plan]:
        return []

    def _ended(self) -> None:
        """Keep what the scan found, after a run that may make a folder for it; say what new code does otherwise."""
        while self._later:
            plan = self._later.pop()
            remember(plan.project, plan.found_fresh, make_folder=True)
        runner: PlanRunner | None = vars(self).get("_runner")
        if runner is not None:
            runner.tell_behaviour()

    @functools.cached_property
    def _runner(self) -> "PlanRunner":
        in_forked_children(partial(vars(self).pop, "_runner", None))  # `-P process` forks: each has its own backend
        return _running().PlanRunner(self._plan, self._shared.feed)

    @functools.cached_property
    def _shared(self) -> Shared:
        feed = Feed(spent=self._spent, time_left=lambda: _running().time_left(self._plan))
        return Shared(feed, self._ended)

    def _spent(self) -> tuple[int, float | None]:
        runner: PlanRunner | None = vars(self).get("_runner")  # the display may ask before the first job runs
        return runner.spent() if runner else (0, None)

    def _task_name(self, plan: Plan, module: str) -> str:
        return self._rename(job_name(plan.project.kind_of(module), module))

    def _rename(self, job: str) -> str:
        kind, _, module = job.partition(":")
        return f"{self.build if kind == 'build' else self.test}:{module}"


def _most_urgent_first(plan: Plan, kind: Kind, modules: Iterable[str]) -> list[str]:
    """Return modules by the length of their critical path: doit starts ready tasks in the order given."""
    ledger = read_ledger(plan.project.root)
    deps = {name: plan.project.dag[name] for name in modules}
    length = critical_path(deps, lambda module: ledger.seconds(job_name(kind, module)))
    return sorted(deps, key=lambda module: (-length[module], module))


def _names_of(path: str, cwd: str) -> list[str]:
    """Return the path as it is and relative to the working directory, which is given with a separator at its end.

    doit compares names, so a `file_dep` of the user's own finds the task by either.
    """
    return [path.removeprefix(cwd), path] if path.startswith(cwd) else [path]


def _running() -> ModuleType:
    """Return the module that runs what is not fresh."""
    from jaunt.tasks import running  # takes 0.1 s, for nothing if all is fresh

    return running
