"""Whether spec modules can be imported in the sandbox, where their candidates will be."""

import os
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from jaunt import codes
from jaunt.checks.doctests.examples import is_left_out
from jaunt.checks.examiner.runner import project_runner
from jaunt.checks.import_gate import ImportGate
from jaunt.errors import JauntConfigError, JauntDiscoveryError, JauntError
from jaunt.plan.module_work import ModuleWork
from jaunt.project.importer import ImportChild
from jaunt.project.project import Project
from jaunt.project.unseen import hiding_modules
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
        self.gate = ImportGate(project, [m for m in wanted if project.kind_of(m) == "build"], self._start)

    def begin(self) -> None:
        """Begin to import; it need not be called."""
        self.gate.begin()

    async def __call__(self, work: ModuleWork) -> None:
        """Raise JauntDiscoveryError if a module can't be imported there, JauntConfigError if nothing can."""
        error = await self.gate.why_not(work.module)
        if error:
            refusal = self.gate.refusal(work.module)
            if refusal is not None:
                raise refusal
            place = self.gate.place(work.module)
            hint = _hint(error, self._project.config.sandbox.env)
            raise JauntDiscoveryError(
                f"{place}: cannot be imported in the sandbox: {error}", hint=hint, code=codes.UNIMPORTABLE
            )

    def _start(self, request: str, cwd: Path) -> ImportChild:
        hiding = next(iter(hiding_modules(self._project.bases())), None)
        hint = f"rename {hiding[0]}, which hides {hiding[1]} from Python itself" if hiding else ""
        sandbox = self._runner.sandbox
        return SandboxedLines(sandbox, lambda results: self._runner.importer(request, results), hint=hint)


class Imports:
    """Tells whether spec modules can be imported: in the sandbox where their candidates are run there, or else outside.

    Outside, nothing is missing that is there in the sandbox: only what can't be imported there is tried again.
    """

    def __init__(self, project: Project, modules: Collection[str]) -> None:
        self.sandboxed = SandboxedImports(project, modules)
        inside = self.sandboxed.gate.modules
        self._outside = ImportGate(project, [m for m in modules if m not in inside])
        self._again = ImportGate(project, inside)
        self._gates = dict.fromkeys(inside, self.sandboxed.gate)

    def begin(self) -> None:
        """Begin to import; it need not be called."""
        self._outside.begin()
        self.sandboxed.begin()

    async def gate(self, module: str) -> JauntError | None:
        """Return the error that a module's import ends with, if any; waits until that is known."""
        if module not in self._gates:
            return await self._outside(module)
        with suppress(JauntConfigError):  # no sandbox: who needs it says so
            if not await self.sandboxed.gate.why_not(module):
                return None
        self._gates[module] = self._again
        return await self._again(module)

    def used_at_import(self, module: str) -> Sequence[str]:
        """Return the modules of the specs that a module uses as it is imported, once its own import is known."""
        return self._gates.get(module, self._outside).used_at_import(module)


def _hint(error: str, handed_in: Collection[str]) -> str:
    """Return what to do about an error: it may name an environment variable that the sandbox has not."""
    hidden = (name for name in os.environ if name not in handed_in and re.search(rf"\b{re.escape(name)}\b", error))
    name = next(hidden, None)
    return f'hand in the variable: env = ["{name}"] in [sandbox]' if name else _ADVICE
