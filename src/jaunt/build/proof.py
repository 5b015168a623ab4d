"""What has to hold before a call is paid: that the checks work here, and that candidates can pass them at all."""

from collections.abc import Collection

from jaunt.checks.check_file import Prover
from jaunt.checks.doctests.imports import SandboxedImports
from jaunt.checks.project_checks import ProjectChecks
from jaunt.errors import JauntConfigError, JauntMachineError


class Proof:
    """Finds out once, for the modules of a run, what a check of `checks` would stumble over.

    `imports` has perhaps begun to import them in the sandbox.
    """

    def __init__(self, checks: ProjectChecks, modules: Collection[str], imports: SandboxedImports) -> None:
        self._checks = checks
        self._imports = imports
        self._modules = modules
        self._provers: list[Prover] | None = None

    def begin(self) -> None:
        """Begin in the running event loop; it need not be called."""
        if self._provers is None:
            self._imports.begin()
            self._provers = [*self._checks.provers(self._modules), self._imports]

    async def require(self, module: str) -> None:
        """Return once nothing is known to stand in the way of a module's candidates.

        Raises JauntMachineError if no candidate of any module could pass, JauntDiscoveryError if none of this one.
        """
        self.begin()
        for prover in self._provers or ():
            try:
                await prover(module)
            except JauntConfigError as error:
                raise JauntMachineError(str(error), hint=error.hint) from error
