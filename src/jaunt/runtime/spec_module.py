"""A spec module as Python has it: what waits in it for generated code, and what patches of it reach.

The generated code may import what its spec module defines further down, and may be of many modules: so it is loaded at
the first access of the spec module from outside, once that is all there. Until then, as with importlib.util.LazyLoader,
the module is of a class of its own; then it gets its usual class back.
"""

import os
import sys
from _thread import get_ident
from types import ModuleType

from jaunt.errors import JauntNotBuiltError

__tracebackhide__ = True  # see __init__.py

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from jaunt.registry import SpecEntry

_generated: "dict[str, ModuleType]" = {}


def generated_module_of(spec_module: str) -> ModuleType:
    """Return the module that the generated code of a spec module is in, or will be loaded into."""
    known = _generated.get(spec_module)
    if known is None or (known.__spec__ is not None and sys.modules.get(known.__name__) is not known):
        known = _generated[spec_module] = ModuleType(f"generated code of {spec_module}")  # the loader names it
    return known


def hand_over(entry: "SpecEntry", undecorated: object, generated: ModuleType) -> None:
    """Let generated code that uses a spec of its own module get what the spec module's decorators made of it.

    So a recursive function below `@lru_cache` finds its cache, and a method below `@dataclass(slots=True)` its class:
    as if the code stood in the spec module. `undecorated` is what `@magic` gave to the decorator above it.
    """
    module = sys.modules.get(getattr(undecorated, "__module__", ""))
    if module is not None and vars(generated).get(entry.qualname) is undecorated:
        vars(generated)[entry.qualname] = vars(module).get(entry.qualname, undecorated)


class _Waiting:
    """A spec that waits: `load` puts the generated code in its place, that of `stub` for a class."""

    def __init__(self, load: "Callable[[], bool]", stub: type | None) -> None:
        self.load = load
        self.stub = stub


def wait_for(entry: "SpecEntry", spec_module: str, load: "Callable[[], bool]", *, stub: type | None = None) -> None:
    """Call `load`, until it returns true, at accesses from outside to the module of a spec.

    An access of the spec itself does so while the module is half imported, too; of other names, only the first after
    that does. `stub` is the class that the spec's name has to be bound to until then. Where specs are collected for a
    build, no code comes, and nothing waits.
    """
    if os.environ.get("JAUNT_STUBS_ONLY"):
        return
    module = sys.modules.get(spec_module)
    if module is not None and type(module) in (ModuleType, PatchedModule) and module.__name__ != "__main__":
        module.__class__ = SpecModule
        vars(module).setdefault("__jaunt_waiting__", {})
    if isinstance(module, SpecModule):
        vars(module)["__jaunt_waiting__"][entry.qualname] = _Waiting(load, stub)


def govern_later(module: ModuleType, govern: "Callable[[str | None], None]") -> None:
    """Call `govern` at accesses from outside to a module: with the name, or with None once the module is all there."""
    module.__class__ = SpecModule
    vars(module).setdefault("__jaunt_waiting__", {})
    vars(module)["__jaunt_govern__"] = govern


def govern_all(module: ModuleType) -> None:
    """Call what `govern_later` was given with None, if it was not yet."""
    govern = vars(module).pop("__jaunt_govern__", None)
    if govern is not None:
        govern(None)


class PatchedModule(ModuleType):
    """A spec module of which a name that is set from outside is set in its generated code, too.

    Generated code imports what it uses of its spec module: `mock.patch("app.shop.fetch")` would not reach it.
    """

    def __setattr__(self, name: str, value: object) -> None:
        """Set a name here and, where the generated code has the same object by the same name, there."""
        before = vars(self).get(name, _NOTHING)
        ModuleType.__setattr__(self, name, value)
        generated = vars(_generated.get(self.__name__, _EMPTY))
        if name[:2] != "__" and generated.get(name, _EMPTY) is before:
            generated[name] = value


class SpecModule(PatchedModule):
    """A spec module in which something waits."""

    def __getattribute__(self, name: str) -> "Any":
        """Return an attribute, after what waits for it is loaded as far as that can be done."""
        if name[:2] != "__":
            _load_waiting(self, name)
        return ModuleType.__getattribute__(self, name)  # by now it may be of another class

    def __setattr__(self, name: str, value: object) -> None:
        """Set a name in place of another one, as patches do, once the generated code is loaded that may have it, too.

        `mock.patch` reads what it puts back out of the module's namespace, which is no access of a name: of a spec that
        waits, that is the stand-in, and has to stay it.
        """
        known = vars(self)
        if name[:2] != "__" and name in known and name not in known.get("__jaunt_waiting__", ()):
            _load_waiting(self, "")
        PatchedModule.__setattr__(self, name, value)


_NOTHING = object()
_EMPTY = ModuleType("nothing")
_loading: "set[tuple[int, str]]" = set()  # threads and the modules that they load generated code for


def _load_waiting(module: SpecModule, name: str) -> None:
    """Load what waits in a module, if it waits for `name`, or for the first access of any name once it is all there."""
    govern = vars(module).get("__jaunt_govern__")
    if govern is not None and is_initialising(module.__name__):
        govern(name)
    elif govern is not None:
        govern_all(module)
    waiting: dict[str, _Waiting] | None = vars(module).get("__jaunt_waiting__")
    if waiting is None:  # another thread was faster
        return
    job = get_ident(), module.__name__
    if name not in waiting:
        if job in _loading or is_initialising(module.__name__) or not vars(module).get("__jaunt_untried__", True):
            return
        vars(module)["__jaunt_untried__"] = False
    _loading.add(job)
    try:
        for each in dict.fromkeys([name, *waiting]):
            if each in waiting and not _load_one(module, waiting, each, asked=each == name):
                return
    finally:
        _loading.discard(job)
    if not waiting:
        _settle(module)


def _load_one(module: SpecModule, waiting: "dict[str, _Waiting]", name: str, *, asked: bool) -> bool:
    """Load one spec's code; return whether to go on with the others. What fails is told by its own access or call."""
    spec = waiting[name]
    if spec.stub is not None and vars(module).get(name, spec.stub) is not spec.stub:
        return True  # a test has put something else there, for now
    try:
        if not spec.load():
            return False
    except JauntNotBuiltError:
        pass  # the stand-in says so when it is called
    except Exception as error:  # generated code may raise anything: a function's is told by its call
        if isinstance(error, ImportError | AttributeError) and needs_half_imported(error):
            return False
        if spec.stub is not None and asked:
            raise
        if spec.stub is not None:
            return True
    waiting.pop(name, None)
    return True


def _settle(module: SpecModule) -> None:
    """Give a module in which nothing waits any more its usual class back."""
    if "__jaunt_govern__" in vars(module):
        return
    for name in ("__jaunt_waiting__", "__jaunt_untried__"):
        vars(module).pop(name, None)
    # Patches are for tests: elsewhere, an access of such a module would take 25 ns longer for nothing.
    tested = "pytest" in sys.modules or "unittest" in sys.modules
    module.__class__ = PatchedModule if tested else ModuleType


def is_initialising(module: str) -> bool:
    """Return whether the import of a module has begun and not ended."""
    return getattr(getattr(sys.modules.get(module), "__spec__", None), "_initializing", False)


def set_initialising(spec: "Any", begun: bool) -> None:
    """Mark an import spec as that of a module whose import has begun, or has ended, as the import system does."""
    spec._initializing = begun


def needs_half_imported(error: ImportError | AttributeError, spec_module: str | None = None) -> bool:
    """Whether an import failed because it needs what a module defines further down, and so may succeed later."""
    if isinstance(error, ImportError):
        return error.name is not None and (error.name == spec_module or is_initialising(error.name))
    owner = getattr(error.obj, "__name__", "")
    return is_initialising(owner) or is_initialising(f"{owner}.{error.name}")
