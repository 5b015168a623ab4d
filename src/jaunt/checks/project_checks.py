"""All checks that a project's candidates have to pass, by its configuration."""

from collections.abc import Callable, Sequence

from jaunt.checks import load_check, severities
from jaunt.generate.check import Check, WarningCheck
from jaunt.plan.module_work import ModuleWork
from jaunt.project.project import Project


def project_checks(project: Project) -> Callable[[ModuleWork], Sequence[Check]]:
    """Return the function that gives a module's checks, in the order in which they look at a candidate.

    Raises JauntConfigError for a mistake in [verify], and for a check that can't work here; the function raises
    JauntDiscoveryError for a spec that no candidate could be checked against.
    """
    wanted = [(name, severity) for name, severity in severities(project.config).items() if severity != "off"]
    made = [(load_check(name).make_check(project, severity), severity) for name, severity in wanted]

    def checks_for(work: ModuleWork) -> Sequence[Check]:
        found = [(check.for_module(work), severity) for check, severity in made]
        return [WarningCheck(check) if severity == "warn" else check for check, severity in found if check is not None]

    return checks_for
