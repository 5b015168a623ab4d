"""`jaunt test`."""

import argparse

from jaunt.commands import EXIT_CHECK, EXIT_OK, Result
from jaunt.commands.common import (
    add_build_options,
    add_project_options,
    add_target_option,
    plan_for,
    read_project,
    run_build,
    tests_of,
)
from jaunt.report import print_error


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.usage = "jaunt test [OPTION ...]"  # with every option in it, the help would not fit 24 lines
    add_target_option(parser)
    parser.add_argument("--no-build", action="store_true", help="leave the modules under test as they are")
    parser.add_argument("--no-run", action="store_true", help="generate the tests without running them")
    parser.add_argument(
        "--pytest-args", action="append", default=[], metavar="ARG",
        help="for pytest, as in --pytest-args=-x (repeatable)",
    )  # fmt: skip
    add_build_options(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Build, generate the tests, run them."""
    from jaunt.tester import run_project_tests

    project = read_project(arguments)
    tests = tests_of(project, arguments.target)
    kinds = ("test",) if arguments.no_build else ("build", "test")
    code, facts = run_build(plan_for(project, arguments.target, kinds=kinds, force=arguments.force), arguments)
    if arguments.no_run:
        return Result(code, facts)
    if code:
        print_error("the tests were not run, as not everything could be built")
        return Result(code, facts)
    result = run_project_tests(project, modules=tests, pytest_args=arguments.pytest_args)
    for failure in result.failures:
        print_error(failure)
    facts["tests"] = {"passed": result.passed, "exit_code": result.exit_code, "failures": list(result.failures)}
    return Result(EXIT_OK if result.passed else EXIT_CHECK, facts)
