"""The specs themselves."""

from collections.abc import Iterator

from jaunt import codes
from jaunt.commands.doctor.finding import Finding
from jaunt.project.project import Project
from jaunt.text.counts import counted


def specs(project: Project) -> Iterator[Finding]:
    """Check that there are specs, that all of them can be read, and that nothing meant as one is passed over."""
    first = next(iter(project.problems.values()), None)
    if not project.modules:
        hint = "decorate a stub with @jaunt.magic, or correct paths.source_roots"
        yield Finding("warn", "specs", "there are none", hint, codes.NO_SPECS)
    elif first is not None:
        text = f"{counted(len(project.problems), 'broken module')}: {first}"
        yield Finding("fail", "specs", text, "run: jaunt status", first.code)
    else:
        yield Finding("ok", "specs", counted(len(project.modules), "module"))
    for line in project.warnings:
        text, _, hint = line.removesuffix(")").rpartition(" (")
        yield Finding("warn", "specs", text, hint, codes.UNSEEN_SPECS)
