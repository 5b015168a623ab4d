"""Code verified as it stands: all checks and no model, for commands that take it over or say what passes no more."""

import asyncio
from collections.abc import Collection, Mapping

from jaunt import codes
from jaunt.checks.import_gate import ImportGate
from jaunt.checks.project_checks import ProjectChecks, project_checks
from jaunt.errors import JauntError, JauntGenerationError
from jaunt.files.plain import read_plain
from jaunt.generate.check import Examination, check_candidate
from jaunt.header import split_header
from jaunt.plan.module_work import ModuleWork, project_work
from jaunt.plan.plan import Plan
from jaunt.process.background import run_async
from jaunt.project.project import Project
from jaunt.report.wording import build_command, located_error
from jaunt.specs.dag import dependencies_of


def examine(
    project: Project, sources: Mapping[str, str], *, jobs: int, only: Collection[str] = ()
) -> dict[str, Examination]:
    """Put code, spec module -> source, through all checks of its module; return what they make of it, by module.

    With `only`, the names of checks, these alone are asked. At most `jobs` modules are under way at a time. Nothing is
    written. Raises JauntConfigError for a check that can't work here.
    """
    return run_async(_examine(project, sources, jobs, only)) if sources else {}


async def _examine(
    project: Project, sources: Mapping[str, str], jobs: int, only: Collection[str]
) -> dict[str, Examination]:
    checks_for, gate = project_checks(project), ImportGate(project, sources)
    turns = asyncio.Semaphore(jobs)

    async def one(module: str, source: str) -> Examination:
        async with turns:
            work = project_work(project, module)
            try:
                fault = work.problem or await gate(module)
                checks = [] if fault else [each for each in checks_for(work) if not only or each.name in only]
            except JauntError as error:  # a spec that no candidate could be checked against
                fault, checks = error, []
            return Examination(source, fault=fault) if fault else await check_candidate(source, work.names, checks)

    async with asyncio.TaskGroup() as group:
        tasks = {module: group.create_task(one(module, source)) for module, source in sources.items()}
    return {module: task.result() for module, task in tasks.items()}


class EditedCode:
    """Finds out once, of each module that a person edited before a plan was made, whether its code passes its checks.

    On code that doesn't, no code above can be got right, or it would make up for what is wrong below.
    """

    def __init__(self, plan: Plan, checks: ProjectChecks) -> None:
        self._project = plan.project
        self._edited = plan.edited
        self._checks = checks
        self._found: dict[str, asyncio.Task[str]] = {}

    async def require_sound(self, work: ModuleWork) -> None:
        """Raise JauntGenerationError if a module depends on code that a person edited and that fails its checks."""
        if not self._edited or work.kind != "build":  # of tests the code is not run
            return
        for module in sorted(dependencies_of(self._project.dag, [work.module]) & self._edited - {work.module}):
            if module not in self._found:
                self._found[module] = asyncio.create_task(self._failure(project_work(self._project, module)))
            if failure := await self._found[module]:
                hint = f"correct it; or `{build_command('build')} --force --target {module}` replaces it"
                told = f"needs {module}, which was edited by hand and does not pass: {failure}"
                raise JauntGenerationError(told, hint=hint, code=codes.NOT_OVERWRITTEN)

    async def _failure(self, work: ModuleWork) -> str:
        text = read_plain(work.path).decode()
        found = await check_candidate(split_header(text)[1], work.names, self._checks(work))
        return located_error(found.errors[0], work.path, text) if found.errors else ""
