"""Two people change one module: what git makes of it, and what jaunt makes of that."""

import subprocess
from pathlib import Path

import pytest
from said import RunIn

HEADER_OF_SPECS = "# jaunt:spec_digest="


def conflicted(path: Path, *, inside: str) -> None:
    """Put the markers of a conflict around each line of a file that begins with `inside`."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        hit = line.startswith(inside)
        lines.append(f"<<<<<<< HEAD\n{line}=======\n{line.strip()}0\n>>>>>>> theirs\n" if hit else line)
    path.write_text("".join(lines), encoding="utf-8")


@pytest.mark.parametrize("inside", ["# jaunt:module_digest", "# jaunt:body_digest", "def ", "# jaunt:spec_refs"])
def test_conflict_markers_are_a_state_of_their_own_and_built_without_force(
    built_shop: Path, run_in: RunIn, inside: str
) -> None:
    path = built_shop / "src/app/__generated__/words.py"
    before = path.read_text(encoding="utf-8")
    conflicted(path, inside=inside)
    status = run_in(built_shop, "status")
    assert "conflict" in status.out
    assert "has git conflict markers" in status.out
    check = run_in(built_shop, "check")
    assert check.code == 4
    assert "merge the specs, then run: jaunt build" in check.err
    assert run_in(built_shop, "build").code == 0
    assert path.read_text(encoding="utf-8") == before
    assert run_in(built_shop, "check").code == 0


def test_accepted_code_in_a_conflict_is_not_overwritten(built_shop: Path, run_in: RunIn) -> None:
    path = built_shop / "src/app/__generated__/words.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n\nEXTRA = 1\n", encoding="utf-8")
    assert run_in(built_shop, "accept", "app.words").code == 0
    conflicted(path, inside="# jaunt:module_digest")
    before = path.read_text(encoding="utf-8")
    done = run_in(built_shop, "build")
    assert done.code == 3
    assert "was accepted by hand" in done.err
    assert path.read_text(encoding="utf-8") == before


def test_a_spec_module_with_markers_is_told_as_that(built_shop: Path, run_in: RunIn) -> None:
    conflicted(built_shop / "src/app/words.py", inside="def ")
    done = run_in(built_shop, "build")
    assert done.code == 2
    assert "words.py:" in done.err
    assert "has git conflict markers" in done.err


def test_git_merges_the_lines_of_two_specs_by_itself(tmp_path: Path) -> None:
    """Each of two people has changed another spec's line; a line that both left alone stands between them."""
    lines = [f"{HEADER_OF_SPECS}{name} 1\n" for name in "abcdefg"]
    files = {
        "base": lines,
        "ours": [line.replace("a 1", "a 2") for line in lines],
        "theirs": [line.replace("g 1", "g 2") for line in lines],
    }
    for name, text in files.items():
        (tmp_path / name).write_text("".join(text), encoding="utf-8")
    done = subprocess.run(["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[0].endswith("a 2")
    assert done.stdout.decode().splitlines()[-1].endswith("g 2")
