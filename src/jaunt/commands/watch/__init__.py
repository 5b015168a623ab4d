"""`jaunt watch`."""

import argparse

from jaunt.commands.shared.build_step import build_plan
from jaunt.commands.shared.options import (
    BuildOptions,
    add_project_options,
    add_run_options,
    add_target_option,
    read_config,
    verbosity,
)
from jaunt.commands.shared.result import EXIT_OK, Result
from jaunt.commands.shared.steps import plan_for, read_project, require_tests
from jaunt.commands.shared.test_step import RunOptions, build_and_test
from jaunt.commands.watch.polling import take_snapshot, wait_for_change
from jaunt.config import JauntConfig
from jaunt.errors import JauntError
from jaunt.report.console import print_error, relative_paths, say, some
from jaunt.report.excerpt import reading_begins

_MOST_NAMED = 3  # files of a change


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    add_target_option(parser)
    parser.add_argument("--test", action="store_true", help="generate and run the tests as well")
    add_run_options(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Build, then build again after each change, until Ctrl-C; one that hits a build interrupts the command."""
    config = read_config(arguments)
    rounds = 0
    while True:
        seen = take_snapshot(config)
        reading_begins()
        config = _build(arguments, config)
        rounds += 1
        folders = ", ".join([*config.paths.source_roots, *config.paths.test_roots])
        try:
            say(f"watching {folders} (Ctrl-C ends it)")
            changed = wait_for_change(config, seen)
        except KeyboardInterrupt:
            return Result(EXIT_OK, {"rounds": rounds})
        say(f"changed: {relative_paths(some(changed, _MOST_NAMED))}")


def _build(arguments: argparse.Namespace, config: JauntConfig) -> JauntConfig:
    """Build, and return today's configuration; an error is printed, as the next change may put it right."""
    options = BuildOptions(jobs=arguments.jobs, verbosity=verbosity(arguments), live=False)
    try:
        config = read_config(arguments)
        project = read_project(arguments)
        targets = arguments.target or None
        if arguments.test:
            require_tests(project, arguments.target)
            build_and_test(project, targets, options, RunOptions())
        else:
            build_plan(plan_for(project, targets, kinds=("build",)), options)
    except JauntError as error:
        print_error(error)
    return config
