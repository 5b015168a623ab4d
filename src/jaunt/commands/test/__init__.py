"""`jaunt test`."""

import argparse
import importlib
from pathlib import Path

from jaunt.commands.shared.options import (
    add_build_options,
    add_instruction_option,
    add_project_options,
    add_selection_options,
    build_options,
    whole_number,
)
from jaunt.commands.shared.parsers import actions_of
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import read_project, require_tests, targets_of
from jaunt.commands.shared.test_step import RunOptions, build_and_test
from jaunt.testing.workers import require_xdist

_STRENGTH = "jaunt.commands.test.strength"
"""What measures, and starts the sandbox: 60 ms, for nothing without one of its options."""

_UNTOLD = {"--no-store", "--record", "--no-infer-deps", "--config"}
"""What the help of `jaunt build` says too: with a line for every option, the help would not fit 24 lines."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.usage = "jaunt test [OPTION ...], also those that `jaunt build --help` has"
    add_selection_options(parser)
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
        everything=arguments.all,
        workers=arguments.workers,
        pytest_args=arguments.pytest_args,
    )
    if arguments.workers:
        require_xdist()  # before anything is paid for
    project = read_project(arguments)
    require_tests(project, arguments.target)
    targets, options = targets_of(project, arguments), build_options(arguments)
    result = build_and_test(project, targets, options, running)
    html = Path(arguments.html) if arguments.html else None
    is_measured = arguments.strength or html is not None or project.config.test.min_strength is not None
    if not is_measured or "tests" not in result.data:
        return result
    strength = importlib.import_module(_STRENGTH)
    return strength.with_strength(project, targets, options, strength.StrengthOptions(arguments.strength, html), result)
