"""Test modules: generated below the tests package alone, then run."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from backends import FakeBackend
from libraries import Library, make_library, spec_file
from projects import write_files
from pytest_runs import QUIET, WITHOUT_PLUGINS, set_bare_pytest

from jaunt.builder import detect_stale_modules
from jaunt.header import parse_header
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef
from jaunt.tester import TestGenerationReport, run_pytest, run_test_generation, run_tests
from jaunt.testing.project_tests import GENERATION_FAILED, PytestResult

PASSING = "def test_something() -> None:\n    assert True\n"
FAILING = "def test_something() -> None:\n    assert False\n"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    set_bare_pytest(monkeypatch)


def make_tests(root: Path, *names: str) -> Library:
    """Write test spec modules `tests.<name>`, each with a spec `test_something`, and a package under test."""
    write_files(root, {"src/app/__init__.py": "", "src/app/mod.py": "VALUE = 1\n"})
    files = {f"tests/{name}.py": spec_file("test_something", kind="test") for name in names}
    return make_library(root, {"tests/__init__.py": "", **files})


def arguments(
    root: Path, library: Library, backend: FakeBackend, stale: Collection[str] | None = None, **changes: Any
) -> dict[str, Any]:
    """Return the keyword arguments that both entry points take."""
    return {
        "project_dir": root,
        "tests_package": "tests",
        "generated_dir": "__generated__",
        "stale_modules": set(library.module_specs) if stale is None else stale,
        "backend": backend,
        **library.arguments(),
        **changes,
    }


def generate(*args: Any, **kwargs: Any) -> TestGenerationReport:
    return asyncio.run(run_test_generation(**arguments(*args, **kwargs)))


def run(*args: Any, **kwargs: Any) -> PytestResult:
    return asyncio.run(run_tests(**arguments(*args, **{"pytest_args": QUIET, "sandbox": WITHOUT_PLUGINS, **kwargs})))


def python_files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*.py")}


# --- generating --------------------------------------------------------------------------------------


def test_test_modules_are_generated_below_tests_and_nowhere_else(tmp_path: Path) -> None:
    library = make_tests(tmp_path, "test_mod")
    before = python_files(tmp_path)
    report = generate(tmp_path, library, FakeBackend({"tests.test_mod": [PASSING]}))
    made = tmp_path / "tests/__generated__/test_mod.py"
    assert report == TestGenerationReport({"tests.test_mod"}, set(), {}, [made])
    assert python_files(tmp_path) - before == {
        "tests/__generated__/__init__.py",
        "tests/__generated__/test_mod.py",
    }
    assert not (tmp_path / "src/__generated__").exists()
    fields = parse_header(made.read_text(encoding="utf-8"))
    assert fields is not None
    assert fields["kind"] == "test"
    assert run_pytest([made], pytest_args=QUIET) == 0


def test_what_is_fresh_is_skipped_and_still_among_the_files(tmp_path: Path) -> None:
    library = make_tests(tmp_path, "test_a", "test_b")
    backend = FakeBackend()
    generate(tmp_path, library, backend)
    report = generate(tmp_path, library, backend, stale={"tests.test_b"})
    assert (report.generated, report.skipped) == ({"tests.test_b"}, {"tests.test_a"})
    assert [path.name for path in report.generated_files] == ["test_a.py", "test_b.py"]
    assert sorted(backend.calls) == ["tests.test_a", "tests.test_b", "tests.test_b"]


def test_a_module_that_fails_is_not_among_the_files_even_if_an_old_one_is_there(tmp_path: Path) -> None:
    library = make_tests(tmp_path, "test_a", "test_b")
    generate(tmp_path, library, FakeBackend())
    report = generate(tmp_path, library, FakeBackend({"tests.test_a": ["def other() -> None: ...\n"]}))
    assert report.generated == {"tests.test_b"}
    assert "test_something" in report.failed["tests.test_a"][0]
    assert [path.name for path in report.generated_files] == ["test_b.py"]


def test_the_backend_is_told_what_is_tested(tmp_path: Path) -> None:
    library = make_tests(tmp_path, "test_mod")
    backend = FakeBackend()
    api = {"app.mod:slugify": "def slugify(text: str) -> str: ..."}
    generate(tmp_path, library, backend, dependency_apis=api)
    assert backend.contexts["tests.test_mod"].kind == "test"
    assert backend.contexts["tests.test_mod"].dependency_apis == api


def test_a_module_outside_the_tests_package_is_generated_below_it_all_the_same(tmp_path: Path) -> None:
    # Written as `specs/test_mod.py`, named `specs.test_mod`: nothing may land in `specs`.
    library = make_library(tmp_path, {"specs/__init__.py": "", "specs/test_mod.py": spec_file("test_x", kind="test")})
    report = generate(tmp_path, library, FakeBackend())
    assert [p.relative_to(tmp_path).as_posix().split("/")[:2] for p in report.generated_files] == [
        ["tests", "__generated__"]
    ]
    assert not (tmp_path / "specs/__generated__").exists()


def test_staleness_of_tests_is_judged_like_that_of_modules(tmp_path: Path) -> None:
    library = make_tests(tmp_path, "test_mod")
    graph: dict[str, Any] = {"package_dir": tmp_path, "generated_dir": "__generated__", **library.graph()}
    assert detect_stale_modules(**graph) == {"tests.test_mod"}
    generate(tmp_path, library, FakeBackend())
    assert detect_stale_modules(**graph) == set()


def test_entries_without_decorator_or_package_files_are_enough(tmp_path: Path) -> None:
    write_files(tmp_path, {"tests/test_mod.py": 'def test_something() -> None:\n    """It works."""\n'})
    ref = SpecRef("tests.test_mod:test_something")
    source = str(tmp_path / "tests/test_mod.py")
    entry = SpecEntry("test", ref, "tests.test_mod", "test_something", source, object(), {})
    library = Library({"tests.test_mod": [entry]}, {ref: entry}, {ref: set()}, {"tests.test_mod": set()})
    report = generate(tmp_path, library, FakeBackend({"tests.test_mod": [PASSING]}))
    assert report.generated_files == [tmp_path / "tests/__generated__/test_mod.py"]


# --- running -----------------------------------------------------------------------------------------


def test_a_passing_run(tmp_path: Path) -> None:
    backend = FakeBackend({"tests.test_mod": [PASSING]})
    result = run(tmp_path, make_tests(tmp_path, "test_mod"), backend)
    assert (result.exit_code, result.passed, result.failed, result.failures) == (0, True, False, [])
    assert "1 passed" in result.output
    assert backend.calls == ["tests.test_mod"]


def test_a_failing_run_has_pytests_code_and_says_so(tmp_path: Path) -> None:
    result = run(tmp_path, make_tests(tmp_path, "test_mod"), FakeBackend({"tests.test_mod": [FAILING]}))
    assert (result.exit_code, result.passed, result.failed) == (1, False, True)
    (failure,) = result.failures
    assert failure.startswith("tests/__generated__/test_mod.py::test_something: ")
    assert result.found[0].exception == "AssertionError"


def test_generated_tests_find_the_code_on_the_given_path(tmp_path: Path) -> None:
    source = "from app.mod import VALUE\n\n\ndef test_something() -> None:\n    assert VALUE == 1\n"
    library = make_tests(tmp_path, "test_mod")
    answers = {"tests.test_mod": [source]}
    assert run(tmp_path, library, FakeBackend(answers), pythonpath=[tmp_path / "src", tmp_path]).passed
    assert run(tmp_path, library, FakeBackend(answers)).failed


def test_no_generate_asks_nobody_and_runs_what_is_there(tmp_path: Path) -> None:
    library = make_tests(tmp_path, "test_mod", "test_missing")
    generate(tmp_path, library, FakeBackend({"tests.test_mod": [FAILING]}), stale={"tests.test_mod"})
    backend = FakeBackend()
    result = run(tmp_path, library, backend, no_generate=True)
    assert backend.calls == []
    assert result.exit_code == 1


def test_no_run_generates_and_starts_no_pytest(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    result = run(tmp_path, make_tests(tmp_path, "test_mod"), FakeBackend({"tests.test_mod": [FAILING]}), no_run=True)
    assert result.passed
    assert (tmp_path / "tests/__generated__/test_mod.py").is_file()
    assert capfd.readouterr().out == ""


def test_a_module_that_could_not_be_generated_makes_a_passing_run_a_failure(tmp_path: Path) -> None:
    answers = {"tests.test_a": ["nonsense("], "tests.test_b": [PASSING]}
    result = run(tmp_path, make_tests(tmp_path, "test_a", "test_b"), FakeBackend(answers))
    assert (result.exit_code, result.failed) == (GENERATION_FAILED, True)
    assert len(result.failures) == 1
    assert result.failures[0].startswith("tests.test_a: ")
    assert "1 passed" in result.output


@pytest.mark.parametrize(
    "cheat",
    [
        "import os\n\ndef test_something():\n    os._exit(0)\n",
        "import os\n\ndef test_something():\n    assert True\n\nos._exit(0)\n",
        "import pytest\n\npytest.skip('no', allow_module_level=True)\n\ndef test_something():\n    assert 1 == 1\n",
        "import sys\n\ndef test_something():\n    sys.exit(0)\n",
        "test_something = 3\n",
    ],
    ids=["exit-in-test", "exit-at-import", "skip-module", "sys-exit", "no-test"],
)
def test_an_exit_code_of_0_proves_nothing(tmp_path: Path, cheat: str) -> None:
    result = run(tmp_path, make_tests(tmp_path, "test_mod"), FakeBackend({"tests.test_mod": [cheat]}))
    assert (result.passed, result.failed) == (False, True)
    assert result.exit_code != 0
    assert result.failures


def test_no_test_modules_are_a_pass(tmp_path: Path) -> None:
    assert run(tmp_path, Library({}, {}, {}, {}), FakeBackend()).passed
