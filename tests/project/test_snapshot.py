"""The scan cache costs time or saves it, and never changes an answer: random projects, with a cache and without one."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import generate_all

from jaunt.config import load_config
from jaunt.files import listing
from jaunt.plan.plan import make_plan
from jaunt.project.kept import snapshot
from jaunt.project.project import Project, load_project, remember

NAMES = [f"m{number}" for number in range(6)]


@pytest.fixture(autouse=True, scope="module")
def _files_may_be_young() -> Iterator[None]:
    """Take files into the cache at once: the tests wait for no clock, and read the project between their edits."""
    patch = pytest.MonkeyPatch()
    patch.setattr(listing, "GRANULARITY_NS", 0)
    yield
    patch.undo()


def write_module(root: Path, name: str, deps: list[str], words: str, comment: str = "") -> None:
    imports = "".join(f"from app.{dep} import f as {dep}\n" for dep in deps)
    uses = "".join(f" Uses `{dep}`." for dep in deps)
    text = (
        f'import jaunt\n{imports}\n{comment}\n@jaunt.magic\ndef f(x: int) -> int:\n    """{words}.{uses}"""\n    ...\n'
    )
    (root / "src" / "app" / f"{name}.py").write_text(text)


def start(root: Path) -> Path:
    (root / "src" / "app").mkdir(parents=True)
    (root / "jaunt.toml").write_text("")
    (root / "src" / "app" / "__init__.py").write_text("")
    for number, name in enumerate(NAMES):
        write_module(root, name, NAMES[max(0, number - 2) : number], f"Number {number}")
    return root


def answer(project: Project) -> tuple[object, ...]:
    """Return what a project's scan says, as far as a plan depends on it."""
    problems = {module: type(error).__name__ for module, error in project.problems.items()}
    return dict(project.digests), {m: set(d) for m, d in project.dag.items()}, problems


def load(root: Path) -> Project:
    return load_project(load_config(root=root))


def without_cache(root: Path) -> tuple[object, ...]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".jaunt"))
        return answer(load(copy))


def cache_of(root: Path) -> Path:
    return root / ".jaunt" / "scan.jsonl"


EDITS = st.one_of(
    st.tuples(st.just("words"), st.sampled_from(NAMES), st.sampled_from(["One", "Two", "Three"])),
    st.tuples(st.just("comment"), st.sampled_from(NAMES), st.sampled_from(["# a", "# other", ""])),
    st.tuples(st.just("deps"), st.sampled_from(NAMES), st.sampled_from(["none", "first"])),
    st.tuples(st.just("delete"), st.sampled_from(NAMES), st.just("")),
    st.tuples(st.just("break"), st.sampled_from(NAMES), st.just("")),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(["n1", "n2"])),
    st.tuples(st.just("handwritten"), st.sampled_from(["h1", "h2"]), st.sampled_from(["x = 1\n", "import jaunt\n"])),
)


def apply(root: Path, edit: tuple[str, str, str]) -> None:
    kind, name, value = edit
    file = root / "src" / "app" / f"{name}.py"
    match kind:
        case "words":
            write_module(root, name, [], value)
        case "comment":
            write_module(root, name, [], "One", value)
        case "deps":
            write_module(root, name, ["m0"] if value == "first" and name != "m0" else [], "One")
        case "delete":
            file.unlink(missing_ok=True)
        case "break":
            file.write_text("import jaunt\ndef (\n")
        case "rename" if file.exists():
            file.rename(file.with_name(f"{value}.py"))
        case "handwritten":
            file.write_text(value)


@settings(max_examples=25)
@given(edits=st.lists(EDITS, min_size=1, max_size=6))
def test_after_any_edits_the_answer_is_the_one_without_a_cache(edits: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = start(Path(folder) / "project")
        remember(load(root), make_folder=True)
        for edit in edits:
            apply(root, edit)
            project = load(root)
            assert answer(project) == without_cache(root)
            remember(project, make_folder=True)
        assert answer(load(root)) == without_cache(root)


@settings(max_examples=40)
@given(damage=st.binary(max_size=200), at=st.integers(0, 2000), keep=st.booleans())
def test_a_damaged_cache_changes_no_answer(damage: bytes, at: int, keep: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = start(Path(folder) / "project")
        remember(load(root), make_folder=True)
        data = cache_of(root).read_bytes()
        cache_of(root).write_bytes(data[:at] + damage + (data[at + len(damage) :] if keep else b""))
        assert answer(load(root)) == without_cache(root)


def test_the_cache_of_another_project_is_none(tmp_path: Path) -> None:
    one, other = start(tmp_path / "one"), start(tmp_path / "other")
    write_module(other, "m0", [], "Something else")
    remember(load(other), make_folder=True)
    (one / ".jaunt").mkdir()
    shutil.copy(cache_of(other), cache_of(one))
    assert answer(load(one)) == without_cache(one)


def test_the_cache_of_another_version_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = start(tmp_path / "project")
    remember(load(root), make_folder=True)
    monkeypatch.setattr(snapshot, "__version__", "0.0.0-other")
    write_module(root, "m1", [], "Something else")
    assert answer(load(root)) == without_cache(root)


def test_who_only_asks_leaves_a_project_as_it_is(tmp_path: Path) -> None:
    root = start(tmp_path / "project")
    remember(load(root))
    assert not (root / ".jaunt").exists()


def test_a_young_file_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "GRANULARITY_NS", 2_000_000_000)
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    assert listing.Stamper().stamp_file(file) == ""
    assert listing.Stamper(horizon_ns=2**62).stamp_file(file) != ""


def test_deps_that_only_an_import_can_tell_are_still_so_in_the_next_scan(tmp_path: Path) -> None:
    root = start(tmp_path / "project")
    (root / "src/app/names.py").write_text("from app.m1 import f\nUSED = [f] if __name__ else []\n")
    text = "import jaunt\nfrom app.names import USED\n\n@jaunt.magic(deps=USED)\ndef g(x: int) -> int:\n    ...\n"
    (root / "src/app/m5.py").write_text(text)
    first = load(root)
    assert (first.problems, first.dag["app.m5"]) == ({}, {"app.m1"})
    assert first.modules["app.m5"].unread.keys() == {"g"}
    remember(first, make_folder=True)
    (root / "src/app/m2.py").write_text(text.replace("USED)\ndef g", "[])\ndef f"))
    second = load(root)
    assert second.modules["app.m5"].unread == first.modules["app.m5"].unread
    assert answer(second) == without_cache(root)


def test_a_plan_leaves_its_project_as_it_is_and_says_what_the_next_scan_needs(tmp_path: Path) -> None:
    root = start(tmp_path / "project")
    generate_all(load(root))
    project = load(root)
    plans = [make_plan(project), make_plan(project, ["app.m0"])]
    assert [plan.found_fresh.keys() for plan in plans] == [project.modules.keys(), {"app.m0"}]
    remember(project, plans[0].found_fresh, make_folder=True)
    known = make_plan(load(root))
    assert (known.found_fresh, known.freshness) == ({}, plans[0].freshness)
    file = project.generated_path("app.m1")
    file.write_text(file.read_text() + "EDITED = 1\n")
    assert make_plan(load(root)).freshness["app.m1"].state == "edited"
