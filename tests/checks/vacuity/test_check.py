"""Generated tests, run while all that they test raises: those that pass all the same are refused, and no others."""

import asyncio

from builds import load
from projects import ProjectFiles

from jaunt.checks.vacuity.check import make_check
from jaunt.generate.check import as_checked
from jaunt.plan.module_work import project_works

TESTS = ("shown", "constant", "any_error", "the_error", "cases", "fixture", "own_fixture", "quiet")
OWN_FIXTURE = "\n\n@pytest.fixture\ndef sink() -> list[int]:\n    return []\n"
SPECS = f"import jaunt\nimport pytest\nfrom he.nums import Box, is_even\n{OWN_FIXTURE}" + "".join(
    f'\n\n@jaunt.test(deps=[is_even, Box])\ndef test_{name}() -> None:\n    """Assert it."""\n    ...\n'
    for name in TESTS
)
FILES = {
    "src/he/__init__.py": "LIMIT = 3\n",
    "src/he/nums.py": (
        "import jaunt\n\n\n@jaunt.magic\ndef is_even(number: int) -> bool:\n"
        '    """Return whether `number` is even; raises ValueError if it is negative."""\n    ...\n\n\n'
        '@jaunt.magic\nclass Box:\n    """Holds a thing."""\n\n    def thing(self) -> int:\n        """Return it."""\n'
    ),
    "tests/conftest.py": "import pytest\n\n@pytest.fixture\ndef four():\n    return 4\n",
    "tests/test_nums.py": SPECS,
}
ANSWER = """\
import pytest
from he import LIMIT
from he.nums import Box, is_even


def test_shown() -> None:
    assert repr(is_even).startswith("<function") and hasattr(Box, "thing")

def test_constant() -> None:
    assert LIMIT == 3

def test_any_error() -> None:
    with pytest.raises(Exception):
        is_even(-1)

def test_the_error() -> None:
    with pytest.raises(ValueError):
        is_even(-1)

@pytest.mark.parametrize("number", [2, 4])
def test_cases(number: int) -> None:
    assert is_even(number)

def test_fixture(four: int) -> None:
    assert four == 4

def test_own_fixture(sink: list[int]) -> None:
    assert sink == []

def test_quiet() -> None:
    try:
        Box().thing()
    except Exception:
        return
    assert Box().thing() == 1
"""


def test_tests_that_pass_without_the_code_are_refused(project_files: ProjectFiles) -> None:
    project = load(project_files(FILES), "version = 1\n")
    (work,) = project_works(project, ["tests.test_nums"])
    check = make_check(project, "error").for_module(work)
    assert check is not None
    errors = as_checked(ANSWER, asyncio.run(check(ANSWER))).errors
    refused = ["test_shown", "test_constant", "test_any_error", "test_fixture", "test_own_fixture", "test_quiet"]
    assert {error.split()[0] for error in errors} == {*refused}
    assert errors[-1].startswith("test_shown passes though he.nums.Box, he.nums.is_even raises an error at each call: ")
    assert not (work.path).exists()


def test_it_asks_nothing_where_candidates_are_not_run_unless_it_is_named(project_files: ProjectFiles) -> None:
    root = project_files(FILES)
    quiet = load(root, "version = 1\n[verify]\ndoctests = false\n")
    named = load(root, 'version = 1\n[verify]\ndoctests = false\nvacuity = "error"\n')
    for project, asks in ((quiet, False), (named, True)):
        (work,) = project_works(project, ["tests.test_nums"])
        assert (make_check(project, "error").for_module(work) is not None) is asks
