"""Places for candidates that ty looks at: projects on disk, of one module or a few."""

from collections.abc import Mapping
from pathlib import Path

from projects import write_files

from jaunt.checks.place import Place
from jaunt.checks.project_checks import project_checks
from jaunt.checks.tools.check import ToolCheck
from jaunt.config import load_config
from jaunt.plan.module_work import project_works
from jaunt.project.project import load_project

INC = "def inc(n: int) -> int:"
WRONG = f"{INC}\n    return str(n)\n"


def spec(*lines: str) -> str:
    """Return the source of a spec module with the one spec `inc`, below some lines."""
    return "\n".join(["import jaunt", *lines, "@jaunt.magic", INC, "    ...", ""])


def place_in(root: Path, module: str = "app.inc") -> Place:
    """Return where the candidates of a module of a project on disk are to stand."""
    project = load_project(load_config(root=root))
    (work,) = project_works(project, [module])
    return next(check.place for check in project_checks(project)(work) if isinstance(check, ToolCheck))


def make_place(root: Path, files: Mapping[str, str], module: str = "app.inc") -> Place:
    """Write a project with `files`, and return where the candidates of a module of it are to stand."""
    before = {"jaunt.toml": "version = 1\n", "src/app/__init__.py": "", "src/app/inc.py": spec()}
    write_files(root, {**before, **files})
    return place_in(root, module)
