"""Code verified as it stands: all checks and no model, for commands that take it over or say what passes no more."""

import asyncio
from collections.abc import Collection, Mapping

from jaunt.checks.import_gate import ImportGate
from jaunt.checks.project_checks import project_checks
from jaunt.errors import JauntError
from jaunt.generate.check import Examination, check_candidate
from jaunt.plan.module_work import project_work
from jaunt.process.background import run_async
from jaunt.project.project import Project


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
