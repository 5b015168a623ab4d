"""Test modules that could not fail, put to the checks of a project on disk."""

import pytest
from builds import PLAIN, load
from candidates import static_errors_of
from projects import ProjectFiles

FILES = {
    "src/he/__init__.py": "",
    "src/he/nums.py": (
        "import jaunt\n\n\n@jaunt.magic\ndef is_even(number: int) -> bool:\n"
        '    """Return True if `number` is even, False if it is odd."""\n    ...\n'
    ),
    "tests/test_nums.py": (
        "import jaunt\nfrom he.nums import is_even\n\n\n@jaunt.test\ndef test_is_even() -> None:\n"
        '    """Assert that is_even(4) is True and that is_even(7) is False."""\n    ...\n'
    ),
}
IMPORT = "from he.nums import is_even\n\n\n"
VACUOUS = {
    "one of its own": "def is_even(number: int) -> bool:\n    return number % 2 == 0\n\n\n"
    "def test_is_even() -> None:\n    assert is_even(4) is True\n",
    "a constant": IMPORT
    + "def test_is_even() -> None:\n    is_even(4)\n    result = True\n    assert result is True\n",
    "that it is there": IMPORT + "def test_is_even() -> None:\n    assert is_even is not None\n",
    "itself": IMPORT + "def test_is_even() -> None:\n    assert is_even(4) == is_even(4)\n",
    "swallowed": IMPORT
    + "def test_is_even() -> None:\n    try:\n        assert is_even(4)\n    except AssertionError:\n        pass\n",
    "something else": "def test_is_even() -> None:\n    assert sorted([2, 1]) == [1, 2]\n",
}


@pytest.mark.parametrize("answer", VACUOUS.values(), ids=VACUOUS)
def test_a_test_that_could_not_fail_is_refused(project_files: ProjectFiles, answer: str) -> None:
    project = load(project_files(FILES), PLAIN)
    assert static_errors_of(project, "tests.test_nums", answer)


def test_one_that_could_is_not(project_files: ProjectFiles) -> None:
    project = load(project_files(FILES), PLAIN)
    answer = IMPORT + "def test_is_even() -> None:\n    assert is_even(4) is True\n    assert is_even(7) is False\n"
    assert static_errors_of(project, "tests.test_nums", answer) == []
