"""Examinations on a cluster: what its workers run for us, and how we ask for it.

What is right is still said here: a worker gives back what the examiner printed, never a verdict.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from jaunt.checks.examiner.protocol import Order
from jaunt.checks.examiner.questions import Examination
from jaunt.checks.examiner.runner import ExaminerRunner, Findings, findings_of, new_key, packed, project_runner
from jaunt.checks.examiner.sandboxes import Examiners
from jaunt.cluster.call import FURTHER_SECONDS, Caller, open_cluster
from jaunt.cluster.error import ClusterError
from jaunt.config import SandboxConfig
from jaunt.project.project import Project
from jaunt.sandbox.halted import halted_with_task
from jaunt.sandbox.sandbox import Sandbox


def examiners_of(project: Project) -> Examiners:
    """Return what examines a project's candidates, here or on its cluster: the same sandboxes for all its checks."""
    return project.kept.get(_make_examiners, project)


def _make_examiners(project: Project) -> Examiners:
    runner, cluster = project_runner(project), open_cluster(project.config)
    return Examiners(runner) if cluster is None else _ClusterExaminers(runner, cluster)


class _ClusterExaminers(Examiners):
    """Examines candidates on a cluster's workers, and here where none can."""

    def __init__(self, runner: ExaminerRunner, cluster: Caller) -> None:
        super().__init__(runner)
        self._cluster = cluster

    def begin(self, preload: Sequence[str] = ()) -> None:
        """Start nothing here, where no candidate may be examined."""

    async def reports(self, orders: Sequence[Order], key: str) -> list[str]:
        try:
            return await self._call("examine", orders=[*orders], key=key)
        except ClusterError:
            return await super().reports(orders, key)

    async def examine_alone(self, asked: Examination) -> Findings:
        key = new_key()
        try:
            return findings_of(asked, key, *await self._call("examine_once_more", order=asked.order, key=key))
        except ClusterError:
            return await super().examine_alone(asked)

    async def _call(self, function: str, **given: object) -> Any:
        """Return what a function gives on a worker; raises ClusterError where it has to be found here."""
        seconds = self.runner.sandbox.config.seconds + FURTHER_SECONDS
        arguments = {"runner": facts_of(self.runner), **given}
        return await self._cluster.call(f"{__name__}:{function}", arguments, seconds=seconds)


async def examine(runner: Mapping[str, Any], orders: Sequence[Order], key: str) -> list[str]:
    """On a worker: return what the examiner printed by each order, in a sandbox that stays; "" where that ended."""
    return await _examiners(json.dumps(runner)).reports(orders, key)


async def examine_once_more(runner: Mapping[str, Any], order: Order, key: str) -> tuple[str, str, str]:
    """On a worker: return what the examiner printed, and how it ended, in a sandbox of its own."""
    here = _examiners(json.dumps(runner)).runner
    completed = await halted_with_task(lambda halt: here.run(stdin=packed([order], key), halt=halt))
    return completed.stdout, completed.stderr, completed.message


@cache
def _examiners(facts: str) -> Examiners:
    """Return a worker's sandboxes for one state of a project."""
    return Examiners(runner_of(json.loads(facts)))


def runner_of(facts: Mapping[str, Any]) -> ExaminerRunner:
    """Return what `facts_of` tells of, on a worker."""
    sandbox, bases = Sandbox(SandboxConfig(**facts["sandbox"])), tuple(facts["bases"])
    return ExaminerRunner(sandbox, Path(facts["root"]), bases, facts["generated_dir"])


def facts_of(runner: ExaminerRunner) -> dict[str, Any]:
    """Return where candidates are examined as it goes to a worker, whose folder is another."""
    bases, sandbox = [*runner.bases], asdict(runner.sandbox.config)
    return {"root": str(runner.root), "bases": bases, "generated_dir": runner.generated_dir, "sandbox": sandbox}
