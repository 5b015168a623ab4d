"""The build as doit tasks, for a project's dodo.py.

One line of it is enough: `from jaunt.tasks import DOIT_CONFIG, task_build, task_check, task_test`.
"""

import contextlib
import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jaunt.config import load_config
from jaunt.errors import JauntError
from jaunt.tasks.bridge import Reporter, takes_always
from jaunt.tasks.project_tasks import ProjectTasks, Task

DOIT_CONFIG: dict[str, Any] = {
    "reporter": Reporter,
    "par_type": "thread",
    "continue": True,
    "default_tasks": ["build"],
}


@functools.cache
def _tasks_here() -> ProjectTasks:
    return ProjectTasks(Path.cwd())


@takes_always
def task_build(always: bool = False) -> Iterator[Task]:
    """Generate the modules whose specs have changed."""
    yield from _tasks_here().build_tasks(always=always)


@takes_always
def task_test(always: bool = False) -> Iterator[Task]:
    """Generate the test modules whose specs have changed, then run pytest on them."""
    yield from _tasks_here().test_tasks(always=always)


def task_check() -> Iterator[Task]:
    """Fail if the generated files are not what the specs ask for; nothing is generated or written."""
    yield from _tasks_here().check_tasks()


def _set_jobs() -> None:
    """Let `num_process` follow the configuration; one that can't be read is reported by the tasks."""
    with contextlib.suppress(JauntError):
        DOIT_CONFIG["num_process"] = load_config(root=Path.cwd()).build.jobs


def _spare_database() -> None:
    """Keep doit's database in memory where its file can't be written: doit would end in a traceback.

    Nothing is lost by it, as the headers of the generated files are the truth.
    """
    if not os.access(Path.cwd(), os.W_OK):
        DOIT_CONFIG.update(backend="sqlite3", dep_file=":memory:")


_set_jobs()

_spare_database()
