"""The bundled examples: listed, copied out, built, tested; by the commands that the README gives."""

import json
import re
from pathlib import Path

import pytest
from processes import run_doit, run_jaunt
from projects import files_of
from record_version import DATA, digests

from jaunt import codes
from jaunt.cli import main
from jaunt.config import load_config
from jaunt.errors import JauntConfigError
from jaunt.examples import copy_example, list_examples
from jaunt.project.project import Project, load_project

EXAMPLES = [name for name, _ in list_examples()]


def project_of(name: str, folder: Path) -> Project:
    return load_project(load_config(root=copy_example(name, folder / name)))


# --- what they are -----------------------------------------------------------------------------------


def test_there_are_several_with_a_title_each() -> None:
    assert {"textkit", "tokens"} <= set(EXAMPLES)
    assert all(title and not title.startswith("#") for _, title in list_examples())


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_all_that_jaunt_can_do(name: str, tmp_path: Path) -> None:
    project = project_of(name, tmp_path)
    assert project.problems == {}
    assert len(project.modules_of("build")) >= 3
    assert project.modules_of("test")
    assert any(project.dag[module] for module in project.modules_of("build")), "modules depend on each other"
    texts = [m.file.path.read_text(encoding="utf-8") for m in project.modules.values()]
    assert any(re.search(r"^@jaunt\.magic[^\n]*\nclass ", text, re.MULTILINE) for text in texts)
    assert any(re.search(r"^ *async def ", text, re.MULTILINE) for text in texts)


# --- listing and copying -----------------------------------------------------------------------------


def test_a_copy_holds_nothing_generated_and_no_bytecode(tmp_path: Path) -> None:
    for name in EXAMPLES:
        copied = files_of(copy_example(name, tmp_path / name))
        assert "README.md" in copied
        assert not [f for f in copied if "__generated__" in f or "__pycache__" in f or f.startswith(".")]


def test_copying_twice_changes_nothing_and_keeps_what_was_built(tmp_path: Path) -> None:
    folder = copy_example("tokens", tmp_path / "demo")
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    before = files_of(folder)
    assert main(["example", "tokens", str(folder)]) == 0
    assert files_of(folder) == before


@pytest.mark.parametrize("other", [b"mine\n", None], ids=["another content", "a folder of that name"])
def test_what_is_there_with_another_content_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], other: bytes | None
) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    if other is None:
        (folder / "jaunt.toml").mkdir()
    else:
        (folder / "jaunt.toml").write_bytes(other)
    before = sorted(folder.rglob("*"))
    assert main(["example", "textkit", str(folder)]) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "jaunt.toml is there already" in err
    assert sorted(folder.rglob("*")) == before


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "demo").write_text("mine", encoding="utf-8")
    assert main(["example", "textkit", str(tmp_path / "demo")]) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "choose another folder" in err
    assert (tmp_path / "demo").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(("name", "hint"), [("textkti", "did you mean 'textkit'?"), ("zzz", "textkit, tokens")])
def test_an_unknown_name_suggests_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, hint: str
) -> None:
    assert main(["example", name, str(tmp_path / "x")]) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert hint in err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ["..", "../examples/textkit", "", ".", "__init__.py"])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(JauntConfigError, match="there is no example") as caught:
        copy_example(name, tmp_path / "x")
    assert caught.value.code == codes.COMMAND_LINE


# --- the whole way -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_built_and_passes_its_tests_by_jaunt(name: str, tmp_path: Path) -> None:
    copied = run_jaunt("example", name, "demo", cwd=tmp_path)
    assert (copied.returncode, copied.stderr) == (0, "")
    project = load_project(load_config(root=tmp_path / "demo"))
    done = run_jaunt("test", "--root", "demo", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert len(re.findall(r"^\[ ?\d+/\d+\] generated   ", done.stdout, re.MULTILINE)) == len(project.modules)
    assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE)
    assert all(project.generated_path(module).is_file() for module in project.modules)

    # Byte for byte as by the version before, but for optional lines of the header.
    recorded = json.loads((DATA / "examples.json").read_text(encoding="utf-8"))
    assert digests(tmp_path / "demo") == recorded[name]

    status = run_jaunt("status", cwd=tmp_path / "demo")
    assert status.stdout.splitlines()[-1] == f"{len(project.modules)} fresh"
    # What a newcomer is told to try: a promise changes, and what is built on it is stale.
    by_doit = run_doit("build", cwd=tmp_path / "demo")
    assert by_doit.stdout == f"jaunt: {len(project.modules_of('build'))} up to date\n"


def test_an_example_is_built_and_passes_its_tests_by_doit(tmp_path: Path) -> None:
    folder = copy_example("textkit", tmp_path / "demo")
    done = run_doit("-n", "4", "test", cwd=folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE)


def test_the_readme_of_an_example_tells_the_truth_about_a_change(tmp_path: Path) -> None:
    folder = copy_example("textkit", tmp_path / "demo")
    assert run_jaunt("build", cwd=folder).returncode == 0
    spec = folder / "src/textkit/slug.py"
    text = spec.read_text(encoding="utf-8")
    spec.write_text(text.replace("import jaunt\n", "import jaunt  # a comment\n", 1), encoding="utf-8")
    assert run_jaunt("build", cwd=folder).stdout.split()[1] == "fresh"

    spec.write_text(text.replace("joined by `separator`", "glued by `separator`", 1), encoding="utf-8")
    status = run_jaunt("status", cwd=folder).stdout
    assert re.search(r"^stale +textkit\.slug +spec changed: .*slugify \(docstring\)", status, re.MULTILINE)
    assert re.search(r"^stale +textkit\.toc ", status, re.MULTILINE)
    assert re.search(r"^fresh +textkit\.words", status, re.MULTILINE)
    done = run_jaunt("build", cwd=folder)
    assert done.returncode == 3
    assert "textkit.slug" in done.stderr
    assert "contract has changed" in done.stderr
