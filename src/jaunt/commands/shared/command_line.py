"""The parsers of the command line, and what `--help` says."""

import argparse
import shutil
from collections.abc import Iterator
from typing import Any, NoReturn

from jaunt import __version__, codes
from jaunt.commands import COMMANDS, GROUPS, declare_arguments
from jaunt.commands.shared.parsers import actions_of
from jaunt.errors import JauntConfigError
from jaunt.report.console import one_line
from jaunt.report.terminal import hang

_CODES = "exit codes: 0 done, 2 project, 3 generation, 4 tests or check, 130 interrupted"


class CommandLine(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line, with the nearest real word."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong, with the command that says more."""
        raise JauntConfigError(one_line(message), hint=f"see: {self.prog} --help", code=codes.COMMAND_LINE)

    @property
    def options(self) -> list[str]:
        """The long options that it takes."""
        words = (word for action in actions_of(self) for word in action.option_strings)
        return [word for word in words if word.startswith("--")]


def main_parser() -> CommandLine:
    """Return the parser of `jaunt --help` and `jaunt --version`."""
    rows = "\n".join(command_rows())
    parser = CommandLine(
        prog="jaunt",
        usage="jaunt [--help | --version] COMMAND [OPTION ...]",
        add_help=False,
        description=f"{_wrapped('', 'Write specs; a model writes the code; jaunt builds what is stale.')}\n\n{rows}",
        epilog="\n".join(
            [
                _wrapped("more: ", "jaunt help lists further commands, and pages; jaunt help -k WORD searches"),
                _epilog("jaunt example textkit demo && jaunt test --root demo"),
            ]
        ),
    )
    parser.add_argument("-h", "--help", action="help", help=argparse.SUPPRESS)
    parser.add_argument("--version", action="version", version=f"jaunt {__version__}", help=argparse.SUPPRESS)
    return parser


def command_rows(*, rare: bool = False) -> Iterator[str]:
    """Yield a line for each command, by what they are for: those of every day, or the rare ones."""
    width = max(map(len, COMMANDS))
    for group in GROUPS:
        title = group
        for name, command in COMMANDS.items():
            if command.group == group and command.rare == rare:
                yield _wrapped(f"{title:<{max(map(len, GROUPS))}}  {name:<{width}}  ", command.summary)
                title = ""


def command_parser(name: str) -> CommandLine:
    """Return the parser of one command."""
    command = COMMANDS[name]
    parser = CommandLine(
        prog=f"jaunt {name}",
        add_help=False,
        description=_wrapped("", f"{command.summary[0].upper()}{command.summary[1:]}."),
        epilog=_epilog(command.example),
    )
    parser.add_argument("-h", "--help", action="help", help=argparse.SUPPRESS)  # who reads the help knows it
    declare_arguments(name, parser)
    parser.set_defaults(command=name)
    return parser


def _epilog(example: str) -> str:
    return f"{_wrapped('example: ', example)}\n{_wrapped('', _CODES)}"


def _wrapped(head: str, text: str) -> str:
    return "\n".join(hang(head, text, shutil.get_terminal_size().columns))
