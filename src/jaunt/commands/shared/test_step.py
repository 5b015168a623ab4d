"""The step from project to tested project, which several commands share."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from jaunt.commands.shared.build_step import build_plan
from jaunt.commands.shared.options import BuildOptions
from jaunt.commands.shared.result import EXIT_CHECK, EXIT_OK, Interrupted, Result
from jaunt.commands.shared.steps import plan_for, tests_of
from jaunt.plan.plan import make_plan
from jaunt.project.project import Project
from jaunt.report.console import print_error, print_warning, say, some
from jaunt.sandbox.sandbox import Sandbox
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
    if code:
        print_error("the tests were not run, as not everything could be built")
        return Result(code, facts)
    if tests:
        _say_sandbox(project)
    try:
        result = _run_tests(project, tests, running)
        if told := repairs(project, result.found) if running.repair else None:
            say(f"repairing {some(told)}")
            plan = make_plan(project, told, force=told).only(told)
            code, facts["repair"] = build_plan(plan, options, failures=told)
            result = result if code else _run_tests(project, tests, running)
    except KeyboardInterrupt:
        raise Interrupted(facts) from None
    for failure in result.failures:
        print_error(failure)
    facts["tests"] = {"passed": result.passed, "exit_code": result.exit_code, "failures": list(result.failures)}
    return Result(EXIT_OK if result.passed else EXIT_CHECK, facts)


def _say_sandbox(project: Project) -> None:
    sandbox = Sandbox(project.config.sandbox)
    tell = print_warning if sandbox.is_weak else say
    tell(sandbox.describe())


def _run_tests(project: Project, tests: Collection[str], running: RunOptions) -> PytestResult:
    result = run_project_tests(project, modules=tests, pytest_args=running.pytest_args)
    if tests:
        say(result.output.rstrip("\n"))
    return result
