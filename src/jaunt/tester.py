"""The test entry points: test modules are built as all others are; pytest runs in a process of its own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jaunt.builder import (
    BuildReport,
    ModuleDag,
    ModuleSpecs,
    SpecGraph,
    Specs,
    build_works,
    library_works,
)
from jaunt.engine import Listener
from jaunt.generate.base import Check, GeneratorBackend
from jaunt.pipeline import Workshop
from jaunt.project import Project

GENERATION_FAILED = 3
"""The exit code of a run whose test modules could not all be generated."""


@dataclass(frozen=True)
class TestGenerationReport(BuildReport):
    """What came of generating test modules; `generated_files` are those that exist now, sorted."""

    __test__ = False  # else pytest takes it for a collection of tests

    generated_files: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class PytestResult:
    """The verdict of a test run; `failures` says, a line each, what failed."""

    exit_code: int
    passed: bool
    failed: bool
    failures: list[str] = field(default_factory=list)


def run_pytest(
    files: Sequence[Path],
    *,
    pytest_args: Sequence[str] | None = None,
    pythonpath: Sequence[Path | str] | None = None,
    cwd: Path | None = None,
) -> int:
    """Run pytest on exactly `files` in a child process and return its exit code; no files is 0, without a run.

    `pythonpath` is put before the child's `sys.path`; `cwd` is the folder that it runs in.
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
    shop = Workshop(
        backend, checks_for=(lambda _: checks) if checks else None, max_attempts=max_attempts, force=force
    )
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
) -> PytestResult:
    """Generate the stale test modules (unless `no_generate`), then run pytest on the generated files (unless `no_run`).

    `pythonpath` defaults to `project_dir`, `cwd` too. A module that could not be generated makes the result a
    failure, and the others run all the same.
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
    code = 0
    if not no_run:
        code = await asyncio.to_thread(
            run_pytest,
            report.generated_files,
            pytest_args=pytest_args,
            pythonpath=[project_dir] if pythonpath is None else pythonpath,
            cwd=project_dir if cwd is None else cwd,
        )
    if code:
        failures.append(f"pytest ended with exit code {code}")
    code = code or (GENERATION_FAILED if report.failed else 0)
    return PytestResult(code, passed=code == 0, failed=code != 0, failures=failures)


def run_project_tests(
    project: Project, *, modules: Collection[str] | None = None, pytest_args: Sequence[str] = ()
) -> PytestResult:
    """Run pytest on a project's generated test modules (default: all), one run for each folder their names start from."""
    by_base: dict[Path, list[Path]] = {}
    for name in sorted(project.modules_of("test") if modules is None else modules):
        by_base.setdefault(project.modules[name].file.base, []).append(project.generated_path(name))
    failures = []
    codes = []
    for base, files in sorted(by_base.items()):
        missing = [str(path) for path in files if not path.is_file()]
        failures += [f"{path}: not generated" for path in missing]
        codes.append(GENERATION_FAILED if missing else 0)
        codes.append(
            run_pytest(
                [path for path in files if path.is_file()],
                pytest_args=[*project.config.test.pytest_args, *pytest_args],
                pythonpath=list(dict.fromkeys([base, *project.bases()])),
                cwd=project.root,
            )
        )
        if codes[-1]:
            failures.append(f"pytest ended with exit code {codes[-1]}")
    code = max(codes, default=0)
    return PytestResult(code, passed=code == 0, failed=code != 0, failures=failures)
