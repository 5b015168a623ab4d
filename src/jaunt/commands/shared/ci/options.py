"""The options for runs that are split between machines, and for the logs of CI; `jaunt help ci` tells of them."""

import argparse
import importlib
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jaunt.commands.shared.parsers import given
from jaunt.report.console import FORMATS

if TYPE_CHECKING:
    from jaunt.commands.shared.ci.reporting import Part


def add_ci_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that split and report a run; the help has no room for them."""
    parser.add_argument("--shard", type=given, metavar="I/N", help=argparse.SUPPRESS)
    parser.add_argument("--durations", type=given, metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--junitxml", type=given, metavar="FILE", help=argparse.SUPPRESS)
    add_format_option(parser)


def add_format_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how errors are printed."""
    parser.add_argument("--format", choices=FORMATS, default="text", help=argparse.SUPPRESS)


def forget_report(arguments: argparse.Namespace) -> None:
    """Remove the report that an earlier run left: a run that ends early must not be taken for that one."""
    if arguments.junitxml:
        with suppress(OSError):
            Path(arguments.junitxml).unlink()


def wanted_part(arguments: argparse.Namespace, kind: str, modules: Collection[str]) -> "Part | None":
    """Return the part of a run that the options ask for, None without any of them; raises JauntConfigError."""
    if not (arguments.shard or arguments.junitxml or arguments.durations):
        return None
    reporting = importlib.import_module("jaunt.commands.shared.ci.reporting")  # pytest's side and XML: 30 ms
    return reporting.part_of(arguments, kind, modules)
