"""The test entry points: test modules are built as all others are; pytest runs in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jaunt.build.run import BuildReport, build_works
from jaunt.build.settings import library_settings
from jaunt.builder import library_works
from jaunt.config import SandboxConfig
from jaunt.engine.job import Listener
from jaunt.generate.base import GeneratorBackend
from jaunt.generate.check import Check, CheckFunction
from jaunt.sandbox.halted import halted_with_task
from jaunt.sandbox.sandbox import Sandbox
from jaunt.specs.graph import ModuleDag, ModuleSpecs, SpecGraph, Specs
from jaunt.testing.project_tests import PytestResult, as_result
from jaunt.testing.pytest_run import TestRun, judge_tests


@dataclass(frozen=True)
class TestGenerationReport(BuildReport):
    """What came of generating test modules; `generated_files` are those that exist now, sorted."""

    __test__ = False  # else pytest takes it for a collection of tests

    generated_files: list[Path] = field(default_factory=list)


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
    checks: Sequence[Check | CheckFunction] = (),
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
    settings = library_settings(backend, checks, max_attempts=max_attempts, force=force)
    report = await build_works(works, module_dag, stale_modules, settings, jobs=jobs, listener=listener)
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
    others run all the same. Raises JauntConfigError if there is no such sandbox here.
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
        return as_result([TestRun(())], failures)
    works = library_works(Path(project_dir), generated_dir, module_specs, specs, spec_graph, package=tests_package)
    files = {work.path: [*work.names] for work in works if work.path in report.generated_files}
    verdict = await halted_with_task(
        lambda halt: judge_tests(
            files,
            sandbox=Sandbox(sandbox or SandboxConfig()),
            cwd=Path(project_dir if cwd is None else cwd),
            pythonpath=[project_dir] if pythonpath is None else pythonpath,
            pytest_args=pytest_args or (),
            generated_dir=generated_dir,
            halt=halt,
        )
    )
    return as_result([verdict], failures)
