"""A test spec that pytest would not collect by its name is told with its line, before a model is asked."""

from pathlib import Path

import pytest
from projects import edit
from said import Run

SPEC = Path("tests/test_slug.py")


def test_a_name_that_pytest_does_not_collect_is_told_before_a_call(counted_shop: Path, run: Run) -> None:
    edit(SPEC, "def test_slugify", "def check_slugify")
    line = SPEC.read_text().splitlines()
    number = next(n for n, text in enumerate(line, 1) if text.startswith("def check_slugify"))
    said = run("test", "--no-run")
    assert said.code == 2
    (error,) = [each for each in said.errors if "check_slugify" in each]
    assert f"tests/test_slug.py:{number}: check_slugify: pytest collects no function of that name" in error
    assert not Path("tests/__generated__/test_slug.py").exists()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pytest.ini", "[pytest]\npython_functions = check_*\n"),
        ("tests/conftest.py", "def pytest_pycollect_makeitem(collector, name, obj): ...\n"),
    ],
)
def test_what_a_project_tells_pytest_counts(counted_shop: Path, run: Run, file: str, text: str) -> None:
    edit(SPEC, "def test_slugify", "def check_slugify")
    Path(file).write_text(text)
    assert not [each for each in run("test", "--no-run").errors if "no function of that name" in each]
