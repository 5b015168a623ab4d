"""Projects in a folder, with answers that are recorded to their contracts."""

from collections.abc import Callable, Mapping
from pathlib import Path

from jaunt.build.context import make_context
from jaunt.config import load_config
from jaunt.generate.providers.recorded import format_recording, recording_path
from jaunt.plan.module_work import project_works
from jaunt.project.project import load_project

ProjectFiles = Callable[[Mapping[str, str | bytes]], Path]
"""The fixture `project_files`: writes files below `tmp_path`, which it returns."""

RECORDED = """\
version = 1

[llm]
provider = "recorded"
recordings = "recordings"
"""
"""A configuration whose model is the answers that are recorded; further sections may follow."""

CONFIG = f"""\
{RECORDED}
[verify]
ruff = "off"
ty = "off"
doctests = false
"""
"""Without the checks that start programs: they take most of a small build's time, and have tests of their own."""

ONE_ATTEMPT = f"""\
{RECORDED}
[build]
max_attempts = 1

[verify]
robustness = "off"
"""
"""RECORDED for projects in which the recorded answer either lands or is refused, whatever robustness says."""
SHOP: Mapping[str, str] = {
    "jaunt.toml": CONFIG,
    "dodo.py": "from jaunt.tasks import DOIT_CONFIG, task_build, task_test  # noqa: F401\n",
    "src/app/__init__.py": "",
    "src/app/words.py": '''\
import jaunt


@jaunt.magic
def split_words(text: str) -> list[str]:
    """Return the words of `text`."""
    ...
''',
    "src/app/slug.py": '''\
import jaunt
from app.words import split_words


@jaunt.magic(deps=[split_words])
def slugify(text: str) -> str:
    """Return the words of `text`, joined by "-"."""
    ...
''',
    "src/app/tally.py": '''\
import jaunt


@jaunt.magic
class Tally:
    """Counts upwards from 0."""

    def add(self) -> int:
        """Return the next number."""
        ...
''',
    "tests/__init__.py": "",
    "tests/test_slug.py": '''\
import jaunt
from app.slug import slugify


@jaunt.test(deps=[slugify])
def test_slugify() -> None:
    """slugify("A b") is "a-b"."""
    ...
''',
}
"""A project of three modules, `app.slug` on `app.words`, and a test module."""

GENERATED = "src/app/__generated__"
"""Where the generated code of these modules stands."""

SHOP_ANSWERS: Mapping[str, str] = {
    "app.words": "def split_words(text: str) -> list[str]:\n    return text.lower().split()\n",
    "app.slug": (
        "from app.words import split_words\n\n\n"
        'def slugify(text: str) -> str:\n    return "-".join(split_words(text))\n'
    ),
    "app.tally": (
        "class Tally:\n    def __init__(self) -> None:\n        self.count = 0\n\n"
        "    def add(self) -> int:\n        self.count += 1\n        return self.count\n"
    ),
    "tests.test_slug": (
        'from app.slug import slugify\n\n\ndef test_slugify() -> None:\n    assert slugify("A b") == "a-b"\n'
    ),
}


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write text files below `root`, relative path -> content."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def make_shop(
    root: Path, *, changes: Mapping[str, str] | None = None, answers: Mapping[str, str] | None = None
) -> Path:
    """Write the project SHOP, with `changes` to its files, and record SHOP_ANSWERS, with `answers` on top."""
    write_files(root, {**SHOP, **(changes or {})})
    record(root, {**SHOP_ANSWERS, **(answers or {})})
    return root


def record(root: Path, answers: Mapping[str, str]) -> None:
    """Record answers (module -> source) to today's contracts of the project at `root`.

    Modules that the project doesn't have, or that are broken, are left out.
    """
    project = load_project(load_config(root=root))
    folder = root / "recordings"
    folder.mkdir(exist_ok=True)
    known = [module for module in answers if module in project.modules and module not in project.problems]
    for work in project_works(project, known):
        text = format_recording(make_context(work), answers[work.module])
        recording_path(folder, work.module).write_text(text, encoding="utf-8")


def edit(path: Path, old: str, new: str) -> None:
    """Replace a part of a text file that must be in it."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def files_of(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder: relative path -> content."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
