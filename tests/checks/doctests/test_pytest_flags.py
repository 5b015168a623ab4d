"""`doctest_optionflags` are found wherever pytest finds them; pytest itself is the reference."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from projects import write_files
from pytest_runs import set_bare_pytest

from jaunt.checks.doctests.pytest_flags import flags_of

TOOL_TABLE = "[tool.pytest.ini_options]\n"
NUMBER = "doctest_optionflags = NUMBER"
SETTINGS = {
    "a list": {"pyproject.toml": f'{TOOL_TABLE}doctest_optionflags = ["ELLIPSIS", "NORMALIZE_WHITESPACE"]\n'},
    "a text": {"pyproject.toml": f'{TOOL_TABLE}doctest_optionflags = "ELLIPSIS NUMBER"\n'},
    "pytest.ini": {"pytest.ini": f"[pytest]\n{NUMBER}\n    ALLOW_UNICODE\n"},
    ".pytest.ini": {".pytest.ini": f"[pytest]\n{NUMBER}\n"},
    "tox.ini": {"tox.ini": f"[tox]\nenvlist = py\n[pytest]\n{NUMBER}\n"},
    "setup.cfg": {"setup.cfg": f"[metadata]\nname = x\n[tool:pytest]\n{NUMBER} ALLOW_BYTES\n"},
    "an empty pytest.ini before all": {"pytest.ini": "", "tox.ini": f"[pytest]\n{NUMBER}\n"},
    "a pyproject.toml without a table": {
        "pyproject.toml": "[project]\nname = 'x'\n",
        "tox.ini": f"[pytest]\n{NUMBER}",
    },
    "pyproject.toml before tox.ini": {
        "pyproject.toml": f'{TOOL_TABLE}doctest_optionflags = ["ALLOW_BYTES"]\n',
        "tox.ini": f"[pytest]\n{NUMBER}\n",
    },
    "addopts": {"pytest.ini": f"[pytest]\n{NUMBER}\naddopts = -q -o 'doctest_optionflags=ELLIPSIS ALLOW_BYTES'\n"},
    "no settings": {"setup.cfg": "[metadata]\nname = x\n"},
}

PRINTS_FLAGS = """
import pytest
def pytest_collection(session):
    print("FLAGS", *session.config.getini("doctest_optionflags"))
"""


def flags_of_pytest(folder: Path, arguments: Sequence[str] = ()) -> list[str]:
    """Return the flags that pytest itself reads in a folder."""
    command = [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", *arguments, str(folder / "test_x.py")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("FLAGS"))
    return line.split()[1:]


@pytest.mark.parametrize("name", SETTINGS)
def test_the_flags_are_those_of_pytest(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_bare_pytest(monkeypatch)
    write_files(tmp_path, {**SETTINGS[name], "conftest.py": PRINTS_FLAGS, "test_x.py": "def test_x(): pass\n"})
    assert flags_of(tmp_path) == flags_of_pytest(tmp_path)


def test_settings_above_the_project_count_where_it_has_none(tmp_path: Path) -> None:
    write_files(tmp_path, {"pytest.ini": f"[pytest]\n{NUMBER}\n", "one/pyproject.toml": "[project]\nname = 'one'\n"})
    assert flags_of(tmp_path / "one") == ["NUMBER"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["-q", "-o", "doctest_optionflags=ALLOW_BYTES"],
        ["--override-ini", "doctest_optionflags=ALLOW_BYTES"],
        ["--override-ini=doctest_optionflags=ALLOW_BYTES", "-x"],
        ["-odoctest_optionflags=ALLOW_BYTES"],
    ],
)
def test_arguments_replace_the_settings(arguments: list[str], tmp_path: Path) -> None:
    write_files(tmp_path, {"pytest.ini": f"[pytest]\n{NUMBER}\n"})
    assert flags_of(tmp_path, arguments) == ["ALLOW_BYTES"]


@pytest.mark.parametrize("arguments", [["-o", "console_output_style=classic"], ["-o"], ["-k", "a=b"], ["tests/a=b"]])
def test_other_arguments_leave_them(arguments: list[str], tmp_path: Path) -> None:
    write_files(tmp_path, {"pytest.ini": f"[pytest]\n{NUMBER}\n"})
    assert flags_of(tmp_path, arguments) == ["NUMBER"]


DEFAULT = ["ELLIPSIS"]


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": "[tool.pytest\n"},
        {"pytest.ini": "doctest_optionflags\n[pytest"},
        {"pyproject.toml": "[tool]\npytest = 3\n"},
    ],
)
def test_settings_that_cannot_be_read_leave_the_default(files: dict[str, str], tmp_path: Path) -> None:
    write_files(tmp_path, files)
    assert flags_of(tmp_path) == DEFAULT
