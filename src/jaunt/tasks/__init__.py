"""The build as doit tasks, for a project's dodo.py.

One line of it is enough: `from jaunt.tasks import DOIT_CONFIG, task_build, task_check, task_test`.
"""

import contextlib
import functools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jaunt.process.stopping import listen_in, raise_in

listen_in("doit")  # before the rest is imported: a signal may come meanwhile

from jaunt.config import load_config  # noqa: E402
from jaunt.errors import JauntError  # noqa: E402
from jaunt.tasks.bridge import Reporter, takes_options  # noqa: E402
from jaunt.tasks.project_tasks import ProjectTasks, Task  # noqa: E402

raise_in("doit")


@functools.cache
def _tasks_here(instructions: tuple[str, ...] = ()) -> ProjectTasks:
    return ProjectTasks(Path.cwd(), instructions=instructions)


@takes_options
def task_build(always: bool = False, instruction: Sequence[str] = ()) -> Iterator[Task]:
    """Generate the modules whose specs have changed."""
    yield from _tasks_here(tuple(instruction)).build_tasks(always=always)


@takes_options
def task_test(always: bool = False, instruction: Sequence[str] = ()) -> Iterator[Task]:
    """Generate the test modules whose specs have changed, then run pytest on them."""
    yield from _tasks_here(tuple(instruction)).test_tasks(always=always)


def task_check() -> Iterator[Task]:
    """Fail if the generated files are not what the specs ask for; nothing is generated or written."""
    yield from _tasks_here().check_tasks()


def __getattr__(name: str) -> Any:
    """Return DOIT_CONFIG, made for the working directory when a dodo.py asks for it: nothing is read on import."""
    if name == "DOIT_CONFIG":
        return _doit_config(Path.cwd())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _doit_config(root: Path) -> dict[str, Any]:
    """Return doit's settings for a project; a configuration that can't be read is reported by the tasks."""
    config: dict[str, Any] = {
        "reporter": Reporter,
        "par_type": "thread",
        "continue": True,
        "default_tasks": ["build"],
    }
    with contextlib.suppress(JauntError):
        config["num_process"] = load_config(root=root).build.jobs
    if not os.access(root, os.W_OK):
        # doit would end in a traceback where it can't write its database. Nothing is lost by one in memory, as the
        # headers of the generated files are the truth.
        config.update(backend="sqlite3", dep_file=":memory:")
    return config
