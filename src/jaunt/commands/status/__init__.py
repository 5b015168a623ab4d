"""`jaunt status`."""

import argparse
from dataclasses import asdict

from jaunt.checks import is_off
from jaunt.commands.shared.options import add_project_options, add_selection_options, require_one_selection
from jaunt.commands.shared.result import EXIT_CHECK, EXIT_OK, Result
from jaunt.commands.shared.steps import (
    plan_for,
    read_project,
    targets_of,
    tell_governed,
    tell_unbound,
    with_foreseen,
)
from jaunt.commands.status.places import places_of
from jaunt.commands.status.specs import print_specs, spec_statuses
from jaunt.commands.status.view import module_status, print_module_status, print_status
from jaunt.plan.evidence import unproven_of
from jaunt.plan.orphans import find_orphans
from jaunt.plan.plan import Plan
from jaunt.project.project import Project, remember, select_target, select_targets
from jaunt.report.console import error_line
from jaunt.report.wording import all_reasons
from jaunt.text.coded import code_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        "module", nargs="?", metavar="MODULE", help="show this module, or MODULE:NAME, and what changed"
    )
    parser.add_argument("--check", action="store_true", help="exit with 4 if anything is not fresh")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="list every module, every reason, and what is imported"
    )
    parser.add_argument("--specs", action="store_true", help="a line for each spec: what it needs, and its evidence")
    add_selection_options(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Print the plan, or one module of it."""
    require_one_selection(arguments)
    project = read_project(arguments)
    if arguments.specs:
        return _specs(project, arguments)
    if arguments.module:
        return _one(project, arguments)
    targets = targets_of(project, arguments)
    plan = plan_for(project, targets)
    remember(project, plan.found_fresh, make_folder=True)
    plan = with_foreseen(plan)
    tell_unbound(plan)
    orphans = find_orphans(project) if targets is None else []
    unproven = [] if is_off(project.config, "require_evidence") else unproven_of(plan)
    print_status(plan, orphans=orphans, unproven=unproven, verbose=arguments.verbose)
    problems = list(dict.fromkeys(error_line(error) for error in plan.problems.values()))
    facts = {
        "modules": _module_facts(plan),
        "governed": tell_governed(plan),
        "orphans": [{**asdict(orphan), "path": str(orphan.path), "base": str(orphan.base)} for orphan in orphans],
        "problems": problems,
        "codes": [code_of(each) for each in problems],
        "unproven": unproven,
    }
    is_fresh = not orphans and not any(each.reasons for each in plan.freshness.values())
    return Result(EXIT_OK if is_fresh or not arguments.check else EXIT_CHECK, facts)


def _specs(project: Project, arguments: argparse.Namespace) -> Result:
    if arguments.module:
        chosen = select_targets(project, [arguments.module])
        plan = plan_for(project).only(chosen)
    else:
        plan = plan_for(project, targets_of(project, arguments))
    found = list(spec_statuses(plan))
    print_specs(found, verbose=arguments.verbose)
    is_fresh = all(each.state == "fresh" for each in plan.freshness.values())
    facts = {"specs": [asdict(each) for each in found]}
    return Result(EXIT_OK if is_fresh or not arguments.check else EXIT_CHECK, facts)


def _one(project: Project, arguments: argparse.Namespace) -> Result:
    module = select_target(project, arguments.module)
    plan = plan_for(project)
    plan = plan.with_problems(with_foreseen(plan.only([module])).problems)
    status = module_status(plan, module)
    name = arguments.module.partition(":")[2]
    places = places_of(project, module, name) if name in status.specs else None
    print_module_status(status, places=places)
    tell_unbound(plan.only([module]))
    governed = tell_governed(plan.only([module]))
    is_fresh = not status.freshness.reasons
    facts = {
        **asdict(status),
        "state": status.freshness.state,
        "reason": all_reasons(status.freshness),
        "stale": status.freshness.stale,
        "action": status.freshness.action,
        "problems": [error_line(plan.problems[module])] if module in plan.problems else [],
        "codes": [plan.problems[module].code] if module in plan.problems else [],
        "governed": governed,
    }
    del facts["freshness"]
    facts |= {f"{what}_at": place for what, place in places._asdict().items()} if places else {}
    return Result(EXIT_OK if is_fresh or not arguments.check else EXIT_CHECK, facts)


def _module_facts(plan: Plan) -> list[dict[str, object]]:
    project = plan.project
    return [
        {
            "module": module,
            "kind": project.kind_of(module),
            "state": freshness.state,
            "stale": freshness.stale,
            "action": freshness.action,
            "reason": all_reasons(freshness),
            "path": project.generated_name(module),
            "imported": dict(project.modules[module].unread),
        }
        for module, freshness in plan.freshness.items()
    ]
