"""Durations: "1h30m" to seconds and back."""

from collections.abc import Mapping
from typing import Final

import jaunt

UNITS: Final[Mapping[str, int]] = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
"""Unit -> seconds, largest first."""


class DurationError(ValueError):
    """A text is not a duration."""


@jaunt.magic
def parse_duration(text: str) -> int:
    """Return the seconds that `text` stands for.

    - A duration is one or more parts, each of ASCII digits and one of `UNITS`, from the largest unit
      to the smallest, no unit twice. The numbers have no upper bound: "90m" is fine.
    - Whitespace around it does not count; within it there is none.
    - Raises DurationError, with the text in its message, for everything else: "" and "15" too.

    >>> parse_duration("1h30m")
    5400
    >>> parse_duration(" 90m ")
    5400
    >>> parse_duration("30m1h")
    Traceback (most recent call last):
        ...
    gatekeeper.durations.DurationError: not a duration: '30m1h' (like '1h30m')
    """
    ...


@jaunt.magic
def format_duration(seconds: int) -> str:
    """Return `seconds` as `parse_duration(text)` reads them, in the largest units that fit; "0s" for 0.

    Raises ValueError if `seconds` is negative.

    >>> format_duration(5400), format_duration(86_401), format_duration(0)
    ('1h30m', '1d1s', '0s')
    """
    ...
