"""What a file of a check declares."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol, runtime_checkable

from jaunt.checks.fault import SpecFault
from jaunt.checks.severity import Severity
from jaunt.generate.check import Check
from jaunt.plan.module_work import ModuleWork
from jaunt.project.project import Project

Prover = Callable[[ModuleWork], Awaitable[Sequence[SpecFault]]]
"""Waits until it is known whether candidates of a module can pass a check here, and returns why not.

It raises JauntConfigError if the check can't work on this machine, with these settings: then no module can be built;
and JauntDiscoveryError for what is wrong with the whole module.
"""


class ProjectCheck(Protocol):
    """A check for all modules of a run; it holds what their checks share, such as a server that stays."""

    def for_module(self, work: ModuleWork) -> Check | None:
        """Return the check of one module's candidates, None if there is nothing to check in them.

        Raises a JauntError for a spec that no candidate could be checked against.
        """
        ...


@runtime_checkable
class ProvenCheck(ProjectCheck, Protocol):
    """A check that may not work on some machine, with some settings, or for some spec."""

    def prover(self, modules: Collection[str]) -> Prover | None:
        """Begin to find out, on what is harmless, whether the check works here for the candidates of modules.

        That goes on beside the running event loop, or in it. None: there is nothing that could fail.
        """
        ...


@runtime_checkable
class BegunCheck(ProjectCheck, Protocol):
    """A check that has something to start, which need not wait for the first candidate."""

    def begin(self) -> None:
        """Start it in the running event loop; it may be called more than once."""


class CheckFile(Protocol):
    """The names that a check's file has at its top level; the table in `__init__.py` says what it is called.

    `DEFAULT` is how severe it is where [verify] doesn't say so under its name, None if it always counts. One that runs
    a program names it as `PROGRAM`, so that `jaunt doctor` looks for it. `CODE`, one of `jaunt.codes`, is that of its
    findings, but for those that carry one of their own.
    """

    DEFAULT: Severity | None
    CODE: str

    def make_check(self, project: Project, severity: Severity) -> ProjectCheck:
        """Return the check for a run, which is "error" or "warn".

        Raises JauntConfigError if it is "error" and can't work here.
        """
        ...
