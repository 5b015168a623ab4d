"""Whether the checks of candidates work here, found out as a build does before its first call."""

import shutil
from collections.abc import Iterator

from jaunt.build.proof import Proof
from jaunt.checks.doctests.imports import SandboxedImports
from jaunt.checks.project_checks import project_checks
from jaunt.commands.doctor.finding import Finding, failed
from jaunt.errors import JauntError, JauntSpecError
from jaunt.plan.module_work import project_work
from jaunt.process.background import run_async
from jaunt.process.resources import require_resources
from jaunt.project.project import Project


def checks(project: Project) -> Iterator[Finding]:
    """Put something harmless through the checks, and import the specs in the sandbox; nothing is left behind."""
    modules = sorted(project.modules.keys() - project.problems.keys())
    state = project.root / ".jaunt"
    is_new = not state.exists()
    try:
        require_resources(min(project.config.build.jobs, max(1, len(modules))))
        faults = run_async(_faults(project, modules))
    except JauntError as error:  # it holds for all modules
        faults = [error]
    finally:
        if is_new:
            shutil.rmtree(state, ignore_errors=True)
    yield from (failed("checks", fault) for fault in faults)
    if modules and not faults:
        yield Finding("ok", "checks", "they work here, and the specs can be imported in the sandbox")


async def _faults(project: Project, modules: list[str]) -> list[JauntError]:
    """Return what keeps candidates of single modules from passing; raises what keeps all of them from it."""
    proof = Proof(project_checks(project), modules, SandboxedImports(project, modules))
    faults: dict[str, JauntError] = {}
    for module in modules:
        try:
            await proof.require(project_work(project, module))
        except JauntSpecError as error:
            faults |= {text: JauntSpecError([text]) for text in error.faults}
        except JauntError as error:
            if error.ends_run:
                raise
            faults.setdefault(str(error), error)
    return [*faults.values()]
