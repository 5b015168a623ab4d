"""Helpers that tests share: projects in a folder, recorded answers, child processes and backends."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jaunt
from jaunt.builder import project_works
from jaunt.config import load_config
from jaunt.deps import build_spec_graph, collapse_to_module_dag
from jaunt.discovery import Root, find_files, scan_modules
from jaunt.generate.base import GeneratorBackend, ModuleSpecContext
from jaunt.generate.recorded_backend import format_recording, recording_path
from jaunt.pipeline import make_context
from jaunt.project import load_project
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef

CHILD_SECONDS = 60.0
"""How long a child process may take before its test fails."""

CONFIG = """\
version = 1

[llm]
provider = "recorded"
recordings = "recordings"
"""

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
        "from app.slug import slugify\n\n\n"
        'def test_slugify() -> None:\n    assert slugify("A b") == "a-b"\n'
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


def child_environment(**changes: str) -> dict[str, str]:
    """Return an environment in which child processes find this very jaunt, and none of our own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JAUNT_", "PYTEST_", "DOIT_"))}
    paths = [str(Path(jaunt.__file__).parents[1]), kept.get("PYTHONPATH", "")]
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "COLUMNS": "80", **changes}


def run_python(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a child process, to its end, and return its output."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=child_environment(**environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=CHILD_SECONDS,
        check=False,
    )


def run_jaunt(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the jaunt command in a child process."""
    return run_python("-m", "jaunt", *arguments, cwd=cwd, **environment)


def run_doit(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the doit command in a child process."""
    return run_python("-m", "doit", *arguments, cwd=cwd, **environment)
