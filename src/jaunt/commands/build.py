"""`jaunt build`."""

import argparse

from jaunt.commands import Result
from jaunt.commands.common import (
    add_build_options,
    add_project_options,
    add_target_option,
    plan_for,
    read_project,
    run_build,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    add_target_option(parser)
    add_build_options(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Generate what is stale."""
    project = read_project(arguments)
    plan = plan_for(project, arguments.target, kinds=("build",), force=arguments.force)
    return Result(*run_build(plan, arguments))
