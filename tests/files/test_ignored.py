"""What git ignores, as far as the one `.gitignore` at the top of a project tells; git itself is the reference."""

import shutil
import subprocess
from pathlib import Path

import pytest
from projects import write_files

from jaunt.files.ignored import ignored_in

FILES = [
    *("a.py", "b.py", "app/a.py", "app/b.py", "app/old/a.py", "app/old/deep/a.py", "old/a.py", "lib/app/a.py"),
    *("app1/a.py", "app2/a.py", "tmp_x/a.py", "app/tmp_y/a.py", "vendor/lib/app/b.py"),
]

PATTERNS = [
    "",
    "# old/\n\n   \nold/\n",
    "/old\n",
    "old\n!app/old\n",
    "app/old\n",
    "*.py\n!a.py\n",
    "/*\n!/app/\n",
    "app[12]/\n",
    "app[!1]/\n",
    "app?/\n",
    "tmp_*\n",
    "**/old/\n",
    "app/**\n",
    "**/app/a.py\n",
    "/a.py\n*.egg-info/\n*.log\n",
    "vendor/*/app\n",
    "lib/\n!lib/\n",
    "\\!odd\n\\#odd\nold/ \n",
    "build/\n",
]


def kept(root: Path, folder: str = "") -> set[str]:
    """Return the files below `root` that are not passed over, as the walk of a root finds them."""
    ignored = ignored_in(root)
    found: set[str] = set()
    for path in sorted((root / folder).iterdir()):
        name = str(path.relative_to(root))
        if path.is_dir() and path.name != ".git" and not ignored.folder(name):
            found |= kept(root, name)
        elif path.suffix == ".py" and not (ignored.file and ignored.file(name)):
            found.add(name)
    return found


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the reference")
@pytest.mark.parametrize("patterns", PATTERNS)
def test_the_same_is_passed_over_as_by_git(patterns: str, tmp_path: Path) -> None:
    write_files(tmp_path, {".gitignore": patterns, **dict.fromkeys(FILES, "")})
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "*.py"],
        cwd=tmp_path, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert kept(tmp_path) == set(listed.stdout.split())
