"""What a subject is called with: its arguments and their types, which a version reads from its code and the spec.

Where all types are plain, a version can tell them, as JSON, to the process that leads: that one then draws the inputs
once, for all versions. It trusts no version: what it is told are names of types that it knows, and nothing is run.
"""

import ast
import datetime
import decimal
import fractions
import inspect
import types
import typing
from collections.abc import Mapping
from typing import Any, NamedTuple

from jaunt.checks.behaviour.calling import hints_of, is_plain_class
from jaunt.checks.behaviour.comparison.asked import Member, Subject
from jaunt.checks.behaviour.concealed import is_used_by_project

_PLAIN = (int, float, bool, str, bytes, complex, list, dict, set, frozenset, tuple, type(None))
_LIBRARY = (datetime.date, datetime.datetime, datetime.time, datetime.timedelta, decimal.Decimal, fractions.Fraction)
_BY_NAME: Mapping[str, Any] = {each.__name__: each for each in (*_PLAIN, *_LIBRARY)}
_ANY_LITERAL: Any = typing.Literal
_UNION, _LITERAL, _REST = "|", "Literal", "..."


class Argument(NamedTuple):
    """The type of an argument, and whether the call may leave it to its default."""

    kind: Any
    has_default: bool


class Arguments(NamedTuple):
    """The arguments of a function, or of the constructor of a class; and of each call on its instance, by its name."""

    own: dict[str, Argument]
    calls: list[tuple[str, dict[str, Argument]]]


def arguments_of(subject: Subject, names: Mapping[str, Any]) -> Arguments:
    """Return what a subject is called with in one version; raises whatever keeps that from being known."""
    if not subject["is_class"]:
        return Arguments(_of_stub(subject["definition"], names), [])
    owner = names[subject["name"]]
    if not isinstance(owner, type) or not is_plain_class(owner):
        raise TypeError(f"{subject['name']} is not made by a call with the arguments of its own __init__")
    return Arguments(_of(owner), [(each["name"], _of_member(each, names)) for each in subject["members"]])


def told(arguments: Arguments) -> Any:
    """Return arguments as JSON, None where one is of a type that is not plain, or may be drawn otherwise."""
    if is_used_by_project():
        return None
    try:
        return [_told(arguments.own), [[name, _told(each)] for name, each in arguments.calls]]
    except TypeError:
        return None


def read(text: Any) -> Arguments:
    """Return the arguments that a version has told; raises ValueError, KeyError or TypeError for what is none."""
    own, calls = text
    return Arguments(_read(own), [(name, _read(each)) for name, each in calls])


def _of_member(member: Member, names: Mapping[str, Any]) -> dict[str, Argument]:
    return {} if member["kind"] == "property" else _of_stub(member["definition"], names)


def _of_stub(definition: str, names: Mapping[str, Any]) -> dict[str, Argument]:
    made = {**names}
    exec(compile(definition, "<spec>", "exec", dont_inherit=True), made)
    tree: Any = compile(definition, "<spec>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    return _of(made[tree.body[-1].name])


def _of(function: Any) -> dict[str, Argument]:
    parameters = inspect.signature(function).parameters
    given = {name for name, each in parameters.items() if each.default is not each.empty}
    return {name: Argument(kind, name in given) for name, kind in hints_of(function).items()}


def _told(arguments: Mapping[str, Argument]) -> list[Any]:
    return [[name, _kind_told(each.kind), each.has_default] for name, each in arguments.items()]


def _read(told: Any) -> dict[str, Argument]:
    return {name: Argument(_kind_read(kind), has_default is True) for name, kind, has_default in told}


def _kind_told(kind: Any) -> Any:
    """Return a type as JSON: its name, or that of a generic one and what it is of; raises TypeError for another."""
    if kind is None or kind is Ellipsis:
        return "NoneType" if kind is None else _REST
    origin, of = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        if all(type(each) in (str, int, bool, type(None)) for each in of):
            return [_LITERAL, *of]
    elif origin in (typing.Union, types.UnionType):
        return [_UNION, *map(_kind_told, of)]
    elif origin in _PLAIN:
        return [origin.__name__, *map(_kind_told, of)]
    elif any(kind is each for each in _BY_NAME.values()):
        return kind.__name__
    raise TypeError(kind)


def _kind_read(told: Any) -> Any:
    if isinstance(told, str):
        return Ellipsis if told == _REST else _BY_NAME[told]
    name, *of = told
    if name == _LITERAL:
        return _ANY_LITERAL[tuple(of)]
    inner = tuple(map(_kind_read, of))
    return typing.Union[inner] if name == _UNION else _BY_NAME[name][inner]  # noqa: UP007 - of types that are known now
