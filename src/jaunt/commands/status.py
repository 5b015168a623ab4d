"""`jaunt status`."""

import argparse

from jaunt.commands import Result
from jaunt.commands.common import add_project_options, add_target_option, distinct, exit_code, plan_for, read_project
from jaunt.report import error_line, print_error, print_status


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    add_target_option(parser)
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Print the plan."""
    plan = plan_for(read_project(arguments), arguments.target)
    print_status(plan)
    problems = distinct(plan.problems.values())
    for error in problems:
        print_error(error)
    modules = [
        {"module": m, "kind": plan.project.kind_of(m), "state": v.state, "stale": v.stale, "reason": v.reason}
        for m, v in plan.verdicts.items()
    ]
    return Result(exit_code(problems), {"modules": modules, "problems": [error_line(e) for e in problems]})
