"""Runs a project's generated tests."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from jaunt.cluster.call import open_cluster
from jaunt.config import SandboxConfig
from jaunt.config.sandboxes import by_sandbox
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.sandbox.sandbox import Sandbox
from jaunt.testing.on_cluster import judge_there
from jaunt.testing.pytest_run import TestRun, judge_tests
from jaunt.testing.run_record import Failure
from jaunt.testing.workers import require_pytest

GENERATION_FAILED = 3
"""The exit code of a run whose test modules could not all be generated."""


@frozen
class PytestResult:
    """The verdict of a test run.

    `failures` says what failed, a line each, by node id; `found` holds the same for those that come of single tests,
    with more details; `output` is what pytest printed; `tests` is how many tests passed; `runs` are
    the runs themselves.
    """

    exit_code: int
    passed: bool
    failed: bool
    failures: list[str] = field(default_factory=list)
    found: list[Failure] = field(default_factory=list)
    output: str = ""
    tests: int = 0
    runs: tuple[TestRun, ...] = ()

    @property
    def verdict(self) -> str:
        """What came of the run, in a line: pytest may be told to say nothing, or more than counts."""
        passed = f"{self.tests} test{'' if self.tests == 1 else 's'} passed"
        if self.passed:
            return f"jaunt: {passed}"
        return f"jaunt: {passed}, {len(self.failures)} failure{'' if len(self.failures) == 1 else 's'}"


def run_project_tests(
    project: Project,
    *,
    modules: Collection[str] | None = None,
    pytest_args: Sequence[str] = (),
    workers: int = 0,
) -> PytestResult:
    """Run pytest on a project's generated test modules (default: all), one run for each folder their names start from
    and each sandbox that they have, or on a cluster one for each module.

    The run is in the sandbox, and passes if every test that the specs name was collected, ran and passed.
    With `workers`, that many processes run the tests that run here, by pytest-xdist. Raises JauntConfigError if that,
    or such a sandbox, is not here.
    """
    chosen = project.modules_of("test") if modules is None else modules
    missing = [path for name in sorted(chosen) if not (path := project.generated_path(name)).is_file()]
    cluster = open_cluster(project.config)
    verdicts = []
    for base, sandbox, names in _runs(project, chosen):
        expected = {project.generated_path(m): [e.qualname for e in project.modules[m].entries] for m in names}
        files = {path: tests for path, tests in expected.items() if path.is_file()}
        given: dict[str, Any] = {
            "sandbox": Sandbox(sandbox),
            "cwd": project.root,
            "pythonpath": project.bases_from(base),
            "pytest_args": [*project.config.test.pytest_args, *pytest_args],
            "generated_dir": project.generated_dir,
        }
        if files and cluster is not None:
            verdicts += judge_there(cluster, files, workers=workers, **given)
        elif files:
            require_pytest()
            verdicts.append(judge_tests(files, workers=workers, **given))
    return as_result(verdicts, [f"{path}: not generated" for path in missing])


def _runs(project: Project, modules: Collection[str]) -> Iterator[tuple[Path, SandboxConfig, list[str]]]:
    """Yield the runs of test modules: the folder that their names start from, the sandbox, and the modules."""
    for base in sorted({project.modules[name].file.base for name in modules}):
        own = [name for name in modules if project.modules[name].file.base == base]
        for sandbox, names in by_sandbox(project.config.sandbox, own):
            yield base, sandbox, names


def as_result(verdicts: Sequence[TestRun], failures: Sequence[str]) -> PytestResult:
    """Return the result of some runs; `failures` says what kept test modules from being generated."""
    found = [failure for verdict in verdicts for failure in verdict.failures]
    runs = [verdict.completed for verdict in verdicts if verdict.completed]
    # A run that failed counts at least as 1: its process may have ended with 0, or by a signal.
    codes = [
        max(1, run.exit_code or 0) if (run := verdict.completed) else 1 for verdict in verdicts if not verdict.passed
    ]
    code = max(codes, default=GENERATION_FAILED if failures else 0)
    return PytestResult(
        code,
        passed=code == 0,
        failed=code != 0,
        failures=[*failures, *map(str, found)],
        found=found,
        output="".join(run.stdout + run.stderr for run in runs),
        tests=sum(verdict.tests for verdict in verdicts),
        runs=tuple(verdicts),
    )
