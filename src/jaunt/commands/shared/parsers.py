"""What argparse knows of a parser and has no public name for: the only file that uses its private one."""

import argparse
from collections.abc import Sequence


def actions_of(parser: argparse.ArgumentParser) -> Sequence[argparse.Action]:
    """Return the options and arguments of a parser, in order."""
    return parser._actions
