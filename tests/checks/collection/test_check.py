"""Generated tests are collected and set up before they land, with the real pytest and a project on disk."""

import asyncio
from pathlib import Path
from textwrap import dedent

import pytest
from builds import load
from projects import write_files
from pytest_runs import WITHOUT_PLUGINS

from jaunt.checks.collection.check import CollectionCheck, make_check
from jaunt.checks.collection.plain import is_plain, surroundings_of
from jaunt.errors import JauntDiscoveryError
from jaunt.generate.check import Checked
from jaunt.plan.module_work import project_work

SPEC = """
import jaunt
import pytest
from app.a import double

@pytest.fixture
def two() -> int:
    return 2

@jaunt.test
def test_a({parameters}) -> None:
    '''double(2) is 4.'''
    ...
"""
FILES = {
    "jaunt.toml": "version = 1\n",
    "src/app/__init__.py": "",
    "src/app/a.py": "import jaunt\n\nLIMIT = 3\n\n\n@jaunt.magic\ndef double(n: int) -> int:\n        ...\n",
    "tests/__init__.py": "",
    "tests/unit/__init__.py": "",
    "tests/unit/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef three():\n    raise RuntimeError('no')\n",
}


def check_of(root: Path, parameters: str = "two: int, three: int") -> CollectionCheck:
    spec = dedent(SPEC).format(parameters=parameters)
    write_files(root, {**FILES, "tests/unit/test_a.py": spec})
    project = load(root, "version = 1\n[sandbox]\nenv = ['PYTEST_DISABLE_PLUGIN_AUTOLOAD']\n")
    check = make_check(project, "error").for_module(project_work(project, "tests.unit.test_a"))
    assert check is not None
    return check


def found(check: CollectionCheck, answer: str) -> Checked:
    before = sorted(check.work.root.rglob("*"))
    checked = asyncio.run(check(dedent(answer)))
    assert [path for path in sorted(check.work.root.rglob("*")) if "__pycache__" not in path.parts] == before
    return checked


@pytest.fixture(autouse=True)
def no_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WITHOUT_PLUGINS.env:
        monkeypatch.setenv(name, "1")


MARK = "import pytest\n\n\n@pytest.mark.parametrize"

GOOD = """
import pytest
from app.a import double

@pytest.mark.parametrize("n", [2])
def test_a(two: int, three: int, n: int) -> None:
    assert double(two) == 4
"""


def test_fixtures_of_the_spec_and_its_conftest_are_there_and_not_run(tmp_path: Path) -> None:
    assert found(check_of(tmp_path), GOOD) == Checked(dedent(GOOD), [])


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("n: int)", "n: int, other: int)", "pytest can't set up test_a: fixture 'other' not found"),
        ("import double", "import triple", "pytest can't set up the module: ImportError: cannot import name 'triple'"),
        ("def test_a", "async def test_a", "test_a: is async, and nothing is told to run it"),
    ],
)
def test_what_pytest_cannot_set_up_is_refused(tmp_path: Path, old: str, new: str, error: str) -> None:
    checked = found(check_of(tmp_path), GOOD.replace(old, new))
    assert [error in each for each in checked.errors] == [True], checked.errors


def test_what_fails_whatever_is_generated_is_told_as_the_specs(tmp_path: Path) -> None:
    check = check_of(tmp_path, "nobody: int")
    with pytest.raises(JauntDiscoveryError, match=r"test_a\.py: pytest can't set up its tests, .*'nobody' not found"):
        found(check, "def test_a(nobody: int) -> None:\n    assert nobody\n")


def test_code_that_is_not_built_yet_is_waited_for(tmp_path: Path) -> None:
    answer = GOOD.replace("[2]", "[double(1)]")
    checked = found(check_of(tmp_path), answer)
    assert (list(checked.errors), list(checked.unbuilt)) == ([], ["app.a"])
    code = "def double(n: int) -> int:\n    return 2 * n\n"
    write_files(tmp_path, {"src/app/__generated__/__init__.py": "", "src/app/__generated__/a.py": code})
    assert found(check_of(tmp_path), answer) == Checked(dedent(answer), [])


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("from app.a import double\n\n\ndef test_a() -> None:\n    assert double(1) == 2\n", True),
        ("import pytest\n\n\ndef test_a(tmp_path, monkeypatch) -> None:\n    assert pytest\n", True),
        ("from pathlib import Path\n\n\ndef test_a(tmp_path: Path) -> None:\n    assert 1\n", True),
        ("from app.a import LIMIT\n\nN = [1, (2, 'a')]\n\n\ndef test_a() -> None:\n    assert LIMIT\n", True),
        (f"{MARK}('n, m', [(1, 2), (3, 4)])\ndef test_a(n: int, tmp_path, m: int) -> None:\n    assert n\n", True),
        (f"{MARK}('n, m', [(1, 2), (3,)])\ndef test_a(n: int, m: int) -> None:\n    assert n\n", False),
        (f"{MARK}('n', [1])\ndef test_a(m: int) -> None:\n    assert m\n", False),
        (f"{MARK}('n', [1])\ndef test_a() -> None:\n    assert 1\n", False),
        (f"{MARK}('n', [len('a')])\ndef test_a(n: int) -> None:\n    assert n\n", False),
        ("from app.a import LIMITS\n\n\ndef test_a() -> None:\n    assert LIMITS\n", False),
        ("from pathlib import Paths\n\n\ndef test_a(tmp_path) -> None:\n    assert 1\n", False),
        ("from app.b import double\n\n\ndef test_a() -> None:\n    assert double(1) == 2\n", False),
        ("import nothing_here\n\n\ndef test_a() -> None:\n    assert 1\n", False),
        ("def test_a(two) -> None:\n    assert 1\n", False),
        ("async def test_a() -> None:\n    assert 1\n", False),
        ("import pytest\n\n\n@pytest.mark.slow\ndef test_a() -> None:\n    assert 1\n", False),
        ("from app.a import double\n\nTWO = double(1)\n\n\ndef test_a() -> None:\n    assert 1\n", False),
        ("from app.a import double\n\n\ndef test_a(tmp_path=double(1)) -> None:\n    assert 1\n", False),
    ],
)
def test_tests_that_nothing_can_keep_from_being_set_up_are_not_tried(tmp_path: Path, source: str, plain: bool) -> None:
    check = check_of(tmp_path)
    around = surroundings_of(check.work, check.project.dag)
    assert is_plain(source, check.work.generated_module, around) is plain
