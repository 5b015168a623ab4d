"""Puts the candidates of `corpus.py` to the checks of a project on disk."""

import asyncio
import os
import signal
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import corpus
import pytest
from backends import FakeBackend
from projects import write_files

from jaunt.build.run import BuildReport, build_works
from jaunt.build.settings import BuildSettings
from jaunt.checks.project_checks import project_checks
from jaunt.checks.static.check import make_check, static_findings
from jaunt.config import VerifyConfig, load_config
from jaunt.generate.check import Check
from jaunt.plan.module_work import ModuleWork, project_works
from jaunt.project.project import Project, load_project

PYPROJECT = """\
[project]
name = "app"
version = "1"
dependencies = ["doit>=0.30"]

[tool.jaunt]
version = 1
"""


INC = corpus.Case(corpus.function("def inc(n: int) -> int:"), "def inc(n: int) -> int:\n    return n + 1\n")

NO_TOOLS = VerifyConfig(ruff="off", ty="off", doctests=False)
WORDS = {
    "words": corpus.Case(
        corpus.function("def count(text: str) -> int:"), "def count(text: str) -> int:\n    return len(text)\n"
    )
}


@dataclass(frozen=True)
class Sample:
    """A project with one spec module for each case."""

    project: Project
    cases: dict[str, corpus.Case]

    def module(self, name: str) -> str:
        """Return the name of a case's spec module."""
        return f"app.{file_name(name)}"

    def work(self, name: str) -> ModuleWork:
        """Return the work for a case's spec module."""
        (work,) = project_works(self.project, [self.module(name)])
        return work

    def checks(self, name: str) -> list[Check]:
        """Return all checks that the candidates of a case's spec module have to pass."""
        return project_checks(self.project).plain(self.work(name))

    def static_errors(self, name: str, candidate: str) -> list[str]:
        """Return what the static checks alone say of a candidate for a case's spec module."""
        return static_errors_of(self.project, self.module(name), candidate)

    def candidate(self, name: str) -> str:
        """Return a case's candidate."""
        return textwrap.dedent(self.cases[name].candidate).replace("{name}", file_name(name)).lstrip("\n")


def static_errors_of(project: Project, module: str, candidate: str) -> list[str]:
    """Return what the static checks alone say of a candidate for a spec module."""
    (work,) = project_works(project, [module])
    check = make_check(project, "error").for_module(work)
    return [*static_findings(candidate, work, check.allowed, check.effects, check.tested).errors]


def file_name(case: str) -> str:
    """Return a module name that is made of a case's name."""
    return "".join(c if c.isalnum() else "_" for c in case)


def make_sample(root: Path, cases: dict[str, corpus.Case], **files: str) -> Sample:
    """Write a project with a spec module for each case, and a file for each of `files` (src_x is src/x.py)."""
    specs = {
        f"src/app/{file_name(name)}.py": f"import jaunt\n{textwrap.dedent(case.spec).lstrip()}"
        for name, case in cases.items()
    }
    more = {f"{name.replace('_', '/')}.py": text for name, text in files.items()}
    write_files(root, {"pyproject.toml": PYPROJECT, "src/app/__init__.py": "", **specs, **more})
    return Sample(load_project(load_config(root=root)), cases)


def servers_of(tool: str) -> list[int]:
    """Return the ids of the servers of a tool that this process has started; skips the test where they can't be had."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    if not children.exists():
        pytest.skip("no list of child processes here")
    ids = map(int, children.read_text().split())
    return [pid for pid in ids if f"{tool}\0server".encode() in Path(f"/proc/{pid}/cmdline").read_bytes()]


def stop(child: int) -> None:
    """Stop a child process; it has stopped when this returns."""
    os.kill(child, signal.SIGSTOP)
    os.waitid(os.P_PID, child, os.WSTOPPED)


def with_verify(project: Project, verify: VerifyConfig) -> Project:
    """Return a project with other checks."""
    return replace(project, config=replace(project.config, verify=verify))


def build_cases(sample: Sample, answers: Mapping[str, str], *, verify: VerifyConfig, attempts: int = 1) -> BuildReport:
    """Build cases of a sample from `answers` (case -> candidate), with the checks of its project."""
    project = with_verify(sample.project, verify)
    modules = {sample.module(name): [answer] for name, answer in answers.items()}
    settings = BuildSettings(
        FakeBackend(modules),
        checks_for=project_checks(project),
        max_attempts=attempts,
        rejected=project.root / ".jaunt" / "rejected",
    )
    works = project_works(project, modules)
    return asyncio.run(build_works(works, dict.fromkeys(modules, ()), modules, settings, jobs=4))
