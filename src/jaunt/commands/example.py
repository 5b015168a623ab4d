"""`jaunt example`."""

import argparse
from pathlib import Path

from jaunt.commands.shared.result import Result
from jaunt.examples import copy_example, list_examples
from jaunt.report.console import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="the example to copy; without it they are listed")
    parser.add_argument("directory", nargs="?", metavar="DIR", help="where to (default: a folder of that name)")


def run(arguments: argparse.Namespace) -> Result:
    """List the examples, or copy one out."""
    if arguments.name is None:
        examples = list_examples()
        for name, title in examples:
            say(f"{name:<12} {title}")
        say("\ncopy one out with: jaunt example NAME [DIR]")
        return Result(data={"examples": [name for name, _ in examples]})
    folder = copy_example(arguments.name, Path(arguments.directory or arguments.name))
    say(f"copied {arguments.name} to {folder}\nnext: jaunt test --root {folder}")
    return Result(data={"example": arguments.name, "directory": str(folder)})
