"""Values at the edges where code goes wrong: texts whose case mapping is odd, items that repeat, sizes near a limit.

They are drawn beside usual ones, of a small pool that all arguments of one input share, so that a key of one stands in
another, more than once, and in another case.
"""

import copy
import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, get_args

from jaunt.checks.behaviour.concealed import strategies

_USUAL = "ab012 -_.,:;/'\"()ABCzÉßñ日\t\n😀"  # characters, the simplest first: a smaller input has these
_ODD = (
    *("ß", "İ", "ŉ", "ΑΣ", "ς", "ſ", "ﬁ", "ǅ", "ı"),  # another number of letters, or another letter, in another case
    *("e\u0301", "\u0301", "é", "\u200d", "क्षि"),  # one letter of several characters, and such a character alone
    *("²", "٣", "½", "Ⅷ"),  # digits and numbers that are no decimals of ASCII
    *("\xa0", "\u2003", "\u2028", "\r\n", "\x0b", "\x1c"),  # blanks and ends of lines
)
_BETWEEN = (" ", " ", " ", ",", "-", "_", ", ", "\n", "  ")
_AGAIN: Sequence[Callable[[str], str]] = (str, str, str.upper, str.lower, str.swapcase)
_MOST_PIECES = 10
_MOST_WORDS = 8
_MOST_IN_POOL = 3
_LONG = (12, 17, 24)  # how long a collection is now and then
_LONGEST = 130
_LONGEST_COLLECTION = 40
_POOL = "pool"
_SHORTEST_OF_A_FORM = 4
_MOST_PLACE = 63  # in a text that the spec knows, where something else is put
_SURROGATES = ("\ud800", "\udfff", "a\udc80")
_SPOKEN_OF = (  # what is drawn only where a spec speaks of it: most code is not meant for it
    (re.compile(r"\bnan\b|not a number", re.I), (math.nan,)),
    (re.compile(r"\binf(init[ey]|inities)?\b|finite", re.I), (math.inf, -math.inf)),
)
_OF_SURROGATES = re.compile(r"surrogate", re.I)


def texts(known: Sequence[str], numbers: Sequence[int], about: str = "") -> Any:
    """Return what texts are drawn from: usual characters and words that the spec knows, put together, and any other.

    Among what it knows are texts with a character changed: a format is broken by few of all texts. `about` is what the
    spec says.
    """
    whole = [strategies.sampled_from([*dict.fromkeys(known)]), *(_nearly(known) for _ in range(3))] if known else []
    if _OF_SURROGATES.search(about):
        whole.append(strategies.sampled_from(_SURROGATES))
    put_together = _put_together(known)
    pool = strategies.shared(strategies.lists(put_together, min_size=1, max_size=_MOST_IN_POOL), key=_POOL)
    again = strategies.tuples(pool, strategies.integers(0, _MOST_IN_POOL - 1), strategies.sampled_from(_AGAIN)).map(
        lambda drawn: drawn[2](drawn[0][drawn[1] % len(drawn[0])])
    )
    several = _several_words(known)
    sizes = strategies.sampled_from(_sizes(numbers, _LONGEST))
    long = strategies.tuples(several, sizes).map(lambda drawn: _as_long(*drawn))
    odd = strategies.lists(strategies.sampled_from(_ODD), max_size=_MOST_PIECES).map("".join)
    return strategies.one_of(put_together, again, several, *whole, odd, long)


def numbers_near(known: Sequence[int]) -> Any:
    """Return what integers are drawn from: small ones, those next to known ones, and moderate ones."""
    small = strategies.integers(-3, 12)
    near = [strategies.sampled_from(_near(known))] if known else []
    return strategies.one_of(small, *near, strategies.integers(-1000, 1000))


def floats_near(known: Sequence[int], about: str = "") -> Any:
    """Return what floating-point numbers are drawn from, as `numbers_near` does, and what a spec speaks `about`."""
    halves = sorted({each / 2 for number in (0, *known) for each in range(2 * number - 2, 2 * number + 3)}, key=_size)
    moderate = strategies.floats(-1e6, 1e6, allow_nan=False)
    odd = [-0.0, *(each for words, values in _SPOKEN_OF if words.search(about) for each in values)]
    return strategies.one_of(moderate.map(lambda each: each + 0.0), strategies.sampled_from([*halves, *odd]))


def decimals_near(known: Sequence[int]) -> Any:
    """Return what decimal numbers are drawn from: small ones with few places, where a rounding may end either way."""
    small = strategies.integers(-40, 400).map(lambda each: Decimal(each) / 20)
    near = [strategies.sampled_from([Decimal(each) for each in _near(known)])] if known else []
    placed = strategies.decimals(-1000, 1000, places=2, allow_nan=False, allow_infinity=False)
    return strategies.one_of(small, *near, placed, strategies.decimals())


def repeat_items(numbers: Sequence[int]) -> None:
    """Have lists drawn that hold an item several times, or many items, now and then; and dicts of the same items.

    What repeats is taken from a pool that all arguments of one input share, for each type.
    """
    sizes = _sizes(numbers, _LONGEST_COLLECTION)
    places = strategies.lists(strategies.integers(0, 3 * _MOST_IN_POOL - 1), min_size=1, max_size=_MOST_PIECES)
    pools: dict[str, Any] = {}

    def pool_of(kind: Any) -> Any:
        name = f"{_POOL} of {kind!r}"
        if name not in pools:
            items = strategies.lists(strategies.from_type(kind), min_size=1, max_size=_MOST_IN_POOL)
            pools[name] = strategies.shared(items, key=name)
        return pools[name]

    def lists(kind: Any) -> Any:
        if not get_args(kind):
            return strategies.builds(list)
        plain, pool = strategies.lists(strategies.from_type(get_args(kind)[0])), pool_of(get_args(kind)[0])
        repeated = strategies.tuples(pool, places).map(lambda drawn: _repeated(*drawn))
        long = strategies.tuples(plain.filter(bool), strategies.sampled_from(sizes)).map(
            lambda drawn: _taken(drawn[0], range(drawn[1]))
        )
        return strategies.one_of(plain, repeated, long)

    def dicts(kind: Any) -> Any:
        if len(get_args(kind)) != 2:
            return strategies.builds(dict)
        keys, values = map(strategies.from_type, get_args(kind))
        own = strategies.lists(values, min_size=_MOST_IN_POOL, max_size=_MOST_IN_POOL)
        pooled = strategies.tuples(pool_of(get_args(kind)[0]), own).map(lambda drawn: dict(zip(*drawn, strict=False)))
        return strategies.one_of(strategies.dictionaries(keys, values), pooled)

    strategies.register_type_strategy(list, lists)
    strategies.register_type_strategy(dict, dicts)


def _taken(pool: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """Return copies of items: no two places hold one object, which code that changes it would tell."""
    return [copy.deepcopy(pool[place % len(pool)]) for place in places]


def _repeated(pool: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """Return copies of items; a third of the texts are in the other case."""
    found = _taken(pool, places)
    last = 2 * _MOST_IN_POOL
    return [
        each.swapcase() if isinstance(each, str) and place >= last else each
        for each, place in zip(found, places, strict=True)
    ]


def _put_together(known: Sequence[str]) -> Any:
    usual = strategies.sampled_from([*_USUAL])
    odd = strategies.sampled_from(_ODD)
    words = [strategies.sampled_from([*dict.fromkeys([*_pieces(known), *known])])] if known else []
    some = strategies.one_of(usual, *words, strategies.characters(), odd)
    return strategies.lists(some, max_size=_MOST_PIECES).map("".join)


def _nearly(known: Sequence[str]) -> Any:
    """Return what texts are drawn from that the spec knows, with one of their characters another, or none.

    They are few: the spec's own come first, before those of the code.
    """
    own = [each for each in dict.fromkeys(known) if len(each) >= _SHORTEST_OF_A_FORM][:2]
    instead = strategies.sampled_from([*"019ab- ", ""])
    places = strategies.integers(0, _MOST_PLACE)
    return strategies.tuples(strategies.sampled_from(own or known), places, instead).map(
        lambda drawn: _with_another(*drawn)
    )


def _with_another(text: str, place: int, instead: str) -> str:
    at = place % (len(text) or 1)
    return f"{text[:at]}{instead}{text[at + 1 :]}"


def _several_words(known: Sequence[str]) -> Any:
    """Return what texts of several words are drawn from, with something between them, the same most of the time."""
    own = [each for each in _pieces(known) if not each.isspace()]
    letters = strategies.sampled_from([*"abABcz019É", *_ODD[:12]])
    short = strategies.lists(letters, min_size=1, max_size=4).map("".join)
    word = strategies.one_of(short, *([strategies.sampled_from([*dict.fromkeys(own)])] if own else []))
    between = strategies.sampled_from([*_BETWEEN, *dict.fromkeys(each for each in own if not each.isalnum())])
    words = strategies.lists(word, min_size=1, max_size=_MOST_WORDS)  # first, as pieces are: it gets smaller as these
    return strategies.tuples(words, between).map(lambda drawn: drawn[1].join(drawn[0]))


def _pieces(known: Sequence[str]) -> list[str]:
    return [each for text in known for each in re.findall(r"\d+|[^\W\d_]+|[\W_]", text)]


def _near(known: Sequence[int]) -> list[int]:
    return sorted({each + step for each in known for step in (-1, 0, 1)}, key=_size)


def _size(number: float) -> tuple[float, bool]:
    return abs(number), number < 0


def _sizes(known: Sequence[int], most: int) -> list[int]:
    """Return sizes next to the numbers that the spec knows, as one of them may be a limit, and some long ones."""
    first = [each for each in _near(known[:_MOST_IN_POOL]) if 3 <= each <= most]  # the spec's own, not the code's
    return [*first * 3, *sorted({*_LONG, *(each for each in _near(known) if 3 <= each <= most)})]


def _as_long(text: str, size: int) -> str:
    return (text * (size // len(text) + 1))[:size]
