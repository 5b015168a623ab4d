"""`jaunt test`."""

import argparse
import importlib
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from jaunt import codes
from jaunt.commands.shared.ci.options import add_ci_options, forget_report, wanted_part
from jaunt.commands.shared.options import (
    add_build_options,
    add_instruction_option,
    add_project_options,
    add_selection_options,
    add_targets,
    build_options,
    whole_number,
)
from jaunt.commands.shared.parsers import actions_of, given
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import plan_for, read_project, require_tests, targets_of, tests_of
from jaunt.commands.shared.test_step import RunOptions, Tested, build_and_test
from jaunt.errors import JauntConfigError
from jaunt.header import KINDS, Kind
from jaunt.project.project import Project
from jaunt.report.console import say
from jaunt.testing.workers import require_xdist

if TYPE_CHECKING:
    from jaunt.commands.shared.ci.reporting import Part

_STRENGTH = "jaunt.commands.test.strength"
"""What measures, and starts the sandbox: 60 ms, for nothing without one of its options."""

_FORECAST = "jaunt.commands.build.forecast"
"""What looks ahead, with the store: loaded for `--dry-run` alone."""

_UNTOLD = {"--no-store", "--record", "--eager", "--no-infer-deps", "--config"}
"""What the help of `jaunt build` says too: with a line for every option, the help would not fit 24 lines."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.usage = "jaunt test [MODULE ...] [OPTION ...], also of build; CI: jaunt help ci"
    add_selection_options(parser)
    add_targets(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be generated, at what cost; run nothing")
    parser.add_argument("--no-build", action="store_true", help="leave the modules under test as they are")
    parser.add_argument("--no-run", action="store_true", help="generate the tests without running them")
    parser.add_argument("--all", action="store_true", help="run those too that passed here and are unchanged")
    help_text = "for pytest, as in --pytest-args=-x (repeatable)"
    parser.add_argument("--pytest-args", action="append", default=[], metavar="ARG", help=help_text)
    help_text = "processes to run the tests in, by pytest-xdist"
    parser.add_argument("-j", "--workers", type=whole_number, default=0, metavar="N", help=help_text)
    parser.add_argument("--repair", action="store_true", help="if tests fail, have the wrong side rewritten once")
    parser.add_argument("--strength", action="store_true", help="tell which changes of the code no test notices")
    parser.add_argument("--html", metavar="FILE", help=argparse.SUPPRESS)  # the page; see `StrengthOptions`
    parser.add_argument("--merge", nargs="+", type=given, metavar="FILE", help=argparse.SUPPRESS)
    add_ci_options(parser)
    add_build_options(parser)
    add_instruction_option(parser, argparse.SUPPRESS)
    add_project_options(parser)
    for action in actions_of(parser):
        if not _UNTOLD.isdisjoint(action.option_strings):
            action.help = argparse.SUPPRESS


def run(arguments: argparse.Namespace) -> Result:
    """Build, generate the tests, run them."""
    running = RunOptions(
        build=not arguments.no_build,
        run=not arguments.no_run,
        repair=arguments.repair,
        everything=arguments.all or bool(arguments.shard or arguments.junitxml),
        reports=[arguments.junitxml] if arguments.junitxml else [],
        workers=arguments.workers,
        pytest_args=arguments.pytest_args,
    )
    if arguments.merge:
        if arguments.shard or arguments.durations:
            text = "--merge puts parts together: --shard and --durations are for the runs that make them"
            raise JauntConfigError(text, code=codes.COMMAND_LINE)
        reporting = importlib.import_module("jaunt.commands.shared.ci.reporting")  # pytest's side and XML: 30 ms
        return reporting.merge_reports(arguments.merge, arguments.junitxml, Path(arguments.root or ""))
    if (arguments.no_run or arguments.dry_run) and (arguments.shard or arguments.junitxml):
        text = f"{'--no-run' if arguments.no_run else '--dry-run'} leaves nothing to split or to report"
        raise JauntConfigError(text, hint="leave it out, or the others", code=codes.COMMAND_LINE)
    if arguments.dry_run:
        return _look_ahead(arguments)
    forget_report(arguments)
    if arguments.workers:
        require_xdist()  # before anything is paid for
    project = read_project(arguments)
    if arguments.workers and (address := project.config.cluster.address):
        say(f"-j {arguments.workers} is for what the cluster at {address} leaves to this machine")
    require_tests(project, arguments.target)
    targets, options = targets_of(project, arguments), build_options(arguments)
    part = wanted_part(arguments, "test", tests_of(project, targets)) if running.run else None
    targets = part.mine if part and arguments.shard else targets
    result, tested = build_and_test(project, targets, options, running)
    result = _measured(project, targets, arguments, result)
    if part:
        _write(project, part, result, tested)
    return result


def _look_ahead(arguments: argparse.Namespace) -> Result:
    """Say what would be generated before the tests run, as `jaunt build --dry-run` does."""
    project = read_project(arguments)
    require_tests(project, arguments.target)
    kinds: tuple[Kind, ...] = ("test",) if arguments.no_build else KINDS
    plan = plan_for(project, targets_of(project, arguments), kinds=kinds, force=arguments.force)
    return importlib.import_module(_FORECAST).look_ahead(plan, arguments)


def _measured(
    project: Project, targets: Collection[str] | None, arguments: argparse.Namespace, result: Result
) -> Result:
    """Return the result with the strength of the tests, if that is asked for and they ran."""
    html = Path(arguments.html) if arguments.html else None
    is_measured = arguments.strength or html is not None or project.config.test.min_strength is not None
    if not is_measured or "tests" not in result.data:
        return result
    strength = importlib.import_module(_STRENGTH)
    options = strength.StrengthOptions(arguments.strength, html)
    return strength.with_strength(project, targets, build_options(arguments), options, result)


def _write(project: Project, part: "Part", result: Result, tested: Tested) -> None:
    """Write the report of a part: what ran, and what did not, as it could not be built."""
    ran = result.data.get("tests")
    held_back = part.mine if ran is None else ran["not_run"]
    why = dict.fromkeys(held_back, "was not run, as not all that it needs could be built") if result.code else {}
    runs, found = (tested.ran.runs, tested.ran.found) if tested.ran else ((), ())
    reporting = importlib.import_module("jaunt.commands.shared.ci.reporting")  # what wrote the part: it is loaded
    cases = reporting.test_cases(project, part, runs, found, why)
    part.write(project, cases, passed=result.code == 0)
