"""`jaunt test`."""

import argparse
from collections.abc import Collection
from typing import Any

from jaunt.commands.shared.build_step import build_plan
from jaunt.commands.shared.options import add_build_options, add_project_options, add_target_option
from jaunt.commands.shared.result import EXIT_CHECK, EXIT_OK, Interrupted, Result
from jaunt.commands.shared.steps import plan_for, read_project, tests_of
from jaunt.plan.plan import make_plan
from jaunt.project.project import Project
from jaunt.report.console import print_error, print_warning, say, some
from jaunt.sandbox.sandbox import Sandbox
from jaunt.testing.project_tests import PytestResult, run_project_tests
from jaunt.testing.repair import repairs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.usage = "jaunt test [OPTION ...]"  # with every option in it, the help would not fit 24 lines
    add_target_option(parser)
    parser.add_argument("--no-build", action="store_true", help="leave the modules under test as they are")
    parser.add_argument("--no-run", action="store_true", help="generate the tests without running them")
    help_text = "for pytest, as in --pytest-args=-x (repeatable)"
    parser.add_argument("--pytest-args", action="append", default=[], metavar="ARG", help=help_text)
    parser.add_argument("--repair", action="store_true", help="if tests fail, have the code rewritten once")
    add_build_options(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Build, generate the tests, run them."""
    project = read_project(arguments)
    tests = tests_of(project, arguments.target)
    kinds = ("test",) if arguments.no_build else ("build", "test")
    code, facts = build_plan(plan_for(project, arguments.target, kinds=kinds, force=arguments.force), arguments)
    if arguments.no_run:
        return Result(code, facts)
    if code:
        print_error("the tests were not run, as not everything could be built")
        return Result(code, facts)
    if tests:
        _say_sandbox(project)
    try:
        result = _run_and_repair(project, tests, arguments, facts)
    except KeyboardInterrupt:
        raise Interrupted(facts) from None
    for failure in result.failures:
        print_error(failure)
    facts["tests"] = {"passed": result.passed, "exit_code": result.exit_code, "failures": list(result.failures)}
    return Result(EXIT_OK if result.passed else EXIT_CHECK, facts)


def _run_and_repair(
    project: Project, tests: Collection[str], arguments: argparse.Namespace, facts: dict[str, Any]
) -> PytestResult:
    """Run the tests; with `--repair`, run them once more after a repair. `facts` takes what the repair did."""
    result = _run_tests(project, tests, arguments)
    told = repairs(project, result.found) if arguments.repair else None
    if not told:
        return result
    say(f"repairing {some(told)}")
    plan = make_plan(project, told, force=told).only(told)
    code, facts["repair"] = build_plan(plan, arguments, failures=told)
    return result if code else _run_tests(project, tests, arguments)


def _say_sandbox(project: Project) -> None:
    sandbox = Sandbox(project.config.sandbox)
    tell = print_warning if sandbox.is_weak else say
    tell(sandbox.describe())


def _run_tests(project: Project, tests: Collection[str], arguments: argparse.Namespace) -> PytestResult:
    result = run_project_tests(project, modules=tests, pytest_args=arguments.pytest_args)
    if tests:
        say(result.output.rstrip("\n"))
    return result
