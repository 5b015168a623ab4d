"""Whether a value is of an annotated type, as far as that can be told by looking at it; else it is taken to be."""

import types
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict

_MOST = 50  # items of a container that are looked at


def type_name(kind: Any) -> str:
    """Return a type as it is written."""
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind).replace("typing.", "")


def fits(value: object, kind: Any) -> bool:
    """Return whether a value is of a type."""
    if type(value) is kind:  # as mostly, and for thousands of calls
        return True
    origin, args = get_origin(kind), get_args(kind)
    if kind is None or kind is type(None):
        return value is None
    if origin is Annotated:
        return fits(value, args[0])
    if getattr(origin, "_name", "") in {"TypeGuard", "TypeIs"}:  # of typing, or of typing_extensions
        return isinstance(value, bool)
    if origin is Literal:
        return any(value == each and type(value) is type(each) for each in args)
    if origin in (Union, types.UnionType):
        return any(fits(value, each) for each in args)
    if isinstance(kind, TypeVar) or kind is Any or is_typeddict(kind) or getattr(kind, "_is_protocol", False):
        return True
    if hasattr(kind, "__supertype__"):
        return fits(value, kind.__supertype__)
    if origin is not None:
        return isinstance(origin, type) and isinstance(value, origin) and _items_fit(value, origin, args)
    if kind in (float, complex):
        return isinstance(value, int | float | (complex if kind is complex else float)) and not isinstance(value, bool)
    return isinstance(value, kind) if isinstance(kind, type) else True


def _items_fit(value: object, origin: type, args: tuple[Any, ...]) -> bool:
    if isinstance(value, tuple) and origin is tuple:
        if len(args) == 2 and args[1] is ...:
            return all(fits(each, args[0]) for each in value[:_MOST])
        return len(value) == len(args if args != ((),) else ()) and all(map(fits, value, args))
    if isinstance(value, Mapping) and len(args) == 2:
        items = [*value.items()][:_MOST]
        return all(fits(key, args[0]) and fits(each, args[1]) for key, each in items)
    if isinstance(value, list | set | frozenset | tuple) and len(args) == 1:
        return all(fits(each, args[0]) for each in [*value][:_MOST])
    return True


def holds_itself(kind: Any, above: tuple[Any, ...] = ()) -> bool:
    """Return whether a type has values of the same type inside, by way of the fields of dataclasses."""
    if kind in above:
        return True
    inner = [*get_args(kind)]
    if isinstance(kind, type) and is_dataclass(kind):
        above = (*above, kind)
        inner += [*get_type_hints(kind).values()]
    return any(holds_itself(each, above) for each in inner if each is not ...)
