"""Values of types for which Hypothesis has one value alone, or none that goes wrong: paths, and what is iterated.

A path that it draws is always `.`; and what may be read but once is never among what stands for an Iterable, though a
caller may hand in a generator.
"""

import pathlib
from collections.abc import Collection, Container, Hashable, Iterable, Reversible
from typing import Any, get_args

from jaunt.checks.behaviour.concealed import strategies

_PARTS = ("a", "b.txt", "a.tar.gz", ".b", "A.TXT", "é", "a b", "c.", "0")  # of paths, the simplest first
_MOST_PARTS = 3
_PATHS = (pathlib.PurePath, pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.Path, type(pathlib.Path()))
_list: Any = list
_READ_AGAIN = (Collection, Container, Reversible)


def know_kinds() -> None:
    """Have values of such types drawn, by whatever draws in this process; Hypothesis is to be revealed."""
    for kind in _PATHS:
        strategies.register_type_strategy(kind, _paths(kind))
    strategies.register_type_strategy(Iterable, lambda kind: _lists(kind) | _once(kind))
    strategies.register_type_strategy(Hashable, lambda _: strategies.from_type(int | str | tuple[int, str]))
    for kind in _READ_AGAIN:
        strategies.register_type_strategy(kind, _lists)


def _paths(kind: type[pathlib.PurePath]) -> Any:
    parts = strategies.lists(strategies.sampled_from(_PARTS), max_size=_MOST_PARTS)
    roots = strategies.sampled_from(("", "", "/"))
    return strategies.tuples(roots, parts).map(lambda drawn: kind(drawn[0], *drawn[1]))


def _lists(kind: Any) -> Any:
    """Return what lists are drawn from, of what an iterable has; of numbers where nobody says of what."""
    return strategies.from_type(_list[(get_args(kind) or (int,))[0]])


def _once(kind: Any) -> Any:
    """Return what is drawn that can be read but once."""
    return strategies.iterables(strategies.from_type((get_args(kind) or (int,))[0]))
