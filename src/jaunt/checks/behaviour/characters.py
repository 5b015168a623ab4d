"""The tables of Unicode that Hypothesis draws texts from, where it would take more than a second to work them out.

It looks at each of a million code points, and keeps what it finds in a folder below the working directory. A sandbox
lets it write none, so each would do it again. The tables here are equal to its own: a test holds that.
"""

import importlib
import sys
import unicodedata
from collections.abc import Sequence
from itertools import groupby
from typing import Any, get_origin

UTF_8 = ((0, 0xD7FF), (0xE000, sys.maxunicode))
"""The code points that have an encoding: all but the surrogates."""
CATEGORIES = (
    *("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"),
    *("Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cf", "Co", "Cn", "Cc", "Cs"),
)
"""The general categories, which Unicode promises to keep; the last two stand last for Hypothesis, too."""


def know_characters() -> None:
    """Give Hypothesis these tables. It has no setting for that; in a version that keeps them elsewhere it works on."""
    charmap: Any = importlib.import_module("hypothesis.internal.charmap")
    by_codec = getattr(charmap, "intervals_from_codec", None)
    if hasattr(charmap, "_categories"):
        charmap._categories = CATEGORIES
    if hasattr(charmap, "category_index_cache"):
        charmap.category_index_cache[frozenset(CATEGORIES) - {"Cs"}] = UTF_8
    if hasattr(charmap, "_charmap"):
        charmap.charmap = lambda: _filled(charmap)
    if by_codec is not None:
        charmap.intervals_from_codec = lambda codec: _utf_8(by_codec) if codec == "utf-8" else by_codec(codec)


def by_category() -> dict[str, tuple[tuple[int, int], ...]]:
    """Return the first and the last code point of each run of a category, in order."""
    found: dict[str, list[tuple[int, int]]] = {}
    first = 0
    for category, run in groupby(map(unicodedata.category, map(chr, range(sys.maxunicode + 1)))):
        size = len([*run])
        found.setdefault(category, []).append((first, first + size - 1))
        first += size
    return {category: tuple(runs) for category, runs in found.items()}


def _filled(charmap: Any) -> Any:
    if charmap._charmap is None:
        charmap._charmap = by_category()
    return charmap._charmap


def _utf_8(by_codec: Any) -> Any:
    """Return the characters of UTF-8; beside them, as of 2026, those which it decodes to others: there are none."""
    make = importlib.import_module("hypothesis.internal.intervalsets").IntervalSet
    pairs: Sequence[Any] = make(UTF_8), make(())
    return pairs if get_origin(by_codec.__wrapped__.__annotations__["return"]) is tuple else pairs[0]
