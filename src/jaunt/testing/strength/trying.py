"""Trying mutants: one run in the sandbox, here or on a cluster's worker, or a part of them on each worker."""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from jaunt.cluster.call import FURTHER_SECONDS, Caller
from jaunt.cluster.error import ClusterError
from jaunt.config import SandboxConfig
from jaunt.files.scratch import temporary_scratch
from jaunt.paths import PACKAGE
from jaunt.sandbox.program import Completed, Program
from jaunt.sandbox.sandbox import OWN_BYTECODE, Sandbox

CONTROL = ("control", "control again")
"""What is tried first and last: the code as it is."""

_CHILD = Path(PACKAGE, "testing", "strength", "child.py")
_FEWEST = 8  # mutants that are worth a start of pytest of their own


class Tried(NamedTuple):
    """The facts that a run told, and how it ended."""

    facts: list[dict[str, Any]]
    completed: Completed


class Given(NamedTuple):
    """Where mutants are tried: the project's folder, the folders that names start from, and the tests' files."""

    root: Path
    bases: tuple[Path, ...]
    generated_dir: str
    files: tuple[Path, ...]
    limits: SandboxConfig


def try_mutants(given: Given, orders: Mapping[str, Any]) -> Tried:
    """Try the mutants of the orders, in one run in the sandbox here; raises JauntConfigError if there is none."""
    with temporary_scratch() as scratch, tempfile.TemporaryFile() as report:
        program = Program(
            [sys.executable, *OWN_BYTECODE, "-P", str(_CHILD)],
            cwd=given.root,
            pythonpath=given.bases,
            readable=given.files,
            stdin=json.dumps({**orders, "report": report.fileno()}).encode(),
            env={
                "JAUNT_GENERATED_DIR": given.generated_dir,
                "COVERAGE_FILE": str(scratch / "coverage"),
                "HYPOTHESIS_STORAGE_DIRECTORY": str(scratch / "hypothesis"),
                "PYTHONHASHSEED": "0",
            },
            pass_fds=[report.fileno()],
        )
        completed = Sandbox(given.limits).run(program, scratch=scratch)
        report.seek(0)
        lines = report.read().split(b"\n")[:-1]
    return Tried([json.loads(line) for line in lines], completed)


def try_mutants_there(cluster: Caller, given: Given, orders: Mapping[str, Any]) -> Tried:
    """Do as `try_mutants`, with a part of the mutants on each worker; what no worker can do is done here."""
    mutants: Sequence[Any] = orders["mutants"]
    count = max(1, min(cluster.size, len(mutants) // _FEWEST))
    # Every n-th goes together: neighbours are of one function, and take about as long.
    parts = [{**orders, "mutants": mutants[start::count], "workers": 1} for start in range(count)]

    def try_part(part: Mapping[str, Any]) -> Tried:
        seconds = given.limits.seconds + FURTHER_SECONDS
        try:
            return cluster.call_and_wait(f"{__name__}:try_mutants", {"given": given, "orders": part}, seconds=seconds)
        except ClusterError:
            return try_mutants(given, {**part, "workers": orders["workers"]})

    with ThreadPoolExecutor(max_workers=count) as threads:
        return _joined([*threads.map(try_part, parts)])


def _joined(runs: Sequence[Tried]) -> Tried:
    """Return several runs as one: it has ended if all have, and is wrong about the code as it is if one of them was."""
    facts = [fact for run in runs for fact in run.facts if "end" not in fact and fact.get("mutant") not in CONTROL]
    controls = [fact for run in runs for fact in run.facts if fact.get("mutant") in CONTROL]
    for name in CONTROL:
        own = [fact for fact in controls if fact["mutant"] == name]
        if own:
            noticed = sorted({spec for fact in own for spec in fact.get("noticed") or ()})
            ended = next((fact["ended"] for fact in own if fact.get("ended") != "done"), "done")
            facts.append({"mutant": name, "ended": ended, "noticed": noticed})
    if all(any("end" in fact for fact in run.facts) for run in runs):
        facts.append({"end": True})
    worst = next((run.completed for run in runs if run.completed.reason != "ok"), runs[0].completed)
    return Tried(facts, worst)
