"""The decorators `@magic` and `@test`: register a spec, and put its generated code in its place."""

# pathlib would cost every user's start-up more than all of `import jaunt` does.
# ruff: noqa: PTH100, PTH119, PTH122

import os
import sys
from types import FunctionType

from jaunt.errors import JauntDiscoveryError
from jaunt.registry import SpecEntry, register_magic, register_test
from jaunt.runtime.classes import replace_class
from jaunt.runtime.functions import make_forwarder
from jaunt.runtime.governed import module
from jaunt.runtime.methods import method_name
from jaunt.spec_ref import SpecRef

__tracebackhide__ = True  # pytest leaves the frames of this file out: a failing test shows its own line

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType
    from typing import Any, Protocol, TypeVar, overload

    from jaunt.registry import SpecKind

    Spec = str | Callable[..., Any] | type
    F = TypeVar("F", bound=Callable[..., Any] | type)

    class Decorator(Protocol):
        """Gives back the very type that it is put on, bare or with arguments."""

        @overload
        def __call__(self, spec: F, /) -> F: ...
        @overload
        def __call__(
            self,
            *,
            deps: Iterable[Spec] | Spec | None = None,
            prompt: str | None = None,
            infer_deps: bool | None = None,
        ) -> Callable[[F], F]: ...


def _typed(decorator: "Any") -> "Decorator":
    return decorator


@_typed
def magic(spec=None, /, *, deps=None, prompt=None, infer_deps=None):
    """Make a module-level function or class, or a method of one, a spec, whose code a model writes in `jaunt build`.

    `deps` are the specs it builds on (objects, or references such as "app.slug:slugify"); `prompt` is further
    advice to the model; `infer_deps` overrides the configuration. Bare `@magic` does as well.

    A function is replaced by a forwarder, which loads the generated code at its first call; a class is replaced
    by the generated one. What isn't built raises JauntNotBuiltError when it is called. The class of a method stays as
    it is: @property, @classmethod and their kind stand above this decorator.
    Raises JauntDiscoveryError for anything that can't be a spec.
    """
    return _decorator("magic", spec, deps=deps, prompt=prompt, infer_deps=infer_deps)


@_typed
def test(spec=None, /, *, deps=None, prompt=None, infer_deps=None):
    """Make a module-level test function a spec, whose code a model writes in `jaunt test`.

    Takes what `magic` takes and raises what it raises, but is for functions alone.
    """
    return _decorator("test", spec, deps=deps, prompt=prompt, infer_deps=infer_deps)


__all__ = ["magic", "module", "test"]

vars(test)["__test__"] = False  # else pytest collects the name that `from jaunt import test` binds


def _decorator(kind: "SpecKind", spec: "Any", **arguments: "Any") -> "Any":
    kwargs = {name: value for name, value in arguments.items() if value is not None}

    def decorate(obj: "Any") -> "Any":
        if kind == "magic" and isinstance(obj, classmethod | staticmethod) and _method_name(obj.__func__):
            return type(obj)(decorate(obj.__func__))
        entry = _entry(kind, obj, kwargs)
        (register_magic if kind == "magic" else register_test)(entry)
        return replace_class(obj, entry) if isinstance(obj, type) else make_forwarder(obj, entry)

    return decorate if spec is None else decorate(spec)


def _entry(kind: "SpecKind", obj: "Any", kwargs: "dict[str, Any]") -> SpecEntry:
    name = (kind == "magic" and _method_name(obj)) or _qualname(obj) or type(obj).__name__
    problem = _problem(kind, obj, name)
    if problem is None:
        module = obj.__module__ if obj.__module__ != "__main__" else _main_module_name()
        if all(part.isidentifier() for part in module.split(".")):
            file = getattr(sys.modules.get(obj.__module__), "__file__", None) or _decorated_at()[0]
            return SpecEntry(kind, SpecRef(f"{module}:{name}"), module, name, os.path.abspath(file), obj, kwargs)
        problem = f"{module!r} is not a module name", "put the spec in a file that can be imported"
    reason, hint = problem
    file, line = _decorated_at()
    raise JauntDiscoveryError(f"@jaunt.{kind} on {name} ({file}:{line}): {reason}", hint=hint)


PLAIN_METACLASSES = {"builtins", "abc", "enum", "typing", "typing_extensions"}
"""Where the metaclasses are from that are known to keep no class that they make, but in its own base classes."""


def _problem(kind: "SpecKind", obj: "Any", name: str) -> "tuple[str, str] | None":
    """Return why an object can't be a spec and what to do, None if it can."""
    takes = "functions and classes" if kind == "magic" else "functions"
    if isinstance(obj, staticmethod | classmethod | property):
        return (
            f"a {type(obj).__name__} is not a spec",
            "write it above @jaunt.magic, which is for the function below it",
        )
    if not isinstance(obj, FunctionType | type) or (kind == "test" and isinstance(obj, type)):
        return (
            f"not for a {type(obj).__name__}, only for {takes}",
            "put it directly above a `def` or `class`, and others above it",
        )
    if "__jaunt_spec_ref__" in vars(obj):
        return "it is a spec already", "remove one of the decorators"
    if "<locals>" in name and _decorating_frame().f_code.co_name == "<module>":
        return (
            f"the decorator below it puts {name} in the function's place",
            "use functools.wraps in that decorator, or write it above jaunt's",
        )
    if "." in name and not (kind == "magic" and _method_name(obj)):
        hint = "move it to the top of its module; if a decorator below gave it this name, write that above"
        return "a spec stands at module level or is a method of a class there, not in a function", hint
    if name == "<lambda>":
        return "a lambda is not a spec", "write it as a `def` with annotations and a docstring"
    if obj.__module__ == "typing":
        return "an @overload is not a spec", "decorate the implementation below the overloads alone"
    return None


def _method_name(obj: "Any") -> str:
    """Return the qualified name of a method that a decorator in a class body is put on, "" for anything else."""
    return method_name(obj, _decorating_frame()) if isinstance(obj, FunctionType) else ""


def _main_module_name() -> str:
    """Return the name that the program's main module would be imported by."""
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return spec.name
    return os.path.splitext(os.path.basename(getattr(main, "__file__", "")))[0]


def _decorated_at() -> "tuple[str, int]":
    """Return file and line of the code that uses a decorator."""
    frame = _decorating_frame()
    return frame.f_code.co_filename, frame.f_lineno


def _decorating_frame() -> "FrameType":
    """Return the nearest frame outside this file."""
    frame = sys._getframe()
    while frame.f_globals is globals() and frame.f_back is not None:
        frame = frame.f_back
    return frame


def _qualname(obj: "Any") -> "str | None":
    """Return an object's qualified name; what hypothesis makes of a test has one of its own."""
    return getattr(getattr(getattr(obj, "hypothesis", None), "inner_test", obj), "__qualname__", None)
