"""The commands, one file each: `add_arguments(parser)` and `run(arguments) -> Result`.

Only the chosen one is imported.
"""

import argparse
import importlib
from typing import NamedTuple


class Command(NamedTuple):
    """What `jaunt --help` says of a command, an example for its own help, and which of GROUPS it belongs to.

    One that is `rare` is left to `jaunt help`, so that the first screen stays one.
    """

    summary: str
    example: str
    group: str = "keep"
    rare: bool = False


GROUPS = ("start", "build", "look", "decide", "keep")
"""What commands are for, in the order in which `jaunt --help` shows them."""


def declare_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command `name`, and `--json`, which every command takes."""
    importlib.import_module(f"jaunt.commands.{name}").add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object; all else goes to standard error")


COMMANDS = {
    "init": Command("write a config; in an empty folder a first spec too", "jaunt init shop", "start"),
    "example": Command("list the example projects, or copy one out", "jaunt example textkit demo", "start"),
    "doctor": Command("check what a build needs, and say what to do", "jaunt doctor", "start"),
    "help": Command("show a page on a topic, or search all of them", "jaunt help merging", "start"),
    "completion": Command(
        "print a shell's completion script", "jaunt completion bash >> ~/.bash_completion", "start", rare=True
    ),
    "build": Command("generate the modules whose specs have changed", "jaunt build --jobs 16", "build"),
    "test": Command("build, generate the tests, run them", "jaunt test --target tests.test_slug", "build"),
    "watch": Command("build what a save made stale, once it settles", "jaunt watch --test", "build"),
    "status": Command("say what is fresh, what is stale, and why", "jaunt status", "look"),
    "diff": Command("show what the last build changed, and why", "jaunt diff app.slug", "look"),
    "probe": Command("ask what a spec leaves open, by code that disagrees", "jaunt probe app.slug:slugify", "look"),
    "prompt": Command("print what the model would be sent for a module", "jaunt prompt app.slug", "look"),
    "graph": Command(
        "draw which module depends on which, and its state",
        "jaunt graph --format html --output graph.html",
        "look",
        rare=True,
    ),
    "timings": Command("write the last build's timeline as a page", "jaunt timings --open", "look", rare=True),
    "evidence": Command(
        "say what stands behind the code of each spec", "jaunt evidence --html evidence.html", "look", rare=True
    ),
    "accept": Command("take a hand edit over as a module's code", "jaunt accept app.slug", "decide"),
    "adopt": Command("make functions that are written by hand specs", "jaunt adopt app.slug:slugify", "decide"),
    "eject": Command("make generated code the spec module's own", "jaunt eject app.slug", "decide", rare=True),
    "check": Command("fail if the generated files are not what the specs ask for", "jaunt check", "keep"),
    "agent": Command("tell, guard or serve a program that writes code here", "jaunt agent instructions", "keep"),
    "clean": Command("remove generated files", "jaunt clean --orphans --dry-run", "keep", rare=True),
    "store": Command(
        "show or prune what was generated and validated before", "jaunt store prune --keep-days 90", "keep", rare=True
    ),
}
