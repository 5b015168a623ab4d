"""What versions are called with, drawn in the sandbox: by the spec's own annotations, and the texts that it knows."""

import ast
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

from jaunt.checks.behaviour.calling import hints_of, is_plain_class, strategy_of
from jaunt.checks.behaviour.comparison.asked import Member, Subject
from jaunt.checks.behaviour.concealed import strategies
from jaunt.process.boundary import caught

CONSTRUCTOR = "self__"
"""Before the names of what a class is made with."""
CALLS = "calls__"
"""The name of what is done with an instance: the calls, one after the other."""
LEFT_OUT = "left out"
"""What is drawn, this very object, for a parameter that keeps its default."""
_USUAL = "ab012 -_.,:;/'\"()ABCzÉßñ日\t\n😀"  # characters, the simplest first: a smaller input has these
_MOST_CALLS = 5
_MOST_PIECES = 10


def drawn_for(subject: Subject, names: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return a strategy for each thing that a subject is called with, and why there is none, if that is so."""
    found: dict[str, Any] = {}
    error = caught(lambda: found.update(_drawn(subject, names)))
    return found, "" if error is None else _why(error)


def _why(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} has no annotation"
    return f"no inputs can be drawn: {type(error).__name__}: {error}".partition("\n")[0]


def _drawn(subject: Subject, names: Mapping[str, Any]) -> dict[str, Any]:
    strategies.register_type_strategy(str, _texts(subject["texts"]))
    strategies.register_type_strategy(int, _numbers(subject["numbers"]))
    strategies.register_type_strategy(float, strategies.floats(-1e6, 1e6, allow_nan=False).map(lambda each: each + 0.0))
    if not subject["is_class"]:
        return _arguments(subject["definition"], names)
    owner = names[subject["name"]]
    if not isinstance(owner, type) or not is_plain_class(owner):
        raise TypeError(f"{subject['name']} is not made by a call with the arguments of its own __init__")
    own = {name: _or_left_out(strategy, owner, name) for name, strategy in _strategies_of(owner).items()}
    calls = [_call(member, names) for member in subject["members"]]
    return {
        **{f"{CONSTRUCTOR}{name}": strategy for name, strategy in own.items()},
        CALLS: strategies.lists(strategies.one_of(calls), min_size=1, max_size=_MOST_CALLS),
    }


def _call(member: Member, names: Mapping[str, Any]) -> Any:
    given = {} if member["kind"] == "property" else _arguments(member["definition"], names)
    return strategies.tuples(strategies.just(member["name"]), strategies.fixed_dictionaries(given))


def _arguments(definition: str, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return a strategy for each parameter of a stub; one that has a default may be left out."""
    made = {**names}
    exec(compile(definition, "<spec>", "exec", dont_inherit=True), made)
    tree: Any = compile(definition, "<spec>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    function = made[tree.body[-1].name]
    found = _strategies_of(function)
    return {name: _or_left_out(strategy, function, name) for name, strategy in found.items()}


def _strategies_of(function: Any) -> dict[str, Any]:
    return {name: strategy_of(kind) for name, kind in hints_of(function).items()}


def _or_left_out(strategy: Any, function: Any, name: str) -> Any:
    parameter = inspect.signature(function).parameters[name]
    if parameter.default is parameter.empty:
        return strategy
    return strategies.one_of(strategies.just(LEFT_OUT), strategy)


def _texts(known: Sequence[str]) -> Any:
    """Return what texts are drawn from: usual characters and words that the spec knows, put together, and any other."""
    usual = strategies.sampled_from([*_USUAL])
    pieces = [each for text in known for each in re.findall(r"\d+|[^\W\d_]+|[\W_]", text)]
    words = [strategies.sampled_from([*dict.fromkeys([*pieces, *known])])] if known else []
    put_together = strategies.lists(
        strategies.one_of(usual, usual, *words, strategies.characters()), max_size=_MOST_PIECES
    ).map("".join)
    whole = [strategies.sampled_from([*dict.fromkeys(known)])] if known else []
    return strategies.one_of(put_together, put_together, *whole)


def _numbers(known: Sequence[int]) -> Any:
    near = sorted({each + step for each in known for step in (-1, 0, 1)}, key=lambda each: (abs(each), each < 0))
    small = strategies.integers(-3, 12)
    return strategies.one_of(
        small, *([strategies.sampled_from(near)] if near else []), strategies.integers(-1000, 1000)
    )
