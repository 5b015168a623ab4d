"""Waivers: comments in a test spec's module that say of a mutant that it changes nothing that a test could see.

    # jaunt:equivalent 3fa9c1d2 a slice beyond the end gives the same

The name is that of the mutant, as the report shows it, and ends with the line that it changes: once that line is
another, the waiver holds for nothing, and that is told. What stands after it, on that line, is the reason: it has to
be there.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

from jaunt.testing.strength.recorded import WAIVER

_WAIVER = re.compile(WAIVER)


class Waiver(NamedTuple):
    """One waiver: the mutant's name, the reason, and the line that it stands in."""

    mutant: str
    reason: str
    line: int


def waivers_in(text: str) -> list[Waiver]:
    """Return the waivers in the comments of a module, with those that lack a name or a reason."""
    return [*_waivers(text)] if "equivalent" in text else []


def _waivers(text: str) -> Iterator[Waiver]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and (found := _WAIVER.match(token.string)):
                yield Waiver(found[1], found[2].strip(), token.start[0])
    except (tokenize.TokenError, SyntaxError):
        return  # other checks tell of it
