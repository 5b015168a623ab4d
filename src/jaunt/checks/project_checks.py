"""All checks that a project's candidates have to pass, by its configuration."""

from collections.abc import Collection, Sequence
from functools import partial

from jaunt.checks import load_check, severities
from jaunt.checks.check_file import BegunCheck, ProvenCheck, Prover
from jaunt.checks.examiner.asking import ask_together
from jaunt.checks.what_exists import TellingCheck
from jaunt.generate.check import Check, WarningCheck
from jaunt.plan.module_work import ModuleWork
from jaunt.project.project import Project


class ProjectChecks:
    """The checks of a project, for the modules of one run.

    Raises JauntConfigError for a mistake in [verify], and for a check that can't work here.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        wanted = [(name, severity) for name, severity in severities(project.config).items() if severity != "off"]
        files = {name: load_check(name) for name, _ in wanted}
        self._made = [(files[name].make_check(project, severity), severity) for name, severity in wanted]
        self._codes = {name: getattr(file, "CODE", "") for name, file in files.items()}

    def __call__(self, work: ModuleWork) -> Sequence[Check]:
        """Return a module's checks, in the order in which they look at a candidate.

        Raises JauntDiscoveryError for a spec that no candidate could be checked against.
        """
        find = partial(self._project.existing, work.module)
        return [TellingCheck(check, find, self._codes.get(check.name, "")) for check in self.plain(work)]

    def plain(self, work: ModuleWork) -> list[Check]:
        """Return the checks as their own files make them, which know nothing of what exists elsewhere."""
        found = [(check.for_module(work), severity) for check, severity in self._made]
        ask_together(check for check, _ in found)
        return [WarningCheck(check) if severity == "warn" else check for check, severity in found if check is not None]

    def begin(self) -> None:
        """Start, in the running event loop, what the checks of candidates need that are on their way."""
        for check, _ in self._made:
            if isinstance(check, BegunCheck):
                check.begin()

    def provers(self, modules: Collection[str]) -> list[Prover]:
        """Begin to find out whether the checks that can refuse a candidate work here: see `ProvenCheck`."""
        proven = [each for each, severity in self._made if severity != "warn" and isinstance(each, ProvenCheck)]
        return [prover for check in proven if (prover := check.prover(modules)) is not None]


def project_checks(project: Project) -> ProjectChecks:
    """Return the checks of a project; raises as `ProjectChecks` does."""
    return ProjectChecks(project)
