"""`jaunt build`."""

import argparse
from types import ModuleType

from jaunt.commands.shared.build_step import build_plan, module_phases
from jaunt.commands.shared.ci.options import add_format_option
from jaunt.commands.shared.options import (
    add_build_options,
    add_instruction_option,
    add_project_options,
    add_selection_options,
    add_targets,
    build_options,
)
from jaunt.commands.shared.parsers import actions_of
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import plan_for, read_project, targets_of
from jaunt.process.phases import start_profile
from jaunt.report.progress import print_profile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.usage = "jaunt build [MODULE ...] [OPTION ...]"  # with every option in it, the help would not fit 24 lines
    add_selection_options(parser)
    add_targets(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be built, in what order, at what cost")
    parser.add_argument("--plan", metavar="FILE", help="build exactly what `--dry-run --json` printed into FILE")
    parser.add_argument("--profile", action="store_true", help="say where the time went")
    add_build_options(parser)
    add_instruction_option(parser, "tell the model this, too: a text, or a file")
    add_format_option(parser)
    add_project_options(parser)
    for action in actions_of(parser):
        if "--no-infer-deps" in action.option_strings:  # few need it, and the help would not fit 24 lines
            action.help = argparse.SUPPRESS


def run(arguments: argparse.Namespace) -> Result:
    """Generate what is stale, or say what would be."""
    profile = start_profile() if arguments.profile else None
    project = read_project(arguments)
    plan = plan_for(project, targets_of(project, arguments), kinds=("build",), force=arguments.force)
    if arguments.plan:
        plan = _forecasting().read_plan_file(arguments.plan, plan)
    if arguments.dry_run:
        return _forecasting().look_ahead(plan, arguments)
    code, facts = build_plan(plan, build_options(arguments))
    if profile is not None:
        modules = module_phases(facts)
        facts["profile"] = {**profile, **modules}
        print_profile(profile, modules, sum("model_seconds" in module for module in facts["modules"]))
    return Result(code, facts)


def _forecasting() -> ModuleType:
    from jaunt.commands.build import forecast  # with the store, a tenth of a build that has nothing to do

    return forecast
