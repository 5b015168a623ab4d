"""Whether spec modules can be imported in the sandbox, where their candidates will be."""

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from jaunt.checks.doctests.examples import is_left_out
from jaunt.checks.examiner.runner import project_runner
from jaunt.checks.import_gate import ImportGate
from jaunt.errors import JauntDiscoveryError
from jaunt.plan.module_work import ModuleWork
from jaunt.project.importer import ImportChild
from jaunt.project.project import Project
from jaunt.sandbox.lines import SandboxedLines

_ADVICE = (
    "it can be imported outside: hand in what it needs by env or higher limits in [sandbox], don't need it on import, "
    "or name the module in [verify] no_doctests"
)


class SandboxedImports:
    """Imports spec modules in the sandbox, one after another, in one process where they let it live.

    Those are left out that [verify] says are not run there.
    """

    def __init__(self, project: Project, modules: Collection[str]) -> None:
        self._project = project
        self._runner = project_runner(project)
        verify = project.config.verify
        wanted = [m for m in modules if verify.doctests and not is_left_out(m, verify.no_doctests)]
        self._gate = ImportGate(project, [m for m in wanted if project.kind_of(m) == "build"], self._start)

    def begin(self) -> None:
        """Begin to import; it need not be called."""
        self._gate.begin()

    async def __call__(self, work: ModuleWork) -> None:
        """Raise JauntDiscoveryError if a module can't be imported there, JauntConfigError if nothing can."""
        error = await self._gate.why_not(work.module)
        if error:
            path = self._project.modules[work.module].file.path
            hint = _hint(error, self._project.config.sandbox.env)
            raise JauntDiscoveryError(f"{path}: cannot be imported in the sandbox: {error}", hint=hint)

    def _start(self, request: str, cwd: Path) -> ImportChild:
        return SandboxedLines(self._runner.sandbox, lambda results: self._runner.importer(request, results))


@dataclass(frozen=True)
class Imports:
    """What tells whether spec modules can be imported: outside of the sandbox, and in it."""

    gate: ImportGate
    sandboxed: SandboxedImports


def begin_imports(project: Project, modules: Collection[str], asked: Collection[str]) -> Imports:
    """Begin to import spec modules in child processes, outside of the sandbox, and in it as `make_imports` says."""
    imports = make_imports(project, modules, asked)
    imports.gate.begin()
    imports.sandboxed.begin()
    return imports


def make_imports(project: Project, modules: Collection[str], asked: Collection[str]) -> Imports:
    """Return what imports spec modules once it is asked for one; in the sandbox, those that a model is `asked` for."""
    return Imports(ImportGate(project, modules), SandboxedImports(project, asked))


def _hint(error: str, handed_in: Collection[str]) -> str:
    """Return what to do about an error: it may name an environment variable that the sandbox has not."""
    hidden = (name for name in os.environ if name not in handed_in and re.search(rf"\b{re.escape(name)}\b", error))
    name = next(hidden, None)
    return f'hand in the variable: env = ["{name}"] in [sandbox]' if name else _ADVICE
