"""`jaunt graph`."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from jaunt.commands.graph.diagrams import draw_dot, draw_mermaid
from jaunt.commands.graph.text import draw_text
from jaunt.commands.shared.options import add_project_options, add_target_option
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import plan_for, read_project
from jaunt.files.atomic import write_text_file
from jaunt.plan.plan import Plan
from jaunt.report.console import say
from jaunt.report.terminal import has_colours, takes_unicode, width_of

_FILE_WIDTH = 120  # columns, where no terminal is


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    add_target_option(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="what to draw it as (default: text)")
    parser.add_argument("--invert", action="store_true", help="text: what each module affects, not what it needs")
    parser.add_argument("--output", metavar="FILE", help="write it there, not to standard output")
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Draw the module DAG, each module with its state."""
    project = read_project(arguments)
    plan = plan_for(project, None if arguments.invert else arguments.target or None)
    drawn = _text(plan, arguments) if arguments.format == "text" else FORMATS[arguments.format](plan)
    if arguments.output:
        write_text_file(Path(arguments.output), f"{drawn}\n")
        say(f"wrote {arguments.output}")
    else:
        say(drawn)
    modules = [
        {"module": m, "kind": project.kind_of(m), "state": v.state, "needs": sorted(project.dag[m])}
        for m, v in plan.freshness.items()
    ]
    return Result(data={"modules": modules})


def _text(plan: Plan, arguments: argparse.Namespace) -> str:
    to_file = bool(arguments.output)
    return draw_text(
        plan,
        width=(None if to_file else width_of(sys.stdout)) or _FILE_WIDTH,
        colour=not to_file and has_colours(sys.stdout),
        roots=sorted(arguments.target) if arguments.invert else (),
        invert=arguments.invert,
        ascii_only=not takes_unicode(sys.stdout),
    )


def _html(plan: Plan) -> str:
    from jaunt.commands.graph.html import draw_html  # the layout, which a text does not need

    return draw_html(plan)


FORMATS: Mapping[str, Callable[[Plan], str]] = {
    "text": draw_text,
    "mermaid": draw_mermaid,
    "dot": draw_dot,
    "html": _html,
}
"""Each format's function from a plan to its picture, without a line break at its end."""
