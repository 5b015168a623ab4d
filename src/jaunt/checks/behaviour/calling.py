"""Calls of a candidate's functions and methods, in the sandbox: with what kinds of values, and what is wrong then."""

import asyncio
import collections
import collections.abc
import inspect
import itertools
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from types import FunctionType
from typing import Any, NamedTuple, NotRequired, TypedDict, get_origin, get_type_hints

from jaunt.checks.behaviour.concealed import Caller, strategies
from jaunt.checks.behaviour.live_objects import holds_live
from jaunt.checks.behaviour.result_types import fits, holds_itself, type_name
from jaunt.checks.behaviour.search import ATOMS, OWN, Trial, Unmet, are_atoms, copied, in_words, require_built, shown
from jaunt.process.boundary import caught

_GENERATED = object()
"""What a generator gave: whatever its items are, nothing is told of their type."""
_MOST_ITEMS = 1000  # of an iterator
_CHANGING = (list, dict, set, bytearray, collections.deque)
_ANYTHING = (Any, object)


class Called(TypedDict):
    """A function to be called. `documented` are the words of its docstring, among them the errors that it may raise.

    `is_wrapped` tells that the spec module decorates it, and what that makes may be anything.
    """

    name: str
    documented: list[str]
    may_change: bool
    is_wrapped: NotRequired[bool]
    seconds: float
    examples: int
    filename: str


class Callee(NamedTuple):
    """What is called: a function, or a method with the class whose instance it is called on, if it needs one.

    `call` gets that instance, or None, and the arguments.
    """

    function: Any
    owner: Any
    call: Callable[..., Any]
    is_constructor: bool = False


def callee_of(names: dict[str, Any], name: str) -> Callee | None:
    """Return what a dotted name stands for in a candidate; None if it can't be called as it is."""
    outer, _, inner = name.partition(".")
    if not inner:
        return Callee(names[outer], None, lambda _, *args, **named: names[outer](*args, **named))
    owner = names[outer]
    if not isinstance(owner, type) or inspect.isabstract(owner) or not is_plain_class(owner):
        return None
    member = inspect.getattr_static(owner, inner, None)
    if isinstance(member, staticmethod | classmethod):
        bound = getattr(owner, inner)
        return Callee(bound, None, lambda _, *args, **named: bound(*args, **named))
    if isinstance(member, property):
        return Callee(member.fget, owner, lambda instance: getattr(instance, inner))
    if not isinstance(member, FunctionType):
        return None
    if inner == "__init__":
        return Callee(owner, None, lambda _, *args, **named: owner(*args, **named), is_constructor=True)
    return Callee(member, owner, lambda instance, *args, **named: getattr(instance, inner)(*args, **named))


def undecorated(names: Mapping[str, Any], asked: Called) -> Callee | None:
    """Return the candidate's own function below what the spec module makes of it; None where it can't be reached."""
    function = inspect.unwrap(names[asked["name"]])
    if not isinstance(function, FunctionType) or function.__code__.co_filename != asked["filename"]:
        return None
    return Callee(function, None, lambda _, *args, **named: function(*args, **named))


def is_plain_class(owner: type) -> bool:
    """Whether instances are made by a call with the arguments of `__init__` or the fields of a dataclass."""
    return type(owner) is type and not getattr(owner, "_is_protocol", False) and owner.__new__ is object.__new__


def kinds_of(callee: Callee) -> dict[str, Any] | None:
    """Return the type of each parameter; None if there is one for which that isn't known, or may be anything.

    Those of the instance's constructor are among them, their names after `OWN`.
    """
    found: dict[str, Any] = {}
    error = caught(lambda: found.update(_by_parameter(callee)))
    return found if error is None else None


def _by_parameter(callee: Callee) -> dict[str, Any]:
    found = hints_of(callee.function, skipped=int(callee.owner is not None))
    if callee.owner is not None:
        own = hints_of(callee.owner)
        found |= {f"{OWN}{name}": kind for name, kind in own.items()}
    return found


def hints_of(function: Any, skipped: int = 0) -> dict[str, Any]:
    """Return the type of each parameter after the first `skipped`; raises whatever keeps values from being drawn."""
    hints = get_type_hints(function.__init__ if isinstance(function, type) else function)
    found = {}
    for name, parameter in [*inspect.signature(function).parameters.items()][skipped:]:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if hints[name] in _ANYTHING or get_origin(hints[name]) is collections.abc.Callable:
            raise TypeError(f"{name} may be anything")
        if holds_itself(hints[name]):
            raise TypeError(f"{name} is of a type that holds itself: to draw one takes too long")
        if holds_live(hints[name]):
            raise TypeError(f"{name} is of a type of which no value can be made up")
        found[name] = hints[name]
    return found


def strategy_of(kind: Any) -> Any:
    """Return the strategy for a type; raises whatever keeps one from being made."""
    strategy = strategies.from_type(kind)
    strategy.validate()
    return strategy


def trial_of_call(callee: Callee, asked: Called) -> Trial:
    """Return the trial of one call."""
    function = callee.function
    wanted = function if callee.is_constructor else get_type_hints(function).get("return", Any)
    parameters = [*inspect.signature(function).parameters.values()][int(callee.owner is not None) :]
    positional = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY]
    documented = {*asked["documented"]}

    def result(values: dict[str, Any]) -> Any:
        named = values
        if positional or callee.owner is not None:
            named = {n: value for n, value in values.items() if n not in positional and not n.startswith(OWN)}
        given = callee.call(_instance(callee, values), *(values[name] for name in positional), **named)
        if type(given) in ATOMS:  # as mostly, and for thousands of calls
            return given
        if inspect.iscoroutine(given):
            return asyncio.run(given)
        if inspect.isgenerator(given):  # it runs as it is read, by whatever kind of function it was made
            for _ in itertools.islice(given, _MOST_ITEMS):
                pass
            return _GENERATED
        return given

    def attempt(values: dict[str, Any], caller: Caller) -> str | None:
        before = None
        if not (asked["may_change"] or are_atoms(values)):
            own = {n: v for n, v in values.items() if _may_change(v) and not n.startswith(OWN)}
            before = copied(own) if own else None
        given, error = caller.call(lambda: result(values))
        require_built(error)
        if isinstance(error, Unmet):
            raise error
        if error is not None:
            if isinstance(error, OSError) or {kind.__name__ for kind in _kinds(error)} & documented:
                return None
            return f"raises {in_words(error, asked['filename'])}, which its docstring doesn't name"
        if given is not _GENERATED and not fits(given, wanted):
            return f"returns {shown(given)}, which is no {type_name(wanted)}"
        if not before:
            return None
        others = {n: value for n, value in before.items() if value != values[n]}
        again = copied(others) if others else None
        changed = [n for n in again or () if again and again[n] == others[n]]  # no copy of an exception is the same
        return f"changes its argument {changed[0]} to {shown(values[changed[0]])}" if changed else None

    return attempt


def _instance(callee: Callee, values: Mapping[str, Any]) -> Any:
    """Return what a method is called on, None for a function; raises Unmet where its constructor raises an error."""
    if callee.owner is None:
        return None
    own = {name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN)}
    made: list[Any] = []
    error = caught(lambda: made.append(callee.owner(**own)))
    require_built(error)
    if error is not None:
        raise Unmet  # what the constructor does is asked of the constructor
    return made[0]


def _kinds(error: BaseException) -> list[type]:
    """Return the classes of an error by which a docstring may name it."""
    return [type(error), *(kind for kind in type(error).__mro__ if kind not in (Exception, BaseException, object))]


def _may_change(value: object) -> bool:
    """Whether a call could change a value, and that would show: by its items, or by the fields that are compared."""
    return isinstance(value, _CHANGING) or (is_dataclass(value) and type(value).__eq__ is not object.__eq__)
