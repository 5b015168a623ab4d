"""What holds for a test spec holds for the tests generated from it, although these stand in another folder.

The `conftest.py` files beside the spec apply to them, fixtures and hooks; so do the fixtures that the spec's module
defines or imports, and its `pytestmark`.
"""

import inspect
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from jaunt.header import HEADER_MARKER, parse_header
from jaunt.paths import DEFAULT_GENERATED_DIR
from jaunt.process.boundary import caught
from jaunt.runtime.loader import configured_dir


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Give a module of generated tests what its spec has, before pytest looks for the tests in it.

    What goes wrong is left to pytest: it imports the same once more, and says so.
    """
    if isinstance(collector, pytest.Module) and not isinstance(collector, pytest.Package):
        source = _generated_text(collector.path)
        fields = parse_header(source) if source else None
        if fields and fields.get("kind") == "test":
            caught(lambda: _adopt(collector, str(fields["source_module"])))


def spec_file_of(file: Path) -> Path | None:
    """Return the file of the spec that a generated file is of; None if it can't be found."""
    names = {DEFAULT_GENERATED_DIR, configured_dir(str(file.parent))}
    for folder in file.parents:
        if folder.name in names and (spec := folder.parent / file.relative_to(folder)).is_file():
            return spec
    return None


def _generated_text(file: Path) -> str:
    """Return the text of a generated file, "" for any other, of which no more than the start is read."""
    with file.open("rb") as stream:
        start = stream.read(len(HEADER_MARKER))
        return (start + stream.read()).decode("utf-8", "replace") if start == HEADER_MARKER.encode() else ""


def _adopt(module: pytest.Module, spec_name: str) -> None:
    file = spec_file_of(module.path)
    if file is None:
        return
    holders = [*_apply_conftests(module, file), _spec_module(spec_name, file)]
    names = vars(module.obj)
    found = {name: value for holder in holders for name, value in _fixtures(holder)}  # the nearest one counts
    for name, value in found.items():
        names.setdefault(name, value)
    for each in _marks(holders[-1]):
        if each.mark not in module.own_markers:
            module.add_marker(each)


def _apply_conftests(module: pytest.Module, spec: Path) -> Sequence[ModuleType]:
    """Let the `conftest.py` files beside a spec, and above it, apply to a module; return those that did not already.

    pytest has no public name for it. Its own, which are used here alone, are held by a test.
    """
    config = module.config
    manager: Any = config.pluginmanager
    options: dict[str, Any] = {
        "importmode": config.getoption("importmode"),
        "rootpath": config.rootpath,
        "consider_namespace_packages": config.getini("consider_namespace_packages"),
    }
    taken = inspect.signature(manager._loadconftestmodules).parameters
    manager._loadconftestmodules(spec.parent, **{name: value for name, value in options.items() if name in taken})
    own = manager._getconftestmodules(module.path)
    others = [each for each in manager._getconftestmodules(spec) if each not in own]
    manager._dirpath2confmods[module.path.parent] = [*own, *others]
    return others


def _spec_module(name: str, file: Path) -> ModuleType:
    """Import a spec's module: by its name, or where no folder on the path has it, from its file under that name."""
    if name not in sys.modules and caught(lambda: import_module(name)) is not None:
        spec = spec_from_file_location(name, file)
        assert spec is not None and spec.loader is not None  # it is a Python file
        found = module_from_spec(spec)
        sys.modules[name] = found
        spec.loader.exec_module(found)
    return sys.modules[name]


def _fixtures(holder: ModuleType) -> Iterator[tuple[str, object]]:
    for name, value in vars(holder).items():
        is_marked = isinstance(value, FunctionType) and "_pytestfixturefunction" in vars(value)  # before pytest 8.4
        if is_marked or type(value).__name__ == "FixtureFunctionDefinition":
            yield name, value


def _marks(holder: ModuleType) -> list[pytest.MarkDecorator]:
    marks = vars(holder).get("pytestmark", [])
    return [each for each in (marks if isinstance(marks, list) else [marks]) if isinstance(each, pytest.MarkDecorator)]
