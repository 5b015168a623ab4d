"""The steps that commands share: configuration -> project -> plan, for the modules that the options name."""

import argparse
import importlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from jaunt import codes
from jaunt.commands.shared.ahead.governed import newly_governed
from jaunt.commands.shared.options import read_config
from jaunt.errors import JauntConfigError
from jaunt.header import KINDS, Kind
from jaunt.plan.freshness import Freshness
from jaunt.plan.plan import Plan, make_plan
from jaunt.plan.reasons import ReasonKind
from jaunt.process.garbage import without_collection
from jaunt.project.project import Project, chosen_specs_of, load_project, select_target, select_targets
from jaunt.report.console import error_line, print_warning, say, some

if TYPE_CHECKING:  # as with all that looks ahead
    from jaunt.commands.shared.ahead.quiet import Quiet


def read_project(arguments: argparse.Namespace) -> Project:
    """Return the project that the options name, with a warning if there is no spec in it."""
    config = read_config(arguments)
    with without_collection():
        project = load_project(config, infer_deps=arguments.infer_deps)
    for text in project.warnings:
        print_warning(text)
    if not project.modules:
        folders = ", ".join([*config.paths.source_roots, *config.paths.test_roots])
        print_warning(
            f"{config.config_file}: there is no spec in {folders} (decorate a stub with @jaunt.magic, or correct "
            "paths.source_roots)"
        )
    return project


def read_module(arguments: argparse.Namespace) -> tuple[Project, str]:
    """Return the project and the one module that MODULE names; raises what is wrong with the module, if anything."""
    project = read_project(arguments)
    module = select_target(project, arguments.module)
    if module in project.problems:
        raise project.problems[module]
    return project, module


def targets_of(project: Project, arguments: argparse.Namespace) -> Collection[str] | None:
    """Return what the options of `add_selection_options` select, None if it is everything."""
    if arguments.since is None:
        return arguments.target or None
    if arguments.target:
        raise JauntConfigError(
            "--target and --since both select modules", hint="leave one of them out", code=codes.COMMAND_LINE
        )
    from jaunt.commands.shared.since import modules_since  # child processes: 5 ms, for nothing without --since

    return modules_since(project, arguments.since)


def selected(project: Project, targets: Collection[str] | None, *, kinds: Sequence[Kind] = KINDS) -> set[str]:
    """Return the modules that `targets` name; without any (None), all modules of `kinds`."""
    if targets is not None:
        return select_targets(project, targets)
    return {module for kind in kinds for module in project.modules_of(kind)}


_MOST_READ = 100
"""The most modules whose docstrings are looked at before a command goes on: 0.1 s; the doctor looks at all of them."""
_MOST_TOLD = 10
_AHEAD = "jaunt.commands.shared.ahead"
"""What looks ahead, and reads sources for that: 20 ms, for nothing if all is fresh."""
_LOOKS = {"kept": "with_refused", "unreadable": "with_unreadable"}
"""The looks for what would end a build before a call -> the function of each."""


def tell_unbound(plan: Plan) -> None:
    """Warn of bodies of stale specs, and of names that their docstrings have in backticks and that nothing binds.

    What is stale by its dependencies alone was told when its code landed.
    """
    stale = [module for module in plan.stale if module not in plan.problems and _may_have_news(plan.freshness[module])]
    if not stale:
        return
    quiet = _quiet(plan, "unbound")
    read = quiet.others(stale[:_MOST_READ])
    if not read:
        return
    from jaunt.commands.shared.ahead import replaced, unbound  # what reads sources: 20 ms, for nothing if all is fresh

    unbound_in = unbound.UnboundNames(plan.project)
    bodies, found, silent = list[str](), list[str](), list[str]()
    for module in read:  # both at a time: only the sources that were read last are kept
        told, asked = len(bodies) + len(found), unbound_in.asked
        bodies += replaced.replaced_lines(plan.project, module) if plan.freshness[module].stale else ()
        found += islice(unbound_in.lines(module), _MOST_TOLD + 1) if len(found) <= _MOST_TOLD else ()
        if (len(bodies) + len(found), unbound_in.asked) == (told, asked) and len(found) <= _MOST_TOLD:
            silent.append(module)
    quiet.note(silent)
    for line in [*bodies[:_MOST_TOLD], *found[:_MOST_TOLD]]:
        print_warning(line)
    if len(found) > _MOST_TOLD:
        print_warning("there are more names that nothing binds: jaunt doctor lists them")


def _quiet(plan: Plan, what: str) -> "Quiet":
    return importlib.import_module(f"{_AHEAD}.quiet").Quiet(plan.project, what)


def with_foreseen(plan: Plan) -> Plan:
    """Return the plan with what else would fail before a model is asked; warn of what a model will not be shown.

    What would fail is a spec that an import refuses, or a property that can't be read. Told are, as `tell_unbound`
    does, what is odd in stale specs, and a provider that is none.
    """
    paid = [module for module in plan.paid if module not in plan.problems][:_MOST_READ]
    if not paid:
        return plan
    if fault := importlib.import_module(f"{_AHEAD}.provider").provider_fault(plan.project.config):
        print_warning(error_line(fault))
    for name, look in _LOOKS.items():
        quiet = _quiet(plan, name)
        read = quiet.others(module for module in paid if module not in plan.problems)
        if read:
            plan = getattr(importlib.import_module(f"{_AHEAD}.{name}"), look)(plan, read, quiet)
    return plan


_OF_DEPENDENCIES = {ReasonKind.DEPENDENCY_CHANGED, ReasonKind.DEPENDENCY_STALE, ReasonKind.DEPENDENCY_REBUILT}


def _may_have_news(freshness: Freshness) -> bool:
    return not all(reason.kind in _OF_DEPENDENCIES for reason in freshness.reasons)


def tell_governed(plan: Plan) -> list[str]:
    """Name the specs without code that `jaunt.module()` has made specs; return their references."""
    found = newly_governed(plan)
    if found:
        say(f"newly governed by jaunt.module(): {some(found)}")
    return found


def plan_for(
    project: Project, targets: Collection[str] | None = None, *, kinds: Sequence[Kind] = KINDS, force: bool = False
) -> Plan:
    """Return the plan for the targets and what they depend on, or for all modules of the kinds.

    Of a spec that is forced by its name, the rest of its module stays.
    """
    with without_collection():
        modules = selected(project, targets, kinds=kinds)
        plan = make_plan(project, modules, force=modules if force else ()).restricted_to(kinds)
        return replace(plan, chosen=chosen_specs_of(project, targets)) if force and targets else plan


def tests_of(project: Project, targets: Collection[str] | None) -> set[str]:
    """Return the test modules among the targets, or all of them (None)."""
    modules = selected(project, targets, kinds=("test",))
    return {module for module in modules if project.kind_of(module) == "test"}


def require_tests(project: Project, targets: Sequence[str]) -> None:
    """Raise JauntConfigError if targets are named and none of them is a test module."""
    if targets and not tests_of(project, targets):
        modules = selected(project, targets)
        users = [module for module in project.modules_of("test") if project.dag[module] & modules]
        raise JauntConfigError(
            f"no test module is named by --target {' --target '.join(targets)}",
            hint=f"its tests are in: {some(users)}" if users else "`jaunt status` lists the modules",
            code=codes.UNKNOWN_TARGET,
        )
