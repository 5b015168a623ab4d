"""Imports from source: no bytecode is read, and none is left behind."""

import os
import subprocess
import sys
from pathlib import Path

import jaunt

PROGRAM = """
import sys
from jaunt.project.from_source import import_from_source
if "--usual" not in sys.argv:
    import_from_source([sys.argv[1]])
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/.venv"]
import app.it, third
print(app.it.VALUE, third.VALUE)
"""


def run(folder: Path, *options: str) -> str:
    """Return the values of a module of the project, and of one that is installed below it."""
    paths = [str(Path(jaunt.__file__).parents[1]), str(folder / ".venv")]
    environment = {"PYTHONPATH": os.pathsep.join(paths), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", PROGRAM, str(folder), *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (1_600_000_000, 1_600_000_000))


def test_a_source_of_the_same_second_and_size_is_read_and_what_is_installed_comes_from_its_bytecode(
    tmp_path: Path,
) -> None:
    for value in (1, 2):
        write(tmp_path / "app" / "it.py", f"VALUE = {value}\n")
        write(tmp_path / ".venv" / "third.py", f"VALUE = {value}\n")
        if value == 1:
            assert run(tmp_path, "--usual") == "1 1"
    assert run(tmp_path, "--usual") == "1 1"  # Python's own way: else this test would tell nothing
    assert run(tmp_path) == "2 1"


def test_no_bytecode_of_the_project_is_left_behind(tmp_path: Path) -> None:
    write(tmp_path / "app" / "it.py", "VALUE = 1\n")
    write(tmp_path / ".venv" / "third.py", "VALUE = 1\n")
    assert run(tmp_path) == "1 1"
    assert [path.parts[-3] for path in tmp_path.rglob("*.pyc")] == [".venv"]
