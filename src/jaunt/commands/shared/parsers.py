"""Parsers of argparse: what one knows and has no public name for, in the only file that uses its private one, and the
values of options."""

import argparse
from collections.abc import Sequence


def actions_of(parser: argparse.ArgumentParser) -> Sequence[argparse.Action]:
    """Return the options and arguments of a parser, in order."""
    return parser._actions


def given(text: str) -> str:
    """Return the value of an option; raises ArgumentTypeError for none, by which all would run, or nothing be told."""
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty, as by a variable that is not set")
    return text
