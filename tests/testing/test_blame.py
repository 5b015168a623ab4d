"""Repair knows which side is wrong: the code, or the test; and writes that side alone."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import write_files
from said import RunIn

from jaunt.config import load_config
from jaunt.project.project import Project, load_project
from jaunt.testing.repair import Repair, repairs
from jaunt.testing.run_record import Failure

SPEC = '''\
import jaunt


@jaunt.magic
def share(total: int, parts: int) -> int:
    """Return the whole part of `total` by `parts`. Raises ZeroDivisionError for no parts.

    >>> share(7, 2)
    3
    >>> share(9, 3)
    3
    """
    ...
'''
TEST_SPEC = '''\
import jaunt
from app.share import share


@jaunt.test(deps=[share])
def test_share() -> None:
    """Of 10 by 5 there are 2."""
    ...


@jaunt.test(deps=[share])
def test_more() -> None:
    """What holds of numbers."""
    ...
'''
ALONE = '''

@jaunt.test
def test_alone() -> None:
    """One is one."""
    ...
'''
RIGHT = "def share(total: int, parts: int) -> int:\n    return total // parts\n"
ROUNDED = "def share(total: int, parts: int) -> int:\n    return round(total / parts)\n"
HEAD = "import pytest\nfrom app.share import share\n\n\n"
PASSING = f"{HEAD}def test_share() -> None:\n    assert share(10, 5) == 2\n\n\n"
MODEL = """\
import pathlib, re, sys
prompt = sys.stdin.read()
module = re.search(r"implements the (?:test )?specs in `([\\w.]+)`", prompt)[1]
here = pathlib.Path(__file__).parent
again = "Earlier attempts failed" in prompt
with (here / "calls.txt").open("a") as calls:
    calls.write(f"{module} {'again' if again else 'first'}\\n")
if again:
    (here / f"{module}.prompt").write_text(prompt)
print((here / f"{module}.{'better' if again else 'answer'}").read_text())
"""
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A function that makes a project: its code, its `test_more`, and what is written if it is told of failures."""

    def make(code: str, more: str, better: str = "", *, doctests: bool = False) -> Path:
        tests = f"{PASSING}def test_more() -> None:\n{more}"
        stronger = f"{PASSING}def test_more() -> None:\n{better or more}"
        files = {"app.share.answer": code, "app.share.better": RIGHT, "tests.test_share.answer": tests}
        model = tmp_path / "model"
        write_files(model, {"model.py": MODEL, **files, "tests.test_share.better": stronger})
        toml = f'[llm]\nprovider = "command"\ncommand = {json.dumps([sys.executable, str(model / "model.py")])}\n'
        off = f'[verify]\nruff = "off"\nty = "off"\nrobustness = "off"\ndoctests = {json.dumps(doctests)}\n'
        write_files(
            tmp_path / "project",
            {
                "src/app/__init__.py": "",
                "src/app/share.py": SPEC,
                "tests/__init__.py": "",
                "tests/test_share.py": TEST_SPEC,
                "jaunt.toml": toml + off,
            },
        )
        return tmp_path / "project"

    return make


def again(root: Path) -> list[str]:
    """Return the modules that were asked for once more."""
    lines = (root.parent / "model/calls.txt").read_text().splitlines()
    return [line.partition(" ")[0] for line in lines if line.endswith("again")]


def test_the_test_goes_back_where_right_code_disagrees_with_a_derived_case(make: Make, run_in: RunIn) -> None:
    root = make(RIGHT, "    assert share(8, 3) == 3\n", "    assert share(8, 3) == 2\n")
    code = root / "src/app/__generated__/share.py"
    assert run_in(root, "test").code == 4
    before = code.read_bytes()
    said = run_in(root, "test", "--repair")
    assert (said.code, again(root)) == (0, ["tests.test_share"])
    assert code.read_bytes() == before
    assert any(line.endswith("only a derived case disagrees") and "the test is wrong" in line for line in said.lines)
    prompt = (root.parent / "model/tests.test_share.prompt").read_text()
    assert "the test test_more fails at `assert share(8, 3) == 3`" in prompt
    assert "assert 2 == 3" not in prompt, "else the test could be fitted to the code"


def test_code_goes_back_and_the_test_waits_where_both_are_wrong(make: Make, run_in: RunIn) -> None:
    more = "    assert share(9, 3) == 4\n"
    root = make(ROUNDED, more, "    assert share(9, 3) == 3\n")
    (root.parent / "model/tests.test_share.answer").write_text(
        f"{HEAD}def test_share() -> None:\n    assert share(7, 2) == 3\n\n\ndef test_more() -> None:\n{more}"
    )
    said = run_in(root, "test", "--repair", "--json")
    assert (said.code, again(root)) == (4, ["app.share"])
    assert "left for another round: tests.test_share" in said.err
    repair = said.facts["repair"]
    assert (repair["side"], [each["side"] for each in repair["blames"]]) == ("code", ["code", "test"])
    assert "share(9, 3)" not in (root.parent / "model/app.share.prompt").read_text().partition("Earlier attempts")[2]
    said = run_in(root, "test", "--repair")
    assert (said.code, again(root)) == (0, ["app.share", "tests.test_share"])


def test_code_that_violates_its_own_example_is_told_by_it(make: Make, run_in: RunIn) -> None:
    """The examples were not run when it landed; they are now."""
    root = make(ROUNDED, "    assert share(13, 2) < 7\n    assert share(19, 2) == 9\n")
    assert run_in(root, "test").code == 4
    toml = root / "jaunt.toml"
    toml.write_text(toml.read_text().replace("doctests = false", "doctests = true"))
    said = run_in(root, "test", "--repair")
    assert (said.code, again(root)) == (0, ["app.share"])
    assert "the code is wrong: app.share violates its own docstring: " in said.out


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with tests that fail in all ways, none of them built by a model."""
    root = tmp_path_factory.mktemp("blame")
    cases = "    assert share(7, 2) == 3\n    assert share(9, 3) == 4\n    assert share(8, 3) == 2\n    share(1, 0)\n"
    write_files(
        root,
        {
            "jaunt.toml": '[llm]\nprovider = "recorded"\nrecordings = "r"\n',
            "src/app/share.py": SPEC,
            "src/app/__generated__/share.py": RIGHT,
            "tests/test_share.py": TEST_SPEC + ALONE,
            "tests/__generated__/test_share.py": f"{PASSING}def test_more() -> None:\n{cases}",
        },
    )
    return load_project(load_config(root=root))


def judged(project: Project, line: int, exception: str, *, within: str = "", test: str = "test_more") -> Repair:
    """Return what is said of a test that failed in a line, within a function of the code perhaps."""
    place = "tests/__generated__/test_share.py"
    frames = f"{place}:{line}: {exception}\n" + (f"src/app/__generated__/share.py:2: {within}\n" if within else "")
    found = repairs(project, [Failure(f"{place}::{test}", f"{exception}: no", frames, exception)])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("line", "exception", "within", "side", "why"),
    [
        (6, "AssertionError", "", "code", "gives the case"),
        (10, "AssertionError", "", "code", "its example"),
        (11, "AssertionError", "", "test", "for which the docstring of app.share:share has 3"),
        (12, "AssertionError", "", "test", "only a derived case"),
        (13, "IndexError", "IndexError", "code", "IndexError comes from app.share, line 2"),
        (13, "ZeroDivisionError", "ZeroDivisionError", "test", "ZeroDivisionError is what the docstring"),
        (13, "TypeError", "", "test", "only a derived case"),
    ],
)
def test_the_side_of_a_failure(project: Project, line: int, exception: str, within: str, side: str, why: str) -> None:
    found = judged(project, line, exception, within=within, test="test_share" if line == 6 else "test_more")
    assert (found.side, list(found.told)) == (side, ["app.share" if side == "code" else "tests.test_share"])
    assert why in found.blames[0].why


def test_code_that_does_not_end_is_the_codes_fault_and_what_is_not_built_nobodys(project: Project) -> None:
    test = "tests/__generated__/test_share.py::test_more"
    endless = repairs(project, [Failure(test, "did not finish: the run took longer than 120 s")])
    assert endless is not None and endless.side == "code"
    assert repairs(project, [Failure(test, "x", "", "JauntNotBuiltError")]) is None


def test_a_test_that_depends_on_no_code_goes_back_itself(project: Project) -> None:
    found = judged(project, 3, "AssertionError", test="test_alone")
    assert (found.side, found.blames[0].modules) == ("test", ("tests.test_share",))
