"""Frozen dataclasses that share their methods, as defining them is most of what some of them ever do.

`dataclass` compiles six functions for each class, 0.4 ms, and a build imports a hundred classes before it asks a model:
a fifth of all that it imports. Here one function is compiled, `__init__`.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import cache
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")

_MISSING = object()


class SharedMethods:
    """What a frozen dataclass has of methods, but for `__init__`."""

    def __repr__(self) -> str:
        shown = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in _fields(self) if each.repr)
        return f"{type(self).__qualname__}({shown})"

    def __eq__(self, other: object) -> bool:
        return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(_compared(self))

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"cannot delete field {name!r}")


def share_methods(kind: type) -> None:
    """Give a class the methods of SharedMethods that it doesn't define itself."""
    for name in ("__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__"):
        if name not in vars(kind):
            setattr(kind, name, vars(SharedMethods)[name])


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: type[T]) -> type[T]:
    """Make a class a frozen dataclass; its fields are those of `dataclass`, all of them arguments by place or name."""
    made: Any = dataclass(init=False, repr=False, eq=False)(kind)
    share_methods(made)
    made.__init__ = _init(made)
    return made


def _init(kind: type) -> Callable[..., None]:
    """Compile the `__init__` of a class."""
    names: dict[str, Any] = {"_missing": _MISSING}
    parameters, lines = ["self"], ["values = self.__dict__"]
    for each in _fields(kind):
        name, given = each.name, each.name
        if each.default is not MISSING:
            names[f"_default_{name}"] = each.default
            parameters.append(f"{name}=_default_{name}")
        elif each.default_factory is not MISSING:
            names[f"_make_{name}"] = each.default_factory
            parameters.append(f"{name}=_missing")
            given = f"_make_{name}() if {name} is _missing else {name}"
        else:
            parameters.append(name)
        lines.append(f"values[{name!r}] = {given}")
    exec(f"def __init__({', '.join(parameters)}):\n  " + "\n  ".join(lines), names)
    made = names["__init__"]
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    made.__annotations__ = {each.name: each.type for each in _fields(kind)} | {"return": None}
    return made


def _fields(kind: Any) -> tuple[Field[Any], ...]:
    return fields(kind)


def _compared(record: Any) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in _compared_names(type(record)))


@cache
def _compared_names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in _fields(kind) if each.compare)
