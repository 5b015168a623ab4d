"""A parameter of a test spec that no fixture answers is told with its line, before a model is asked."""

import asyncio
from pathlib import Path

import pytest
from builds import load
from projects import edit, write_files
from said import RunIn

from jaunt.checks.collection.parameters import unanswered_parameters
from jaunt.checks.fault import SpecFault
from jaunt.plan.module_work import project_work

SPEC = Path("tests/test_slug.py")
FIXTURE = "import pytest\n\n\n@pytest.fixture{call}\ndef {name}() -> int:\n    return 5\n"
TEST = '''\
import jaunt
import pytest
{head}

{mark}@jaunt.test
{below}def test_a({parameters}) -> None:
    """{docstring}"""
    ...
'''
TAKES = {"head": "", "mark": "", "below": "", "parameters": "five: int", "docstring": "It is 5."}


def faults(root: Path, files: dict[str, str], **spec: str) -> list[SpecFault]:
    test = TEST.format(**{**TAKES, **spec})
    write_files(root, {"jaunt.toml": "version = 1\n", "tests/__init__.py": "", "tests/test_a.py": test, **files})
    project = load(root)
    return [*asyncio.run(unanswered_parameters(project_work(project, "tests.test_a"), project))]


def test_what_nothing_answers_is_told_before_a_call(counted_shop: Path, run_in: RunIn) -> None:
    edit(SPEC, "def test_slugify()", "def test_slugify(\n    tmp_path: object,\n    nobody: int,\n)")
    said = run_in(counted_shop, "test", "--no-run", "--no-build")
    assert said.code != 0
    line = next(n for n, text in enumerate(SPEC.read_text().splitlines(), 1) if "nobody" in text)
    (error,) = [each for each in said.errors if "nobody" in each and "no fixture" in each]
    assert f"test_slug.py:{line}:5: test_slugify: no fixture is called 'nobody'" in error
    assert not (counted_shop / "calls.txt").exists()


@pytest.mark.parametrize(
    ("files", "spec"),
    [
        ({}, {"parameters": "tmp_path: object, request: object"}),
        ({"tests/conftest.py": FIXTURE.format(name="five", call="")}, {}),
        ({"conftest.py": FIXTURE.format(name="_five", call="(name='five')")}, {}),
        ({"conftest.py": "def pytest_generate_tests(metafunc): ...\n"}, {}),
        ({}, {"head": FIXTURE.format(name="five", call="")}),
        ({}, {"head": "from more import five"}),
        ({}, {"head": "from more import *"}),
        ({}, {"below": "@pytest.mark.parametrize('five, six', [])\n"}),
        ({}, {"mark": "@pytest.mark.parametrize('five', [5])\n"}),
        ({}, {"head": "pytestmark = pytest.mark.parametrize(['five'], [(5,)])"}),
        ({}, {"head": "from hypothesis import given, strategies as st", "mark": "@given(st.integers())\n"}),
        ({}, {"head": "from unittest.mock import patch", "below": "@patch('os.getcwd')\n"}),
        ({}, {"parameters": "five: int = 5, *others: int, six: int = 6"}),
        ({}, {"docstring": "Write a fixture of that name."}),
        ({}, {"docstring": "It is five, parametrized by 5."}),
        ({}, {"docstring": "It is an int for `five` of 4 and 5."}),
    ],
)
def test_what_may_be_answered_is_not_told_of(tmp_path: Path, files: dict[str, str], spec: dict[str, str]) -> None:
    assert faults(tmp_path, files, **spec) == []


def test_where_the_sources_show_nothing_pytest_is_asked(tmp_path: Path) -> None:
    plugin = {"tests/more.py": FIXTURE.format(name="five", call=""), "conftest.py": "pytest_plugins = ['tests.more']\n"}
    (fault,) = faults(tmp_path, plugin, parameters="five: int, *, other: int", mark="@pytest.mark.slow\n")
    assert (fault.line, fault.column, fault.symbol) == (7, 25, "test_a")
    assert "no fixture is called 'other'" in fault.text


def test_its_column_counts_characters(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, {}, parameters="näh: int = 5, *, other: int")
    assert fault.column == 28
