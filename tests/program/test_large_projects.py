"""The whole program on a large project: no command prints a line for each of its modules unless it is asked to."""

import re
from pathlib import Path

import pytest
from libraries import spec_file
from processes import run_doit
from projects import CONFIG, record, write_files
from said import RunIn

from jaunt.report.console import MOST_LINES

COUNT = 60
NAMES = [f"m{number:03}" for number in range(COUNT)]
MORE = COUNT - MOST_LINES
ANSWERS = dict.fromkeys(NAMES, "def number() -> int:\n    return 1\n")
DODO = "from jaunt.tasks import DOIT_CONFIG, task_build, task_check, task_test  # noqa: F401\n"


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A project with more modules than are listed; none is built."""
    write_files(
        tmp_path, {"jaunt.toml": CONFIG, "dodo.py": DODO, **{f"src/{m}.py": spec_file("number") for m in NAMES}}
    )
    record(tmp_path, ANSWERS)
    return tmp_path


def test_a_dry_run_lists_the_first_steps_and_the_sums_of_all(large: Path, run_in: RunIn) -> None:
    lines = run_in(large, "build", "--dry-run").lines
    assert len(lines) == MOST_LINES + 2
    assert lines[-2] == f"... and {MORE} more (-v lists them)"
    assert lines[-1].startswith(f"{COUNT} to build: ")
    assert len(run_in(large, "build", "--dry-run", "-v").lines) == COUNT + 1
    assert len(run_in(large, "build", "--dry-run", "--json").facts["modules"]) == COUNT


def test_doit_check_names_the_first_and_counts_the_others(large: Path) -> None:
    lines = run_doit("check", cwd=large).stdout.splitlines()
    assert len([line for line in lines if "not built yet" in line]) == MOST_LINES
    assert any(line.strip() == f"... and {MORE} more (jaunt check -v lists them)" for line in lines)


def test_clean_names_the_first_files_and_counts_the_others(large: Path, run_in: RunIn) -> None:
    assert run_in(large, "build").code == 0
    lines = run_in(large, "clean", "--dry-run").lines
    assert lines[-2:] == [f"... and {MORE} more (-v lists them)", f"{COUNT} to remove"]
    assert len(lines) == MOST_LINES + 2
    assert len(run_in(large, "clean", "--dry-run", "-v").lines) == COUNT + 1
    for path in (large / "src/__generated__").glob("m*.py"):
        path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    said = run_in(large, "clean")
    assert said.lines == [f"0 removed, {COUNT} left"]
    assert len(said.errors) == MOST_LINES + 1
    assert said.errors[-1] == f"warning: ... and {MORE} more (-v lists them)"
    said = run_in(large, "build")
    assert len(said.errors) == MOST_LINES + 1
    assert len(run_in(large, "clean", "--force").lines) == MOST_LINES + 2


def test_diff_names_the_first_modules_and_shows_all_if_asked(large: Path, run_in: RunIn) -> None:
    assert run_in(large, "build").code == 0
    for name in NAMES:
        path = large / f"src/{name}.py"
        path.write_text(path.read_text(encoding="utf-8").replace("a number", "a big number"), encoding="utf-8")
    record(large, dict.fromkeys(NAMES, "def number() -> int:\n    return 99\n"))
    assert run_in(large, "build").code == 0
    lines = run_in(large, "diff").lines
    assert len(lines) == MOST_LINES + 1
    assert lines[-1].startswith(f"... and {MORE} more (-v shows them all")
    assert "+    return 99" in run_in(large, "diff", "-v").lines
    assert "+    return 99" in run_in(large, "diff", "m007").lines
    assert len(run_in(large, "diff", "--json").facts["modules"]) == COUNT


def test_graph_and_doctor_keep_to_a_few_lines(large: Path, run_in: RunIn) -> None:
    write_files(large, {f"src/more{number:03}.py": spec_file("number") for number in range(200)})
    assert re.search(r"^\.\.\. and 60 more modules$", run_in(large, "graph").out, re.MULTILINE)
    assert len(run_in(large, "doctor").lines) < 24


def test_folders_that_python_takes_minutes_to_import_from_are_told_at_once(tmp_path: Path, run_in: RunIn) -> None:
    deep = Path("src/top", *(f"n{number}" for number in range(60)))
    files = {"jaunt.toml": CONFIG, "src/m.py": spec_file("number"), str(deep / "words.py"): spec_file("words")}
    write_files(tmp_path, files)
    said = run_in(tmp_path, "status").out
    assert f"{deep}/words.py: more than 16 folders without an __init__.py stand in each other" in said
    for folder in [deep, *deep.parents][::16]:
        (tmp_path / folder / "__init__.py").touch()
    record(
        tmp_path, {"m": ANSWERS["m000"], ".".join((*deep.parts[1:], "words")): "def words() -> int:\n    return 1\n"}
    )
    said = run_in(tmp_path, "build")
    assert (said.code, said.lines[-1].split(" in ")[0]) == (0, "2 generated")
