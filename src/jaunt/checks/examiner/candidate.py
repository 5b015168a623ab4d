"""The import of a candidate in place of the generated module, as the program that examines it does.

The candidate stands in while its spec module is imported, so whoever asks it sees what a caller will see; the code of
other specs comes from the disk.
"""

import ast
import importlib
import importlib.abc
import linecache
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from jaunt.checks.examiner.protocol import Order, Wrong
from jaunt.checks.examiner.shape import shape_errors
from jaunt.checks.examiner.world import Effects
from jaunt.runtime.spec_module import generated_module_of, set_initialising


class Imported(NamedTuple):
    """The names of a spec module and of its candidate, and what is wrong with how the candidate came to be.

    `effects` are those of its import, if they were measured.
    """

    spec: dict[str, Any]
    generated: dict[str, Any]
    errors: list[Wrong]
    effects: list[Wrong]


def import_candidate(order: Order) -> Imported:
    """Import the spec module, the candidate in place of the generated one; its effects are measured if `order` says so.

    Raises whatever either does.
    """
    linecache.cache[order["filename"]] = (
        len(order["source"]), None, order["source"].splitlines(keepends=True), order["filename"]
    )  # fmt: skip
    run = _Run(order)
    if order["single_file"]:
        _load_single_file(order, run)
    else:
        sys.meta_path.insert(0, _StandIn(order, run))
    spec = importlib.import_module(order["spec_module"])
    generated = importlib.import_module(order["generated_module"])
    for name in order["names"]:
        getattr(spec, name, None)  # as a caller does, whose access puts the generated code in its place
    shape = shape_errors(order, vars(spec), run.defined)
    return Imported(vars(spec), vars(generated), shape, run.effects.errors)


class _Run:
    """Runs the code of a candidate, and notes what it does and defines."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.effects = Effects(order["filename"], order["spec_module"], order["names"])
        self.defined: dict[str, Any] = {}

    def __call__(self, module: ModuleType) -> None:
        order = self.order
        if order["effects"]:
            # No `ast.parse`: it needs a lock in jaunt's own process, and here nobody else parses.
            tree: Any = compile(order["source"], order["filename"], "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
            self.effects.run(tree, module)
        else:
            exec(compile(order["source"], order["filename"], "exec", dont_inherit=True), vars(module))
        self.defined = {**vars(module)}  # what decorators of the spec module make of it comes later


def _load_single_file(order: Order, run: _Run) -> None:
    """Put the candidate where jaunt.runtime.loader looks for the code of a module without a package."""
    module = sys.modules[order["generated_module"]] = _generated_module(order)
    spec = module.__spec__ = ModuleSpec(order["generated_module"], None, origin=order["filename"])
    set_initialising(spec, True)  # the spec module, which the candidate imports, then waits for its classes
    run(module)
    set_initialising(spec, False)


def _generated_module(order: Order) -> ModuleType:
    """Return the module object that the functions of the spec module wait for."""
    module = generated_module_of(order["spec_module"])
    module.__name__ = order["generated_module"]
    return module


class _StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the candidate by the generated module's name, and packages above it that are not there yet."""

    def __init__(self, order: Order, run: _Run) -> None:
        self._order = order
        self._run = run

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> Any:
        if name == self._order["generated_module"]:
            is_package = Path(self._order["filename"]).name == "__init__.py"
            spec = ModuleSpec(name, self, origin=self._order["filename"], is_package=is_package)
            spec.has_location = True
            if is_package:
                spec.submodule_search_locations = [str(Path(self._order["filename"]).parent)]
            return spec
        if self._order["generated_module"].startswith(f"{name}.") and PathFinder.find_spec(name, path) is None:
            return ModuleSpec(name, None, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _generated_module(self._order)

    def exec_module(self, module: Any) -> None:
        self._run(module)
