"""Class specs: the generated class in the stub's place, now or as soon as it can be loaded."""

import functools
import sys
from types import FunctionType

from jaunt.errors import JauntNotBuiltError
from jaunt.registry import mark
from jaunt.runtime.spec_module import generated_module_of, hand_over, needs_half_imported, wait_for

__tracebackhide__ = True  # see __init__.py

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from jaunt.registry import SpecEntry


def replace_class(stub: type, entry: "SpecEntry") -> type:
    """Return the generated class, or the stub where it can't be loaded yet."""
    _make_stub_retry(stub, entry)
    try:
        generated = _load_class(entry)
        wait_for(entry, stub.__module__, lambda: _hand_over(entry, generated))
        return generated
    except JauntNotBuiltError:
        pass
    except (ImportError, AttributeError) as error:
        if not needs_half_imported(error, entry.module):
            raise
        wait_for(entry, stub.__module__, lambda: _load_class(entry) is not None, stub=stub)
    return stub


def _make_stub_retry(stub: "Any", entry: "SpecEntry") -> None:
    """Let calls of the stub, its class and static methods reach the generated class, or say that there is none."""
    generated: type | None = None

    def load() -> type:
        nonlocal generated
        generated = generated or _load_class(entry)
        return generated

    @functools.wraps(stub.__init__, assigned=(), updated=())  # keeps inspect.signature(stub)
    def __new__(cls: type, *args: "Any", **kwargs: "Any") -> "Any":
        load()
        if cls is not stub:
            raise JauntNotBuiltError(
                f"{cls.__module__}.{cls.__qualname__} derives from the stub of {entry.spec_ref}, as the "
                "generated class could not be loaded when it was defined",
                hint=f"define {cls.__qualname__} in a module of its own; after a build, start Python again",
            )
        return load()(*args, **kwargs)

    for name, member in list(vars(stub).items()):
        if isinstance(member, classmethod | staticmethod) and not name.startswith("__"):
            setattr(stub, name, _forwarding_method(name, member, load))
    if type(stub).__module__ not in _MAKE_BY_NEW:
        _make_methods_retry(stub, load)
    stub.__new__ = staticmethod(__new__)
    mark(stub, entry)
    stub.__jaunt_names__ = frozenset(vars(stub))


_MAKE_BY_NEW = {"builtins", "abc", "typing", "typing_extensions"}
"""Where the metaclasses are from by which no instance of a stub comes to be but through its `__new__`."""


def _make_methods_retry(stub: type, load: "Callable[[], type]") -> None:
    """Let methods of instances that come to be all the same, such as an enum's members, reach the generated ones."""
    for name, member in list(vars(stub).items()):
        function = member.fget if isinstance(member, property) else member
        if not isinstance(function, FunctionType) or function.__qualname__ != f"{stub.__qualname__}.{name}":
            continue

        forward = _forwarding_function(name, function, load)
        setattr(stub, name, property(forward) if isinstance(member, property) else forward)


def _forwarding_function(name: str, function: FunctionType, load: "Callable[[], type]") -> "Callable[..., Any]":
    @functools.wraps(function)
    def forward(self: "Any", *args: "Any", **kwargs: "Any") -> "Any":
        generated: Any = load()
        member = vars(generated).get(name) or getattr(generated, name)
        if type(generated).__module__ == "enum":
            self = generated[self._name_]
        return (member.fget if isinstance(member, property) else member)(self, *args, **kwargs)

    return forward


def _forwarding_method(
    name: str, member: "classmethod | staticmethod", load: "Callable[[], type]"
) -> "classmethod | staticmethod":
    """Return a method of the stub, which needs no instance, that calls the generated one; it would return None."""
    is_class_method = isinstance(member, classmethod)

    @functools.wraps(member.__func__)
    def forward(*args: "Any", **kwargs: "Any") -> "Any":
        return getattr(load(), name)(*args[is_class_method:], **kwargs)

    return type(member)(forward)


def _take_docstrings(generated: type, stub: type) -> None:
    """Give a class and its members the docstrings of the spec, as functions have them."""
    its_doc = vars(stub).get("__doc__")
    if isinstance(its_doc, str) and isinstance(vars(generated).get("__doc__"), str | None):
        generated.__doc__ = its_doc  # where each instance has its own, `__doc__` is a property
    for name, member in vars(stub).items():
        own, doc = vars(generated).get(name), getattr(member, "__doc__", None)
        function = getattr(own, "__func__", own)  # of a class or static method
        if doc and isinstance(function, FunctionType | property) and not name.startswith("__doc"):
            function.__doc__ = doc


def _hand_over(entry: "SpecEntry", generated: type) -> bool:
    hand_over(entry, generated, generated_module_of(entry.module))
    return True


def _load_class(entry: "SpecEntry") -> type:
    """Return the generated class, made one of the spec module, in which it takes the stub's place."""
    from jaunt.runtime.loader import load_generated  # here, as `import jaunt` can do without it

    stub: Any = entry.obj
    generated = load_generated(entry)
    _take_docstrings(generated, stub)
    generated.__module__, generated.__qualname__ = stub.__module__, stub.__qualname__  # what pickle goes by
    namespace = getattr(sys.modules.get(stub.__module__), "__dict__", {})
    if namespace.get(entry.qualname) is stub:
        if vars(stub).keys() - {"__jaunt_names__"} != stub.__jaunt_names__:
            raise JauntNotBuiltError(
                f"{entry.spec_ref}: the decorators above @jaunt.magic were put on its stub, as the generated class "
                "could not be loaded when it was defined",
                hint=f"let what it imports not import {stub.__module__}",
            )
        namespace[entry.qualname] = generated
    return mark(generated, entry)
