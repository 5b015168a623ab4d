"""`jaunt completion`."""

import argparse

from jaunt import codes
from jaunt.commands import COMMANDS, declare_arguments
from jaunt.commands.completion import bash, fish, zsh
from jaunt.commands.completion.entries import CommandEntry, read_entry
from jaunt.commands.shared.options import add_config_options, read_config
from jaunt.commands.shared.result import Result
from jaunt.errors import JauntConfigError
from jaunt.project.project import Project, load_project
from jaunt.report.console import say

SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options; the scripts ask with `--names`."""
    parser.add_argument("shell", nargs="?", choices=list(SHELLS), metavar="SHELL", help=f"one of {', '.join(SHELLS)}")
    parser.add_argument("--names", metavar="PREFIX", help=argparse.SUPPRESS)
    add_config_options(parser)


def run(arguments: argparse.Namespace) -> Result:
    """Print the script for a shell, or the names in the project that may be meant."""
    if arguments.names is not None:
        names = _names(load_project(read_config(arguments)), arguments.names)
        for name in names:
            say(name)
        return Result(data={"names": names})
    if arguments.shell is None:
        raise JauntConfigError("completion needs a SHELL", hint=f"one of: {', '.join(SHELLS)}", code=codes.COMMAND_LINE)
    script = SHELLS[arguments.shell].script({name: _entry(name) for name in COMMANDS})
    say(script.rstrip("\n"))
    return Result(data={"shell": arguments.shell, "script": script})


def _names(project: Project, prefix: str) -> list[str]:
    """Return the modules that begin with a prefix; once there is no choice between modules, the specs too."""
    modules = sorted(module for module in project.modules if module.startswith(prefix))
    if len(modules) > 1:
        return modules
    refs = (entry.spec_ref for module in project.modules.values() for entry in module.entries)
    return [*modules, *sorted(ref for ref in refs if ref.startswith(prefix))]


def _entry(name: str) -> CommandEntry:
    parser = argparse.ArgumentParser(add_help=False)
    declare_arguments(name, parser)
    parser.add_argument("--help", action="help", help="show what the command takes")
    return read_entry(COMMANDS[name].summary, parser)
