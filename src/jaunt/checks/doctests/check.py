"""The examples of the specs, as a check."""

import os
from collections.abc import Collection, Sequence

from jaunt import codes
from jaunt.checks.check_file import Prover
from jaunt.checks.doctests.examples import faults_of, find_examples, is_left_out
from jaunt.checks.doctests.pytest_flags import flags_of
from jaunt.checks.examiner.asking import Asking
from jaunt.checks.examiner.on_cluster import examiners_of
from jaunt.checks.examiner.sandboxes import Examiners
from jaunt.checks.fault import SpecFault
from jaunt.checks.held import answered
from jaunt.checks.severity import Severity
from jaunt.checks.static.check import NAME as STATIC
from jaunt.errors import JauntDiscoveryError
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.project import Project

DEFAULT: Severity = "error"
CODE = codes.DOCTESTS


def make_check(project: Project, severity: Severity) -> "ExampleChecks":
    """Return the check for a run."""
    verify = project.config.verify
    flags = flags_of(project.root, project.config.test.pytest_args)
    examiners = examiners_of(project)
    return ExampleChecks(examiners, tuple(verify.no_doctests), tuple(flags), effects=verify.effects != "warn")


@frozen
class ExampleChecks:
    """The examples of a project's specs, but for the modules that `without` names (glob patterns).

    `flags` are the names of doctest's that hold for all of them; with `effects`, those of a candidate's import are
    errors.
    """

    examiners: Examiners
    without: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    effects: bool = True

    def prover(self, modules: Collection[str]) -> Prover:
        """Return what reads the examples of specs."""
        return self._faults

    async def _faults(self, work: ModuleWork) -> Sequence[SpecFault]:
        if work.kind != "build" or is_left_out(work.module, self.without) or ">>>" not in work.spec.text:
            return ()
        return faults_of(work.spec, work.names)

    def begin(self) -> None:
        """Start a sandbox."""
        self.examiners.begin()

    def for_module(self, work: ModuleWork) -> "ExampleCheck | None":
        """Return the check of a module's candidates, None for tests; raises JauntDiscoveryError for bad examples."""
        if work.kind != "build" or is_left_out(work.module, self.without):
            return None
        file = os.path.relpath(work.spec.path, work.root)
        try:
            questions = find_examples(work.spec, work.names, file=file, flags=self.flags)
        except ValueError as error:
            raise JauntDiscoveryError(
                str(error),
                hint="correct the docstring, or name the module in [verify] no_doctests",
                code=codes.EXAMPLE_LINE,
            ) from error
        return ExampleCheck(work, Asking(self.examiners, work, questions, self.effects))


@frozen
class ExampleCheck:
    """Imports a module's candidates in the sandbox and runs the examples of its specs."""

    work: ModuleWork
    asking: Asking
    name: str = "doctests"
    after_failure: bool = True
    needs: Collection[str] = (STATIC,)  # what fails the static checks is never run

    async def __call__(self, source: str) -> Checked:
        return await answered("examples", self.asking, self.work, source)
