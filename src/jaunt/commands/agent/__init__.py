"""`jaunt agent`: for programs that write code in a project, and for the editors that they work in."""

import argparse
import importlib

from jaunt.commands.shared.options import add_project_options
from jaunt.commands.shared.result import Result

VERBS = {
    "instructions": "jaunt.commands.agent.instructions",
    "guard": "jaunt.commands.agent.guard",
    "mcp": "jaunt.commands.agent.mcp",
}
"""Verb -> its file, which has `run(arguments)`; one is imported only when it is asked for."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        "verb",
        choices=VERBS,
        metavar="VERB",
        help="instructions: print rules, commands and the state; guard: a hook that denies a write to generated code; "
        "mcp: serve status, prompt, plan, diff, evidence and check",
    )
    add_project_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Do what the verb says."""
    return importlib.import_module(VERBS[arguments.verb]).run(arguments)
