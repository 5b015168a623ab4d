"""The whole program in a fresh clone: the committed headers alone say that there is nothing to do."""

import shutil
import subprocess
from pathlib import Path

import pytest
from processes import run_doit, run_jaunt
from projects import make_shop, write_files

GENERATED = ("src/app/__generated__", "tests/__generated__")


def git(*arguments: str, cwd: Path) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of a built project; its configuration names no provider, so that nobody can be asked."""
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    root = make_shop(tmp_path_factory.mktemp("repository"))
    assert run_jaunt("test", "--no-run", cwd=root).returncode == 0
    assert run_doit("build", cwd=root).returncode == 0
    write_files(root, {"jaunt.toml": "version = 1\n", ".gitignore": ".jaunt/\n.doit.db*\n__pycache__/\n"})
    shutil.rmtree(root / "recordings")
    git("init", cwd=root)
    git("add", "-A", cwd=root)
    git("commit", "-m", "all", cwd=root)
    return root


@pytest.fixture
def clone(repository: Path, tmp_path: Path) -> Path:
    """A clone of the repository, as a newcomer gets it."""
    git("clone", str(repository), str(tmp_path / "clone"), cwd=tmp_path)
    root = tmp_path / "clone"
    assert not (root / ".jaunt").exists()
    assert not list(root.glob(".doit.db*"))
    assert all((root / folder).is_dir() for folder in GENERATED)
    return root


def stamps(root: Path) -> dict[Path, int]:
    """Return the time of change of each generated file, in ns."""
    return {path: path.stat().st_mtime_ns for folder in GENERATED for path in (root / folder).glob("*.py")}


def test_jaunt_build_runs_nothing_and_asks_nobody(clone: Path) -> None:
    before = stamps(clone)
    done = run_jaunt("build", cwd=clone)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 fresh in ")
    assert stamps(clone) == before
    assert {path.name for path in (clone / ".jaunt").iterdir()} == {".gitignore", "scan.jsonl"}


def test_doit_build_runs_nothing_and_asks_nobody(clone: Path) -> None:
    before = stamps(clone)
    for _ in range(2):
        done = run_doit("build", cwd=clone)
        assert (done.returncode, done.stdout, done.stderr) == (0, "jaunt: 3 up to date\n", "")
    listed = run_doit("list", "--all", "-s", cwd=clone).stdout
    assert listed.count("\nU ") == 4
    assert stamps(clone) == before


def test_jaunt_test_only_runs_the_tests(clone: Path) -> None:
    before = stamps(clone)
    done = run_jaunt("test", cwd=clone)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("4 fresh in ")
    assert "1 passed" in done.stdout
    assert stamps(clone) == before


def test_status_and_git_agree_that_nothing_has_changed(clone: Path) -> None:
    assert run_jaunt("status", cwd=clone).stdout.splitlines()[-1] == "4 fresh"
    run_doit("build", cwd=clone)
    changed = subprocess.run(["git", "status", "--short"], cwd=clone, capture_output=True, text=True, check=True)
    assert changed.stdout == ""


def test_a_clone_with_windows_line_ends_is_fresh(repository: Path, tmp_path: Path) -> None:
    git("clone", "-c", "core.autocrlf=true", str(repository), str(tmp_path / "clone"), cwd=tmp_path)
    root = tmp_path / "clone"
    assert b"\r\n" in (root / GENERATED[0] / "slug.py").read_bytes()
    done = run_jaunt("build", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 fresh in ")


def test_a_removed_generated_file_is_the_only_thing_that_is_missed(clone: Path) -> None:
    (clone / GENERATED[0] / "tally.py").unlink()
    status = run_jaunt("status", cwd=clone).stdout.splitlines()
    assert sorted(tuple(line.split()[:2]) for line in status[:-1]) == [
        ("fresh", "app.slug"),
        ("fresh", "app.words"),
        ("fresh", "tests.test_slug"),
        ("unbuilt", "app.tally"),
    ]
    done = run_jaunt("build", cwd=clone)
    assert done.returncode == 2, "now somebody has to be asked, and nobody is configured"
    assert "provider" in done.stderr
