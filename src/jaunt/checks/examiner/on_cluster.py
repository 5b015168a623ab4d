"""Examinations on a cluster: what its workers run for us, and how we ask for it.

What is right is still said here: a worker gives back what the examiner printed, never a verdict.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from jaunt.checks.examiner.protocol import Order
from jaunt.checks.examiner.questions import Examination
from jaunt.checks.examiner.runner import ExaminerRunner, Findings, findings_of, new_key, packed, project_runner
from jaunt.checks.examiner.sandboxes import Examiners, settled
from jaunt.cluster.call import Caller, open_cluster
from jaunt.cluster.error import ClusterError
from jaunt.config import SandboxConfig
from jaunt.project.project import Project
from jaunt.sandbox.halted import halted_with_task
from jaunt.sandbox.sandbox import Sandbox

_FURTHER_SECONDS = 60.0
"""How long a call may take besides the run itself: the project is sent, unpacked, and waits for its turn."""


_SHARED: "WeakValueDictionary[int, Examiners]" = WeakValueDictionary()


def examiners_of(project: Project) -> Examiners:
    """Return what examines a project's candidates, here or on its cluster: the same sandboxes for all its checks."""
    runner, cluster = project_runner(project), open_cluster(project.config)
    found = _SHARED.get(id(project))
    if found is None or found.runner != runner:  # another project had its place in memory before
        found = Examiners(runner) if cluster is None else _ClusterExaminers(runner, cluster)
        _SHARED[id(project)] = found
    return found


class _ClusterExaminers(Examiners):
    """Examines candidates on a cluster's workers, and here where none can."""

    def __init__(self, runner: ExaminerRunner, cluster: Caller) -> None:
        super().__init__(runner)
        self._cluster = cluster

    async def find(self, asked: Examination, *, is_sure: bool = True) -> Findings:
        try:
            return await _find_there(asked, self.runner, self._cluster, is_sure=is_sure)
        except ClusterError:
            return await super().find(asked, is_sure=is_sure)


async def _find_there(asked: Examination, runner: ExaminerRunner, cluster: Caller, *, is_sure: bool) -> Findings:
    """Return what fails of a candidate, as `Examiners.find`; raises ClusterError where it has to be found here."""
    key = new_key()
    given = {"runner": _facts(runner), "order": asked.order, "key": key}
    seconds = runner.sandbox.config.seconds + _FURTHER_SECONDS
    printed = await cluster.call(f"{__name__}:examine", given, seconds=seconds)
    found = settled(asked, key, printed, is_sure=is_sure)
    if found is not None:
        return found
    key = new_key()
    given["key"] = key
    return findings_of(asked, key, *await cluster.call(f"{__name__}:examine_once_more", given, seconds=seconds))


async def examine(runner: Mapping[str, Any], order: Order, key: str) -> str | None:
    """On a worker: return what the examiner printed, in a sandbox that stays; None where that ended."""
    return await _examiners(json.dumps(runner)).report(order, key)


async def examine_once_more(runner: Mapping[str, Any], order: Order, key: str) -> tuple[str, str, str]:
    """On a worker: return what the examiner printed, and how it ended, in a sandbox of its own."""
    here = _examiners(json.dumps(runner)).runner
    completed = await halted_with_task(lambda halt: here.run(stdin=packed(order, key), halt=halt))
    return completed.stdout, completed.stderr, completed.message


@cache
def _examiners(facts: str) -> Examiners:
    """Return a worker's sandboxes for one state of a project."""
    given = json.loads(facts)
    sandbox, bases = Sandbox(SandboxConfig(**given["sandbox"])), tuple(given["bases"])
    return Examiners(ExaminerRunner(sandbox, Path(given["root"]), bases, given["generated_dir"]))


def _facts(runner: ExaminerRunner) -> dict[str, Any]:
    bases, sandbox = [*runner.bases], asdict(runner.sandbox.config)
    return {"root": str(runner.root), "bases": bases, "generated_dir": runner.generated_dir, "sandbox": sandbox}
