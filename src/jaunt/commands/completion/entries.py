"""What may follow each command, read from its parser: what the scripts of all shells are made from."""

import argparse

from jaunt.commands.shared.parsers import actions_of
from jaunt.process.frozen import frozen

_SORTS = {"MODULE": "names", "DIR": "folders", "FILE": "files"}
"""What stands for a value in the help, and what a shell can offer for it."""


@frozen
class Value:
    """What may stand in a place: a sort ("names", "folders", "files"), or some words; neither is anything at all."""

    sort: str = ""
    words: tuple[str, ...] = ()


@frozen
class Option:
    """A long option; `value` is None where it takes none."""

    name: str
    help: str
    value: Value | None


@frozen
class CommandEntry:
    """What may follow a command: its options and, where it takes arguments, the first one."""

    summary: str
    options: tuple[Option, ...]
    argument: Value | None


def read_entry(summary: str, parser: argparse.ArgumentParser) -> CommandEntry:
    """Return what may follow a command, by its parser."""
    options = []
    argument = None
    for action in actions_of(parser):
        help_text = action.help or ""
        name = next((each for each in action.option_strings if each.startswith("--")), None)
        value = None if action.nargs == 0 else _value(action)
        if help_text == argparse.SUPPRESS:
            continue
        if name is not None:
            options.append(Option(name, help_text, value))
        elif argument is None:
            argument = value
    return CommandEntry(summary, tuple(options), argument)


def _value(action: argparse.Action) -> Value:
    if action.choices is not None:
        return Value(words=tuple(map(str, action.choices)))
    return Value(sort=_SORTS.get(str(action.metavar), ""))
