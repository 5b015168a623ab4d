"""Properties in docstrings that can't be read: a build ends with them before a call, and status tells them."""

import importlib
from collections.abc import Collection
from contextlib import suppress

from jaunt.commands.shared.ahead.quiet import Quiet
from jaunt.errors import JauntDiscoveryError
from jaunt.plan.plan import Plan
from jaunt.project.project import Project
from jaunt.spec_ref import code_name
from jaunt.syntax.source import read_source

_SECTION = "jaunt.checks.behaviour.section"
"""What reads properties, and needs doctest for it: 30 ms, for nothing where there are none."""


def with_unreadable(plan: Plan, modules: Collection[str], quiet: Quiet) -> Plan:
    """Return a plan with the problems of those of its modules that have a property which can't be read.

    `quiet` is told of the others.
    """
    found = {module: problem for module in modules if (problem := _problem(plan.project, module)) is not None}
    quiet.note(module for module in modules if module not in found)
    return plan.with_problems(found) if found else plan


def _problem(project: Project, module: str) -> JauntDiscoveryError | None:
    if project.kind_of(module) != "build" or not project.scan:
        return None
    with suppress(JauntDiscoveryError):  # that is told of elsewhere
        source = read_source(module, project.modules[module].path, project.handed)
        if "Properties:" not in source.text:
            return None
        names = [code_name(entry.qualname) for entry in project.modules[module].entries]
        return importlib.import_module(_SECTION).unreadable(source, [n for n in names if n in source.definitions])
    return None
