"""`run_pytest`: exactly the files that it is given, in a child process."""

import os
import sys
from pathlib import Path

import pytest
from projects import write_files
from pytest_runs import QUIET, set_bare_pytest

from jaunt.tester import run_pytest


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    set_bare_pytest(monkeypatch)


def test_a_passing_and_a_failing_file_and_both_together(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "test_good.py": "def test_good():\n    assert True\n",
            "test_bad.py": "def test_bad():\n    assert False\n",
        },
    )
    good, bad = tmp_path / "test_good.py", tmp_path / "test_bad.py"
    assert run_pytest([good], pytest_args=QUIET) == 0
    assert run_pytest([bad], pytest_args=QUIET) == 1
    assert run_pytest([good, bad], pytest_args=QUIET) == 1


def test_several_passing_files_are_one_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path, {f"test_{i}.py": f"def test_{i}():\n    pass\n" for i in range(3)})
    assert run_pytest(sorted(tmp_path.glob("*.py")), pytest_args=QUIET) == 0
    assert "3 passed" in capfd.readouterr().out


def test_no_files_run_nothing_even_where_there_are_tests(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path, {"test_bad.py": "def test_bad():\n    assert False\n"})
    assert run_pytest([], pytest_args=QUIET, cwd=tmp_path) == 0
    assert capfd.readouterr().out == ""


def test_only_the_given_files_are_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_files(
        tmp_path,
        {
            "pytest.ini": "[pytest]\ntestpaths = .\n",
            "test_good.py": "def test_good():\n    pass\n",
            "test_bad.py": "def test_bad():\n    assert False\n",
        },
    )
    assert run_pytest([tmp_path / "test_good.py"], pytest_args=QUIET, cwd=tmp_path) == 0
    assert "1 passed" in capfd.readouterr().out


def test_a_file_without_tests_and_a_missing_one_are_not_a_pass(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_none.py": "X = 1\n"})
    assert run_pytest([tmp_path / "test_none.py"], pytest_args=QUIET) == 5
    assert run_pytest([tmp_path / "test_gone.py"], pytest_args=QUIET) == 4


def test_arguments_reach_pytest(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path, {"test_two.py": "def test_one():\n    pass\n\ndef test_two():\n    assert False\n"})
    assert run_pytest([tmp_path / "test_two.py"], pytest_args=[*QUIET, "-k", "one"]) == 0
    assert "1 passed, 1 deselected" in capfd.readouterr().out


def test_pythonpath_comes_first_and_cwd_is_kept_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(
        tmp_path,
        {
            "here/helper.py": "WHERE = 'here'\n",
            "there/helper.py": "WHERE = 'there'\n",
            "tests/test_where.py": (
                "import os\nimport helper\n\n\ndef test_where():\n"
                "    assert helper.WHERE == 'here'\n    assert os.path.basename(os.getcwd()) == 'work dir'\n"
            ),
            "work dir/empty.txt": "",
        },
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "there"), os.environ.get("PYTHONPATH", "")]))
    code = run_pytest(
        [tmp_path / "tests/test_where.py"],
        pytest_args=QUIET,
        pythonpath=[tmp_path / "here"],
        cwd=tmp_path / "work dir",
    )
    assert code == 0


def test_a_relative_file_is_relative_to_the_caller_not_to_cwd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"test_good.py": "def test_good():\n    pass\n", "else/where.txt": ""})
    monkeypatch.chdir(tmp_path)
    assert run_pytest([Path("test_good.py")], pytest_args=QUIET, cwd=tmp_path / "else") == 0


def test_a_test_that_ends_the_process_does_not_end_this_one(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_exit.py": "import os\n\ndef test_exit():\n    os._exit(42)\n"})
    assert run_pytest([tmp_path / "test_exit.py"], pytest_args=QUIET) == 42


def test_a_path_with_blanks_and_no_ascii_is_one_argument(tmp_path: Path) -> None:
    write_files(tmp_path, {"naïve folder/test_a b.py": "def test_good():\n    pass\n"})
    assert run_pytest([tmp_path / "naïve folder/test_a b.py"], pytest_args=QUIET) == 0


def test_nothing_of_the_tests_is_imported_here(tmp_path: Path) -> None:
    write_files(tmp_path, {"test_only_in_the_child.py": "def test_good():\n    pass\n"})
    assert run_pytest([tmp_path / "test_only_in_the_child.py"], pytest_args=QUIET) == 0
    assert "test_only_in_the_child" not in sys.modules
