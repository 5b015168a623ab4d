"""The path of one module: when the backend is asked, what is written, what is cleaned away again."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from backends import FakeBackend
from libraries import make_library, spec_file, spec_modules
from projects import make_shop, write_files

from jaunt.build.context import make_context
from jaunt.build.pipeline import build_module
from jaunt.build.settings import BuildSettings
from jaunt.build.write import normalize_source, remove_module
from jaunt.builder import library_works
from jaunt.config import load_config
from jaunt.engine.job import Outcome
from jaunt.errors import JauntDiscoveryError, JauntError, JauntGenerationError, JauntWriteError
from jaunt.generate.base import ModuleSpecContext
from jaunt.plan.freshness import judge_file
from jaunt.plan.module_work import ModuleWork, project_works
from jaunt.project.project import load_project

FILES = spec_modules({"pkg.a": [], "pkg.sub.b": ["pkg.a"]}) | {"pkg/sub/__init__.py": ""}


def make_work(base: Path, module: str = "pkg.a", files: dict[str, str] | None = None) -> ModuleWork:
    """Return the work for one module of FILES, written below `base`."""
    library = make_library(base, FILES if files is None else files)
    works = library_works(base, "__generated__", library.module_specs, library.specs, library.spec_graph)
    return next(work for work in works if work.module == module)


def build(work: ModuleWork, settings: BuildSettings) -> Outcome:
    return asyncio.run(build_module(work, settings))


def test_the_outcome_tells_the_file_the_attempts_and_the_seconds(tmp_path: Path) -> None:
    work = make_work(tmp_path)
    outcome = build(work, BuildSettings(FakeBackend({"pkg.a": ["1 +", "def a() -> int:\n    return 1\n"]})))
    assert (outcome.status, outcome.attempts, outcome.path) == ("generated", 2, work.path)
    assert outcome.seconds > 0
    assert not judge_file(work.path, work.fingerprint).stale


def test_a_candidate_that_fails_is_a_failed_outcome_with_its_errors(tmp_path: Path) -> None:
    outcome = build(make_work(tmp_path), BuildSettings(FakeBackend({"pkg.a": ["X = 1\n"]}), max_attempts=3))
    assert (outcome.status, outcome.attempts, outcome.path) == ("failed", 3, None)
    assert "'a'" in outcome.errors[0]
    assert isinstance(outcome.cause, JauntGenerationError)


class Failing(FakeBackend):
    """Answers as `FakeBackend` does, then raises."""

    def __init__(self, answers: list[str], fault: JauntError) -> None:
        super().__init__({"pkg.a": answers})
        self.fault = fault
        self.left = len(answers)

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        source = await super().generate_module(ctx, extra_error_context=extra_error_context)
        self.left -= 1
        if self.left < 0:
            raise self.fault
        return source


def test_an_attempt_that_raises_keeps_the_candidate_of_the_one_before(tmp_path: Path) -> None:
    fault = JauntGenerationError("the server answered 503", hint="try again later")
    backend, folder = Failing(["X = 1\n"], fault), tmp_path / "rejected"
    outcome = build(make_work(tmp_path), BuildSettings(backend, max_attempts=3, rejected=folder))
    assert (outcome.status, outcome.cause, backend.calls) == ("failed", fault, ["pkg.a"] * 2)
    assert (folder / "pkg.a" / "candidate.py").read_text() == "X = 1\n"
    error = "missing definition: 'a' is not defined at module level"
    assert (folder / "pkg.a" / "errors.txt").read_text() == f"{error}\n"
    assert outcome.errors == (
        "the server answered 503 (try again later)",
        f"the last candidate: {error}",
        f"the last candidate and its errors are in {folder / 'pkg.a'}",
    )


def test_a_first_attempt_that_raises_keeps_nothing(tmp_path: Path) -> None:
    fault, folder = JauntGenerationError("the server answered 503"), tmp_path / "rejected"
    outcome = build(make_work(tmp_path), BuildSettings(Failing([], fault), rejected=folder))
    assert (outcome.status, outcome.errors, outcome.cause) == ("failed", ("the server answered 503",), fault)
    assert not folder.exists()


def test_a_broken_module_fails_with_its_problem_before_anybody_is_asked(tmp_path: Path) -> None:
    backend, problem = FakeBackend(), JauntDiscoveryError("broken")
    outcome = build(replace(make_work(tmp_path), problem=problem), BuildSettings(backend))
    assert (outcome.status, outcome.cause) == ("failed", problem)
    assert backend.calls == []


def test_the_gate_keeps_a_module_from_the_model(tmp_path: Path) -> None:
    backend, asked = FakeBackend(), []

    async def gate(module: str) -> JauntError | None:
        asked.append(module)
        return JauntDiscoveryError("cannot be imported") if module == "pkg.a" else None

    assert build(make_work(tmp_path), BuildSettings(backend, gate=gate)).errors == ("cannot be imported",)
    assert build(make_work(tmp_path, "pkg.sub.b"), BuildSettings(backend, gate=gate)).status == "generated"
    assert (asked, backend.calls) == (["pkg.a", "pkg.sub.b"], ["pkg.sub.b"])


@pytest.mark.parametrize("obstacle", ["file", "link", "folder in place of the file"])
def test_what_stands_in_the_way_is_found_before_the_model_is_paid(tmp_path: Path, obstacle: str) -> None:
    base, outside = tmp_path / "src", tmp_path / "outside"
    outside.mkdir()
    work = make_work(base)
    if obstacle == "file":
        write_files(base, {"pkg/__generated__": "mine"})
    elif obstacle == "link":
        (base / "pkg/__generated__").symlink_to(outside, target_is_directory=True)
    else:
        work.path.mkdir(parents=True)
    backend = FakeBackend()
    cause = build(work, BuildSettings(backend)).cause
    assert isinstance(cause, JauntWriteError)
    assert "__generated__" in str(cause)
    assert cause.hint
    assert backend.calls == []
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(("kind", "command"), [("build", "jaunt build --force"), ("test", "jaunt test --force")])
def test_the_hint_to_a_hand_edit_names_the_command_for_its_kind(tmp_path: Path, kind: str, command: str) -> None:
    work = make_work(tmp_path)
    write_files(tmp_path, {"pkg/__generated__/a.py": "mine = 1\n"})
    backend = FakeBackend()
    cause = build(replace(work, fingerprint=replace(work.fingerprint, kind=kind)), BuildSettings(backend)).cause
    assert isinstance(cause, JauntGenerationError)
    assert f"`{command}` overwrites it" in str(cause.hint)
    assert backend.calls == []


@pytest.mark.parametrize(("content", "shown"), [(b"mine = 1\r\n", "mine = 1\n"), (b"mine = '\xff'\n", ""), (b"", "")])
def test_what_is_overwritten_is_shown_to_the_model_if_it_is_text(tmp_path: Path, content: bytes, shown: str) -> None:
    work, backend = make_work(tmp_path), FakeBackend()
    work.path.parent.mkdir()
    work.path.write_bytes(content)
    assert build(work, BuildSettings(backend, force=True)).status == "generated"
    assert backend.contexts["pkg.a"].previous_source == shown


def test_a_spec_without_docstring_is_built_with_a_warning(tmp_path: Path) -> None:
    root = make_shop(tmp_path, changes={"src/app/bare.py": "import jaunt\n\n\n@jaunt.magic\ndef bare() -> int: ...\n"})
    (work,) = project_works(load_project(load_config(root=root)), ["app.bare"])
    outcome = build(work, BuildSettings(FakeBackend()))
    assert outcome.status == "generated"
    assert len(outcome.warnings) == 1
    assert "src/app/bare.py: bare has no docstring" in outcome.warnings[0]
    (work,) = project_works(load_project(load_config(root=root)), ["app.words"])
    assert build(work, BuildSettings(FakeBackend())).warnings == ()


def test_the_context_has_the_specs_without_what_makes_them_specs(tmp_path: Path) -> None:
    files = {
        "pkg/a.py": 'from jaunt import magic as m\n\n\n@m\ndef a() -> int:\n    """One."""\n    ...\n',
        "pkg/b.py": "import jaunt\n\nfrom pkg.a import a\n\nLIMIT = 1\n\n\n"
        '@jaunt.magic(deps=[a])\ndef b() -> int:\n    """Two."""\n    ...\n',
    }
    context = make_context(make_work(tmp_path, "pkg.b", {"pkg/__init__.py": "", **files}))
    assert context.plain_sources == {
        "pkg.b:b": 'def b() -> int:\n    """Two."""\n    ...',
        "pkg.a:a": 'def a() -> int:\n    """One."""\n    ...',
    }
    assert context.spec_sources["pkg.b:b"].startswith("@jaunt.magic(deps=[a])\n")
    assert context.handwritten_source == "from pkg.a import a\n\nLIMIT = 1"


def test_the_context_is_read_when_it_is_needed(tmp_path: Path) -> None:
    # The code of a dependency is there only once its own module has been built.
    work = make_work(tmp_path, "pkg.sub.b")
    assert make_context(work).dependency_generated_modules == {}
    build(make_work(tmp_path), BuildSettings(FakeBackend()))
    assert make_context(work).dependency_generated_modules == {"pkg.a": "def a() -> int:\n    return 1\n"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("X = 1", "X = 1\n"),
        ("X = 1\n\n\n", "X = 1\n"),
        ("\ufeffX = 1\r\nY = 2\r\n", "X = 1\nY = 2\n"),
        ("X = 1\rY = 2\r", "X = 1\nY = 2\n"),
        ("X = 'a\u2028b'\n", "X = 'a\u2028b'\n"),
        ("\n\nX = 1\n", "\n\nX = 1\n"),
    ],
)
def test_a_candidate_is_normalized_but_for_what_its_strings_hold(source: str, expected: str) -> None:
    assert normalize_source(source) == expected
    assert normalize_source(expected) == expected


# --- cleaning ----------------------------------------------------------------------------------------


def clean(work: ModuleWork) -> str | None:
    return remove_module(work.path, generated_dir="__generated__", within=work.base)


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_cleaning_removes_what_was_made_and_the_folders_that_are_left_empty(tmp_path: Path) -> None:
    works = [make_work(tmp_path, module) for module in ("pkg.a", "pkg.sub.b")]
    before = files_below(tmp_path)
    for work in works:
        build(work, BuildSettings(FakeBackend()))
    (works[1].path.parent / "__pycache__").mkdir()
    assert [clean(work) for work in works] == [None, None]
    assert files_below(tmp_path) == before


def test_cleaning_one_module_leaves_the_others(tmp_path: Path) -> None:
    works = [make_work(tmp_path, module) for module in ("pkg.a", "pkg.sub.b")]
    for work in works:
        build(work, BuildSettings(FakeBackend()))
    assert clean(works[1]) is None
    assert files_below(tmp_path / "pkg/__generated__") == ["__init__.py", "a.py"]


def test_cleaning_a_package_s_own_module_leaves_those_in_it(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": spec_file("top"), "pkg/a.py": spec_file("a")}
    works = [make_work(tmp_path, module, files) for module in ("pkg", "pkg.a")]
    for work in works:
        build(work, BuildSettings(FakeBackend()))
    assert clean(works[0]) is None
    assert works[1].path.is_file()
    assert clean(works[1]) is None
    assert not (tmp_path / "pkg/__generated__").exists()


def test_cleaning_what_is_not_there_is_fine(tmp_path: Path) -> None:
    assert clean(make_work(tmp_path)) is None


@pytest.mark.parametrize("content", [b"X = 1\n", b"", b"\xff"], ids=["no header", "empty", "not UTF-8"])
def test_cleaning_leaves_a_file_that_jaunt_did_not_write(tmp_path: Path, content: bytes) -> None:
    work = make_work(tmp_path)
    work.path.parent.mkdir()
    work.path.write_bytes(content)
    assert "was left" in (clean(work) or "")
    assert work.path.read_bytes() == content


def test_cleaning_leaves_an_edited_file_and_what_else_lies_beside_it(tmp_path: Path) -> None:
    works = [make_work(tmp_path, module) for module in ("pkg.a", "pkg.sub.b")]
    for work in works:
        build(work, BuildSettings(FakeBackend()))
    works[0].path.write_text(works[0].path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    write_files(works[1].path.parent, {"notes.txt": "mine"})
    assert "edited by hand" in (clean(works[0]) or "")
    assert clean(works[1]) is None
    assert files_below(tmp_path / "pkg/__generated__") == [
        "__init__.py", "a.py", "sub", "sub/__init__.py", "sub/notes.txt",
    ]  # fmt: skip


def test_cleaning_follows_no_link_out_of_the_project(tmp_path: Path) -> None:
    work = make_work(tmp_path / "src")
    build(work, BuildSettings(FakeBackend()))
    outside = tmp_path / "outside"
    work.path.parent.rename(outside)
    work.path.parent.symlink_to(outside, target_is_directory=True)
    assert "was left" in (clean(work) or "")
    assert (outside / "a.py").is_file()
