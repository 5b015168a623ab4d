"""`jaunt test` runs what may have changed, and says what it left out; `--all` runs everything."""

import re
import shutil
from pathlib import Path

import pytest
from projects import edit, make_shop, write_files
from pytest_runs import NO_PLUGINS
from said import Run, RunIn

SPEC = '''\
import jaunt
from app.tally import Tally


@jaunt.test(deps=[Tally])
def test_tally() -> None:
    """The first numbers are 1 and 2."""
    ...
'''
ANSWER = """\
import pytest

from app.tally import Tally


@pytest.mark.parametrize("number", [1, 2])
def test_tally(number: int) -> None:
    tally = Tally()
    assert [tally.add() for _ in range(number)][-1] == number
"""
SANDBOX = f'\n[sandbox]\nenv = ["{NO_PLUGINS}"]\n'


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop with a second test module; pytest starts without plugins, which takes half the time."""
    monkeypatch.setenv(NO_PLUGINS, "1")
    root = make_shop(tmp_path, changes={"tests/test_tally.py": SPEC}, answers={"tests.test_tally": ANSWER})
    with (root / "jaunt.toml").open("a") as config:
        config.write(SANDBOX)
    monkeypatch.chdir(root)
    return root


def test_what_passed_and_has_not_changed_is_not_run_again(shop: Path, run: Run, run_in: RunIn) -> None:
    assert run("test").lines[-1] == "jaunt: 3 tests passed"
    again = run("test")
    assert again.code == 0
    assert re.fullmatch(r"jaunt: 3 tests passed, all unchanged since \d\d:\d\d", again.lines[-1])
    assert len(again.lines) == 2, "neither pytest nor the sandbox is started"
    edit(shop / "src/app/__generated__/tally.py", "self.count += 1", "self.count += 2 - 1")
    said = run("test", "--no-build")
    assert re.fullmatch(r"jaunt: 3 tests passed, 1 of them unchanged since \d\d:\d\d", said.lines[-1])
    assert "2 passed" in said.out
    facts = run_in(shop, "test", "--no-build", "--json").facts["tests"]
    assert (facts["tests"], facts["unchanged"]) == (3, ["tests.test_slug", "tests.test_tally"])
    assert "3 passed" in run("test", "--no-build", "--all").out
    shutil.rmtree(shop / ".jaunt")
    assert run("test", "--no-build").lines[-1] == "jaunt: 3 tests passed"


def test_what_failed_runs_until_it_passes(shop: Path, run: Run) -> None:
    code = shop / "src/app/__generated__/slug.py"
    assert run("test").code == 0
    good = code.read_text()
    edit(code, '"-".join', '"+".join')
    for _ in range(2):
        said = run("test", "--no-build")
        assert said.code == 4
        assert re.fullmatch(r"jaunt: 2 tests passed, all unchanged since \d\d:\d\d, 1 failure", said.lines[-1])
        assert len(said.errors) == 1
    code.write_text(good)
    assert "1 passed" in run("test", "--no-build").out
    assert "all unchanged" in run("test", "--no-build").out


def test_a_part_of_the_tests_is_never_taken_for_all_of_them(shop: Path, run: Run) -> None:
    target, part = ("test", "--target", "tests.test_tally"), "--pytest-args=tally and not 2"
    said = run(*target, "--pytest-args=-k", part)
    assert said.code == 0
    assert "unchanged" not in said.out
    assert "2 passed" in run(*target, "--no-build").out
    said = run(*target, "--pytest-args=-k", part)
    assert "unchanged" not in said.out, "who asks pytest for something gets it"


@pytest.mark.parametrize(
    "files",
    [
        {"pytest.ini": "[pytest]\naddopts = -k 'slug or 1'\n"},
        {"tests/conftest.py": "def pytest_collection_modifyitems(items):\n    items[:] = items[:-1]\n"},
    ],
)
def test_settings_that_leave_a_test_out_keep_its_module_from_being_remembered(
    shop: Path, run: Run, files: dict[str, str]
) -> None:
    write_files(shop, files)
    for _ in range(2):
        said = run("test")
        assert (said.code, "1 passed" in said.out or "2 passed" in said.out) == (0, True), said.out
    assert re.fullmatch(r"jaunt: 2 tests passed, 1 of them unchanged since \d\d:\d\d", said.lines[-1])


@pytest.mark.parametrize("mark", ["skip", "xfail"])
def test_a_module_with_a_test_that_did_not_pass_is_never_remembered(shop: Path, run: Run, mark: str) -> None:
    assert run("test", "--no-run").code == 0
    generated = shop / "tests/__generated__/test_tally.py"
    generated.write_text(f"{generated.read_text()}\n\n@pytest.mark.{mark}\ndef test_more():\n    assert False\n")
    for _ in range(2):
        said = run("test", "--no-build", "--target", "tests.test_tally")
        assert said.code == 4
        assert "2 tests passed, 1 failure" in said.lines[-1]


def test_a_run_that_is_ended_by_a_test_is_not_remembered(shop: Path, run: Run) -> None:
    assert run("test", "--no-run").code == 0
    generated = shop / "tests/__generated__/test_tally.py"
    generated.write_text(f"{generated.read_text()}\n\ndef test_z():\n    __import__('os')._exit(0)\n")
    for _ in range(2):
        said = run("test", "--no-build")
        assert (said.code, "unchanged" in said.out) == (4, False)
