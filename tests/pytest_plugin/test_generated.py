"""Generated tests have what their spec has: conftest.py files of each level, fixtures, marks, hooks."""

import inspect
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from textwrap import dedent

import pytest
from processes import CHILD_SECONDS, child_environment, python_path
from projects import write_files
from pytest_runs import NO_PLUGINS, WITHOUT_PLUGINS

from jaunt.header import format_header
from jaunt.pytest_plugin.generated import spec_file_of
from jaunt.sandbox.sandbox import Sandbox
from jaunt.testing.pytest_run import judge_tests

INSTALLED = any(each.value == "jaunt.pytest_plugin" for each in metadata.entry_points(group="pytest11"))
PLUGIN = () if INSTALLED else ("-p", "jaunt.pytest_plugin")

FILES = {
    "jaunt.toml": "version = 1\n",
    "pytest.ini": "[pytest]\nmarkers =\n    slow: of the spec module\n",
    "tests/conftest.py": """
        import pytest

        @pytest.fixture
        def level():
            return ["tests"]
        """,
    "tests/unit/conftest.py": """
        import pytest

        called = []

        @pytest.fixture
        def level(level):
            return [*level, "unit"]

        @pytest.fixture(autouse=True)
        def everywhere():
            called.append("autouse")

        def pytest_runtest_setup(item):
            called.append(item.name)

        @pytest.fixture
        def setups():
            return called
        """,
    "tests/unit/deep/conftest.py": """
        import pytest

        @pytest.fixture(params=[1, 2])
        def number(request):
            return request.param
        """,
    "tests/fixtures.py": "import pytest\n\n@pytest.fixture(name='named')\ndef other():\n    return 'imported'\n",
    "tests/unit/deep/test_a.py": """
        import jaunt
        import pytest
        from tests.fixtures import other

        pytestmark = pytest.mark.slow

        @pytest.fixture
        def own(number):
            return -number

        @jaunt.test
        def test_a(level, number, named, own, setups) -> None:
            '''All of it is there.'''
            ...
        """,
}
ANSWER = """
def test_a(level, number, named, own, setups, request) -> None:
    assert level == ["tests", "unit"]
    assert (number in (1, 2), named, own) == (True, "imported", -number)
    assert "autouse" in setups and request.node.name in setups
    assert request.node.get_closest_marker("slow")
"""
GENERATED = "tests/__generated__/unit/deep/test_a.py"


def write_project(root: Path, answer: str = ANSWER) -> None:
    header = format_header(
        tool_version="1", kind="test", source_module="tests.unit.deep.test_a", module_digest="0" * 64, spec_refs=[]
    )
    packages = {f"{folder}/__init__.py": "" for folder in ("tests", "tests/unit", "tests/unit/deep")}
    inner = {f"{folder}/__init__.py": "" for folder in ("tests/__generated__", "tests/__generated__/unit")}
    files = {name: dedent(text).lstrip() for name, text in FILES.items()}
    last = {"tests/__generated__/unit/deep/__init__.py": "", GENERATED: f"{header}\n{answer}"}
    write_files(root, {**files, **packages, **inner, **last})


def judged(root: Path) -> list[str]:
    """Return what fails in a run of the generated tests in the sandbox, where no plugin is loaded by itself."""
    run = judge_tests([root / GENERATED], sandbox=Sandbox(WITHOUT_PLUGINS), cwd=root, pythonpath=[root])
    return [str(failure) for failure in run.failures]


def test_what_applies_to_a_spec_applies_to_its_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NO_PLUGINS, "1")
    write_project(tmp_path)
    assert judged(tmp_path) == []


def test_so_it_does_where_pytest_is_run_by_hand(tmp_path: Path) -> None:
    write_project(tmp_path)
    command = ["-m", "pytest", "-p", "no:cacheprovider", *PLUGIN, "-q"]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        env=child_environment(PYTHONPATH=python_path()),
        capture_output=True,
        text=True,
        timeout=CHILD_SECONDS,
        check=False,
    )
    assert "2 passed" in done.stdout, done.stdout


def test_a_spec_module_that_cannot_be_imported_leaves_its_tests_to_pytest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NO_PLUGINS, "1")
    write_project(tmp_path)
    (tmp_path / "tests/unit/deep/test_a.py").write_text("raise RuntimeError\n")
    (error,) = {line.partition(": ")[2] for line in judged(tmp_path)}
    assert "fixture" in error.lower()


@pytest.mark.parametrize(
    ("file", "spec"),
    [
        ("tests/__generated__/test_a.py", "tests/test_a.py"),
        ("tests/__generated__/unit/test_a.py", "tests/unit/test_a.py"),
        ("tests/unit/__generated__/test_a.py", "tests/unit/test_a.py"),
        ("tests/__generated__/test_gone.py", None),
        ("tests/test_a.py", None),
    ],
)
def test_the_file_of_a_spec_is_found_from_that_of_its_tests(tmp_path: Path, file: str, spec: str | None) -> None:
    write_files(tmp_path, {"tests/test_a.py": "", "tests/unit/test_a.py": ""})
    assert spec_file_of(tmp_path / file) == (None if spec is None else tmp_path / spec)


def test_pytest_has_the_private_names_that_this_takes() -> None:
    manager = pytest.PytestPluginManager
    assert "path" in inspect.signature(manager._loadconftestmodules).parameters
    assert [*inspect.signature(manager._getconftestmodules).parameters] == ["self", "path"]
    assert isinstance(manager()._dirpath2confmods, dict)
    assert type(pytest.fixture(lambda: 1)).__name__ == "FixtureFunctionDefinition"
