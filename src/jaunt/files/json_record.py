"""Dataclasses kept as JSON files, and read back with a look at every value: people and crashes may have changed them.

By hand rather than by msgspec, which takes 12 ms to import: `jaunt diff` and `jaunt status MODULE` take 100 ms in all.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, partial
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from jaunt.files.atomic import write_atomic
from jaunt.files.plain import read_plain

Record = TypeVar("Record")


def read_record(path: Path, wanted: type[Record], *, version: int | None = None) -> Record:
    """Return the dataclass `wanted` that a file holds; keys that it doesn't know are left out.

    `version` is the one that the file has to be of. Raises OSError if the file can't be read, and ValueError, which
    says what is wrong, if it holds anything else. A field may be a str, int, float, tuple[X, ...], Mapping[str, X],
    Literal, another such dataclass, or one of these or None; `field(metadata={"json": NAME})` gives it another name in
    the file.
    """
    try:
        found = json.loads(read_plain(path))
        if version is not None and found["version"] != version:
            raise ValueError(f"its version is {found['version']!r}, not {version}")
        return _reader(wanted)(found, path.name)
    except (TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"no {error}" if isinstance(error, KeyError) else str(error)) from error


def write_record(path: Path, record: Any, *, within: Path, version: int | None = None, durable: bool = True) -> Path:
    """Write a dataclass as a file of JSON, with its `version` if there is one; raises JauntWriteError."""
    plain = plain_record(record)
    text = json.dumps(plain if version is None else {"version": version, **plain})
    return write_atomic(path, f"{text}\n", within=within, durable=durable)


def plain_record(record: Any) -> Any:
    """Return a dataclass, and all in it, as what JSON can hold, by the names that the fields have there."""
    if is_dataclass(record) and not isinstance(record, type):
        values = vars(record)
        return {name: plain_record(values[own]) for name, own in _names(type(record)).items()}
    if isinstance(record, Mapping):
        return {key: plain_record(each) for key, each in record.items()}
    return [plain_record(each) for each in record] if isinstance(record, tuple) else record


@cache
def _names(record: type[Any]) -> Mapping[str, str]:
    """Return the names of a dataclass's fields by those in JSON."""
    return {each.metadata.get("json", each.name): each.name for each in fields(record)}


@cache
def _reader(wanted: Any) -> Callable[[Any, str], Any]:
    """Return the function that makes a value of a type of a value of JSON, given the name of its key for messages.

    It raises ValueError, or what a value of another form leads to. It is made once: a ledger may have 10,000 entries.
    """
    arguments = get_args(wanted)
    if is_dataclass(wanted) and isinstance(wanted, type):
        types = get_type_hints(wanted)
        known = {name: (own, _reader(types[own])) for name, own in _names(wanted).items()}
        return lambda value, name: wanted(
            **{known[key][0]: known[key][1](each, key) for key, each in value.items() if key in known}
        )
    if isinstance(wanted, UnionType):
        (other,) = (_reader(each) for each in arguments if each is not NoneType)
        return lambda value, name: None if value is None else other(value, name)
    if get_origin(wanted) is Literal:
        return partial(_require_one_of, arguments)
    if get_origin(wanted) is tuple:
        item = _reader(arguments[0])
        return lambda value, name: tuple(item(each, name) for each in _require(list, value, name))
    if get_origin(wanted) is Mapping:
        item = _reader(arguments[1])
        return lambda value, name: {key: item(each, name) for key, each in _require(dict, value, name).items()}
    return _finite if wanted is float else partial(_require, wanted)


def _require(wanted: type[Any], value: Any, name: str) -> Any:
    if type(value) is not wanted:  # not isinstance: to Python, true is an int
        raise ValueError(f"{name} is {value!r}")
    return value


def _require_one_of(words: tuple[str, ...], value: Any, name: str) -> str:
    if value not in words:
        raise ValueError(f"{name} is {value!r}")
    return value


def _finite(value: Any, name: str) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"{name} is {value!r}")
    return float(value)
