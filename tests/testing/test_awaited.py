"""Async tests: what runs them here is known before a call, and the mark that they need is asked for."""

from pathlib import Path

import pytest
from builds import load
from projects import write_files

from jaunt.build.context import make_context
from jaunt.plan.module_work import ModuleWork, project_work
from jaunt.testing.awaited import missing_mark, plugins, runs_async

SPEC = '''\
import jaunt
import pytest


@jaunt.test
async def test_a() -> None:
    """1 is 1."""
    ...
'''
ASYNCIO, ANYIO = "asyncio pytest_asyncio.plugin", "anyio anyio.pytest_plugin"
OTHERS = ["xdist xdist.plugin", "hypothesispytest _hypothesis_pytestplugin"]


def work_of(root: Path, spec: str = SPEC, files: dict[str, str] | None = None) -> ModuleWork:
    write_files(
        root, {"jaunt.toml": "version = 1\n", "tests/__init__.py": "", "tests/test_a.py": spec, **(files or {})}
    )
    return project_work(load(root, "version = 1\n"), "tests.test_a")


def test_who_runs_async_tests_is_known_before_a_call(tmp_path: Path) -> None:
    work = work_of(tmp_path)
    assert not runs_async(work, OTHERS)
    assert runs_async(work, [ASYNCIO])
    assert runs_async(work, [ANYIO])
    write_files(tmp_path, {"tests/conftest.py": "def pytest_pyfunc_call(pyfuncitem):\n    return True\n"})
    assert runs_async(work, [])


def test_the_mark_that_an_async_test_lacks_is_asked_for(tmp_path: Path) -> None:
    work = work_of(tmp_path)
    assert missing_mark(work, "test_a", [ANYIO, ASYNCIO]) == "asyncio"
    assert missing_mark(work, "test_a", [*OTHERS, ANYIO]) == "anyio"
    assert missing_mark(work, "test_a", OTHERS) == ""
    asked = any("asyncio" in each or "anyio" in each for each in plugins())  # anyio, as a rule
    told = "".join(make_context(work).decorator_prompts.values())
    assert ("by its mark alone, `@pytest.mark.a" in told) is asked


@pytest.mark.parametrize(
    ("spec", "files"),
    [
        (SPEC.replace("@jaunt", "@pytest.mark.asyncio\n@jaunt"), {}),
        (SPEC.replace("@jaunt", "pytestmark = pytest.mark.asyncio\n\n\n@jaunt"), {}),
        (SPEC.replace("async ", ""), {}),
        (SPEC, {"pytest.ini": "[pytest]\nasyncio_mode=auto\n"}),
        (SPEC, {"pyproject.toml": '[tool.pytest.ini_options]\nasyncio_mode = "auto"\n'}),
        (SPEC, {"tests/conftest.py": "def pytest_collection_modifyitems(items):\n    mark('asyncio', items)\n"}),
    ],
)
def test_no_mark_is_asked_for_where_it_is_there_or_not_needed(tmp_path: Path, spec: str, files: dict[str, str]) -> None:
    work = work_of(tmp_path, spec, files)
    assert missing_mark(work, "test_a", [ASYNCIO]) == ""
    assert make_context(work).decorator_prompts == {}
