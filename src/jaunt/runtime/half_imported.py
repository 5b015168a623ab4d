"""A waiting module: a spec module that was half imported when its generated classes should have been loaded."""

import sys
from types import ModuleType

from jaunt.errors import JauntNotBuiltError
from jaunt.runtime.loader import is_initialising

__tracebackhide__ = True  # see runtime.py

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from jaunt.registry import SpecEntry


def needs_half_imported(error: ImportError | AttributeError, spec_module: str | None = None) -> bool:
    """Whether an import failed for want of what a module defines further down, and so may succeed later."""
    if isinstance(error, ImportError):
        return error.name is not None and (error.name == spec_module or is_initialising(error.name))
    owner = getattr(error.obj, "__name__", "")
    return is_initialising(owner) or is_initialising(f"{owner}.{error.name}")


def load_on_access(entry: "SpecEntry", load_class: "Callable[[SpecEntry], type]") -> None:
    """Load a generated class at the first access of its name from outside its half-imported spec module.

    The generated code imports what its spec module defines further down, so it can't be loaded before all of
    that is there. Until then, as with importlib.util.LazyLoader, the module is of a class of its own, with a
    property for each such name; the last of them to be read or set gives the module its usual class back.
    """
    stub: Any = entry.obj
    name, module = entry.qualname, sys.modules.get(stub.__module__)
    if type(module) is ModuleType:
        module.__class__ = type("module", (_WaitingModule,), {"__jaunt_waiting__": set()})
    if not isinstance(module, _WaitingModule):
        return
    waiting = module.__jaunt_waiting__

    def settle() -> None:
        waiting.discard(name)
        if not waiting:
            module.__class__ = ModuleType

    def read(_: ModuleType) -> "Any":
        if name in waiting:
            try:
                load_class(entry)
                settle()
            except JauntNotBuiltError:
                settle()  # the stub says so when it is called
            except (ImportError, AttributeError) as error:
                if not needs_half_imported(error):
                    raise
        return vars(module).get(name, stub)

    def write(_: ModuleType, value: object) -> None:
        settle()
        vars(module)[name] = value

    waiting.add(name)
    setattr(type(module), name, property(read, write))


class _WaitingModule(ModuleType):
    """A spec module with generated classes that wait for the first access of their names."""

    __jaunt_waiting__: "set[str]"
