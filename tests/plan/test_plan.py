"""How a plan grows to the dependents, what it is restricted to, and that the library agrees."""

import tempfile
from pathlib import Path

from builds import load
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import FILES, generate_all
from projects import ProjectFiles, edit

from jaunt.builder import detect_stale_modules
from jaunt.plan.freshness import Fingerprint, Freshness, judge_file
from jaunt.plan.plan import make_plan, module_fingerprint
from jaunt.plan.reasons import Reason, ReasonKind
from jaunt.project.project import Project
from jaunt.report.wording import all_reasons


def test_what_depends_on_a_module_that_is_generated_is_verified(built: Path) -> None:
    (built / "src/app/__generated__/words.py").unlink()
    plan = make_plan(load(built))
    assert {name: (freshness.action, all_reasons(freshness)) for name, freshness in plan.freshness.items()} == {
        "app.free": ("keep", "fresh"),
        "app.words": ("generate", "not built yet"),
        "app.slug": ("verify", "dependency is stale: app.words"),
        "app.page": ("keep", "fresh"),
    }
    assert plan.above == ["app.page"], "should app.slug have to be generated"


def test_a_forced_module_is_generated_and_its_dependents_are_verified(built: Path) -> None:
    plan = make_plan(load(built), force=["app.slug"])
    assert {name: (f.action, all_reasons(f)) for name, f in plan.freshness.items() if f.action != "keep"} == {
        "app.slug": ("generate", "forced"),
        "app.page": ("verify", "dependency is stale: app.slug"),
    }
    assert plan.force
    assert not make_plan(load(built), force=["no.such.module"]).stale


def test_force_takes_the_protection_off_an_edited_file(built: Path) -> None:
    edit(built / "src/app/__generated__/free.py", "return 1", "return 2")
    freshness = make_plan(load(built), force=["app.free"]).freshness["app.free"]
    assert freshness == Freshness("stale", (Reason(ReasonKind.FORCED),), stale=True)
    assert not freshness.protected


def test_a_selection_brings_its_dependencies_but_not_its_dependents(built: Path) -> None:
    project = load(built)
    assert list(make_plan(project, ["app.slug"]).freshness) == ["app.slug", "app.words"]
    assert make_plan(project, ["app.slug"], force=["app.words"]).stale == ["app.slug", "app.words"]
    assert make_plan(project, []).freshness == {}
    assert make_plan(project, ["no.such.module"]).freshness == {}


def test_a_broken_module_is_a_problem_of_the_plan_and_its_dependents_are_stale(built: Path) -> None:
    (built / "src/app/words.py").write_text("import jaunt\ndef (\n")
    plan = make_plan(load(built))
    assert list(plan.problems) == ["app.words"]
    assert plan.freshness["app.words"].state == "broken"
    assert all_reasons(plan.freshness["app.words"]) == str(plan.problems["app.words"])
    assert plan.stale == ["app.page", "app.slug", "app.words"]
    assert plan.fresh == ["app.free"]
    assert make_plan(load(built), ["app.free"]).problems == {}


def test_a_plan_is_restricted_to_kinds_and_modules(project_files: ProjectFiles) -> None:
    head = "import jaunt\nfrom app.words import split\n"
    test = f"{head}@jaunt.test(deps=[split])\ndef test_it():\n    '''It is.'''\n"
    plan = make_plan(load(project_files({**FILES, "tests/test_a.py": test, "tests/test_b.py": "import jaunt\n("})))
    assert plan.restricted_to(["test"]).stale == ["tests.test_a", "tests.test_b"]
    assert list(plan.restricted_to(["test"]).problems) == ["tests.test_b"]
    assert list(plan.restricted_to(["build"]).problems) == []
    assert plan.restricted_to(["build", "test"]).freshness == plan.freshness


def test_the_library_finds_the_same_modules_stale(built: Path) -> None:
    def both() -> tuple[set[str], set[str]]:
        project = load(built)
        own = {name for name in project.modules if judge_file(*parts(project, name)).stale}
        listed = detect_stale_modules(
            package_dir=built / "src",
            generated_dir="__generated__",
            module_specs={m: [project.specs[e.spec_ref] for e in s.entries] for m, s in project.modules.items()},
            specs=project.specs,
            spec_graph=project.graph,
        )
        return own, listed

    def parts(project: Project, name: str) -> tuple[Path, Fingerprint]:
        return project.generated_path(name), module_fingerprint(project, name)

    assert both() == (set(), set())
    edit(built / "src/app/slug.py", "a slug.", "one slug.")
    assert both() == ({"app.slug", "app.page"}, {"app.slug", "app.page"})
    edit(built / "src/app/__generated__/free.py", "return 1", "return 2")
    assert both() == ({"app.slug", "app.page"}, {"app.slug", "app.page"})
    (built / "src/app/__generated__/words.py").unlink()
    assert both()[0] == both()[1] == {"app.slug", "app.page", "app.words"}


dags = (
    st.integers(1, 6)
    .flatmap(lambda count: st.tuples(*(st.sets(st.integers(0, i - 1)) if i else st.just(set()) for i in range(count))))
    .map(lambda deps: {f"m{i}": {f"m{dep}" for dep in each} for i, each in enumerate(deps)})
)


def naive_dependencies(dag: dict[str, set[str]], name: str) -> set[str]:
    return {name}.union(*(naive_dependencies(dag, dep) for dep in dag[name]))


@settings(max_examples=20)
@given(dags, st.data())
def test_a_plan_is_exactly_what_is_missing_and_what_depends_on_it(
    dag: dict[str, set[str]], data: st.DataObject
) -> None:
    missing = data.draw(st.sets(st.sampled_from(sorted(dag))))
    with tempfile.TemporaryDirectory() as folder:
        for name, deps in dag.items():
            given_deps = sorted(f"{dep}:f" for dep in deps)
            text = f"import jaunt\n@jaunt.magic(deps={given_deps})\ndef f():\n    'Doc.'\n"
            Path(folder, f"{name}.py").write_text(text)
        project = load(Path(folder))
        assert project.dag == dag
        generate_all(project)
        assert make_plan(project).stale == []
        for name in missing:
            project.generated_path(name).unlink()
        plan = make_plan(project)
    verified = {name for name, deps in dag.items() if deps & missing} - missing
    above = {name for name in dag if naive_dependencies(dag, name) & missing} - missing - verified
    assert (plan.to("generate"), plan.to("verify"), plan.above) == (sorted(missing), sorted(verified), sorted(above))
    assert {name for name, freshness in plan.freshness.items() if freshness.state == "unbuilt"} == missing
