"""The step from project to tested project, which several commands share."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jaunt.commands.shared.build_step import build_plan
from jaunt.commands.shared.options import BuildOptions
from jaunt.commands.shared.result import EXIT_CHECK, EXIT_OK, Interrupted, Result
from jaunt.commands.shared.steps import plan_for, tests_of
from jaunt.plan.plan import make_plan
from jaunt.project.project import Project
from jaunt.report.console import print_error, print_warning, say, some
from jaunt.sandbox.sandbox import Sandbox
from jaunt.specs.dag import dependents_of
from jaunt.testing.project_tests import PytestResult, run_project_tests
from jaunt.testing.repair import repairs


@dataclass(frozen=True)
class RunOptions:
    """How tests are run: whether the modules under test are built first, whether code that fails is rewritten once.

    Without `run`, the tests are only generated; `pytest_args` come after those of the configuration.
    """

    build: bool = True
    run: bool = True
    repair: bool = False
    pytest_args: Sequence[str] = ()


def build_and_test(
    project: Project, targets: Collection[str] | None, options: BuildOptions, running: RunOptions
) -> Result:
    """Build the targets, generate their tests, run them, and print what came of it.

    Raises Interrupted, with the facts of what was finished, as `build_plan` does.
    """
    tests = tests_of(project, targets)
    kinds = ("build", "test") if running.build else ("test",)
    code, facts = build_plan(plan_for(project, targets, kinds=kinds, force=options.force), options)
    if not running.run:
        return Result(code, facts)
    held_back = _held_back(project, tests, facts)
    if held_back == tests and code:
        print_error("the tests were not run, as not everything could be built")
        return Result(code, facts)
    if held_back:
        print_error(f"not run, as not all that they need could be built: {some(sorted(held_back))}")
    if tests:
        _say_sandbox(project)
    try:
        result = _run_tests(project, tests - held_back, running)
        if told := repairs(project, result.found) if running.repair else None:
            say(f"repairing {some(told)}")
            plan = make_plan(project, told, force=told).only(told)
            repaired, facts["repair"] = build_plan(plan, options, failures=told)
            result = result if repaired else _run_tests(project, tests - held_back, running)
    except KeyboardInterrupt:
        raise Interrupted(facts) from None
    for failure in result.failures:
        print_error(failure)
    facts["tests"] = {
        "passed": result.passed,
        "exit_code": result.exit_code,
        "failures": list(result.failures),
        "not_run": sorted(held_back),
    }
    return Result(code or (EXIT_OK if result.passed else EXIT_CHECK), facts)


def _held_back(project: Project, tests: Collection[str], facts: Mapping[str, Any]) -> set[str]:
    """Return those of the test modules that could not be built, or that need a module that could not."""
    missing = {each["module"] for each in facts["modules"] if each["status"] not in ("generated", "verified", "fresh")}
    return dependents_of(project.dag, missing) & set(tests)


def _say_sandbox(project: Project) -> None:
    sandbox = Sandbox(project.config.sandbox)
    tell = print_warning if sandbox.is_weak else say
    tell(sandbox.describe())


def _run_tests(project: Project, tests: Collection[str], running: RunOptions) -> PytestResult:
    result = run_project_tests(project, modules=tests, pytest_args=running.pytest_args)
    if tests:
        if output := result.output.rstrip("\n"):
            say(output)
        say(result.verdict)
    return result
