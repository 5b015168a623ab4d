"""All that the doctor looks at, in the order in which it is told."""

from collections.abc import Callable, Iterator

from jaunt.commands.doctor import (
    checks,
    cluster,
    docstrings,
    folders,
    git,
    hypothesis,
    linter,
    lock,
    machine,
    provider,
    sandbox,
    specs,
    tools,
)
from jaunt.commands.doctor.finding import Finding
from jaunt.config import JauntConfig
from jaunt.project.project import Project

OF_THE_MACHINE: list[Callable[[], Iterator[Finding]]] = [
    machine.python,
    machine.packages,
]

OF_THE_CONFIGURATION: list[Callable[[JauntConfig], Iterator[Finding]]] = [
    tools.tools,
    provider.provider,
    sandbox.sandbox,
    cluster.cluster,
    folders.folders,
    lock.lock,
    folders.leftovers,
]

OF_THE_SPECS: list[Callable[[Project], Iterator[Finding]]] = [
    specs.specs,
    checks.checks,
    hypothesis.hypothesis,
    docstrings.docstrings,
    linter.linter,
    git.ignored,
]
"""To add a finding, write its file, and add its function's line to one of these lists, by what it has to know."""


def machine_findings() -> Iterator[Finding]:
    """Check what every project needs."""
    for find in OF_THE_MACHINE:
        yield from find()


def project_findings(config: JauntConfig) -> Iterator[Finding]:
    """Check what a project's configuration asks for."""
    yield Finding("ok", "config", str(config.config_file))
    for find in OF_THE_CONFIGURATION:
        yield from find(config)


def spec_findings(project: Project) -> Iterator[Finding]:
    """Check a project's specs, and what is generated from them."""
    for find in OF_THE_SPECS:
        yield from find(project)
