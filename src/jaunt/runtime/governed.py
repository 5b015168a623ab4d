"""`jaunt.module()`: every stub at the top level of a module is a spec, from the end of the module's import on.

A function that is defined further down can't be replaced when the call at the top runs. So the module's import spec
says when the import is over, as the import system marks it; who gets hold of the half imported module before that has
what he asks for replaced then. What the module itself has kept of a stub, in a table say, leads to the generated code.
"""

# ruff: noqa: PTH100, PTH123 - see __init__.py

import os
import sys
from types import FunctionType

from jaunt import codes
from jaunt.errors import JauntDiscoveryError
from jaunt.registry import SpecEntry, register_magic
from jaunt.runtime.classes import replace_class
from jaunt.runtime.functions import copy_of, make_forwarder, redirect
from jaunt.runtime.spec_module import govern_all, govern_later, is_initialising
from jaunt.runtime.stubs import ONLY_AST, stub_names
from jaunt.spec_ref import SpecRef

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType
    from typing import Any


def module(
    *,
    deps: "Iterable[Any] | Any | None" = None,
    prompt: str | None = None,
    infer_deps: bool | None = None,
) -> None:
    """Make every stub at the top level of the module that calls this a spec, as `magic` with these arguments would.

    A stub is a function or a class without decorators that has no body yet: `...`, `pass`, a docstring, `raise
    NotImplementedError`; of a class, all of its methods. Raises JauntDiscoveryError for a module that is not imported.
    """
    frame = sys._getframe(1)
    name = str(frame.f_globals.get("__name__"))
    found = sys.modules.get(name)
    given = {"deps": deps, "prompt": prompt, "infer_deps": infer_deps}
    where = f"jaunt.module() in {frame.f_code.co_filename}:{frame.f_lineno}"
    if frame.f_code.co_name != "<module>":
        raise JauntDiscoveryError(
            f"{where}: stands in a function or class", hint="move it to the top of the module", code=codes.GOVERNED
        )
    if name == "__main__" or found is None or vars(found) is not frame.f_globals:
        error = JauntDiscoveryError(
            f"{where}: the module is run, not imported",
            hint="run another one, which imports it, or use @jaunt.magic",
            code=codes.GOVERNED,
        )
        # Of a program, Python prints that alone, without a traceback.
        raise SystemExit(f"error: {error} ({error.hint})") if name == "__main__" else error
    govern = _governing(found, {key: value for key, value in given.items() if value is not None})
    govern_later(found, govern)
    if is_initialising(name):
        _call_at_end(found, lambda: govern_all(found))


def _governing(found: "ModuleType", arguments: "dict[str, Any]") -> "Callable[[str | None], None]":
    """Return a function that makes specs of a module's stubs, of that with a name alone or, for None, of all."""
    waiting = [*_stubs_in(found)]

    def govern(name: "str | None") -> None:
        for each in [name] if name in waiting else waiting[:] if name is None else []:
            stub = vars(found).get(each)
            if stub is None and name is not None:
                continue  # it is defined further down
            waiting.remove(each)
            if isinstance(stub, FunctionType | type) and stub.__module__ == found.__name__:
                vars(found)[each] = _spec_of(stub, str(each), found, arguments)

    return govern


def _spec_of(stub: "Any", name: str, found: "ModuleType", arguments: "dict[str, Any]") -> "Any":
    file = os.path.abspath(str(found.__file__))
    original = copy_of(stub) if isinstance(stub, FunctionType) else stub
    entry = SpecEntry("magic", SpecRef(f"{found.__name__}:{name}"), found.__name__, name, file, original, arguments)
    register_magic(entry)
    if original is stub:
        return replace_class(stub, entry)
    forward = make_forwarder(original, entry)
    redirect(stub, forward)
    return forward


def _stubs_in(found: "ModuleType") -> "list[str]":
    """Return the names of a module's stubs, as its source has them."""
    file = str(getattr(found, "__file__", ""))
    try:
        get_data = getattr(found.__loader__, "get_data", None)
        if get_data is None:
            with open(file, "rb") as stream:
                data = stream.read()
        else:
            data = get_data(file)
        return stub_names(compile(data, file, "exec", ONLY_AST, dont_inherit=True))
    except (OSError, SyntaxError, ValueError) as error:
        raise JauntDiscoveryError(
            f"{found.__name__}: jaunt.module() can't read its source, {file}: {error}",
            hint="decorate each spec with @jaunt.magic",
            code=codes.GOVERNED,
        ) from error


def _call_at_end(found: "ModuleType", call: "Callable[[], None]") -> None:
    """Call something once the import of a module is over, and not if it fails."""
    spec: Any = found.__spec__
    kind = type(spec)

    class Ending(kind):
        """An import spec that knows when the import system takes its mark of a begun import away."""

        @property
        def _initializing(self) -> bool:
            return vars(self).get("_initializing", False)

        @_initializing.setter
        def _initializing(self, begun: bool) -> None:
            self.__dict__["_initializing"] = begun
            if not begun:
                self.__class__ = kind
                if sys.modules.get(found.__name__) is found:
                    call()

    spec.__class__ = Ending
