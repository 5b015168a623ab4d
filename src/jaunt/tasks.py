"""The build as doit tasks, for a project's dodo.py: `from jaunt.tasks import DOIT_CONFIG, task_build, task_test`."""

import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jaunt.builder import job_name, project_workshop, project_works, waits_for
from jaunt.config import load_config
from jaunt.engine import CallAction, JobAction, Reporter, doit_task
from jaunt.errors import JauntError
from jaunt.generate.providers import make_backend
from jaunt.job import Outcome, critical_path
from jaunt.pipeline import ModuleWork, Workshop, build_module, remove_module
from jaunt.plan import Plan, make_plan
from jaunt.project import load_project
from jaunt.tester import run_project_tests

Task = dict[str, Any]

DOIT_CONFIG: dict[str, Any] = {"reporter": Reporter, "par_type": "thread", "continue": True, "default_tasks": ["build"]}


@dataclass(frozen=True)
class ProjectTasks:
    """The tasks of the jaunt project in the folder `root`.

    A dodo.py that serves several projects makes one of these for each and gives its tasks another `build` and
    `test` basename.
    """

    root: Path
    build: str = "build"
    test: str = "test"

    def build_tasks(self) -> Iterator[Task]:
        """Yield a task for each module of kind "build", the one with the longest path of dependents first."""
        yield from self._tasks("build")

    def test_tasks(self) -> Iterator[Task]:
        """Yield a task for each test module, and `run`, which runs pytest on what they generate."""
        yield from self._tasks("test")
        plan = self._plan
        if isinstance(plan, JauntError):
            return
        yield {
            "name": "run",
            "basename": self.test,
            "doc": "run pytest on the generated test modules",
            "actions": [CallAction(partial(_run_tests, plan), "pytest")],
            "task_dep": [self._task_name(plan, module) for module in plan.verdicts],
            "verbosity": 2,
        }

    def _tasks(self, kind: str) -> Iterator[Task]:
        plan = self._plan
        basename = self.build if kind == "build" else self.test
        if isinstance(plan, JauntError):
            yield _failing(basename, plan)
            return
        modules = plan.project.modules_of(kind)
        # doit has no priorities: it starts what is ready in the order in which the tasks come.
        length = critical_path({name: plan.project.dag[name] for name in modules})
        yield {"basename": basename, "name": None, "doc": f"{kind} the spec modules"}
        for name in sorted(modules, key=lambda m: (-length[m], m)):
            yield self._task(plan, name, basename)

    def _task(self, plan: Plan, name: str, basename: str) -> Task:
        project, verdict = plan.project, plan.verdicts[name]
        (work,) = project_works(project, [name])
        return doit_task(
            basename=basename,
            name=name,
            doc=f"generate {work.generated_module}",
            run=partial(self._run, work),
            fresh=not verdict.stale,
            reason=verdict.reason,
            targets=[work.path],
            task_dep=[self._rename(dep) for dep in waits_for(project, name)],
            clean=partial(remove_module, work.path, generated_dir=project.config.paths.generated_dir),
        )

    async def _run(self, work: ModuleWork) -> Outcome:
        return await build_module(work, self._workshop(os.getpid()))

    @functools.cached_property
    def _plan(self) -> Plan | JauntError:
        try:
            return make_plan(load_project(load_config(root=self.root)))
        except JauntError as error:
            return error

    @functools.cache  # noqa: B019 - lives as long as the process; one backend for each that `-P process` forks
    def _workshop(self, _pid: int) -> Workshop:
        plan = self._plan
        if isinstance(plan, JauntError):
            raise plan
        return project_workshop(plan, make_backend(plan.project.config))

    def _task_name(self, plan: Plan, module: str) -> str:
        return self._rename(job_name(plan.project.kind_of(module), module))

    def _rename(self, job: str) -> str:
        kind, _, module = job.partition(":")
        return f"{self.build if kind == 'build' else self.test}:{module}"


@functools.cache
def _here() -> ProjectTasks:
    return ProjectTasks(Path.cwd())


def task_build() -> Iterator[Task]:
    """Generate the modules whose specs have changed."""
    yield from _here().build_tasks()


def task_test() -> Iterator[Task]:
    """Generate the test modules whose specs have changed, then run pytest on them."""
    yield from _here().test_tasks()


def _run_tests(plan: Plan) -> str | None:
    result = run_project_tests(plan.project)
    return None if result.passed else "; ".join(result.failures)


def _failing(basename: str, error: JauntError) -> Task:
    text = f"{error} ({error.hint})" if error.hint else str(error)
    return {"basename": basename, "name": "configuration", "actions": [CallAction(lambda: text, "read the project")]}


def _set_jobs() -> None:
    """Let `num_process` follow the configuration; one that can't be read is reported by the tasks."""
    try:
        DOIT_CONFIG["num_process"] = load_config(root=Path.cwd()).build.jobs
    except JauntError:
        pass


_set_jobs()
