"""What several checks ask of a candidate is asked in one examination, and each has an answer of its own."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from builds import load
from projects import write_files

from jaunt.build.proof import Proof
from jaunt.checks.doctests.imports import SandboxedImports
from jaunt.checks.examiner.asking import ask_together
from jaunt.checks.examiner.on_cluster import examiners_of
from jaunt.checks.examiner.protocol import Order
from jaunt.checks.examiner.questions import Examination
from jaunt.checks.examiner.runner import Findings
from jaunt.checks.examiner.sandboxes import Examiners
from jaunt.checks.project_checks import project_checks
from jaunt.generate.check import as_checked
from jaunt.plan.module_work import project_works

SPEC = '''\
import jaunt


@jaunt.magic
def double(n: int) -> int:
    """Return twice the number.

    >>> double(2)
    4
    >>> double(-2000001)
    -4000002

    Properties:
        given n: int :: double(n) == n + n
    """
    ...
'''
GOOD = "def double(n: int) -> int:\n    return 2 * n\n"
CANDIDATES = {
    "right": GOOD,
    "wrong for its example": "def double(n: int) -> int:\n    return 2 * n if n != 2 else 5\n",
    "wrong for large numbers": "def double(n: int) -> int:\n    return 2 * n if n < 50 else 'many'\n",
    "right until its example was run": "calls = []\n\n\ndef double(n: int) -> int:\n"
    "    calls.append(n)\n    return 2 * n if -2000001 not in calls or n == -2000001 else 0\n",
    "with an effect": f"import os\nos.environ['X'] = '1'\n\n\n{GOOD}",
    "that ends the process": "import os\n\n\ndef double(n: int) -> int:\n"
    "    os._exit(0) if n >= 2 else None\n    return 2 * n\n",
    "that can't be imported": f"from nowhere import nothing\n\n\n{GOOD}",
}


def sandboxes() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "jaunt-examiner"}


class CountedExaminers(Examiners):
    """Notes how many orders it got about each candidate, and which it examined alone."""

    asked: list[int]
    alone: list[list[str]]

    async def reports(self, orders: Sequence[Order], key: str) -> list[str]:
        self.asked.append(len(orders))
        return await super().reports(orders, key)

    async def examine_alone(self, asked: Examination) -> Findings:
        self.alone.append([each.doing for each in asked.questions])
        return await super().examine_alone(asked)


def found_in(root: Path, candidates: Sequence[str]) -> list[tuple[dict[str, list[str]], list[int], list[list[str]]]]:
    """Return, for each candidate, what each check finds, and what was asked together, and alone."""
    write_files(root, {"src/app/__init__.py": "", "src/app/m.py": SPEC})
    tools = 'ruff = "off"\nty = "off"\nrobustness = "error"\n'
    project = load(root, f"version = 1\n[verify]\n{tools}")
    (work,) = project_works(project, ["app.m"])
    assert examiners_of(project) is examiners_of(project)
    assert examiners_of(project) is not examiners_of(replace(project))
    examiners = CountedExaminers(examiners_of(project).runner)
    asking: list[Any] = [each for each in project_checks(project).plain(work) if hasattr(each, "asking")]
    checks = [replace(each, asking=replace(each.asking, examiners=examiners)) for each in asking]
    assert [each.name for each in checks] == ["doctests", "properties", "robustness"]
    ask_together(checks)

    async def one_by_one() -> list[Any]:
        rows = []
        for source in candidates:
            examiners.asked, examiners.alone = [], []
            errors = {each.name: [*as_checked(source, await each(source)).errors] for each in checks}
            rows.append((errors, examiners.asked, examiners.alone))
        return rows

    return asyncio.run(one_by_one())


def test_a_candidate_is_examined_once_and_again_only_for_what_failed(tmp_path: Path) -> None:
    found = dict(zip(CANDIDATES, found_in(tmp_path, [*CANDIDATES.values()]), strict=True))
    assert [asked for _, asked, _ in found.values()] == [[3]] * len(CANDIDATES)
    failed = {kind: [check for check, errors in row[0].items() if errors] for kind, row in found.items()}
    assert failed == {
        "right": [],
        "wrong for its example": ["doctests", "properties"],
        "wrong for large numbers": ["properties", "robustness"],
        "right until its example was run": [],
        "with an effect": ["doctests"],
        "that ends the process": ["doctests", "properties", "robustness"],
        "that can't be imported": ["doctests", "properties"],
    }
    assert {kind: len(alone) for kind, (_, _, alone) in found.items()} == {
        "right": 0,
        "wrong for its example": 2,
        "wrong for large numbers": 2,
        "right until its example was run": 0,
        "with an effect": 1,
        "that ends the process": 3,
        "that can't be imported": 3,
    }
    assert "`os.putenv` is done on import" in found["with an effect"][0]["doctests"][0]


def test_who_asks_a_second_time_gets_another_examination(tmp_path: Path) -> None:
    first, second = found_in(tmp_path, [GOOD, GOOD])
    assert first == second == ({"doctests": [], "properties": [], "robustness": []}, [3], [])


def test_a_sandbox_is_started_while_a_model_writes_and_one_alone(tmp_path: Path) -> None:
    write_files(tmp_path, {"src/app/__init__.py": "", "src/app/m.py": SPEC, "src/app/n.py": SPEC})
    project = load(tmp_path, "version = 1\n")
    checks = project_checks(project)
    proof = Proof(checks, ["app.m", "app.n"], SandboxedImports(project, []))
    before = sandboxes()

    async def begin() -> int:
        for work in project_works(project, ["app.m", "app.n"]):
            await proof.require(work)
            assert sandboxes() == before
        for work in project_works(project, ["app.m", "app.n"]):
            await proof.require_before_call(work)
        await asyncio.sleep(0)
        (begun,) = sandboxes() - before
        check: Any = next(each for each in checks.plain(work) if hasattr(each, "asking"))
        assert (await check.asking.find(GOOD)).errors == []
        assert sandboxes() - before == {begun}
        return len(sandboxes())

    assert asyncio.run(begin()) == 1 + len(before)
