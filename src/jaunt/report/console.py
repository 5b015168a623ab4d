"""What is printed: lines, errors, warnings, diffs, and the wording that they share."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal, TextIO

from jaunt.errors import JauntError
from jaunt.report.excerpt import excerpt
from jaunt.report.github import annotation, without_commands
from jaunt.report.terminal import paint
from jaunt.text.coded import code_of, with_code

Verbosity = Literal["quiet", "normal", "verbose"]

MOST_LINES = 50
"""The most lines of a list that are printed unless asked: a project may have 10,000 modules."""

_DIFF_COLOURS = {"---": "bold", "+++": "bold", "@@": "cyan", "-": "red", "+": "green"}


FORMATS = ("text", "github")
"""How errors and warnings may be printed: as lines, or as annotations that GitHub shows beside the code."""


class _Style:
    """How this process prints errors."""

    format = "text"


def use_format(name: str) -> None:
    """Print errors and warnings in one of FORMATS from now on."""
    _Style.format = name


def say(text: str, out: TextIO | None = None) -> None:
    """Print a line of the result."""
    print(text, file=out or sys.stdout, flush=True)


def say_foreign(text: str) -> None:
    """Print what code of others printed: where commands are looked for in the output, none is found in it."""
    say(without_commands(text, os.urandom(16).hex()) if _Style.format == "github" else text)


def print_error(error: JauntError | str, err: TextIO | None = None, *, at: str = "") -> None:
    """Print one error as one line; the line of source that it is about, if it names one, comes below it.

    The code of its kind stands in front, if it has one: `jaunt help CODE` explains it. `at` is the file and the line
    that an annotation is for, if the error does not name them itself.
    """
    err = err or sys.stderr
    text = error_line(error)
    shown = annotation("error", text, at) if _Style.format == "github" else f"{_head('error', text)}: {text}"
    print(shown, file=err, flush=True)
    _print_excerpt(text, err)


def print_finding(text: str, err: TextIO | None = None) -> None:
    """Print what is wrong with a candidate: as one line, but for the indented lines that follow the first one."""
    head, indented, rest = text.partition("\n    ")
    print_error(with_code(head, text), err)
    for line in f"{indented}{rest}".splitlines()[1:]:
        print(line.rstrip(), file=err or sys.stderr, flush=True)


def print_lines(
    lines: Sequence[str], *, verbose: bool = False, tell: Callable[[str], None] = say, option: str = "-v"
) -> None:
    """Tell lines one by one; only the first MOST_LINES of them, unless `verbose`."""
    shown = lines if verbose else lines[:MOST_LINES]
    for line in shown:
        tell(line)
    if len(shown) < len(lines):
        tell(and_more(len(lines) - len(shown), option))


def and_more(count: int, option: str = "-v") -> str:
    """Return the line that stands for `count` others; `option` is what lists them."""
    return f"... and {count:,} more ({option} lists them)"


def print_warning(text: str, err: TextIO | None = None) -> None:
    """Print one warning."""
    line = relative_paths(one_line(text))
    told = with_code(line, text)
    shown = annotation("warning", told) if _Style.format == "github" else f"{_head('warning', told)}: {line}"
    print(shown, file=err or sys.stderr, flush=True)
    _print_excerpt(line, err or sys.stderr)


def _print_excerpt(text: str, err: TextIO) -> None:
    """Print the line of source that a text is about, if it names one; GitHub shows annotations beside it anyway."""
    for line in excerpt(text) if _Style.format == "text" else ():
        print(line, file=err, flush=True)


def _head(word: str, text: str) -> str:
    return f"{word}[{code}]" if (code := code_of(text)) else word


def print_diff(diff: str, out: TextIO | None = None) -> None:
    """Print a unified diff, in colours on a terminal that shows them."""
    out = out or sys.stdout
    for line in diff.splitlines():
        colour = next((colour for mark, colour in _DIFF_COLOURS.items() if line.startswith(mark)), None)
        say(paint(line, colour, out) if colour else line, out)


def error_line(error: JauntError | str) -> str:
    """Return an error as one line, its hint in parentheses; the line carries the error's code."""
    hint = f" ({error.hint})" if isinstance(error, JauntError) and error.hint else ""
    return with_code(relative_paths(one_line(f"{error}{hint}")), error)


def some(names: Iterable[str], most: int = 10) -> str:
    """Return the first of some names, and the number of the others."""
    found = list(names)
    more = f" and {len(found) - most:,} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def one_line(text: str) -> str:
    """Return a text without line breaks; blanks inside its lines stay, as values that differ by them are quoted.

    What would steer a terminal does not: names and words of others may hold it.
    """
    line = " ".join(filter(None, map(str.strip, text.splitlines())))
    return line if line.isprintable() else "".join(c if c.isprintable() or c.isspace() else "?" for c in line)


def relative_paths(text: str) -> str:
    """Return a text in which the paths below the working directory are relative to it."""
    try:
        here = str(Path.cwd())
    except OSError:  # the working directory is gone
        return text
    return re.sub(rf"(?<![\w./\\-]){re.escape(here)}[/\\](?=[^\s/\\])", "", text)
