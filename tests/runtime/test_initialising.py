"""The canary of the import system's private mark of a module whose import has begun."""

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from jaunt.runtime.spec_module import is_initialising, set_initialising


def test_a_module_is_initialising_while_its_import_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "from jaunt.runtime.spec_module import is_initialising\nwhile_running = is_initialising(__name__)\n"
    (tmp_path / "looks_at_itself.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    module = __import__("looks_at_itself")
    monkeypatch.setitem(sys.modules, "looks_at_itself", module)
    assert module.while_running
    assert not is_initialising("looks_at_itself")


def test_a_mark_of_ours_counts_as_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("marked")
    module.__spec__ = ModuleSpec("marked", None)
    monkeypatch.setitem(sys.modules, "marked", module)
    set_initialising(module.__spec__, True)
    assert is_initialising("marked")
    set_initialising(module.__spec__, False)
    assert not is_initialising("marked")
