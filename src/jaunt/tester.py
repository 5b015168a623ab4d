"""The test entry points: test modules are built as all others are; pytest runs in a process of its own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jaunt.build.pipeline import Workshop
from jaunt.builder import BuildReport, ModuleDag, ModuleSpecs, SpecGraph, Specs, build_works, library_works
from jaunt.config import SandboxConfig
from jaunt.engine.runner import Listener
from jaunt.generate.base import Check, GeneratorBackend
from jaunt.project.project import Project
from jaunt.sandbox.sandbox import Halt, Sandbox
from jaunt.testing.pytest_run import Failure, Verdict, judge_tests

GENERATION_FAILED = 3
"""The exit code of a run whose test modules could not all be generated."""


@dataclass(frozen=True)
class TestGenerationReport(BuildReport):
    """What came of generating test modules; `generated_files` are those that exist now, sorted."""

    __test__ = False  # else pytest takes it for a collection of tests

    generated_files: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class PytestResult:
    """The verdict of a test run.

    `failures` says what failed, a line each, by node id; `found` holds the same for those that come of single tests,
    with more details; `output` is what pytest printed.
    """

    exit_code: int
    passed: bool
    failed: bool
    failures: list[str] = field(default_factory=list)
    found: list[Failure] = field(default_factory=list)
    output: str = ""


def run_pytest(
    files: Sequence[Path],
    *,
    pytest_args: Sequence[str] | None = None,
    pythonpath: Sequence[Path | str] | None = None,
    cwd: Path | None = None,
) -> int:
    """Run pytest on exactly `files` in a child process and return its exit code; no files is 0, without a run.

    `pythonpath` is put before the child's `sys.path`; `cwd` is the folder that it runs in. This is pytest and no
    more: the child has all rights, and an exit code proves nothing about code that may end the process. `run_tests`
    gives a verdict.
    """
    if not files:
        return 0  # pytest without arguments would collect whatever it finds
    environment = dict(os.environ)
    folders = [str(folder) for folder in pythonpath or ()] + [os.environ.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, folders))
    command = [sys.executable, "-m", "pytest", *(pytest_args or ()), *(str(Path(f).resolve()) for f in files)]
    return subprocess.run(command, cwd=cwd, env=environment, check=False).returncode


async def run_test_generation(
    *,
    project_dir: Path,
    tests_package: str,
    generated_dir: str,
    module_specs: ModuleSpecs,
    specs: Specs,
    spec_graph: SpecGraph,
    module_dag: ModuleDag,
    stale_modules: Collection[str],
    backend: GeneratorBackend,
    dependency_apis: Mapping[str, str] | None = None,
    jobs: int = 4,
    checks: Sequence[Check] = (),
    max_attempts: int = 2,
    force: bool = False,
    listener: Listener | None = None,
) -> TestGenerationReport:
    """Generate the stale test modules, and their dependents, below `<project_dir>/<tests_package>/<generated_dir>`.

    `dependency_apis` (reference -> source) describes what is tested, where `specs` doesn't hold it. The rest is as
    in `run_build`.
    """
    works = library_works(
        Path(project_dir),
        generated_dir,
        module_specs,
        specs,
        spec_graph,
        package=tests_package,
        dependency_apis=dependency_apis,
    )
    shop = Workshop(backend, checks_for=(lambda _: checks) if checks else None, max_attempts=max_attempts, force=force)
    report = await build_works(works, module_dag, stale_modules, shop, jobs=jobs, listener=listener)
    files = sorted(work.path for work in works if work.module not in report.failed and work.path.is_file())
    return TestGenerationReport(report.generated, report.skipped, report.failed, files)


async def run_tests(
    *,
    project_dir: Path,
    tests_package: str,
    generated_dir: str,
    module_specs: ModuleSpecs,
    specs: Specs,
    spec_graph: SpecGraph,
    module_dag: ModuleDag,
    stale_modules: Collection[str],
    backend: GeneratorBackend,
    dependency_apis: Mapping[str, str] | None = None,
    jobs: int = 4,
    pytest_args: Sequence[str] | None = None,
    no_generate: bool = False,
    no_run: bool = False,
    pythonpath: Sequence[Path | str] | None = None,
    cwd: Path | None = None,
    sandbox: SandboxConfig | None = None,
) -> PytestResult:
    """Generate the stale test modules (unless `no_generate`), then run pytest on the generated files (unless `no_run`).

    The run is in the sandbox, and passes if every test that the specs name was collected, ran and passed. `pythonpath`
    defaults to `project_dir`, `cwd` too. A module that could not be generated makes the result a failure, and the
    others run all the same. Raises JauntConfigError if the sandbox is not to be had.
    """
    report = await run_test_generation(
        project_dir=project_dir,
        tests_package=tests_package,
        generated_dir=generated_dir,
        module_specs=module_specs,
        specs=specs,
        spec_graph=spec_graph,
        module_dag=module_dag,
        stale_modules=() if no_generate else stale_modules,
        backend=backend,
        dependency_apis=dependency_apis,
        jobs=jobs,
    )
    failures = [f"{module}: {error}" for module, errors in sorted(report.failed.items()) for error in errors]
    if no_run or not report.generated_files:
        return _result([Verdict(())], failures)
    works = library_works(Path(project_dir), generated_dir, module_specs, specs, spec_graph, package=tests_package)
    halt = Halt()
    try:
        verdict = await asyncio.to_thread(
            judge_tests,
            report.generated_files,
            sandbox=Sandbox(sandbox or SandboxConfig()),
            cwd=Path(project_dir if cwd is None else cwd),
            expected={work.path: [entry.qualname for entry in work.entries] for work in works},
            pythonpath=[project_dir] if pythonpath is None else pythonpath,
            pytest_args=pytest_args or (),
            generated_dir=generated_dir,
            halt=halt,
        )
    except asyncio.CancelledError:
        halt()
        raise
    return _result([verdict], failures)


def run_project_tests(
    project: Project, *, modules: Collection[str] | None = None, pytest_args: Sequence[str] = ()
) -> PytestResult:
    """Run pytest on a project's generated test modules (default: all), one run for each folder their names start from.

    The run is in the sandbox, and passes if every test that the specs name was collected, ran and passed.
    Raises JauntConfigError if the sandbox is not to be had.
    """
    by_base: dict[Path, dict[Path, list[str]]] = {}
    for name in sorted(project.modules_of("test") if modules is None else modules):
        module = project.modules[name]
        expected = by_base.setdefault(module.file.base, {})
        expected[project.generated_path(name)] = [entry.qualname for entry in module.entries]
    missing = [path for expected in by_base.values() for path in expected if not path.is_file()]
    sandbox = Sandbox(project.config.sandbox)
    verdicts = []
    for base, expected in sorted(by_base.items()):
        files = [path for path in expected if path.is_file()]
        if files:
            verdicts.append(
                judge_tests(
                    files,
                    sandbox=sandbox,
                    cwd=project.root,
                    expected=expected,
                    pythonpath=list(dict.fromkeys([base, *project.bases()])),
                    pytest_args=[*project.config.test.pytest_args, *pytest_args],
                    generated_dir=project.config.paths.generated_dir,
                )
            )
    return _result(verdicts, [f"{path}: not generated" for path in missing])


def _result(verdicts: Sequence[Verdict], failures: Sequence[str]) -> PytestResult:
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
    )
