"""Values as text, in the sandbox: by that, what versions give is compared, wherever each of them made it."""

import dataclasses
import enum
import hashlib
import math
import re
from collections.abc import Mapping, Set
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
_DEEPEST = 30
_LONGEST_KEY = 2000
_SHOWN = 200  # characters of a value
_CODE = (FunctionType, BuiltinFunctionType, MethodType, ModuleType)
GENERATED: set[type] = set()
"""The classes of the version itself: what their instances hold is not compared."""
ROUGHLY, EXACTLY = 12, 17
"""Digits of a number: the order in which one adds up changes the last of them."""


def key_of(value: object, digits: int, opaque: list[str]) -> str:
    """Return a text that is the same for equal values; adds to `opaque` the types that nobody can look into."""
    text = _key(value, digits, opaque, 0)
    return text if len(text) <= _LONGEST_KEY else hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _key(value: Any, digits: int, opaque: list[str], depth: int) -> str:
    def inner(each: object) -> str:
        return _key(each, digits, opaque, depth + 1)

    kind, name = type(value), type(value).__qualname__
    if depth > _DEEPEST:
        return "..."
    if kind in (int, float):
        return _number(value, digits)
    if isinstance(value, enum.Enum):
        return f"{name}.{value.name}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = ", ".join(f"{each.name}={inner(getattr(value, each.name, None))}" for each in _compared(value))
        return f"{name}({fields})"
    if isinstance(value, Mapping):
        return f"{name}{{{', '.join(sorted(f'{inner(k)}: {inner(each)}' for k, each in value.items()))}}}"
    if isinstance(value, list | tuple):
        return f"{name}[{', '.join(map(inner, value))}]"
    if isinstance(value, Set):
        return f"{name}{{{', '.join(sorted(map(inner, value)))}}}"
    if isinstance(value, type):
        return f"<class {value.__qualname__}>"
    if isinstance(value, _CODE):
        opaque.append(name)
        return f"<{name}>"
    if kind.__repr__ is not object.__repr__:
        return f"{name} {hidden(repr(value))}"
    public = (
        {}
        if kind in GENERATED
        else {each: held for each, held in getattr(value, "__dict__", {}).items() if not each.startswith("_")}
    )
    if not public:
        opaque.append(name)
    return f"{name}({', '.join(f'{each}={inner(public[each])}' for each in sorted(public))})"


def _compared(value: Any) -> list[Any]:
    return [each for each in dataclasses.fields(value) if each.compare]


def _number(value: float, digits: int) -> str:
    if isinstance(value, int) or not math.isfinite(value):
        return repr(value)
    return repr(int(value)) if value == int(value) else f"{value:.{digits}g}"


def hidden(text: str) -> str:
    """Return a text without the addresses of objects."""
    return _ADDRESS.sub("0x...", text)


def shown(value: object) -> str:
    """Return a value as a person is shown it: on one line, cut if it is long."""
    return cut(hidden(source_of(value) or repr(value)))


def cut(text: str) -> str:
    """Return a text on one line, not longer than can be read."""
    text = " ".join(text.split("\n"))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


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
    text = repr(value)
    return None if kind.__repr__ is object.__repr__ or text.startswith("<") or _ADDRESS.search(text) else text


def _collection(value: Any) -> str | None:
    if isinstance(value, dict):
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


def holds_set(value: object) -> bool:
    """Whether a value's text has an order that is nobody's: that of a set."""
    if isinstance(value, Mapping):
        return any(map(holds_set, [*value, *value.values()]))
    return isinstance(value, Set) or (isinstance(value, list | tuple) and any(map(holds_set, value)))
