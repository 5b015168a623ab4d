"""`jaunt help`."""

import argparse
import importlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence

from jaunt import codes
from jaunt.commands import COMMANDS
from jaunt.commands.help.pages import read_page, topics
from jaunt.commands.help.parts import fill
from jaunt.commands.help.words import ways_to_say
from jaunt.commands.shared.command_line import command_parser, command_rows
from jaunt.commands.shared.result import Result
from jaunt.errors import JauntConfigError
from jaunt.report.console import say
from jaunt.report.terminal import hang, width_of
from jaunt.text.nearest import did_you_mean

_CODE = re.compile(r"[Jj]\d{3}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument(
        "topic", nargs="?", metavar="TOPIC", help="a page, a command, or an error's code (default: list them)"
    )
    parser.add_argument("part", nargs="?", metavar="PART", help="of config a section, of json a command")
    parser.add_argument("-k", metavar="WORD", dest="word", help="list the lines of all pages that have this in them")


def run(arguments: argparse.Namespace) -> Result:
    """List the pages, show one, or search them."""
    if arguments.word is not None:
        return _search(arguments.word)
    if arguments.topic is None:
        return _list()
    if arguments.part is not None:
        return _part(arguments.topic, arguments.part)
    text = _text(arguments.topic)
    say(text)
    return Result(data={"topic": arguments.topic, "text": text})


def _text(topic: str) -> str:
    if topic in topics():
        return fill(read_page(topic))
    if _CODE.fullmatch(topic):
        return _part_text("codes", topic.upper())
    if topic in COMMANDS:
        return command_parser(topic).format_help().rstrip("\n")
    near = did_you_mean(topic, [*topics(), *COMMANDS], otherwise="`jaunt help` lists the pages")
    raise JauntConfigError(f"there is no page {topic!r}", hint=near, code=codes.COMMAND_LINE)


def _list() -> Result:
    titles = {topic: read_page(topic).partition("\n")[0].partition(": ")[2] for topic in topics()}
    width = max(map(len, titles))
    say("Pages: jaunt help TOPIC shows one, jaunt help -k WORD searches them.")
    for topic, title in titles.items():
        say("\n".join(hang(f"  {topic:<{width}}  ", title, width_of(sys.stdout))))
    say("\nCommands besides those of jaunt --help (jaunt help COMMAND shows one):")
    for row in command_rows(rare=True):
        say(f"  {row}")
    return Result(data={"topics": titles, "commands": {name: each.summary for name, each in COMMANDS.items()}})


def _search(word: str) -> Result:
    """Print the lines of pages, of the commands' help and of the codes that have a word in them, whatever its case.

    Of several words that no line has as they stand: the lines with one of them, of the pages that have them all. What
    no page has as it stands is looked for by the stems of its words, and then by other words for the same.
    """
    known = importlib.import_module(_OF_PARTS["codes"]).names()
    searched = [*(topic for topic in topics() if topic != "codes"), *COMMANDS, *known]  # a code's page has its line too
    texts = {topic: _text(topic) for topic in searched}
    hits = next(filter(None, (_hits(texts, words) for words in ways_to_say(word))), [])
    if not hits:
        raise JauntConfigError(
            f"nothing is said of {word!r}", hint="`jaunt help` lists the pages", code=codes.COMMAND_LINE
        )
    width = max(len(topic) for topic, _ in hits)
    for topic, line in hits:
        say("\n".join(hang(f"{topic:<{width}}  ", line, width_of(sys.stdout))))
    return Result(data={"hits": [{"topic": topic, "line": line} for topic, line in hits]})


def _hits(texts: Mapping[str, str], words: Sequence[str]) -> list[tuple[str, str]]:
    """Return the lines with one of some words, of the texts that have them all, each with its text's name."""
    having_all = (topic for topic, text in texts.items() if all(map(text.lower().__contains__, words)))
    return [(topic, line) for topic in having_all for line in _lines_with(words, texts[topic])]


def _lines_with(words: Sequence[str], text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if any(map(line.lower().__contains__, words)))


def _part(topic: str, name: str) -> Result:
    """Show a part of a topic, which the code alone has."""
    if topic not in _OF_PARTS:
        raise JauntConfigError(
            f"{topic} has no parts", hint=f"those with parts are: {', '.join(_OF_PARTS)}", code=codes.COMMAND_LINE
        )
    text = _part_text(topic, name)
    say(text)
    return Result(data={"topic": topic, "text": text})


def _part_text(topic: str, name: str) -> str:
    part = importlib.import_module(_OF_PARTS[topic])
    known = part.names()
    if name not in known:
        near = did_you_mean(name, known, otherwise=f"there are: {', '.join(known)}")
        raise JauntConfigError(f"there is no {part.KIND} {name!r}", hint=near, code=codes.COMMAND_LINE)
    return part.text_of(name)


_OF_PARTS = {
    "codes": "jaunt.commands.help.parts.codes",
    "config": "jaunt.commands.help.parts.config",
    "json": "jaunt.commands.help.schemas",
}
"""Topic -> what its parts are made by: `KIND` is what one is called, `names()` are all, `text_of(name)` is one."""
