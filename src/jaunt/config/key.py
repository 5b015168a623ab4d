"""How a field of a dataclass says that it is a key of the configuration, or a section of keys."""

from collections.abc import Callable
from dataclasses import Field, field, fields
from typing import Any


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
