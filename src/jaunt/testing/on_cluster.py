"""Generated tests on a cluster: a run of pytest for each test module, on whatever worker is free."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jaunt.cluster.call import FURTHER_SECONDS, Caller
from jaunt.cluster.error import ClusterError
from jaunt.sandbox.sandbox import Sandbox
from jaunt.testing.pytest_run import TestRun, judge_tests


def judge_there(
    cluster: Caller, files: Mapping[Path, Sequence[str]], *, sandbox: Sandbox, workers: int, **given: Any
) -> list[TestRun]:
    """Do as `judge_tests`, which takes what is `given`, with each file on a worker.

    What no worker could judge is judged here, in one run, by as many processes as `workers` says.
    """
    size = cluster.size
    seconds = sandbox.config.seconds * (1 + len(files) / max(1, size)) + FURTHER_SECONDS

    def judge(file: Path) -> TestRun | None:
        arguments = {"files": {file: files[file]}, "sandbox": sandbox, **given}
        try:
            return cluster.call_and_wait("jaunt.testing.pytest_run:judge_tests", arguments, seconds=seconds)
        except ClusterError:
            return None

    with ThreadPoolExecutor(max_workers=max(1, size)) as threads:
        judged = dict(zip(files, threads.map(judge, files), strict=True))
    left = {file: files[file] for file, run in judged.items() if run is None}
    found = [run for run in judged.values() if run is not None]
    if left:
        found.append(judge_tests(left, sandbox=sandbox, workers=workers, **given))
    return found
