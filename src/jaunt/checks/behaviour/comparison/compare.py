"""Versions of modules' code compared in the sandbox, all in one run of it."""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path
from typing import Any, cast

from jaunt.checks import is_off
from jaunt.checks.behaviour.comparison.asked import Order, Report
from jaunt.checks.behaviour.comparison.subjects import subjects_of
from jaunt.checks.behaviour.question import has_hypothesis
from jaunt.checks.behaviour.robustness import NAME as ROBUSTNESS
from jaunt.checks.behaviour.robustness import is_confined
from jaunt.checks.examiner.on_cluster import facts_of, runner_of
from jaunt.checks.examiner.runner import ExaminerRunner, project_runner
from jaunt.cluster.call import FURTHER_SECONDS, open_cluster
from jaunt.cluster.error import ClusterError
from jaunt.paths import PACKAGE
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.sandbox.program import Completed
from jaunt.sandbox.sandbox import Sandbox
from jaunt.text.lines import last_line

INPUTS = 200
"""How many inputs versions are compared on."""
_SMALLER = 150
_SUBJECT_SECONDS = 20.0
_CHILD = Path(PACKAGE, "checks", "behaviour", "comparison", "child.py")


@frozen
class Versions:
    """Versions of one module's code, and which of its specs are compared (None: all)."""

    work: ModuleWork
    sources: Sequence[str]
    only: Collection[str] | None = None


@frozen
class Compared:
    """What came of comparing versions of a module: a report for each subject, or why there is none."""

    module: str
    reports: Sequence[Report] = field(default_factory=list)
    why_not: str = ""


def why_not_called(project: Project) -> str:
    """Return why no code of a project may be called with drawn inputs here, "" if it may."""
    if not has_hypothesis():
        return "Hypothesis is not installed (pip install 'jaunt[properties]' from jaunt's folder)"
    if not is_confined(project.config.sandbox):
        return "no sandbox here keeps code that is called with any input from writing where it pleases"
    return ""


def is_asked_for(project: Project) -> bool:
    """Whether a project's code is called with drawn inputs on the side: as `robustness` is, without being told to."""
    config = project.config
    return config.verify.doctests and not is_off(config, ROBUSTNESS) and not why_not_called(project)


def compare(
    project: Project,
    compared: Sequence[Versions],
    *,
    inputs: int = INPUTS,
    seconds: float = 60.0,
) -> list[Compared]:
    """Return what came of each module, in order, after at most some seconds; a cluster's worker compares, if any.

    Raises JauntConfigError if the sandbox can't be used.
    """
    limit = min(seconds, project.config.sandbox.seconds)
    runner = project_runner(project)
    config = replace(runner.sandbox.config, seconds=max(1, int(limit)), cpu_seconds=max(1, int(4 * limit)))
    runner = replace(runner, sandbox=Sandbox(config))
    orders = [_order(each, inputs, min(_SUBJECT_SECONDS, limit / 2)) for each in compared]
    completed = _completed(project, runner, orders)
    found: list[list[Report]] = [[] for _ in compared]
    for line in completed.stdout.splitlines():
        record = json.loads(line)
        found[record["order"]].append(cast(Report, record["report"]))
    why = completed.message or "the comparison ended early"
    said = last_line(completed.stderr)
    why += f": {said}" if said else ""
    return [
        Compared(each.work.module, reports, "" if len(reports) == len(order["subjects"]) else why)
        for each, order, reports in zip(compared, orders, found, strict=True)
    ]


def _completed(project: Project, runner: ExaminerRunner, orders: Sequence[Order]) -> Completed:
    cluster = open_cluster(project.config)
    if cluster is not None:
        given = {"runner": facts_of(runner), "orders": orders}
        seconds = runner.sandbox.config.seconds + FURTHER_SECONDS
        with suppress(ClusterError):
            return cluster.call_and_wait(f"{__name__}:compare_there", given, seconds=seconds)
    return _run(runner, orders)


def compare_there(runner: Mapping[str, Any], orders: Sequence[Order]) -> Completed:
    """On a worker: return how the run of a comparison ended, with what it printed."""
    return _run(runner_of(runner), orders)


def _run(runner: ExaminerRunner, orders: Sequence[Order]) -> Completed:
    return runner.run_program(_CHILD, stdin=json.dumps(orders).encode(), env={"PYTHONHASHSEED": "0"})


def _order(versions: Versions, inputs: int, seconds: float) -> Order:
    work = versions.work
    return Order(
        spec_module=work.imported_as,
        generated_module=work.generated_module,
        filename=str(work.path),
        names=[*work.names],
        single_file=work.is_single_file,
        bases=[str(base) for base in work.bases],
        sources=[*versions.sources],
        subjects=subjects_of(work, versions.sources, versions.only),
        inputs=inputs,
        smaller=_SMALLER,
        seconds=seconds,
    )
