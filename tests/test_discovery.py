"""Discovery: which files are searched, which of them hold specs, and what their decorators say."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import ProjectFiles

from jaunt.discovery import discover_modules, import_and_collect
from jaunt.errors import JauntDiscoveryError
from jaunt.registry import clear_registries, get_magic_registry
from jaunt.spec_ref import SpecRef

SPEC = "import jaunt\n@jaunt.magic\ndef f(): ...\n"


def test_modules_are_named_from_their_root(project_files: ProjectFiles) -> None:
    root = project_files(
        {
            "src/app/__init__.py": "",
            "src/app/b/c.py": "",
            "src/app/a.py": "",
            "src/top.py": "",
            "lib/x.py": "",
        }
    )
    roots = [root / "src", str(root / "lib")]
    assert discover_modules(roots=roots, exclude=[], generated_dir="__generated__") == [
        "app",
        "app.a",
        "app.b.c",
        "top",
        "x",
    ]


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on `sys.path`; what was imported from it is forgotten afterwards."""
    clear_registries()
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]
    clear_registries()


def test_imported_modules_register_their_specs(importable: Path, project_files: ProjectFiles) -> None:
    project_files(
        {
            "pkg_a/__init__.py": "",
            "pkg_a/b.py": """
                import jaunt

                @jaunt.magic(prompt='p')
                def g(): ...

                @jaunt.magic
                class F: ...
            """,
            "pkg_a/c.py": "import pkg_a.b\n",
            "pkg_a/t.py": "import jaunt\n@jaunt.test\ndef test_g(): ...\n",
        }
    )
    names = discover_modules(roots=[importable], exclude=[], generated_dir="__generated__")
    found = import_and_collect(names, kind="magic")
    assert {module: [e.qualname for e in entries] for module, entries in found.items()} == {"pkg_a.b": ["F", "g"]}
    assert [e.spec_ref for e in import_and_collect(names, kind="test")["pkg_a.t"]] == ["pkg_a.t:test_g"]
    assert get_magic_registry()[SpecRef("pkg_a.b:g")].decorator_kwargs == {"prompt": "p"}


def test_only_what_was_asked_for_is_returned(importable: Path, project_files: ProjectFiles) -> None:
    project_files({"one_m.py": SPEC, "two_m.py": f"import one_m\n{SPEC}"})
    assert list(import_and_collect(["two_m"], kind="magic")) == ["two_m"]
    assert sorted(get_magic_registry()) == ["one_m:f", "two_m:f"]
    assert import_and_collect([], kind="magic") == {}


def test_a_second_call_after_the_registries_were_cleared_finds_the_specs_again(
    importable: Path, project_files: ProjectFiles
) -> None:
    project_files({"again_m.py": SPEC, "again_models.py": "class Model: ...\n"})
    names = ["again_m", "again_models"]
    first = import_and_collect(names, kind="magic")
    model = sys.modules["again_models"].Model
    clear_registries()
    assert [e.spec_ref for e in import_and_collect(names, kind="magic")["again_m"]] == ["again_m:f"]
    assert import_and_collect(names, kind="magic").keys() == first.keys()
    assert sys.modules["again_models"].Model is model  # a module without specs is not run again


@pytest.mark.parametrize("line", ["1 / 0", "raise SystemExit(3)", "import no_such_thing", "def ("])
def test_a_module_that_fails_is_an_error_that_names_it(
    line: str, importable: Path, project_files: ProjectFiles
) -> None:
    project_files({"failing_m.py": f"{line}\n"})
    with pytest.raises(JauntDiscoveryError, match=r"^failing_m: cannot be imported: \w+: ") as caught:
        import_and_collect(["failing_m"], kind="magic")
    assert caught.value.__cause__ is not None


def test_a_missing_module_is_an_error_that_names_it(importable: Path) -> None:
    with pytest.raises(JauntDiscoveryError, match=r"^no_such_m: cannot be imported: ModuleNotFoundError"):
        import_and_collect(["no_such_m"], kind="magic")
