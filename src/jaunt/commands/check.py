"""`jaunt check`."""

import argparse

from jaunt.commands.shared.options import add_project_options, add_selection_options
from jaunt.commands.shared.result import EXIT_CHECK, EXIT_OK, Result
from jaunt.commands.shared.steps import plan_for, read_project, targets_of
from jaunt.plan.drift import distinct, find_drift
from jaunt.plan.orphans import find_orphans
from jaunt.report.console import MOST_LINES, error_line, print_error, print_lines, say
from jaunt.report.wording import drift_error
from jaunt.text.counts import counted, share


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("-v", "--verbose", action="store_true", help=f"list more than the first {MOST_LINES}")
    add_selection_options(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Say what is not as the specs ask for; asks no model, needs no network, writes nothing."""
    project = read_project(arguments)
    targets = targets_of(project, arguments)
    plan = plan_for(project, targets)
    drifts = find_drift(plan, find_orphans(project) if targets is None else [])
    lines = [error_line(drift_error(drift)) for drift in distinct(drifts)]
    print_lines(lines, verbose=arguments.verbose, tell=print_error)
    drifted = {drift.module for drift in drifts if drift.state != "orphaned"}
    orphans = sum(drift.state == "orphaned" for drift in drifts)
    said = share(len(plan.freshness) - len(drifted), len(plan.freshness), "module", "fresh")
    say(f"{said}, {counted(orphans, 'orphaned file')}" if orphans else said)
    facts = [
        {
            "module": d.module,
            "kind": d.kind,
            "state": d.state,
            "action": d.action,
            "path": str(d.path),
            "error": error_line(drift_error(d)),
        }
        for d in drifts
    ]
    return Result(EXIT_CHECK if drifts else EXIT_OK, {"modules": len(plan.freshness), "drift": facts})
