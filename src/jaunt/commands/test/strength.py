"""How strong a project's tests are: measured after they have run, told, kept in their headers, and a gate if wanted."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from jaunt import codes
from jaunt.commands.shared.build_step import build_plan
from jaunt.commands.shared.options import BuildOptions
from jaunt.commands.shared.result import EXIT_CHECK, EXIT_OK, Interrupted, Result
from jaunt.commands.shared.steps import tests_of
from jaunt.commands.test.page import strength_page
from jaunt.files.atomic import ensure_state_folder, write_atomic, write_text_file
from jaunt.files.plain import read_plain
from jaunt.header import parse_header
from jaunt.plan.plan import make_plan
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.report.console import and_more, print_error, print_warning, relative_paths, say, some
from jaunt.syntax.body import is_edited
from jaunt.testing.project_tests import run_project_tests
from jaunt.testing.strength.measuring import lapsed, measure, subject_of
from jaunt.testing.strength.recorded import recorded_strength, strength_digest, with_strength_field
from jaunt.testing.strength.strength import Strength, by_code
from jaunt.text.coded import Coded

PAGE = "strength.html"
"""The page below `.jaunt`, where no other file is named."""
_MOST = 10
"""The most survivors of a module that are listed without -v, and that a model is told of."""


@frozen
class StrengthOptions:
    """Whether strength is measured even where no gate asks for it, and the file that the page goes to, if not PAGE."""

    asked: bool = False
    html: Path | None = None


def with_strength(
    project: Project,
    targets: Collection[str] | None,
    options: BuildOptions,
    measuring: StrengthOptions,
    result: Result,
) -> Result:
    """Add to the result of a test run how strong the tests are.

    With `[test] min_strength`, the model is asked once for stronger tests where they are too weak; if they stay so,
    the exit code is that of a failed check. Raises Interrupted with the facts of what was finished.
    """
    least = project.config.test.min_strength
    modules = sorted(tests_of(project, targets) - {*result.data["tests"]["not_run"]})
    gate = _Gate(project, options, least)
    try:
        code = gate.run(modules, again=measuring.asked or measuring.html is not None)
    except KeyboardInterrupt:
        raise Interrupted(result.data) from None
    facts = {**result.data, **gate.facts}
    if gate.strengths:
        page = measuring.html or ensure_state_folder(project.root) / PAGE
        write_text_file(page, strength_page(project, gate.strengths, least))
        say(f"strength: each survivor beside its code is in {relative_paths(str(page))}")
        facts["strength"]["page"] = str(page)
    return Result(result.code or code, facts)


class _Gate:
    """Measures, tells, and asks for stronger tests."""

    def __init__(self, project: Project, options: BuildOptions, least: float | None) -> None:
        self._project = project
        self._options = options
        self._least = least
        self.strengths: list[Strength] = []
        self.facts: dict[str, Any] = {}

    def run(self, modules: Sequence[str], *, again: bool) -> int:
        """Return the exit code; with `again`, what a header tells of its strength is not taken for it."""
        recorded = {} if again else {m: score for m in modules if (score := self._recorded(m)) is not None}
        left = [module for module in modules if module not in recorded]
        for module in left:
            for text in lapsed(subject_of(self._project, module)):
                print_warning(f"{self._project.modules[module].file.path}:{text}")
        found = {each.module: each for each in self._measured(left)}
        weak = [each for each in found.values() if self._is_weak(each)]
        if weak:
            found |= {each.module: each for each in self._strengthened(weak)}
        self.strengths = list(found.values())
        self.facts["strength"] = {
            "min_strength": self._least,
            "modules": [each.facts() for each in self.strengths],
            "code": by_code(self.strengths),
            "unchanged": recorded,
        }
        still = [each for each in self.strengths if self._is_weak(each)]
        for each in still:
            told = f"{each.module}: its tests are too weak: {_said(each)}, and test.min_strength is {self._least}"
            print_error(Coded(told, codes.WEAK_TESTS))
        return EXIT_CHECK if still else EXIT_OK

    def _recorded(self, module: str) -> float | None:
        """Return the score in a header, if it still holds, and is enough."""
        text = read_plain(self._project.generated_path(module)).decode("utf-8", "replace")
        recorded = recorded_strength(parse_header(text))
        if recorded is None or recorded.score is None or recorded.digest != strength_digest(self._project, module):
            return None
        return recorded.score if self._least is not None and recorded.score >= self._least else None

    def _is_weak(self, strength: Strength) -> bool:
        return self._least is not None and strength.score is not None and strength.score < self._least

    def _measured(self, modules: Collection[str]) -> list[Strength]:
        """Measure, tell, and keep what was found in the headers."""
        found = measure(self._project, modules)
        for each in found:
            _tell(each, verbose=self._options.verbosity == "verbose")
            keep(self._project, each)
        return found

    def _strengthened(self, weak: Sequence[Strength]) -> list[Strength]:
        """Ask the model that writes tests once for stronger ones; what is no better does not stay."""
        told = {each.module: [*_told(each)] for each in weak}
        before = {module: read_plain(self._project.generated_path(module)) for module in told}
        say(f"asking for stronger tests of {some(told)}")
        plan = make_plan(self._project, told, force=told).only(told)
        _, self.facts["stronger"] = build_plan(plan, self._options, failures=told)
        anew = [m for m, text in before.items() if read_plain(self._project.generated_path(m)) != text]
        if not anew:
            return []
        result = run_project_tests(self._project, modules=anew)
        found = []
        for old, new in zip([e for e in weak if e.module in anew], self._measured(anew), strict=True):
            if (new.score or 0) > (old.score or 0):
                found.append(new)
                continue
            path = self._project.generated_path(old.module)
            write_atomic(path, before[old.module], within=self._project.root)
            why = new.problem or "they notice no more"
            for each in (f for f in result.failures if new.problem and path.name in f):
                print_error(Coded(f"of the stronger tests, {each}", codes.TEST_FAILED))
            say(f"{old.module}: the tests stay as they were: of the new ones, {why}")
            keep(self._project, old)
        return found


def keep(project: Project, strength: Strength) -> None:
    """Write a strength into its test module's header, where that says otherwise; a file that was edited is left."""
    path = project.generated_path(strength.module)
    data = read_plain(path)
    text = data.decode("utf-8", "surrogateescape")
    changed = with_strength_field(text, strength.field).encode("utf-8", "surrogateescape")
    if not strength.problem and changed != data and not is_edited(text):
        write_atomic(path, changed, within=project.root)


def _said(strength: Strength) -> str:
    if strength.problem:
        return f"not measured: {strength.problem}"
    if not strength.counted:
        return "there is nothing to change in the code that it is for"
    besides = [f"{len(strength.late)} timed out"] if strength.late else []
    besides += [f"{len(strength.waived)} waived"] if strength.waived else []
    more = f"; besides, {', '.join(besides)}" if besides else ""
    return f"{strength.killed} of {len(strength.counted)} mutants noticed ({strength.score:.2f}{more})"


def _tell(strength: Strength, *, verbose: bool) -> None:
    say(f"strength: {strength.module}: {_said(strength)}")
    if strength.problem:
        return
    for spec in strength.specs if verbose else ():
        noticed, reached = strength.of_spec(spec)
        say(f"  {spec}: {noticed} of the {reached} that it reaches")
    shown = strength.survivors if verbose else strength.survivors[:_MOST]
    for each in shown:
        reach = "" if strength.reached.get(each.name) else "; no test runs this line"
        say(f"  {each.name} {each.place}: `{each.before}` -> `{each.after}`{reach}")
    if len(shown) < len(strength.survivors):
        say(f"  {and_more(len(strength.survivors) - len(shown))}")


def _told(strength: Strength) -> Iterator[str]:
    """Yield what the model is told that writes the tests: which changes of the code they let pass."""
    yield (
        f"the tests pass, but are too weak: of {len(strength.counted)} small changes of the code under test they "
        f"notice {strength.killed}. Keep the cases that there are, and add to them, out of the docstrings, such that "
        "each of the following changes makes a test fail"
    )
    for each in strength.survivors[: 2 * _MOST]:
        where = f"{each.module}:{each.owner}" if each.owner else each.module
        yield f"not noticed: {where}: `{each.before}` changed to `{each.after}`"
