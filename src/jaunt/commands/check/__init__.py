"""`jaunt check`."""

import argparse
import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from jaunt import codes
from jaunt.checks import is_off
from jaunt.commands.shared.ci.options import add_ci_options, forget_report, wanted_part
from jaunt.commands.shared.options import (
    add_cluster_option,
    add_project_options,
    add_selection_options,
    add_targets,
)
from jaunt.commands.shared.result import EXIT_CHECK, EXIT_OK, Result
from jaunt.commands.shared.steps import plan_for, read_project, targets_of
from jaunt.errors import JauntConfigError
from jaunt.plan.drift import Drift, distinct, find_drift
from jaunt.plan.evidence import unproven_of
from jaunt.plan.orphans import find_orphans
from jaunt.plan.plan import Plan
from jaunt.project.project import Project
from jaunt.report.console import MOST_LINES, error_line, print_error, print_lines, say
from jaunt.report.wording import drift_error
from jaunt.spec_ref import module_of
from jaunt.text.coded import Coded, codes_of
from jaunt.text.counts import counted, share

MIN_EVIDENCE = ("none", "examples", "properties", "tested", "strong")
"""Those of `spec_evidence`, which is loaded only where it is needed; a test holds them to be the same."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.usage = "jaunt check [MODULE ...] [OPTION ...]"
    parser.add_argument("-v", "--verbose", action="store_true", help=f"list more than the first {MOST_LINES}")
    help = "put the code as it stands through all checks; what passes is in order, whatever it was checked against"
    parser.add_argument("--verify", action="store_true", help=help)
    parser.add_argument("--tests", action="store_true", help="with --verify: run the generated tests as well")
    help = "fail for specs with less evidence than this"
    parser.add_argument("--min-evidence", choices=MIN_EVIDENCE, metavar="LEVEL", help=help)
    add_selection_options(parser)
    add_targets(parser)
    add_ci_options(parser)
    add_cluster_option(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Say what is not as the specs ask for; asks no model, needs no network, writes no generated file."""
    if arguments.tests and not arguments.verify:
        raise JauntConfigError(
            "--tests goes with --verify", hint="run: jaunt check --verify --tests", code=codes.COMMAND_LINE
        )
    if arguments.shard and not arguments.verify:
        raise JauntConfigError(
            "--shard goes with --verify", hint="run: jaunt check --verify --shard 2/5", code=codes.COMMAND_LINE
        )
    forget_report(arguments)
    project = read_project(arguments)
    targets = targets_of(project, arguments)
    whole = plan_for(project, targets)
    part = wanted_part(arguments, "check", whole.freshness)
    plan = whole.only(part.mine) if part else whole
    is_first = part is None or part.shard.number == 1  # orphans are of no module
    drifts = find_drift(plan, find_orphans(project) if targets is None and is_first else [])
    failed, tests, seconds, passed = (
        _verified(whole, plan, tests=arguments.tests) if arguments.verify else ({}, [], {}, [])
    )
    verified = {d.module for d in drifts if d.action == "verify"} - failed.keys() if arguments.verify else set[str]()
    drifts = [drift for drift in drifts if drift.module not in verified or drift.state == "orphaned"]
    told = (drift for drift in drifts if drift.action != "verify" or drift.module not in failed)
    lines = [error_line(drift_error(drift)) for drift in distinct(told)]
    lines += [error for errors in failed.values() for error in errors]
    lines += [Coded(test, codes.TEST_FAILED) for test in tests]
    weak = _weak(plan, arguments.min_evidence) if arguments.min_evidence else []
    lines += [
        Coded(f"{spec}: its evidence is {level!r}, less than {arguments.min_evidence!r}", codes.UNPROVEN_SPEC)
        for spec, level in weak
    ]
    places = {error_line(drift_error(drift)): _place(project, drift) for drift in drifts}
    print_lines(lines, verbose=arguments.verbose, tell=lambda line: print_error(line, at=places.get(line, "")))
    few = [f"{counted(len(weak), 'spec')} below {arguments.min_evidence}"] if weak else []
    _say_sum(plan, drifts, failed, len(verified), [*few, *passed])
    facts: dict[str, Any] = {
        "modules": len(plan.freshness),
        "drift": [_facts(drift) for drift in drifts],
        "unproven": [] if is_off(project.config, "require_evidence") else unproven_of(plan),
    }
    if arguments.verify:
        found = {module: codes_of(errors) for module, errors in failed.items()}
        facts |= {"verified": sorted(verified), "failed": failed, "codes": found, "tests": tests}
    if arguments.min_evidence:
        facts["below"] = [{"spec": spec, "level": level} for spec, level in weak]
    code = EXIT_CHECK if drifts or failed or tests or weak else EXIT_OK
    if part:
        reporting = importlib.import_module("jaunt.commands.shared.ci.reporting")  # what made the part: it is loaded
        wrong = {**_by_module(drifts, failed), **({"tests": tests} if tests else {})}
        wrong |= {"evidence": [spec for spec, _ in weak]} if weak else {}
        part.write(project, reporting.check_cases(project, part, wrong, seconds), passed=code == EXIT_OK)
    return Result(code, facts)


def _place(project: Project, drift: Drift) -> str:
    """Return the file that a drift is shown beside: the spec, if new code is to be generated for it."""
    module = project.modules.get(drift.module)
    return module.path if module is not None and drift.stale else str(drift.path)


def _by_module(drifts: Sequence[Drift], failed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return what is wrong, by module; an orphan goes by its file."""
    found = {module: list(errors) for module, errors in failed.items()}
    for drift in drifts:
        name = str(drift.path) if drift.state == "orphaned" else drift.module
        found.setdefault(name, []).append(error_line(drift_error(drift)))
    return found


def _verified(
    whole: Plan, plan: Plan, *, tests: bool
) -> tuple[Mapping[str, Sequence[str]], Sequence[str], Mapping[str, float], Sequence[str]]:
    """Return what of `plan`, a part of the `whole`, passes no longer, module -> errors, what fails of its tests, how
    long each module took, and what is to be said of all that passed.
    """
    from jaunt.commands.check import verified  # all checks: 0.1 s, which only --verify needs

    failed, seconds, ran = verified.verify(whole, plan.freshness)
    failing = verified.failing_tests(plan, known=failed) if tests else []
    said = [verified.what_passed(plan, ran)] if not failed else []
    if tests:
        ran = "all generated tests passed" if not failing else f"{counted(len(failing), 'failure')} of generated tests"
        said.append(ran)
    return failed, failing, seconds, said


def _weak(plan: Plan, level: str) -> list[tuple[str, str]]:
    """Return the specs of a plan that have less behind them than a level, each with its own, the weakest first."""
    spec_evidence = importlib.import_module("jaunt.commands.shared.spec_evidence")  # 30 ms, as it reads specs
    found = spec_evidence.evidence_of(plan_for(plan.project))
    return [
        (each.spec, each.level) for each in spec_evidence.below(found, level) if module_of(each.spec) in plan.freshness
    ]


def _say_sum(
    plan: Plan, drifts: Sequence[Drift], failed: Mapping[str, Sequence[str]], verified: int, few: Sequence[str]
) -> None:
    drifted = {drift.module for drift in drifts if drift.state != "orphaned"} | failed.keys()
    orphans = sum(drift.state == "orphaned" for drift in drifts)
    state = "fresh or verified" if verified else "fresh"
    said = [share(len(plan.freshness) - len(drifted), len(plan.freshness), "module", state)]
    said += [counted(orphans, "orphaned file")] if orphans else []
    said += [f"{counted(len(failed), 'module')} no longer pass{'es' if len(failed) == 1 else ''}"] if failed else []
    say(", ".join([*said, *few]))


def _facts(drift: Drift) -> dict[str, object]:
    return {
        "module": drift.module,
        "kind": drift.kind,
        "state": drift.state,
        "action": drift.action,
        "path": str(drift.path),
        "error": error_line(error := drift_error(drift)),
        "code": error.code,
    }
