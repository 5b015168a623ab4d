"""The repository's own tasks: `doit build` builds the bundled examples, `doit test` runs every check there is.

`doit check` says whether the bundled examples are built.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from jaunt.tasks import DOIT_CONFIG, task_build, task_check
from jaunt.tasks import task_test as generated_tests

__all__ = ["DOIT_CONFIG", "task_build", "task_check", "task_test"]

BIN = Path(sys.executable).parent
PYTHON_FILES = "src tests dodo.py"
CHECKS = {
    # A process for each core; the tests of one file stay together, as they share what they have built.
    "suite": f"{sys.executable} -m pytest -n auto --maxprocesses 4 --dist loadfile",
    "ruff": f"{BIN / 'ruff'} check {PYTHON_FILES} && {BIN / 'ruff'} format --check {PYTHON_FILES}",
    "ty": f"{BIN / 'ty'} check --python {sys.executable}",
}


def task_test() -> Iterator[dict]:
    """Run the examples' generated tests, the suite, ruff and ty."""
    yield from generated_tests()
    for name, command in CHECKS.items():
        yield {"name": name, "actions": [command], "verbosity": 2, "uptodate": [False]}
