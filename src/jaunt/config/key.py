"""How a field of a dataclass says that it is a key of the configuration, or a section of keys."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

from jaunt.process.frozen import share_methods

T = TypeVar("T")


def _fields(record: Any) -> tuple[Field[Any], ...]:
    return fields(record)


def _init(self: Any, *values: Any, **named: Any) -> None:
    kind, known = type(self).__name__, _fields(self)
    given = {each.name: value for each, value in zip(known, values, strict=False)}
    if len(values) > len(known) or given.keys() & named:
        raise TypeError(f"{kind}() got a field twice, or more values than it has fields")
    given |= named
    if unknown := given.keys() - {each.name for each in known}:
        raise TypeError(f"{kind}() got an unexpected keyword argument {min(unknown)!r}")
    for each in known:
        if each.name not in given:
            given[each.name] = each.default if each.default_factory is MISSING else each.default_factory()
        object.__setattr__(self, each.name, given[each.name])


class _Signature:
    """What `help` and `inspect` show of a table's fields, worked out when they ask."""

    def __get__(self, record: object, kind: Any) -> inspect.Signature:
        parameters = [
            inspect.Parameter(
                each.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=each.default if each.default_factory is MISSING else each.default_factory(),
                annotation=each.type,
            )
            for each in _fields(kind)
        ]
        return inspect.Signature(parameters, return_annotation=None)


@dataclass_transform(frozen_default=True)
def table(kind: type[T]) -> type[T]:
    """Make a class a frozen dataclass, by methods that all tables share, `__init__` too: few are made of each."""
    made: Any = dataclass(init=False, repr=False, eq=False)(kind)
    share_methods(made)
    made.__init__ = _init
    made.__signature__ = _Signature()
    return made


def key(
    default: Any, doc: str, *, wrong: Callable[[Any], str | None] = lambda _value: None, or_one: bool = False
) -> Any:
    """Return the field of a key.

    `doc` says to people what the key means, its unit too. `wrong` returns what is wrong with a value, or None.
    `or_one`: a single string may stand for a list of one.
    """
    metadata = {"doc": doc, "wrong": wrong, "or_one": or_one}
    if isinstance(default, list | dict):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


def section(table: type, *, optional: bool = False) -> Any:
    """Return the field of a section that a dataclass describes; an `optional` one is None where it is left out."""
    metadata = {"section": table}
    return field(default=None, metadata=metadata) if optional else field(default_factory=table, metadata=metadata)


def further_keys() -> Any:
    """Return the field that takes all keys of a section that it has no field for; somebody else judges them."""
    return field(default_factory=dict, metadata={"others": True})


def keys_of(table: type[Any]) -> list[Field[Any]]:
    """Return the fields of a section that are keys and sections of the file."""
    return [each for each in fields(table) if each.metadata and "others" not in each.metadata]


def others_of(table: type[Any]) -> str | None:
    """Return the name of the field that takes the further keys of a section, None if it takes none."""
    return next((each.name for each in fields(table) if "others" in each.metadata), None)
