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
from jaunt.forecast import forecast, forecast_facts, read_plan_file
from jaunt.report import print_forecast
from jaunt.store import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.usage = "jaunt build [OPTION ...]"  # with every option in it, the help would not fit 24 lines
    add_target_option(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be built, in what order, at what cost")
    parser.add_argument("--plan", metavar="FILE", help="build exactly what `--dry-run --json` printed into FILE")
    add_build_options(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Generate what is stale, or say what would be."""
    project = read_project(arguments)
    plan = plan_for(project, arguments.target, kinds=("build",), force=arguments.force)
    if arguments.plan:
        plan = read_plan_file(arguments.plan, plan)
    if not arguments.dry_run:
        return Result(*run_build(plan, arguments))
    store = None if arguments.force or arguments.no_store else Store(project.root / project.config.store.path)
    expected = forecast(plan, store)
    print_forecast(expected)
    return Result(data=forecast_facts(plan, expected))
