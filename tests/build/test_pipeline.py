"""The path of one module: when the backend is asked, what is written, what is cleaned away again."""

from dataclasses import replace
from pathlib import Path

import pytest
from backends import FakeBackend
from projects import make_shop, write_files
from works import build_work, make_work

from jaunt.build.settings import BuildSettings
from jaunt.config import load_config
from jaunt.errors import JauntDiscoveryError, JauntError, JauntGenerationError, JauntWriteError
from jaunt.generate.base import ModuleSpecContext
from jaunt.plan.freshness import judge_file
from jaunt.plan.module_work import project_works
from jaunt.project.project import load_project


def test_the_outcome_tells_the_file_the_attempts_and_the_seconds(tmp_path: Path) -> None:
    work = make_work(tmp_path)
    outcome = build_work(work, BuildSettings(FakeBackend({"pkg.a": ["1 +", "def a() -> int:\n    return 1\n"]})))
    assert (outcome.status, outcome.attempts, outcome.path) == ("generated", 2, work.path)
    assert outcome.seconds > 0
    assert not judge_file(work.path, work.fingerprint).stale


def test_a_candidate_that_fails_is_a_failed_outcome_with_its_errors(tmp_path: Path) -> None:
    outcome = build_work(make_work(tmp_path), BuildSettings(FakeBackend({"pkg.a": ["X = 1\n"]}), max_attempts=3))
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
    outcome = build_work(make_work(tmp_path), BuildSettings(backend, max_attempts=3, rejected=folder))
    assert (outcome.status, outcome.cause, backend.calls) == ("failed", fault, ["pkg.a"] * 2)
    assert (folder / "pkg.a" / "candidate.py").read_text() == "X = 1\n"
    error = "missing definition: 'a' is not defined at module level"
    assert (folder / "pkg.a" / "errors.txt").read_text() == f"{error}\n"
    assert outcome.errors == (
        "the server answered 503 (try again later)",
        f"the last candidate: {error}",
        f"the last candidate and its errors are in {folder / 'pkg.a'}",
    )


def test_of_a_first_attempt_that_raises_the_error_is_kept(tmp_path: Path) -> None:
    fault, folder = JauntGenerationError("the server answered 503"), tmp_path / "rejected"
    outcome = build_work(make_work(tmp_path), BuildSettings(Failing([], fault), rejected=folder))
    assert (outcome.status, outcome.errors, outcome.cause) == ("failed", ("the server answered 503",), fault)
    assert {path.name: path.read_text() for path in folder.rglob("*.txt")} == {"errors.txt": f"{fault}\n"}
    assert [*folder.rglob("*.py")] == []


def test_a_broken_module_fails_with_its_problem_before_anybody_is_asked(tmp_path: Path) -> None:
    backend, problem = FakeBackend(), JauntDiscoveryError("broken")
    outcome = build_work(replace(make_work(tmp_path), problem=problem), BuildSettings(backend))
    assert (outcome.status, outcome.cause) == ("failed", problem)
    assert backend.calls == []


def test_the_gate_keeps_a_module_from_the_model(tmp_path: Path) -> None:
    backend, asked = FakeBackend(), []

    async def gate(module: str) -> JauntError | None:
        asked.append(module)
        return JauntDiscoveryError("cannot be imported") if module == "pkg.a" else None

    assert build_work(make_work(tmp_path), BuildSettings(backend, gate=gate)).errors == ("cannot be imported",)
    assert build_work(make_work(tmp_path, "pkg.sub.b"), BuildSettings(backend, gate=gate)).status == "generated"
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
    cause = build_work(work, BuildSettings(backend)).cause
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
    cause = build_work(replace(work, fingerprint=replace(work.fingerprint, kind=kind)), BuildSettings(backend)).cause
    assert isinstance(cause, JauntGenerationError)
    assert f"`{command}` overwrites it" in str(cause.hint)
    assert backend.calls == []


@pytest.mark.parametrize(("content", "shown"), [(b"mine = 1\r\n", "mine = 1\n"), (b"mine = '\xff'\n", ""), (b"", "")])
def test_what_is_overwritten_is_shown_to_the_model_if_it_is_text(tmp_path: Path, content: bytes, shown: str) -> None:
    work, backend = make_work(tmp_path), FakeBackend()
    work.path.parent.mkdir()
    work.path.write_bytes(content)
    assert build_work(work, BuildSettings(backend, force=True)).status == "generated"
    assert backend.contexts["pkg.a"].previous_source == shown


def test_a_spec_without_docstring_is_built_with_a_warning(tmp_path: Path) -> None:
    root = make_shop(tmp_path, changes={"src/app/bare.py": "import jaunt\n\n\n@jaunt.magic\ndef bare() -> int: ...\n"})
    (work,) = project_works(load_project(load_config(root=root)), ["app.bare"])
    outcome = build_work(work, BuildSettings(FakeBackend()))
    assert outcome.status == "generated"
    assert len(outcome.warnings) == 1
    assert "src/app/bare.py:5: bare has no docstring" in outcome.warnings[0]
    (work,) = project_works(load_project(load_config(root=root)), ["app.words"])
    assert build_work(work, BuildSettings(FakeBackend())).warnings == ()


# --- cleaning ----------------------------------------------------------------------------------------
