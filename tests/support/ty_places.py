"""Modules whose candidates ty looks at, in projects on disk of one module or a few."""

from collections.abc import Mapping
from pathlib import Path

from projects import write_files

from jaunt.config import load_config
from jaunt.plan.module_work import ModuleWork, project_works
from jaunt.project.project import load_project

INC = "def inc(n: int) -> int:"
WRONG = f"{INC}\n    return str(n)\n"


def spec(*lines: str) -> str:
    """Return the source of a spec module with the one spec `inc`, below some lines."""
    return "\n".join(["import jaunt", *lines, "@jaunt.magic", INC, "    ...", ""])


def work_in(root: Path, module: str = "app.inc") -> ModuleWork:
    """Return the work for a module of a project on disk."""
    (work,) = project_works(load_project(load_config(root=root)), [module])
    return work


def make_work(root: Path, files: Mapping[str, str], module: str = "app.inc") -> ModuleWork:
    """Write a project with `files`, and return the work for a module of it."""
    before = {"jaunt.toml": "version = 1\n", "src/app/__init__.py": "", "src/app/inc.py": spec()}
    write_files(root, {**before, **files})
    return work_in(root, module)
