"""The commands, one file each: `add_arguments(parser)` and `run(arguments) -> Result`.

Only the chosen one is imported.
"""

import argparse
import importlib
import signal
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from jaunt.errors import JauntConfigError, JauntDependencyCycleError, JauntDiscoveryError, JauntRefusedError

EXIT_OK = 0
EXIT_CRASH = 1
"""What Python itself ends with after a traceback: a bug of ours."""
EXIT_PROJECT = 2
EXIT_GENERATION = 3
EXIT_CHECK = 4
EXIT_INTERRUPTED = 130


class Command(NamedTuple):
    """What `jaunt --help` says of a command, and an example for its own help."""

    summary: str
    example: str


@dataclass(frozen=True)
class Result:
    """What a command came to: its exit code, and the facts that `--json` prints."""

    code: int = EXIT_OK
    data: dict[str, Any] = field(default_factory=dict)


class Interrupted(KeyboardInterrupt):
    """A command was interrupted on its way; `facts` is what it came to till then, for `--json`."""

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__()
        self.facts = facts


def declare_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command `name`, and `--json`, which every command takes."""
    importlib.import_module(f"jaunt.commands.{name}").add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object; all else goes to standard error")


def stop_signals() -> list[signal.Signals]:
    """Return the signals by which a command is asked to end, besides Ctrl-C; one that is ignored, by nohup, stays so.

    SIGHUP is one: when a terminal closes, the programs that write code, in sessions of their own, are not told of it.
    """
    known = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))  # Windows has no SIGHUP
    return [each for each in known if each is not None and signal.getsignal(each) is not signal.SIG_IGN]


def exit_code(errors: Iterable[BaseException | None]) -> int:
    """Return the exit code of the worst error; one in the project is worse than one in generating."""
    found = list(errors)
    if any(isinstance(e, JauntConfigError | JauntDiscoveryError | JauntDependencyCycleError) for e in found):
        return EXIT_PROJECT
    if found and all(isinstance(e, JauntRefusedError) for e in found):
        return EXIT_CHECK
    return EXIT_GENERATION if found else EXIT_OK


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
    "timings": Command("write the last build's timeline as a page", "jaunt timings --output timings.html"),
    "init": Command("write a config, a first spec, a test spec and a dodo.py", "jaunt init shop"),
    "doctor": Command("check what a build needs, and say what to do", "jaunt doctor"),
    "prompt": Command("print what the model would be sent for a module", "jaunt prompt app.slug"),
    "store": Command("show or prune what was generated and validated before", "jaunt store prune --keep-days 90"),
    "example": Command("list the example projects, or copy one out", "jaunt example textkit demo"),
    "completion": Command("print a shell's completion script", "jaunt completion bash >> ~/.bash_completion"),
}
