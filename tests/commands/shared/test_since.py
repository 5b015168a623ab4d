"""`--since REF`: the modules that changed since a git ref, and all that uses them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from projects import edit, write_files
from said import RunIn

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is what tells")

MODELS = "LIMIT: int = 3\n"
USES_MODELS = '''\
import jaunt
from app.between import LIMIT


@jaunt.magic
def cut(text: str) -> str:
    """Return the first LIMIT letters of `text`."""
    ...
'''


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def repository(built_shop: Path) -> Path:
    """The shop with a module that reaches a handwritten one by way of another, all committed."""
    write_files(
        built_shop,
        {
            "src/app/models.py": MODELS,
            "src/app/between.py": "from app.models import LIMIT\n",
            "src/app/cut.py": USES_MODELS,
            ".gitignore": ".jaunt/\n__pycache__/\n",
        },
    )
    git(built_shop, "init")
    git(built_shop, "add", "-A")
    git(built_shop, "commit", "-m", "all")
    return built_shop


def selected(run_in: RunIn, root: Path, ref: str = "HEAD") -> list[str]:
    """Return the modules that `jaunt status --since` lists, of a selection these and what they depend on."""
    facts = run_in(root, "status", "--since", ref, "--json").facts
    return [module["module"] for module in facts["modules"]]


def test_nothing_changed_selects_nothing(repository: Path, run_in: RunIn) -> None:
    assert selected(run_in, repository) == []
    assert run_in(repository, "build", "--since", "HEAD").code == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("src/app/tally.py", "upwards", "up", ["app.tally"]),
        ("src/app/words.py", "the words", "all words", ["app.slug", "app.words", "tests.test_slug"]),
        ("src/app/__generated__/tally.py", "count", "n", ["app.tally"]),
        ("src/app/models.py", "3", "4", ["app.cut"]),
    ],
)
def test_what_changed_is_selected_with_what_uses_it(
    file: str, old: str, new: str, expected: list[str], repository: Path, run_in: RunIn
) -> None:
    edit(repository / file, old, new)
    assert selected(run_in, repository) == expected
    git(repository, "commit", "-am", "changed")
    assert selected(run_in, repository) == []
    assert selected(run_in, repository, "HEAD~1") == expected


def test_a_new_file_is_selected(repository: Path, run_in: RunIn) -> None:
    (repository / "src/app/new.py").write_text(USES_MODELS.replace("cut", "snip"))
    assert selected(run_in, repository) == ["app.new"]


def test_a_build_asks_for_what_changed_alone(repository: Path, run_in: RunIn) -> None:
    edit(repository / "src/app/tally.py", "upwards", "up")
    said = run_in(repository, "build", "--since", "HEAD", "--dry-run", "--json").facts
    assert [module["module"] for module in said["modules"]] == ["app.tally"]  # app.cut is unbuilt, and as it was


@pytest.mark.parametrize(
    ("ref", "words"), [("no-such-branch", "git says:"), ("--output=x", "is no git ref"), ("", "git says:")]
)
def test_a_ref_that_git_does_not_know_is_told(ref: str, words: str, repository: Path, run_in: RunIn) -> None:
    said = run_in(repository, "status", f"--since={ref}")
    assert said.code == 2
    assert said.err.startswith(f"error: --since {ref}: {words}" if words == "git says:" else "error: --since: ")
    assert words in said.err


def test_a_folder_that_is_no_repository_is_told(built_shop: Path, run_in: RunIn) -> None:
    said = run_in(built_shop, "check", "--since", "HEAD")
    assert (said.code, "git says: fatal: not a git repository" in said.err) == (2, True)


def test_target_and_since_exclude_each_other(repository: Path, run_in: RunIn) -> None:
    said = run_in(repository, "test", "--since", "HEAD", "--target", "tests.test_slug")
    assert (said.code, said.err) == (
        2,
        "error: --target and --since both select modules (leave one of them out)\n",
    )
