"""A module of one spec, and what the checks of its behaviour say of candidates for it."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from builds import load
from projects import write_files

from jaunt.checks.check_file import ProjectCheck
from jaunt.checks.severity import Severity
from jaunt.generate.check import Checked, as_checked
from jaunt.plan.module_work import project_works
from jaunt.project.project import Project

MakeCheck = Callable[[Project, Severity], ProjectCheck]


def judged(root: Path, make: MakeCheck, spec: str, candidates: Sequence[str]) -> list[Checked]:
    """Return what a check, made by `make`, says of candidates for the module `app.m`; `spec` stands below its imports.

    The check's sandboxes stay for all of them.
    """
    write_files(root, {"src/app/__init__.py": "", "src/app/m.py": f"import jaunt\n\n\n{spec}"})
    project = load(root, "version = 1\n")
    (work,) = project_works(project, ["app.m"])
    made = make(project, "error").for_module(work)
    assert made is not None
    check = made

    async def all_of_them() -> list[Checked]:
        return [as_checked(each, await check(each)) for each in candidates]

    return asyncio.run(all_of_them())
