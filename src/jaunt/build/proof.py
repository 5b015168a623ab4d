"""What has to hold before a call is paid: that the checks work here, and that candidates can pass them at all."""

from collections.abc import Awaitable, Collection
from typing import TypeVar

from jaunt.build.verification import EditedCode
from jaunt.checks.check_file import Prover
from jaunt.checks.doctests.imports import SandboxedImports
from jaunt.checks.fault import SpecFault, spec_error
from jaunt.checks.project_checks import ProjectChecks
from jaunt.errors import JauntConfigError, JauntMachineError
from jaunt.plan.module_work import ModuleWork

T = TypeVar("T")


class Proof:
    """Finds out once, for the modules of a run, what a check of `checks` would stumble over.

    `imports` has perhaps begun to import them in the sandbox. `edited` judges the code that they stand on.
    """

    def __init__(
        self,
        checks: ProjectChecks,
        modules: Collection[str],
        imports: SandboxedImports,
        edited: EditedCode | None = None,
    ) -> None:
        self._checks = checks
        self._edited = edited
        self._imports = imports
        self._modules = modules
        self._provers: list[Prover] | None = None

    def begin(self) -> None:
        """Begin in the running event loop; it need not be called."""
        if self._provers is None:
            self._imports.begin()
            self._provers = self._checks.provers(self._modules)

    async def require(self, work: ModuleWork) -> None:
        """Return once nothing is known to stand in the way of a module's candidates.

        Raises JauntMachineError if no candidate of any module could pass; JauntDiscoveryError if none of this one
        could, which is a JauntSpecError, with all that is wrong, where the spec has to be corrected.
        """
        await self.require_sound(work)
        await self._holds(self._imports(work))

    async def require_before_call(self, work: ModuleWork) -> None:
        """Do what `require` does, and then start what candidates need: while a model writes them, that gets ready."""
        await self.require(work)
        self._checks.begin()

    async def require_in_turn(self, work: ModuleWork) -> None:
        """Do what `require_before_call` does, once all that a module depends on is built.

        Raises JauntGenerationError too, if code that a person edited there fails its checks.
        """
        await self.require_before_call(work)
        if self._edited is not None:
            await self._edited.require_sound(work)

    async def require_sound(self, work: ModuleWork, *besides: str) -> None:
        """Do what `require` does, but for the import in the sandbox; `besides` is told with what is wrong."""
        self.begin()
        faults: list[SpecFault] = []
        for prover in self._provers or ():
            faults += await self._holds(prover(work))
        if faults:
            raise spec_error(work.spec, faults, besides)

    async def _holds(self, found: Awaitable[T]) -> T:
        try:
            return await found
        except JauntConfigError as error:
            raise JauntMachineError(str(error), hint=error.hint) from error
