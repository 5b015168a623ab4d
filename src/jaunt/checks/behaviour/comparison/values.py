"""Values as text, in the sandbox: by that, what versions give is compared, wherever each of them made it."""

import dataclasses
import enum
import hashlib
import math
from collections.abc import Mapping, Set
from decimal import Decimal
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from jaunt.checks.behaviour.comparison.source_text import hidden, source_of

_DEEPEST = 30
_LONGEST_KEY = 2000
_SHOWN = 200  # characters of a value
_CODE = (FunctionType, BuiltinFunctionType, MethodType, ModuleType)
GENERATED: set[type] = set()
"""The classes of the version itself: what their instances hold is not compared."""
ROUGHLY, EXACTLY = 12, 17
"""Digits of a number: the order in which one adds up changes the last of them."""
SIGNED = -ROUGHLY
"""As roughly, with the sign of zero, which is compared apart: few specs mean it."""
NEGATIVE_ZERO = "-0.0"


def key_of(value: object, digits: int, opaque: list[str]) -> str:
    """Return a text that is the same for equal values; adds to `opaque` the types that nobody can look into.

    With the digits of `SIGNED`, and EXACTLY, a zero that is negative is another one.
    """
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
    if value == 0 and digits != ROUGHLY and math.copysign(1, value) < 0:
        return NEGATIVE_ZERO
    return repr(int(value)) if value == int(value) else f"{value:.{abs(digits)}g}"


def shown(value: object) -> str:
    """Return a value as a person is shown it: on one line, cut if it is long."""
    return cut(hidden(source_of(value) or repr(value)))


def cut(text: str) -> str:
    """Return a text on one line, not longer than can be read."""
    text = " ".join(text.split("\n"))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def holds_set(value: object) -> bool:
    """Whether a value's text has an order that is nobody's: that of a set."""
    if isinstance(value, Mapping):
        return any(map(holds_set, [*value, *value.values()]))
    return isinstance(value, Set) or (isinstance(value, list | tuple) and any(map(holds_set, value)))


def holds_nan(value: object) -> bool:
    """Whether a value is not equal to itself, or has such a one inside."""
    if isinstance(value, Mapping):
        return any(map(holds_nan, [*value, *value.values()]))
    if isinstance(value, list | tuple | Set):
        return any(map(holds_nan, value))
    return value.is_nan() if isinstance(value, Decimal) else isinstance(value, float) and math.isnan(value)
