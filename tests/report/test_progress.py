"""What a person reads: progress, errors once and in one line, short reasons, short paths."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from projects import make_shop, write_files

from jaunt.commands.status.view import print_status
from jaunt.config import load_config
from jaunt.engine.job import Job, Outcome
from jaunt.errors import JauntBudgetError, JauntDependencyCycleError, JauntDiscoveryError, JauntError
from jaunt.plan.freshness import FRESH, Freshness
from jaunt.plan.plan import Plan, make_plan
from jaunt.plan.reasons import PartChange, Reason, ReasonKind
from jaunt.project.project import load_project
from jaunt.report.console import Verbosity, print_error, print_warning, relative_paths
from jaunt.report.progress import Progress, print_summary


async def _nothing() -> Outcome:
    return Outcome("generated")


def job(module: str) -> Job:
    return Job(f"build:{module}", _nothing)


def progress(total: int, *ended: tuple[str, Outcome]) -> tuple[list[str], list[str]]:
    """Return the lines on stdout and stderr after these modules have ended."""
    out, err = io.StringIO(), io.StringIO()
    listener = Progress(total, out=out, err=err)
    with listener:
        for module, outcome in ended:
            listener("started", job(module), None)
            listener("finished", job(module), outcome)
    return out.getvalue().splitlines(), err.getvalue().splitlines()


def failed(*errors: str, cause: BaseException | None = None, attempts: int = 0) -> Outcome:
    return Outcome("failed", errors, cause=cause, attempts=attempts)


# --- progress ----------------------------------------------------------------------------------------


def test_a_line_tells_count_status_module_and_seconds() -> None:
    out, err = progress(12, *[(f"app.m{i}", Outcome("generated", seconds=2.06)) for i in range(3)])
    assert out[2].split() == ["[", "3/12]", "generated", "app.m2", "2.1", "s"]
    assert out[2].startswith("[ 3/12] generated   app.m2 ")
    assert err == []


def test_what_an_example_gave_stands_on_lines_of_its_own() -> None:
    text = "inc: the example in src/app/a.py:6 fails\n    example: inc(1)\n    expected: 2\n    got: 3\n        4"
    _, err = progress(1, ("app.a", failed(text, attempts=3)))
    assert err == [
        "error: app.a: inc: the example in src/app/a.py:6 fails",
        *("    example: inc(1)", "    expected: 2", "    got: 3", "        4"),
    ]
    _, err = progress(1, ("app.a", failed("no\n  answer\ncame", attempts=1)))
    assert err == ["error: app.a: no answer came"]


def test_the_columns_are_the_same_whatever_became_of_a_module() -> None:
    no_money = failed("spent", cause=JauntBudgetError("spent"))
    outcomes = (Outcome("generated"), Outcome("failed"), Outcome("interrupted"), no_money)
    out, _ = progress(4, *[(f"app.m{i}", outcome) for i, outcome in enumerate(outcomes)])
    assert [line.split("]")[1].split("app.m")[0].strip() for line in out] == [
        *("generated", "failed", "interrupted", "not started"),
    ]
    assert len({line.index("app.m") for line in out}) == 1
    assert len({len(line) for line in out}) == 1


def test_lines_that_start_are_not_shown() -> None:
    out = io.StringIO()
    Progress(1, out=out, err=out)("started", job("app.a"), None)
    assert out.getvalue() == ""


def test_an_error_names_its_module_and_is_one_line() -> None:
    _, err = progress(1, ("app.a", failed("no\n  answer")))
    assert err == ["error: app.a: no answer"]


def test_a_module_that_the_error_names_is_not_named_twice() -> None:
    _, err = progress(1, ("app.a", failed("app.a: no answer")))
    assert err == ["error: app.a: no answer"]


@pytest.mark.parametrize("text", ["dependency failed: app.slug", "see app_2", "myapp is missing", "at x.app"])
def test_a_name_within_another_one_does_not_name_the_module(text: str) -> None:
    _, err = progress(1, ("app", failed(text)))
    assert err == [f"error: app: {text}"]


def test_a_cycle_is_told_once_for_all_its_modules() -> None:
    error = JauntDependencyCycleError("dependency cycle: a.a -> a.b -> a.a")
    _, err = progress(2, *[(m, failed(str(error), cause=error)) for m in ("a.a", "a.b")])
    assert err == ["error: dependency cycle: a.a -> a.b -> a.a"]


def test_what_keeps_all_from_being_tried_is_told_once() -> None:
    error = JauntError("no key")
    _, err = progress(3, *[(m, failed("no key", cause=error)) for m in ("a", "b", "c")])
    assert err == ["error: a: no key"]


def test_each_failed_dependent_is_named() -> None:
    _, err = progress(2, *[(m, failed("dependency failed: app.a")) for m in ("app.b", "app.c")])
    assert err == ["error: app.b: dependency failed: app.a", "error: app.c: dependency failed: app.a"]


def needs(*modules: str) -> Outcome:
    return replace(failed(*(f"dependency failed: {m}" for m in modules)), failed_dependencies=modules)


def test_several_failed_dependencies_are_one_line() -> None:
    _, err = progress(1, ("app.d", needs("app.b", "app.c")))
    assert err == ["error: app.d was not tried, as it needs app.b, app.c"]


def test_a_broken_base_and_all_that_need_it_are_one_entry() -> None:
    chain = [(f"app.m{n}", needs(f"app.m{n - 1}")) for n in range(1, 1000)]
    out, err = progress(1001, ("app.m0", failed("no answer")), *chain, ("app.z", needs("app.other")))
    assert len(out) == 1
    assert err == [
        "error: app.m0: no answer",
        f"error: 999 modules were not tried, as they need app.m0: {', '.join(m for m, _ in chain[:10])} and 989 more",
        "error: app.z was not tried, as it needs app.other",
    ]


def test_a_thousand_modules_never_are_a_thousand_lines() -> None:
    alike = [(f"app.m{n}", failed(f"src/app/m{n}.py:{n}: cannot be imported: no `x{n}`")) for n in range(1000)]
    out, err = progress(1000, *alike)
    assert (len(out), len(err)) == (3, 4)
    assert err[3].startswith("error: 997 more modules ended as app.m0 did: app.m3, app.m4, ")
    each = [(f"app.m{n}", failed(f"{'x' * n} is missing")) for n in range(1, 1000)]
    assert [len(lines) for lines in progress(1000, *each)] == [50, 51]
    stopped = [(f"app.m{n}", Outcome("interrupted")) for n in range(1000)]
    assert [len(lines) for lines in progress(1000, *stopped)] == [50, 1]
    warned = [(f"app.m{n}", Outcome("generated", warnings=("no docstring",))) for n in range(1000)]
    assert len(progress(1000, *warned)[1]) == 51


def test_the_same_fault_in_two_candidates_is_told_of_both() -> None:
    outcome = failed("syntax error", cause=JauntError("no candidate passed"), attempts=2)
    _, err = progress(2, ("a", outcome), ("b", outcome))
    assert err == ["error: a: syntax error", "error: b: syntax error"]


def test_warnings_of_a_module_follow_its_line() -> None:
    _, err = progress(1, ("a", Outcome("generated", warnings=("no docstring",))))
    assert err == ["warning: no docstring"]


# --- one line, short paths ---------------------------------------------------------------------------


def test_an_error_has_its_hint_in_parentheses(capsys: pytest.CaptureFixture[str]) -> None:
    print_error(JauntDiscoveryError("a is\nbroken", hint="mend it"))
    print_error("plain")
    print_warning("look\nout")
    assert capsys.readouterr().err == "error[J100]: a is broken (mend it)\nerror: plain\nwarning: look out\n"


def test_paths_below_the_working_directory_are_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "proj"
    here.mkdir()
    monkeypatch.chdir(here)
    assert relative_paths(f"{here}/src/a.py:3: bad") == "src/a.py:3: bad"
    assert relative_paths(f"no such folder: {here}/a, {here}/b ({here}/c)") == "no such folder: a, b (c)"
    assert relative_paths(f"'{here}/a'") == "'a'"
    for kept in (
        f"no project in {here} or above it",
        f"{here}/",
        f"{here}2/a.py",
        f"/mnt{here}/a.py",
        f"{tmp_path}/other",
    ):
        assert relative_paths(kept) == kept


def test_a_path_is_kept_where_the_working_directory_is_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert relative_paths("/a/b and c/d") == "/a/b and c/d"


def test_a_working_directory_with_odd_characters_is_no_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "a+b (c) [d]"
    here.mkdir()
    monkeypatch.chdir(here)
    assert relative_paths(f"{here}/x.py") == "x.py"


# --- summary and status ------------------------------------------------------------------------------


def status_of(plan: Plan) -> list[str]:
    out = io.StringIO()
    print_status(plan, out)
    return out.getvalue().splitlines()


def plan_of(tmp_path: Path, freshness: dict[str, Freshness]) -> Plan:
    root = make_shop(tmp_path)
    return Plan(load_project(load_config(root=root)), freshness, {})


UNBUILT = Freshness("unbuilt", (Reason(ReasonKind.UNBUILT),), stale=True)
EDITED = Reason(ReasonKind.EDITED)
ADDED = Reason(ReasonKind.SPEC_ADDED, "x:y")
STALE = [Reason(ReasonKind.DEPENDENCY_STALE, f"a.{letter}") for letter in "bcd"]
CHANGED = Reason(ReasonKind.SPEC_CHANGED, "a:f", parts=(PartChange("body"), PartChange("docstring")))


def stale(*reasons: Reason) -> Freshness:
    return Freshness("stale", reasons, stale=True)


@pytest.mark.parametrize(
    ("freshness", "line"),
    [
        (FRESH, "fresh    app.slug"),
        (UNBUILT, "unbuilt  app.slug"),
        (stale(ADDED), "stale    app.slug  spec added: x:y"),
        (stale(ADDED, CHANGED, *STALE[:1]), "stale    app.slug  spec added: x:y (and 2 more)"),
        (stale(*STALE[:1]), "stale    app.slug  dependency is stale: a.b"),
        (stale(*STALE), "stale    app.slug  dependency is stale: a.b (and 2 more)"),
        (stale(CHANGED), "stale    app.slug  spec changed: a:f (body, docstring)"),
        (Freshness("edited", (EDITED,), stale=False), "edited   app.slug  edited by hand"),
        (
            Freshness("edited", (EDITED, ADDED, CHANGED), stale=True),
            "edited   app.slug  edited by hand; spec added: x:y (and 1 more)",
        ),
        (
            Freshness("edited", (EDITED, *STALE), stale=True),
            "edited   app.slug  edited by hand; dependency is stale: a.b (and 2 more)",
        ),
        (Freshness("broken", (Reason(ReasonKind.BROKEN, detail="a; b"),), stale=True), "broken   app.slug  a; b"),
    ],
)
def test_status_has_a_line_a_module_with_the_first_reason(tmp_path: Path, freshness: Freshness, line: str) -> None:
    assert status_of(plan_of(tmp_path, {"app.slug": freshness}))[0] == line


def test_status_of_a_project_lists_every_module_and_counts_them(tmp_path: Path) -> None:
    lines = status_of(make_plan(load_project(load_config(root=make_shop(tmp_path)))))
    assert [line.split() for line in lines[:-1]] == [
        ["unbuilt", module] for module in ("app.slug", "app.tally", "app.words", "tests.test_slug")
    ]
    assert lines[-1] == "4 unbuilt"


def test_the_summary_counts_what_happened(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"a": FRESH, **dict.fromkeys("bcd", stale(ADDED))})
    out = io.StringIO()
    print_summary(plan, [Outcome("generated"), Outcome("failed"), Outcome("generated")], 1.26, out)
    assert out.getvalue() == "2 generated, 1 fresh, 1 failed in 1.3 s\n"


def test_the_summary_of_an_interrupted_build_counts_what_was_not_started(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, dict.fromkeys("abc", UNBUILT))
    out = io.StringIO()
    print_summary(plan, [Outcome("generated"), Outcome("interrupted")], 1.26, out)
    assert out.getvalue() == "1 generated, 1 not started, 1 interrupted in 1.3 s\n"


def test_the_summary_says_of_an_estimate_that_it_is_one(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, dict.fromkeys("ab", UNBUILT))
    told = Outcome("generated", input_tokens=1000, output_tokens=10)
    for outcomes, text in [
        ([told, told], "; 2,000 tokens in, 20 out\n"),
        ([told, replace(told, estimated=True)], "; about 2,000 tokens in, 20 out\n"),
    ]:
        out = io.StringIO()
        print_summary(plan, outcomes, 1.0, out)
        assert out.getvalue().endswith(text)


@pytest.mark.parametrize(("verbosity", "lines"), [("quiet", 0), ("normal", 1), ("verbose", 3)])
def test_waiting_for_another_build_is_said_once(verbosity: Verbosity, lines: int) -> None:
    out = io.StringIO()
    progress = Progress(3, verbosity=verbosity, out=out)
    for module in ("app.a", "app.b", "app.c"):
        progress.waiting(module)
    said = out.getvalue().splitlines()
    assert len(said) == lines
    assert all(line.split()[:2] == ["waiting", f"app.{'abc'[i]}:"] for i, line in enumerate(said))


def test_the_summary_of_nothing_says_so(tmp_path: Path) -> None:
    write_files(tmp_path, {"jaunt.toml": "", "src/readme.txt": ""})
    out = io.StringIO()
    print_summary(Plan(load_project(load_config(root=tmp_path)), {}, {}), [], 0.0, out)
    assert out.getvalue() == "no spec modules in 0.0 s\n"
