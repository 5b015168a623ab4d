"""`jaunt build`."""

import argparse

from jaunt.commands import Result
from jaunt.commands.common import (
    add_build_options,
    add_project_options,
    add_target_option,
    module_phases,
    plan_for,
    read_project,
    run_build,
)
from jaunt.forecast import forecast, forecast_facts, forecast_lines, read_plan_file
from jaunt.profile import start_profile
from jaunt.report import print_profile, say
from jaunt.store import Store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.usage = "jaunt build [OPTION ...]"  # with every option in it, the help would not fit 24 lines
    add_target_option(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be built, in what order, at what cost")
    parser.add_argument("--plan", metavar="FILE", help="build exactly what `--dry-run --json` printed into FILE")
    parser.add_argument("--profile", action="store_true", help="say where the time went")
    add_build_options(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Generate what is stale, or say what would be."""
    profile = start_profile() if arguments.profile else None
    project = read_project(arguments)
    plan = plan_for(project, arguments.target, kinds=("build",), force=arguments.force)
    if arguments.plan:
        plan = read_plan_file(arguments.plan, plan)
    if not arguments.dry_run:
        code, facts = run_build(plan, arguments)
        if profile is not None:
            modules = module_phases(facts)
            facts["profile"] = {**profile, **modules}
            print_profile(profile, modules, sum("model_seconds" in module for module in facts["modules"]))
        return Result(code, facts)
    store = None if arguments.force or arguments.no_store else Store(project.root / project.config.store.path)
    expected = forecast(plan, store)
    for line in forecast_lines(expected):
        say(line)
    return Result(data=forecast_facts(plan, expected))
