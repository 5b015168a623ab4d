"""Async tests: whether anything runs them here, and by which mark."""

import ast
import importlib
import re
from collections.abc import Iterable
from pathlib import Path

from jaunt.plan.module_work import ModuleWork
from jaunt.syntax.source import last_name

_CONFIGURATIONS = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")

_RUN_ASYNC = ("asyncio", "anyio", "trio", "twisted", "tornasync", "aio")
"""What the names of pytest's plugins for async tests have in them."""
_MARKS = ("asyncio", "anyio", "trio")
"""The marks by which the plugin that has this in its name runs an async test, unless it is told to run all."""
_AUTO = rb"(?:asyncio|anyio|trio)_mode[\"' \t]*=[\"' \t]*(?:auto|true)"
_RUN_BY_HOOK = rb"pytest_pyfunc_call"


def plugins() -> list[str]:
    """Return the names of pytest's plugins that are installed."""
    metadata = importlib.import_module("importlib.metadata")  # 20 ms, for nothing where no test is async
    return [f"{each.name} {each.value}" for each in metadata.entry_points(group="pytest11")]


def runs_async(work: ModuleWork, installed: Iterable[str]) -> bool:
    """Whether something is there that runs async tests: one of the plugins of pytest, or a `conftest.py`."""
    if any(part in name.lower() for name in installed for part in _RUN_ASYNC):
        return True
    return is_said(work, rb"(?!)", _RUN_BY_HOOK)


def missing_mark(work: ModuleWork, name: str, installed: Iterable[str] | None = None) -> str:
    """Return the mark that the async test spec `name` lacks to be run here; "" for none, or if that is not known.

    `installed` are the names of pytest's plugins, if not those of this environment.
    """
    stub = work.spec.definitions.get(name)
    if not isinstance(stub, ast.AsyncFunctionDef) or "pytestmark" in work.spec.constants:
        return ""
    if any(last_name(decorator) in _MARKS for decorator in stub.decorator_list):
        return ""
    found = [each.lower() for each in (plugins() if installed is None else installed)]
    mark = next((mark for mark in _MARKS if any(mark in each for each in found)), "")
    return "" if not mark or is_said(work, _AUTO, rb"|".join([_RUN_BY_HOOK, *map(str.encode, _MARKS)])) else mark


def is_said(work: ModuleWork, setting: bytes, code: bytes) -> bool:
    """Whether a pattern is found in one of pytest's files of settings, or another one in a `conftest.py`, around."""
    folders = [each for each in Path(work.spec.path).parents if each.is_relative_to(work.root)]
    files = [(folder / name, setting) for folder in folders for name in _CONFIGURATIONS]
    files += [(folder / "conftest.py", code) for folder in folders]
    return any(re.search(pattern, file.read_bytes()) for file, pattern in files if file.is_file())
