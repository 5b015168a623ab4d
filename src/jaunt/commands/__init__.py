"""The commands, one file each: `add_arguments(parser)` and `run(arguments) -> Result`.

Only the chosen one is imported.
"""

import argparse
import importlib
from typing import NamedTuple


class Command(NamedTuple):
    """What `jaunt --help` says of a command, and an example for its own help."""

    summary: str
    example: str


def declare_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command `name`, and `--json`, which every command takes."""
    importlib.import_module(f"jaunt.commands.{name}").add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object; all else goes to standard error")


COMMANDS = {
    "build": Command("generate the modules whose specs have changed", "jaunt build --jobs 16"),
    "test": Command("build, generate the tests, run them", "jaunt test --target tests.test_slug"),
    "status": Command("say what is fresh, what is stale, and why", "jaunt status"),
    "check": Command("fail if the generated files are not what the specs ask for", "jaunt check"),
    "diff": Command("show what the last build changed, and why", "jaunt diff app.slug"),
    "accept": Command("take a hand edit over as a module's code", "jaunt accept app.slug"),
    "clean": Command("remove generated files", "jaunt clean --orphans --dry-run"),
    "eject": Command("make generated code the spec module's own", "jaunt eject app.slug"),
    "watch": Command("build what a save made stale, once it settles", "jaunt watch --test"),
    "graph": Command(
        "draw which module depends on which, and its state", "jaunt graph --format html --output graph.html"
    ),
    "timings": Command("write the last build's timeline as a page", "jaunt timings --open"),
    "init": Command("write a config; in an empty folder a first spec too", "jaunt init shop"),
    "doctor": Command("check what a build needs, and say what to do", "jaunt doctor"),
    "prompt": Command("print what the model would be sent for a module", "jaunt prompt app.slug"),
    "store": Command("show or prune what was generated and validated before", "jaunt store prune --keep-days 90"),
    "example": Command("list the example projects, or copy one out", "jaunt example textkit demo"),
    "completion": Command("print a shell's completion script", "jaunt completion bash >> ~/.bash_completion"),
}
