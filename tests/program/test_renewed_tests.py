"""A generated test that uses what has another form by now: only its run can tell, and that is enough."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from projects import write_files
from said import RunIn

RECORDS = """\
class Record:
    def __init__(self, **fields: object) -> None:
        for name in fields:
            if name not in type(self).__annotations__:
                raise TypeError(f"{name!r} is an invalid keyword argument for {type(self).__name__}")
        self.__dict__.update(fields)
"""
MODELS = "from app.records import Record\n\n\nclass Invoice(Record):\n    nr: str\n    total: int\n"
SPEC = '''\
import jaunt
from app.models import Invoice


@jaunt.magic
def is_due(invoice: Invoice, least: int) -> bool:
    """Return whether the total of an invoice is at least so much."""
    ...
'''
TEST_SPEC = '''\
import jaunt
from app.due import is_due
from app.models import Invoice


@jaunt.test(deps=[is_due])
def test_is_due() -> None:
    """Of an invoice of 5, 4 are due, and 6 are not."""
    ...
'''
CODE = (
    "from app.models import Invoice\n\n\n"
    "def is_due(invoice: Invoice, least: int) -> bool:\n    return invoice.total >= least\n"
)
TEST = """\
from app.due import is_due
from app.models import Invoice


def test_is_due() -> None:
    assert is_due(Invoice(nr="a", total=5), 4)
    assert not is_due(Invoice(nr="a", total=5), 6)
"""
MODEL = """\
import pathlib, re, sys
prompt = sys.stdin.read()
here = pathlib.Path(__file__).parent
kind = "test" if "implements the test specs" in prompt else "code"
with (here / "calls.txt").open("a") as calls:
    calls.write(kind + "\\n")
(here / "last.txt").write_text(prompt)
name = "number" if "number: str" in prompt else "nr"
print((here / kind).read_text().replace("nr=", name + "="))
"""
CONFIG = f"""\
version = 1
[llm]
provider = "command"
command = [{json.dumps(sys.executable)}, "{{root}}/model/model.py"]
[build]
jobs = 1
[verify]
doctests = false
robustness = "off"
ruff = "off"
ty = "off"
"""


@pytest.fixture
def root(tmp_path: Path, run_in: RunIn) -> Path:
    """A project that is built and tested, whose model of an invoice then has its number renamed."""
    root = tmp_path
    write_files(
        root,
        {
            "jaunt.toml": CONFIG,
            "src/app/__init__.py": "",
            "src/app/records.py": RECORDS,
            "src/app/models.py": MODELS,
            "src/app/due.py": SPEC,
            "tests/test_due.py": TEST_SPEC,
            "model/model.py": MODEL,
            "model/code": CODE,
            "model/test": TEST,
        },
    )
    assert run_in(root, "test").code == 0
    (root / "src/app/models.py").write_text(MODELS.replace("nr: str", "number: str"))
    return root


def calls(root: Path) -> list[str]:
    return (root / "model/calls.txt").read_text().split()


def test_a_test_that_fits_no_longer_is_told_and_then_generated(root: Path, run_in: RunIn) -> None:
    before = calls(root)
    said = run_in(root, "check", "--verify")
    assert said.code == 4
    assert "test_is_due" in said.err
    assert "'nr' is an invalid keyword argument for Invoice" in said.err
    assert calls(root) == before
    said = run_in(root, "test", "--json")
    assert said.code == 0
    assert calls(root) == [*before, "test"]
    assert "'nr' is an invalid keyword argument for Invoice" in (root / "model/last.txt").read_text()
    assert 'Invoice(number="a"' in (root / "tests/__generated__/test_due.py").read_text()
    assert [each["module"] for each in said.facts["renewed"]["modules"]] == ["tests.test_due"]


def test_a_test_that_passed_all_checks_in_an_earlier_run_is_generated_too_unless_a_person_edited_it(
    root: Path, run_in: RunIn
) -> None:
    before, file = calls(root), root / "tests/__generated__/test_due.py"
    assert run_in(root, "test", "--no-run").code == 0
    stamped = file.read_text()
    edited = stamped.replace("total=5", "total=6 - 1")
    file.write_text(edited)
    assert run_in(root, "test").code == 4
    assert (calls(root), file.read_text()) == (before, edited)
    file.write_text(stamped)
    assert run_in(root, "test").code == 0
    assert calls(root) == [*before, "test"]
    assert 'Invoice(number="a"' in file.read_text()


def test_a_test_that_doit_ran_first_costs_the_same(root: Path, run_in: RunIn) -> None:
    before = calls(root)
    (root / "dodo.py").write_text("from jaunt.tasks import DOIT_CONFIG, task_build, task_test  # noqa: F401\n")
    assert subprocess.run([sys.executable, "-m", "doit", "test"], cwd=root, capture_output=True).returncode != 0
    assert calls(root) == before
    assert run_in(root, "test").code == 0
    assert calls(root) == [*before, "test"]
