"""The step from project to tested project, which several commands share."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaunt import codes
from jaunt.commands.shared.build_step import build_plan
from jaunt.commands.shared.options import BuildOptions
from jaunt.commands.shared.result import EXIT_CHECK, EXIT_OK, Interrupted, Result
from jaunt.commands.shared.steps import plan_for, tests_of
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.report.console import print_error, say, some
from jaunt.specs.dag import dependents_of
from jaunt.testing.unchanged.passes import Passes
from jaunt.testing.unchanged.record import Pass
from jaunt.text.coded import Coded
from jaunt.text.counts import counted

if TYPE_CHECKING:
    from jaunt.testing.project_tests import PytestResult


@frozen
class RunOptions:
    """How tests are run: whether the modules under test are built first, whether what is wrong is rewritten once.

    Without `run`, the tests are only generated; with `everything`, those run too that passed and could tell nothing
    new; `pytest_args` come after those of the configuration; with `workers`, that many processes run the tests.
    `reports` are files that are about to be written of the run.
    """

    build: bool = True
    run: bool = True
    repair: bool = False
    everything: bool = False
    pytest_args: Sequence[str] = ()
    workers: int = 0
    reports: Sequence[str] = ()


@frozen
class Tested:
    """What came of a project's tests: of those that ran, if any did, and those that did not need to."""

    ran: "PytestResult | None" = None
    unchanged: Mapping[str, Pass] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether all tests pass, as far as is known."""
        return self.ran is None or self.ran.passed

    @property
    def failures(self) -> list[str]:
        """What failed, a line each."""
        return list(self.ran.failures) if self.ran else []

    def places(self, root: Path) -> dict[str, str]:
        """Return where each failure of a test is, as "file:line"; `root` is the project's folder."""
        found = self.ran.found if self.ran else []
        return {str(each): each.place(root) for each in found}

    @property
    def verdict(self) -> str:
        """What came of the tests, in a line: pytest may be told to say nothing, or more than counts."""
        kept = sum(each.tests for each in self.unchanged.values())
        number = kept + (self.ran.tests if self.ran else 0)
        said = [f"{counted(number, 'test')} passed"]
        if self.unchanged:
            since = _moment(max(each.at for each in self.unchanged.values()))
            said.append(f"{f'{kept:,} of them' if kept < number else 'all'} unchanged since {since}")
        if not self.passed:
            said.append(counted(len(self.failures), "failure"))
        return f"jaunt: {', '.join(said)}"

    def facts(self, held_back: Collection[str]) -> dict[str, Any]:
        """Return all of it as plain data; `held_back` are the test modules that could not be run."""
        return {
            "passed": self.passed,
            "exit_code": self.ran.exit_code if self.ran else 0,
            "failures": self.failures,
            "not_run": sorted(held_back),
            "tests": sum(each.tests for each in self.unchanged.values()) + (self.ran.tests if self.ran else 0),
            "unchanged": sorted(self.unchanged),
        }


def build_and_test(
    project: Project, targets: Collection[str] | None, options: BuildOptions, running: RunOptions
) -> tuple[Result, Tested]:
    """Build the targets, generate their tests, run them, print what came of it, and return it.

    Raises Interrupted, with the facts of what was finished, as `build_plan` does.
    """
    tests = tests_of(project, targets)
    kinds = ("build", "test") if running.build else ("test",)
    code, facts = build_plan(plan_for(project, targets, kinds=kinds, force=options.force), options)
    if not running.run:
        return Result(code, facts), Tested()
    held_back = _held_back(project, tests, facts)
    if held_back == tests and code:
        print_error(Coded("the tests were not run, as not everything could be built", codes.NEEDED_FAILED))
        return Result(code, facts), Tested()
    if held_back:
        told = f"not run, as not all that they need could be built: {some(sorted(held_back))}"
        print_error(Coded(told, codes.NEEDED_FAILED))
    try:
        tested = _tested(project, tests - held_back, options, running, facts)
    except KeyboardInterrupt:
        raise Interrupted(facts) from None
    for failure in tested.failures:
        print_error(Coded(failure, codes.TEST_FAILED), at=tested.places(project.root).get(failure, ""))
    facts["tests"] = tested.facts(held_back)
    return Result(code or (EXIT_OK if tested.passed else EXIT_CHECK), facts), tested


def _held_back(project: Project, tests: Collection[str], facts: Mapping[str, Any]) -> set[str]:
    """Return those of the test modules that could not be built, or that need a module that could not."""
    missing = {each["module"] for each in facts["modules"] if each["status"] not in ("generated", "verified", "fresh")}
    return dependents_of(project.dag, missing) & set(tests)


def _tested(
    project: Project, tests: set[str], options: BuildOptions, running: RunOptions, facts: dict[str, Any]
) -> Tested:
    """Run those tests that have to run, once more if code was repaired; print pytest's words and the verdict."""
    if not tests:
        return Tested()
    is_whole = not running.pytest_args  # who asks pytest for a part of it has not run all
    passes = Passes(project, reports=running.reports) if is_whole else None
    unchanged = {} if running.everything or passes is None else passes.unchanged(tests)
    if tests == unchanged.keys():
        tested = Tested(unchanged=unchanged)
        say(tested.verdict)
        return tested
    # The sandbox, and what repairs: 80 ms, for nothing if all tests passed before.
    from jaunt.commands.shared.test_run import renew, repair, run_tests, say_sandbox

    say_sandbox(project, tests - unchanged.keys())
    ran = run_tests(project, tests - unchanged.keys(), passes, running.pytest_args, running.workers)
    tested = Tested(ran, unchanged)
    say(tested.verdict)
    if not tested.passed and "renewed" not in facts and (new := renew(project, ran, options, tests)):
        code, facts["renewed"] = new
        return tested if code else _tested(project, tests, options, running, facts)
    if running.repair and not tested.passed and tested.ran and (repaired := repair(project, tested.ran, options)):
        code, facts["repair"] = repaired
        return tested if code else _tested(project, tests, options, replace(running, repair=False), facts)
    return tested


def _moment(at: float) -> str:
    """Return a time, in seconds since the epoch, as a clock and a calendar on the wall would show it."""
    then = time.localtime(at)
    return time.strftime("%H:%M" if then[:3] == time.localtime()[:3] else "%Y-%m-%d %H:%M", then)
