"""Running generated tests, and repairing what they tell is wrong. Loaded when there is a test to run."""

from collections.abc import Collection, Sequence
from typing import Any

from jaunt.commands.shared.build_step import build_plan
from jaunt.commands.shared.options import BuildOptions
from jaunt.plan.plan import make_plan
from jaunt.project.project import Project
from jaunt.report.console import print_warning, say, some
from jaunt.sandbox.sandbox import Sandbox
from jaunt.testing.project_tests import PytestResult, run_project_tests
from jaunt.testing.repair import repairs
from jaunt.testing.unchanged.passes import Passes


def run_tests(
    project: Project, tests: Collection[str], passes: Passes | None, pytest_args: Sequence[str], workers: int
) -> PytestResult:
    """Run test modules, print what pytest says, and remember in `passes`, if it is given, those that passed."""
    result = run_project_tests(project, modules=tests, pytest_args=pytest_args, workers=workers)
    if passes is not None:
        passes.keep(result.runs, tests)
    if output := result.output.rstrip("\n"):
        say(output)
    return result


def say_sandbox(project: Project) -> None:
    """Say what the sandbox keeps generated code from."""
    sandbox = Sandbox(project.config.sandbox)
    tell = print_warning if sandbox.is_weak else say
    tell(sandbox.describe())


def repair(project: Project, result: PytestResult, options: BuildOptions) -> tuple[int, dict[str, Any]] | None:
    """Have the code that failed tests written anew, once; return exit code and facts, None if there is none."""
    told = repairs(project, result.found)
    if not told:
        return None
    say(f"repairing {some(told)}")
    return build_plan(make_plan(project, told, force=told).only(told), options, failures=told)
