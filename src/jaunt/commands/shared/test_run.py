"""Running generated tests, and repairing what they tell is wrong. Loaded when there is a test to run."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from typing import Any

from jaunt.build.verification import examine
from jaunt.commands.shared.build_step import build_plan
from jaunt.commands.shared.options import BuildOptions
from jaunt.config.sandboxes import by_sandbox
from jaunt.files.plain import read_plain
from jaunt.header import parse_header, split_header
from jaunt.plan.freshness import judge
from jaunt.plan.plan import make_plan, module_fingerprint
from jaunt.plan.standing import STAMPED_FIELD
from jaunt.project.project import Project
from jaunt.report.console import print_warning, say, say_foreign, some
from jaunt.sandbox.sandbox import Sandbox
from jaunt.spec_ref import module_of
from jaunt.testing.project_tests import PytestResult, run_project_tests
from jaunt.testing.repair import failed_cases, misfits, repairs
from jaunt.testing.unchanged.passes import Passes

_OF_DOCSTRINGS = ("doctests", "properties")
"""The checks that judge code by what docstrings say."""


def run_tests(
    project: Project, tests: Collection[str], passes: Passes | None, pytest_args: Sequence[str], workers: int
) -> PytestResult:
    """Run test modules, print what pytest says, and remember in `passes`, if it is given, those that passed."""
    result = run_project_tests(project, modules=tests, pytest_args=pytest_args, workers=workers)
    if passes is not None:
        passes.keep(result.runs, tests)
    if output := result.output.rstrip("\n"):
        say_foreign(output)
    return result


def say_sandbox(project: Project, tests: Collection[str]) -> None:
    """Say what the sandbox keeps test modules from, and what it opens to single ones of them."""
    for config, modules in by_sandbox(project.config.sandbox, tests):
        sandbox = Sandbox(config)
        tell = print_warning if sandbox.is_weak else say
        is_own = config != replace(project.config.sandbox, tests={})
        tell(f"{', '.join(modules)}: {sandbox.describe()}" if is_own else sandbox.describe())


def repair(project: Project, result: PytestResult, options: BuildOptions) -> tuple[int, dict[str, Any]] | None:
    """Have the side that is wrong where tests failed written anew, once; return exit code and facts, None without one.

    It is said which side that is, and why.
    """
    round_ = repairs(project, result.found, _violations(project, result))
    if round_ is None:
        return None
    for blame in round_.blames:
        say(f"{blame.test}: the {blame.side} is wrong: {blame.why}")
    if round_.later:
        say(f"the code is written first; left for another round: {some(round_.later)}")
    told = round_.told
    say(f"repairing {some(told)}")
    code, facts = build_plan(make_plan(project, told, force=told).only(told), options, failures=told)
    return code, {**facts, "side": round_.side, "blames": [asdict(blame) for blame in round_.blames]}


def renew(
    project: Project, result: PytestResult, options: BuildOptions, tests: Collection[str]
) -> tuple[int, dict[str, Any]] | None:
    """Generate those of the test modules that turn out not to fit what they use any more; None without one.

    They have passed all checks as they stand, in this run of the program or an earlier one, and only their own run can
    tell. What a person edited or accepted stays.
    """
    told = misfits(project, result.found, {module for module in tests if _is_stamped(project, module)})
    if not told:
        return None
    say(f"no longer fit what they use, as their run tells: {some(sorted(told))}")
    return build_plan(make_plan(project, told, force=told).only(told), options, failures=told)


def _is_stamped(project: Project, module: str) -> bool:
    path = project.generated_path(module)
    text = read_plain(path).decode() if path.is_file() else ""
    is_stamped = STAMPED_FIELD in (parse_header(text) or {})
    return is_stamped and not judge(text, module_fingerprint(project, module)).protected


def _violations(project: Project, result: PytestResult) -> dict[str, list[str]]:
    """Return what the examples and properties of the code under failed tests say against it, by module."""
    refs = {dep for case in failed_cases(project, result.found) for dep in project.graph[case.entry.spec_ref]}
    paths = {m: project.generated_path(m) for m in map(module_of, refs) if project.kind_of(m) == "build"}
    sources = {m: split_header(read_plain(path).decode())[1] for m, path in sorted(paths.items()) if path.is_file()}
    found = examine(project, sources, jobs=project.config.build.jobs, only=_OF_DOCSTRINGS)
    return {module: [*each.errors, *each.warnings] for module, each in found.items() if each.errors or each.warnings}
