"""A module with one example, and what runs it against candidates in sandboxes that stay."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from projects import write_files

from jaunt.checks.doctests.judge import Docstring, example_question
from jaunt.checks.examiner.protocol import Order
from jaunt.checks.examiner.questions import Examination
from jaunt.checks.examiner.runner import ExaminerRunner
from jaunt.checks.examiner.sandboxes import Examiners
from jaunt.config import SandboxConfig
from jaunt.sandbox.sandbox import Sandbox

SPEC = '''\
import jaunt


@jaunt.magic
def count(n: int) -> int:
    """Return the number.

    >>> count(1)
    1
    """
    ...
'''
GOOD = "def count(n: int) -> int:\n    return n\n"


def make_examiners(root: Path, **settings: Any) -> Examiners:
    """Write the module below `root`; return what examines its candidates, with `settings` of the sandbox."""
    write_files(root, {"app/__init__.py": "", "app/numbers.py": SPEC})
    config = replace(SandboxConfig(seconds=20), **settings)
    return Examiners(ExaminerRunner(Sandbox(config), root, (str(root),), "__generated__"))


def orders(root: Path, source: str) -> Examination:
    """Return what is asked of one candidate."""
    question = example_question(Docstring("count", "Return the number.\n\n>>> count(1)\n1\n", "app/numbers.py", 6))
    assert question is not None
    order = Order(
        spec_module="app.numbers",
        generated_module="app.__generated__.numbers",
        source=source,
        filename=str(root / "app/__generated__/numbers.py"),
        names=["count"],
        questions=[{"name": "count", "steps": [*question.steps]}],
        single_file=False,
        bases=[str(root)],
        effects=True,
    )
    return Examination(order, [question])
