"""Test specs as pytest's world has them: fixtures of the module, of conftest.py files at each level, wrong types."""

import re
from pathlib import Path

from projects import RECORDED, record, write_files
from said import RunIn

CONFIG = f"""\
{RECORDED}
[build]
max_attempts = 1
"""
FIXTURE = "import pytest\n\n\n@pytest.fixture\ndef {name}() -> int:\n    return {value}\n"
FILES = {
    "src/app/__init__.py": "",
    "src/app/a.py": """\
def double(n: int) -> int:
    if not isinstance(n, int):
        raise TypeError("n must be an int")
    return 2 * n
""",
    "tests/conftest.py": FIXTURE.format(name="five", value=5),
    "tests/unit/conftest.py": FIXTURE.format(name="six", value=6),
    "tests/unit/deep/conftest.py": FIXTURE.format(name="five", value=50),
    "tests/test_a.py": '''\
import jaunt
from app.a import double


@jaunt.test
def test_five(five: int) -> None:
    """Assert that double(five) == 10."""
    ...


@jaunt.test
def test_double_refuses_text() -> None:
    """Assert that double("3") raises TypeError."""
    ...
''',
    "tests/test_fix.py": '''\
import jaunt
import pytest
from app.a import double


@pytest.fixture
def number() -> int:
    return 3


@jaunt.test
def test_number(number: int) -> None:
    """double(number) is 6."""
    ...


def test_by_hand_beside(number: int) -> None:
    assert double(number) == 6
''',
    "tests/unit/test_unit.py": '''\
import jaunt
from app.a import double


@jaunt.test
def test_both(five: int, six: int) -> None:
    """Assert that double(five) == 10 and double(six) == 12."""
    ...
''',
    "tests/unit/deep/test_deep.py": '''\
import jaunt
import pytest
from app.a import double

pytestmark = pytest.mark.filterwarnings("error")


@jaunt.test
def test_nearest(five: int, six: int) -> None:
    """Assert that double(five) == 100 and double(six) == 12."""
    ...


@jaunt.test
def test_each(n: int) -> None:
    """Assert, for n of 1 and 2 that double(n) == n + n."""
    ...
''',
}
ANSWERS = {
    "tests.test_a": """\
import pytest
from app.a import double


def test_five(five: int) -> None:
    assert double(five) == 10


def test_double_refuses_text() -> None:
    with pytest.raises(TypeError):
        double("3")
""",
    # It imports the fixture, as the prompt lets it.
    "tests.test_fix": """\
from app.a import double
from tests.test_fix import number


def test_number(number: int) -> None:
    assert double(number) == 6
""",
    "tests.unit.test_unit": """\
from app.a import double


def test_both(five: int, six: int) -> None:
    assert double(five) == 10
    assert double(six) == 12
""",
    "tests.unit.deep.test_deep": """\
import pytest
from app.a import double


def test_nearest(five: int, six: int) -> None:
    assert double(five) == 100
    assert double(six) == 12


@pytest.mark.parametrize("n", [1, 2])
def test_each(n: int) -> None:
    assert double(n) == n + n
""",
}


def test_fixtures_are_those_beside_the_spec_and_one_module_that_fails_keeps_no_other_from_running(
    tmp_path: Path, run_in: RunIn
) -> None:
    packages = {f"tests/{folder}__init__.py": "" for folder in ("", "unit/", "unit/deep/")}
    write_files(tmp_path, {"jaunt.toml": CONFIG, **packages, **FILES})
    broken = "def test_five(five: int) -> None:\n    assert five\n"
    record(tmp_path, {**ANSWERS, "tests.test_a": broken})
    said = run_in(tmp_path, "test")
    assert said.code != 0
    assert re.search(r"\b5 passed", said.out), said.out
    assert not (tmp_path / "tests/__generated__/test_a.py").exists()
    record(tmp_path, ANSWERS)
    said = run_in(tmp_path, "test", "--target", "tests.test_a")
    assert said.code == 0, said.err
    assert (tmp_path / "tests/__generated__/test_a.py").exists()
