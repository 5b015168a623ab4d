"""Smaller inputs than one that versions disagree on, of plain types: shorter ones, and those of plainer characters."""

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import UnionType
from typing import Any, Union, get_args, get_origin

from jaunt.checks.behaviour.comparison.arguments import Argument, Arguments
from jaunt.checks.behaviour.comparison.inputs import CALLS, CONSTRUCTOR, LEFT_OUT

_PLAINEST = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ -_.,:;/'\"()"
_RANKS = {character: rank for rank, character in enumerate(_PLAINEST, 1)}
_ODD = sys.maxunicode  # more than any letter that is small
_INSTEAD = ("a", "b", "0", "A", " ", "-", "é")  # of a character, the plainest first
_COLLECTIONS = (list, set, frozenset, tuple)

Vary = Callable[[Any, Any], Iterator[Any]]
"""Yields other values than one of some type."""
Change = Callable[[Any], Any]
"""Returns what stands in the place of a text or a number."""


def simplicity(written: str) -> tuple[int, list[int]]:
    """Return what is less for a simpler input, as it is written: a shorter one, or one of plainer characters."""
    return len(written), [
        _RANKS.get(each, 0) or len(_RANKS) + ord(each) + _ODD * (not each.islower()) for each in written
    ]


def find_smaller(values: dict[str, Any], arguments: Arguments, try_it: Callable[[dict[str, Any]], bool]) -> None:
    """Try inputs that are smaller than one, and than each that `try_it` says is wanted, until there are no more."""
    tried: set[str] = set()
    is_found = True
    while is_found:
        is_found = False
        least = simplicity(_written(values))
        for each in _smaller(values, arguments):
            written = _written(each)
            if written in tried or simplicity(written) >= least:
                continue
            tried.add(written)
            if try_it(each):
                values, is_found = each, True
                break


def _written(values: Mapping[str, Any]) -> str:
    """Return an input as text, to compare it with others; what is left out is not in it."""
    own = {name: value for name, value in values.items() if value is not LEFT_OUT and name != CALLS}
    return f"{own}{[f'{name}{_written(given)}' for name, given in values.get(CALLS, [])]}"


def _smaller(values: dict[str, Any], arguments: Arguments) -> Iterator[dict[str, Any]]:
    """Yield inputs with less in one place, then with plainer things: wherever they stand, and in one place."""
    for vary in (_shorter, _plainer):
        yield from _plainer_throughout(values, arguments) if vary is _plainer else _fewer_calls(values)
        own = _own(values, arguments)
        yield from ({**values, **each} for each in _one_varied(values, own, vary))
        calls = values.get(CALLS, [])
        for at, (name, given) in enumerate(calls):
            for each in _one_varied(given, dict(arguments.calls)[name], vary):
                yield {**values, CALLS: [*calls[:at], (name, {**given, **each}), *calls[at + 1 :]]}


def _own(values: Mapping[str, Any], arguments: Arguments) -> dict[str, Argument]:
    """Return the arguments of the function, or of the constructor, by the names that they have among the values."""
    prefix = CONSTRUCTOR if CALLS in values else ""
    return {f"{prefix}{name}": each for name, each in arguments.own.items()}


def _fewer_calls(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from ({**values, CALLS: less} for less in _parts(values.get(CALLS, [])) if less)


def _one_varied(values: Mapping[str, Any], arguments: Mapping[str, Argument], vary: Vary) -> Iterator[dict[str, Any]]:
    """Yield other values for one of some arguments; one that has a default is left out first."""
    for name, argument in arguments.items():
        if values[name] is not LEFT_OUT:
            others = vary(values[name], argument.kind)
            yield from ({name: each} for each in ((LEFT_OUT, *others) if argument.has_default else others))


def _parts(items: Any) -> Iterator[Any]:
    """Yield a sequence without some of its items: half of them, then fewer, from the front on."""
    size = len(items)
    while size:
        yield from (items[:at] + items[at + size :] for at in range(0, len(items), size))
        size //= 2


def _shorter(value: Any, kind: Any) -> Iterator[Any]:
    """Yield values of a type with less in them."""
    kind = _actual(value, kind)
    if kind in (str, bytes):
        yield from _parts(value)
    elif isinstance(value, _COLLECTIONS) and not _is_fixed(kind):
        yield from map(type(value), _parts(_listed(value)))
    elif isinstance(value, dict):
        yield from map(dict, _parts([*value.items()]))
    yield from _one_item_varied(value, kind, _shorter)


def _plainer(value: Any, kind: Any) -> Iterator[Any]:
    """Yield values of a type that are as long, and plainer."""
    kind = _actual(value, kind)
    if kind is str:
        for at, character in enumerate(value):
            yield from (f"{value[:at]}{each}{value[at + 1 :]}" for each in _instead(character))
    elif kind in (int, float, bool):
        yield from _nearer(value)
    elif isinstance(value, list):
        yield sorted(value, key=lambda each: simplicity(repr(each)))
    yield from _one_item_varied(value, kind, _plainer)


def _plainer_throughout(values: dict[str, Any], arguments: Arguments) -> Iterator[dict[str, Any]]:
    """Yield inputs without some character, or with a plainer one, or number, wherever it stands."""
    leaves: dict[tuple[type, Any], None] = {}
    _changed(values, arguments, lambda leaf: leaves.setdefault((type(leaf), leaf)) or leaf)
    for character in dict.fromkeys(each for kind, leaf in leaves if kind is str for each in leaf):
        for other in ("", *_instead(character)):
            yield _changed(values, arguments, partial(_with_character, character, other))
    for kind, number in leaves:
        for other in _nearer(number) if kind in (int, float) else ():
            yield _changed(values, arguments, partial(_with_number, number, other))


def _changed(values: dict[str, Any], arguments: Arguments, change: Change) -> dict[str, Any]:
    """Return an input with each of its texts and numbers changed."""

    def of_arguments(given: Mapping[str, Any], kinds: Mapping[str, Argument]) -> dict[str, Any]:
        return {name: _mapped(given[name], each.kind, change) for name, each in kinds.items()}

    calls = [(name, of_arguments(given, dict(arguments.calls)[name])) for name, given in values.get(CALLS, [])]
    return {**of_arguments(values, _own(values, arguments)), **({CALLS: calls} if calls else {})}


def _mapped(value: Any, kind: Any, change: Change) -> Any:
    kind = _actual(value, kind)
    of = get_args(kind)
    if isinstance(value, dict) and len(of) == 2:
        return {_mapped(key, of[0], change): _mapped(each, of[1], change) for key, each in value.items()}
    if isinstance(value, _COLLECTIONS) and of:
        kinds = of if _is_fixed(kind) else of[:1] * len(value)
        return type(value)(_mapped(each, inner, change) for each, inner in zip(_listed(value), kinds, strict=True))
    return change(value) if kind in (str, int, float) and value is not LEFT_OUT else value


def _with_character(old: str, new: str, leaf: Any) -> Any:
    return leaf.replace(old, new) if isinstance(leaf, str) else leaf


def _with_number(old: float, new: float, leaf: Any) -> Any:
    return new if type(leaf) is type(old) and leaf == old else leaf


def _one_item_varied(value: Any, kind: Any, vary: Vary) -> Iterator[Any]:
    """Yield collections with one of their items varied; nothing for another value."""
    of = get_args(kind)
    if isinstance(value, dict) and len(of) == 2:
        pairs = [*value.items()]
        for at, (key, held) in enumerate(pairs):
            varied = [(each, held) for each in vary(key, of[0])] + [(key, each) for each in vary(held, of[1])]
            yield from (dict([*pairs[:at], each, *pairs[at + 1 :]]) for each in varied)
    elif isinstance(value, _COLLECTIONS) and of:
        items = _listed(value)
        for at, item in enumerate(items):
            varied = vary(item, of[at] if _is_fixed(kind) else of[0])
            yield from (type(value)([*items[:at], each, *items[at + 1 :]]) for each in varied)


def _actual(value: Any, kind: Any) -> Any:
    """Return which type of a union a value is of, the type itself for another."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    return next((each for each in get_args(kind) if type(value) is (get_origin(each) or each)), None)


def _is_fixed(kind: Any) -> bool:
    """Whether a type says how many items a value has: a tuple's, mostly, or that of what nothing is known of."""
    of = get_args(kind)
    return not of or (get_origin(kind) is tuple and of[-1] is not Ellipsis)


def _listed(value: Any) -> list[Any]:
    """Return the items of a collection in an order that is the same everywhere."""
    return sorted(value, key=repr) if isinstance(value, set | frozenset) else [*value]


def _instead(character: str) -> Iterator[str]:
    return (each for each in (*_INSTEAD, character.lower()) if simplicity(each) < simplicity(character))


def _nearer(number: Any) -> Iterator[Any]:
    """Yield numbers nearer to nothing, of the same type: nothing, then half of it, then less and less of a step."""
    kind = type(number)
    if not math.isfinite(number):
        yield from map(kind, (0, 1))
        return
    whole = int(number)
    steps = [int(whole / 2**power) for power in range(1, abs(whole).bit_length())]
    for each in (0, 1, 2, -1, -number, whole, *(whole - step for step in steps)):
        yield kind(each)
