"""Generated tests that pytest can't collect or set up, as a fixture is missing, say, are refused."""

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from jaunt import codes
from jaunt.checks.check_file import Prover
from jaunt.checks.collection.parameters import unanswered_parameters
from jaunt.checks.collection.plain import is_plain, surroundings_of
from jaunt.checks.fault import SpecFault
from jaunt.checks.severity import Severity
from jaunt.checks.static.check import NAME as STATIC
from jaunt.checks.vacuity.check import is_run
from jaunt.errors import JauntDiscoveryError
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.sandbox.halted import halted_with_task
from jaunt.testing.awaited import is_said, plugins, runs_async
from jaunt.testing.collection import collection_failures, stand_in, unbuilt_in
from jaunt.testing.run_record import NOT_AWAITED, Failure
from jaunt.text.flaw import Flaw

NAME = "collection"
DEFAULT: Severity = "error"
CODE = codes.COLLECTION


def make_check(project: Project, severity: Severity) -> "CollectionChecks":
    """Return the check for a run; it asks nothing where a project has its candidates not run, and names it nowhere."""
    return CollectionChecks(project, is_run(project.config, NAME))


@frozen
class CollectionChecks:
    """What has pytest collect the candidates of test modules, if it is `used`."""

    project: Project
    used: bool = True

    def prover(self, modules: Collection[str]) -> Prover | None:
        """Return what looks for parameters of test specs that nothing answers."""
        return self._faults if self.used else None

    async def _faults(self, work: ModuleWork) -> Sequence[SpecFault]:
        return await unanswered_parameters(work, self.project) if work.kind == "test" else ()

    def for_module(self, work: ModuleWork) -> "CollectionCheck | None":
        """Return the check of a test module's candidates; None for code.

        Raises JauntDiscoveryError for a test that pytest does not collect by its name, and for an async test where
        nothing is installed that runs it.
        """
        if work.kind != "test":
            return None
        other = next((name for name in work.names if not name.startswith("test")), None)
        is_told = any("python_functions" in argument for argument in self.project.config.test.pytest_args)
        if other is not None and not is_told and not names_tests(work):
            raise JauntDiscoveryError(
                f"{work.spec.path}:{work.spec.definitions[other].lineno}: {other}: pytest collects no function of that "
                "name",
                hint=f"name it test_{other}, or set python_functions in pytest's configuration",
                code=codes.UNCOLLECTED_SPEC,
            )
        if not self.used:
            return None
        for name in work.names:
            stub = work.spec.definitions.get(name)
            if isinstance(stub, ast.AsyncFunctionDef) and not runs_async(work, plugins()):
                raise JauntDiscoveryError(
                    f"{work.spec.path}:{stub.lineno}: {name}: pytest runs no async test by itself",
                    hint="install pytest-asyncio or anyio, or write it as a `def` with asyncio.run",
                    code=codes.UNCOLLECTED_SPEC,
                )
        return CollectionCheck(work, self.project)


@dataclass
class CollectionCheck:
    """Has pytest collect a module's candidates, and set up their tests, in the sandbox."""

    work: ModuleWork
    project: Project
    of_stubs: Sequence[Failure] | None = None
    """What keeps the stubs of the specs from being set up, once that is known."""
    name: str = NAME
    after_failure: bool = False
    needs: Collection[str] = (STATIC,)

    async def __call__(self, source: str) -> Checked:
        """Return what keeps pytest from it; raises JauntDiscoveryError where it is the same for any candidate."""
        if is_plain(source, self.work.generated_module, surroundings_of(self.work, self.project.dag)):
            return Checked(source, [])
        failures = await self._try(source)
        if unbuilt := unbuilt_in(failures):
            return Checked(source, [], unbuilt=unbuilt)
        if failures:
            await self._blame_spec()
        return Checked(source, [Flaw(f"pytest can't set up {each.message}") for each in failures])

    async def _blame_spec(self) -> None:
        """Raise JauntDiscoveryError if the stubs of the specs can't be set up either."""
        if self.of_stubs is None:
            self.of_stubs = await self._try(stand_in(self.work))
        # An answer can add the mark that has a test awaited.
        of_any = [each for each in self.of_stubs if not each.message.endswith(NOT_AWAITED)]
        if of_any:
            raise JauntDiscoveryError(
                f"{self.work.spec.path}: pytest can't set up its tests, whatever is generated: {of_any[0].message}",
                hint="correct the spec, or the conftest.py beside it",
                code=codes.UNCOLLECTED_SPEC,
            )

    async def _try(self, source: str) -> Sequence[Failure]:
        return await halted_with_task(partial(collection_failures, source, self.work, self.project))


def names_tests(work: ModuleWork) -> bool:
    """Whether a project may tell pytest which functions are tests: then pytest itself, later, says which are none."""
    return is_said(work, rb"python_functions", rb"pytest_pycollect_makeitem")
