"""`jaunt watch`."""

import argparse
from collections.abc import Callable

from jaunt.commands import build, test
from jaunt.commands.shared.options import add_project_options, add_run_options, add_target_option, read_config
from jaunt.commands.shared.result import EXIT_OK, Result
from jaunt.commands.watch.polling import take_snapshot, wait_for_change
from jaunt.config import JauntConfig
from jaunt.errors import JauntError
from jaunt.report.console import print_error, relative_paths, say, some

_MOST_NAMED = 3  # files of a change


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    add_target_option(parser)
    parser.add_argument("--test", action="store_true", help="generate and run the tests as well")
    add_run_options(parser)
    add_project_options(parser)
    parser.set_defaults(plain=True)


def run(arguments: argparse.Namespace) -> Result:
    """Build, then build again after each change, until Ctrl-C; one that hits a build interrupts the command."""
    config = read_config(arguments)
    rounds = 0
    while True:
        seen = take_snapshot(config)
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
    command = test if arguments.test else build
    try:
        config = read_config(arguments)
        command.run(_with_defaults(arguments, command.add_arguments))
    except JauntError as error:
        print_error(error)
    return config


def _with_defaults(
    arguments: argparse.Namespace, add_arguments: Callable[[argparse.ArgumentParser], None]
) -> argparse.Namespace:
    """Return the arguments with the defaults of another command's options added."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return argparse.Namespace(**{**vars(parser.parse_args([])), **vars(arguments)})
