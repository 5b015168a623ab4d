"""Names that docstrings speak of and nothing binds."""

from collections.abc import Iterator

from jaunt import codes
from jaunt.commands.doctor.finding import Finding
from jaunt.commands.shared.ahead.unbound import unbound_lines
from jaunt.project.project import Project


def docstrings(project: Project) -> Iterator[Finding]:
    """Check that what the docstrings of specs name in backticks as code is bound in their modules."""
    sound = sorted(project.modules.keys() - project.problems.keys())
    for line in unbound_lines(project, sound):
        text, _, hint = line.removesuffix(")").rpartition(" (")
        yield Finding("warn", "docstring", text, hint, codes.UNKNOWN_NAME)
