"""`jaunt check`."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from jaunt.checks import is_off
from jaunt.commands.shared.options import add_project_options, add_selection_options
from jaunt.commands.shared.result import EXIT_CHECK, EXIT_OK, Result
from jaunt.commands.shared.steps import plan_for, read_project, targets_of
from jaunt.errors import JauntConfigError
from jaunt.plan.drift import Drift, distinct, find_drift
from jaunt.plan.evidence import unproven_of
from jaunt.plan.orphans import find_orphans
from jaunt.plan.plan import Plan
from jaunt.report.console import MOST_LINES, error_line, print_error, print_lines, say
from jaunt.report.wording import drift_error
from jaunt.text.counts import counted, share


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("-v", "--verbose", action="store_true", help=f"list more than the first {MOST_LINES}")
    help = "put the code as it stands through all checks; what passes is in order, whatever it was checked against"
    parser.add_argument("--verify", action="store_true", help=help)
    parser.add_argument("--tests", action="store_true", help="with --verify: run the generated tests as well")
    add_selection_options(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Say what is not as the specs ask for; asks no model, needs no network, writes no generated file."""
    if arguments.tests and not arguments.verify:
        raise JauntConfigError("--tests goes with --verify", hint="run: jaunt check --verify --tests")
    project = read_project(arguments)
    targets = targets_of(project, arguments)
    plan = plan_for(project, targets)
    drifts = find_drift(plan, find_orphans(project) if targets is None else [])
    failed, tests = _verified(plan, tests=arguments.tests) if arguments.verify else ({}, [])
    verified = {d.module for d in drifts if d.action == "verify"} - failed.keys() if arguments.verify else set[str]()
    drifts = [drift for drift in drifts if drift.module not in verified or drift.state == "orphaned"]
    told = (drift for drift in drifts if drift.action != "verify" or drift.module not in failed)
    lines = [error_line(drift_error(drift)) for drift in distinct(told)]
    lines += [error for errors in failed.values() for error in errors] + tests
    print_lines(lines, verbose=arguments.verbose, tell=print_error)
    _say_sum(plan, drifts, failed, len(verified))
    facts: dict[str, Any] = {
        "modules": len(plan.freshness),
        "drift": [_facts(drift) for drift in drifts],
        "unproven": [] if is_off(project.config, "require_evidence") else unproven_of(plan),
    }
    if arguments.verify:
        facts |= {"verified": sorted(verified), "failed": failed, "tests": tests}
    return Result(EXIT_CHECK if drifts or failed or tests else EXIT_OK, facts)


def _verified(plan: Plan, *, tests: bool) -> tuple[Mapping[str, Sequence[str]], list[str]]:
    """Return what no longer passes, module -> errors, and what fails of the generated tests."""
    from jaunt.commands.check import verified  # all checks: 0.1 s, which only --verify needs

    failed = verified.verify(plan)
    return failed, verified.failing_tests(plan) if tests else []


def _say_sum(plan: Plan, drifts: Sequence[Drift], failed: Mapping[str, Sequence[str]], verified: int) -> None:
    drifted = {drift.module for drift in drifts if drift.state != "orphaned"} | failed.keys()
    orphans = sum(drift.state == "orphaned" for drift in drifts)
    state = "fresh or verified" if verified else "fresh"
    said = [share(len(plan.freshness) - len(drifted), len(plan.freshness), "module", state)]
    said += [counted(orphans, "orphaned file")] if orphans else []
    said += [f"{counted(len(failed), 'module')} no longer pass{'es' if len(failed) == 1 else ''}"] if failed else []
    say(", ".join(said))


def _facts(drift: Drift) -> dict[str, object]:
    return {
        "module": drift.module,
        "kind": drift.kind,
        "state": drift.state,
        "action": drift.action,
        "path": str(drift.path),
        "error": error_line(drift_error(drift)),
    }
