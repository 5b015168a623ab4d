"""Types of which no value can be made up: an open session, a request, whatever lives by what stands behind it.

A value can be made up of what is data: Python's own types of values, what is a record by its form, and the project's
classes whose constructors take nothing else.
"""

import builtins
import sys
from abc import ABCMeta
from collections.abc import Iterable
from enum import Enum
from typing import Any, ClassVar, Protocol, get_args, get_origin, get_type_hints, is_typeddict

from jaunt.checks.behaviour.concealed import drawable
from jaunt.process.boundary import caught

_RECORDS = ("__dataclass_fields__", "_fields", "__attrs_attrs__", "__struct_fields__", "__pydantic_fields__")
"""What dataclasses, named tuples, and the classes of attrs, msgspec and pydantic have."""
_VALUES = {"collections", "datetime", "decimal", "fractions", "ipaddress", "pathlib", "types", "typing", "uuid"}
"""Modules of Python's own whose classes are values, or stand for many; Hypothesis has no strategy for some of them."""
_INSTALLED = ("/site-packages/", "/dist-packages/")


def holds_live(kind: Any, above: tuple[Any, ...] = ()) -> bool:
    """Whether a type is one of live objects, or has values of such a type inside."""
    if kind in above or get_origin(kind) is type:  # a class itself can be handed in
        return False
    above = (*above, kind)
    origin = get_origin(kind) or kind
    inner = [*get_args(kind), getattr(kind, "__supertype__", None), getattr(kind, "__bound__", None)]
    if isinstance(origin, type):
        is_record = is_typeddict(origin) or any(hasattr(origin, each) for each in _RECORDS)
        if not is_record and _is_live(origin):
            return True
        inner += _parts(origin) if is_record or not _is_of_python(origin) else ()
    return any(holds_live(each, above) for each in inner if isinstance(each, type) or get_args(each))


def _is_live(kind: type) -> bool:
    """Whether a class is one of live objects, by where it and its constructor are from, and by its metaclass."""
    if (
        kind in drawable
        or kind.__module__.partition(".")[0] in _VALUES
        or _is_of_python(kind)
        or issubclass(kind, Enum)
    ):
        return False
    if _is_installed(kind) or type(kind) not in (type, ABCMeta, type(Protocol)):
        return True
    makers = {next(each for each in kind.__mro__ if name in vars(each)) for name in ("__init__", "__new__")}
    return any(_is_installed(each) and not _is_of_python(each) for each in makers)


def _parts(kind: type) -> Iterable[Any]:
    """Return the types of a class's fields and of the arguments of its constructor, as far as they can be told."""
    fields: dict[str, Any] = {}
    caught(lambda: fields.update(get_type_hints(kind)))
    taken: dict[str, Any] = {}
    caught(lambda: taken.update(get_type_hints(kind.__init__)))
    own = [each for name, each in fields.items() if not name.startswith("__") and get_origin(each) is not ClassVar]
    return [*own, *taken.values()]


def _is_of_python(kind: type) -> bool:
    return getattr(builtins, kind.__name__, None) is kind


def _is_installed(kind: type) -> bool:
    """Whether a class is of the standard library or of an installed package."""
    path = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
    is_own = kind.__module__.partition(".")[0] not in sys.stdlib_module_names - {"builtins", "__main__"}
    return not is_own or any(folder in path.replace("\\", "/") for folder in _INSTALLED)
