"""Values as Python's source, in the sandbox: to be pasted into a docstring, by the names of its spec module."""

import dataclasses
import datetime
import decimal
import enum
import fractions
import math
import pathlib
import re
import uuid
from collections.abc import Mapping
from typing import Any

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
SCOPE: dict[str, Any] = {}
"""What the names of the spec module stand for."""
_NAMED = (decimal.Decimal, fractions.Fraction, uuid.UUID, pathlib.Path, pathlib.PurePath, pathlib.PurePosixPath)
_NAMES = re.compile(rf"\b(datetime\.|(?:{'|'.join(each.__name__ for each in _NAMED)})\()")
_PART_OF_DATETIME = re.compile(r"\bdatetime\.(\w+)")


def hidden(text: str) -> str:
    """Return a text without the addresses of objects."""
    return _ADDRESS.sub("0x...", text)


def imports_for(text: str) -> list[str]:
    """Return the examples that have to come before one, as its names are not those of the spec module."""
    homes = {each.__name__: each.__module__.partition(".")[0] for each in _NAMED}
    used = sorted({each.rstrip("(.") for each in _NAMES.findall(text)})
    missing = [each for each in used if each not in SCOPE]
    return [f">>> from {homes[each]} import {each}" if each in homes else f">>> import {each}" for each in missing]


def source_of(value: Any) -> str | None:
    """Return a value as Python's source, None if there is none that makes it."""
    kind = type(value)
    if kind is float and not math.isfinite(value):
        return f"float('{value}')"
    if isinstance(value, enum.Enum):
        return f"{kind.__qualname__}.{value.name}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = {each.name: source_of(getattr(value, each.name)) for each in dataclasses.fields(value) if each.init}
        parts = [f"{name}={text}" for name, text in given.items()]
        return None if None in given.values() else f"{kind.__qualname__}({', '.join(parts)})"
    if kind in (list, tuple, set, frozenset, dict):
        return _collection(value)
    if isinstance(value, pathlib.PurePath):
        return f"{_name_of_path(kind)}({str(value)!r})"
    text = repr(value)
    if kind.__module__ == "datetime":
        return _PART_OF_DATETIME.sub(_by_its_own_name, text)
    return None if kind.__repr__ is object.__repr__ or text.startswith("<") or _ADDRESS.search(text) else text


def _name_of_path(kind: type) -> str:
    """Return what a kind of path is called: `Path`, as no spec asks for what that is on this system."""
    name = "Path" if issubclass(kind, pathlib.Path) else kind.__name__
    return f"pathlib.{name}" if name not in SCOPE and SCOPE.get("pathlib") is pathlib else name


def _by_its_own_name(found: re.Match[str]) -> str:
    name = found[1]
    is_known = SCOPE.get("datetime") is not datetime and SCOPE.get(name) is getattr(datetime, name, None)
    return name if is_known and name in SCOPE else found[0]


def _collection(value: Any) -> str | None:
    if isinstance(value, Mapping):
        pairs = [(source_of(key), source_of(each)) for key, each in value.items()]
        whole = all(text is not None for pair in pairs for text in pair)
        return f"{{{', '.join(f'{key}: {each}' for key, each in pairs)}}}" if whole else None
    items = [source_of(each) for each in value]
    known = [each for each in items if each is not None]
    if len(known) < len(items):
        return None
    if isinstance(value, list):
        return f"[{', '.join(known)}]"
    if isinstance(value, tuple):
        return f"({', '.join(known)}{',' if len(known) == 1 else ''})"
    text = f"{{{', '.join(sorted(known))}}}" if known else "set()"
    return f"frozenset({text if known else ''})" if isinstance(value, frozenset) else text
