"""`jaunt init`."""

import argparse
import shlex
from pathlib import Path

from jaunt.commands.init.agents import write_for_agents
from jaunt.commands.init.starter import Started, start_project
from jaunt.commands.shared.result import Result
from jaunt.config import load_config
from jaunt.generate.providers.choice import first_usable
from jaunt.project.project import load_project
from jaunt.report.console import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("directory", nargs="?", default=".", metavar="DIR", help="the project's folder (default: here)")
    parser.add_argument(
        "--example", action="store_true", help="write a first spec and its test too where there is code already"
    )
    parser.add_argument(
        "--agents",
        action="store_true",
        help="write AGENTS.md into generated folders, a stanza into the project's",
    )


def run(arguments: argparse.Namespace) -> Result:
    """Write what is missing, say what was left as it is, and what to do next."""
    started = start_project(Path(arguments.directory), example=arguments.example)
    if arguments.agents:
        write_for_agents(started)
    for name in started.created:
        say(f"created   {name}")
    for name in started.extended:
        say(f"extended  {name}")
    for name, remark in started.kept.items():
        say(f"kept      {name} ({remark})")
    steps = _next_steps(started, arguments.directory)
    *before, last = steps
    say(f"next: {', then '.join([*before, f'run: {last}'])}")
    return Result(
        data={
            "directory": str(started.root),
            "package": started.package,
            "created": started.created,
            "extended": started.extended,
            "kept": list(started.kept),
            "next": steps,
        }
    )


def _next_steps(started: Started, directory: str) -> list[str]:
    config = load_config(root=started.root)
    steps = []
    if not config.llm.provider and config.config_file is not None:
        usable = first_usable()
        found = f" (usable here is {usable.settings}, as {usable.reason})" if usable else ""
        steps.append(f"choose who writes the code, under [llm] in {config.config_file.name}{found}")
    if not load_project(config).modules:
        steps.append(
            "make specs of code that is there (jaunt adopt MODULE, no model), or write one (jaunt init --example)"
        )
    return [*steps, "jaunt test" if directory == "." else f"jaunt test --root {shlex.quote(directory)}"]
