"""The options that several commands share, and the configuration that they name."""

import argparse
from dataclasses import replace
from pathlib import Path

from jaunt import codes
from jaunt.checks import severities
from jaunt.commands.shared.parsers import given
from jaunt.config import JauntConfig, find_project_root, load_config
from jaunt.config.instructions import with_instructions
from jaunt.config.schema import ClusterConfig
from jaunt.config.values import cluster_address
from jaunt.errors import JauntConfigError
from jaunt.process.frozen import frozen
from jaunt.report.console import Verbosity


@frozen
class BuildOptions:
    """How a build runs, and what is printed of it.

    `jobs` is how many modules are generated at a time (None: as configured). `force` takes nothing for fresh and
    overwrites hand edits; without `read_store` the model is asked even for what the store holds; `record` is the folder
    that each answer that lands is kept in; `order` is a value of `build.order` ("": as configured). `live`: a display
    that changes in place may be shown.
    """

    jobs: int | None = None
    force: bool = False
    read_store: bool = True
    order: str = ""
    record: Path | None = None
    verbosity: Verbosity = "normal"
    live: bool = True


def add_project_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the commands that read a project's specs."""
    add_config_options(parser)
    help = "take only the deps= that specs declare"
    parser.add_argument("--no-infer-deps", dest="infer_deps", action="store_const", const=False, help=help)


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which project is meant."""
    parser.add_argument("--root", metavar="DIR", help="the project's folder (default: found from here upwards)")
    parser.add_argument("--config", metavar="FILE", help="a jaunt.toml or pyproject.toml in place of the project's")


def add_module_argument(parser: argparse.ArgumentParser) -> None:
    """Add MODULE, for the commands that work on one module."""
    parser.add_argument("module", metavar="MODULE", help="the spec module (a spec or a source file names it too)")


def add_target_option(
    parser: argparse.ArgumentParser, meaning: str = "a module, spec or file and its dependencies"
) -> None:
    """Add `--target`."""
    parser.add_argument("--target", action="append", default=[], metavar="MODULE", help=f"{meaning} (repeatable)")


def add_selection_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that select modules: `--target` and `--since`; without them, all are meant."""
    add_target_option(parser)
    parser.add_argument("--since", metavar="REF", help="what changed since a git ref, and all that uses it")


def add_targets(parser: argparse.ArgumentParser) -> None:
    """Take modules without `--target` before them as well, after `add_selection_options`."""
    parser.add_argument("target", nargs="*", action="extend", metavar="MODULE", help=argparse.SUPPRESS)


def require_one_selection(arguments: argparse.Namespace) -> None:
    """Raise JauntConfigError if a command is given both a module and one of `add_selection_options`."""
    if arguments.module and (arguments.target or arguments.since):
        message = f"{arguments.command} takes a MODULE, or --target or --since, not both"
        raise JauntConfigError(message, hint="leave one of them out", code=codes.COMMAND_LINE)


def add_build_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the commands that generate once."""
    add_run_options(parser)
    parser.add_argument("--no-store", action="store_true", help="ask the model even for what the store holds")
    parser.add_argument(
        "--eager", dest="order", action="store_const", const="eager", default="", help='build.order = "eager"'
    )
    parser.add_argument("--record", metavar="DIR", help="keep each answer that lands, to replay it later")
    parser.add_argument("--force", action="store_true", help="regenerate fresh modules too, and overwrite hand edits")


def add_instruction_option(parser: argparse.ArgumentParser, help: str) -> None:
    """Add `--instruction`."""
    parser.add_argument("--instruction", action="append", default=[], metavar="TEXT", help=help)


def add_cluster_option(parser: argparse.ArgumentParser, help: str = argparse.SUPPRESS) -> None:
    """Add `--cluster`; without a `help` it stands in the longer one alone."""
    parser.add_argument("--cluster", type=given, metavar="ADDRESS", help=help)


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a build runs and what is printed of it."""
    parser.add_argument(
        "--jobs", type=whole_number, metavar="N", help="modules to generate at a time (default: build.jobs)"
    )
    add_cluster_option(parser)
    telling = parser.add_mutually_exclusive_group()
    telling.add_argument("-q", "--quiet", action="store_true", help="print errors and the summary alone")
    telling.add_argument("-v", "--verbose", action="store_true", help="print what is begun, and why an attempt failed")


def build_options(arguments: argparse.Namespace) -> BuildOptions:
    """Return what the options of `add_build_options` say."""
    return BuildOptions(
        jobs=arguments.jobs,
        force=arguments.force,
        read_store=not arguments.no_store,
        order=arguments.order,
        record=Path(arguments.record) if arguments.record else None,
        verbosity=verbosity(arguments),
    )


def verbosity(arguments: argparse.Namespace) -> Verbosity:
    """Return what the options of `add_run_options` say of what is printed."""
    return "quiet" if arguments.quiet else "verbose" if arguments.verbose else "normal"


def read_config(arguments: argparse.Namespace) -> JauntConfig:
    """Return the configuration that the options name; raises JauntConfigError."""
    if arguments.config:
        config = load_config(root=arguments.root, config_path=arguments.config)
    else:
        config = load_config(root=find_project_root(Path()) if arguments.root is None else arguments.root)
    if further := getattr(arguments, "instruction", None):
        config = with_instructions(config, further)
    if address := getattr(arguments, "cluster", None):
        config = replace(config, cluster=ClusterConfig(address))
        if problem := cluster_address(address):
            raise JauntConfigError(f"--cluster: {problem}", code=codes.COMMAND_LINE)
    if config.verify.others:
        severities(config)  # a mistake is told by whatever command comes first
    return config


def whole_number(text: str) -> int:
    """Return the number of at least 1 that an option has; raises argparse's error for any other text."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not {text!r}")
    return number
