"""What lands in a generated file, and what is cleaned away again."""

from pathlib import Path

import pytest
from backends import FakeBackend
from libraries import spec_file
from projects import write_files
from works import build_work, make_work

from jaunt.build.settings import BuildSettings
from jaunt.build.write import normalize_source, remove_module
from jaunt.plan.module_work import ModuleWork


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


def clean(work: ModuleWork) -> str | None:
    return remove_module(work.path, generated_dir="__generated__", within=work.base)


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_cleaning_removes_what_was_made_and_the_folders_that_are_left_empty(tmp_path: Path) -> None:
    works = [make_work(tmp_path, module) for module in ("pkg.a", "pkg.sub.b")]
    before = files_below(tmp_path)
    for work in works:
        build_work(work, BuildSettings(FakeBackend()))
    (works[1].path.parent / "__pycache__").mkdir()
    assert [clean(work) for work in works] == [None, None]
    assert files_below(tmp_path) == before


def test_cleaning_one_module_leaves_the_others(tmp_path: Path) -> None:
    works = [make_work(tmp_path, module) for module in ("pkg.a", "pkg.sub.b")]
    for work in works:
        build_work(work, BuildSettings(FakeBackend()))
    assert clean(works[1]) is None
    assert files_below(tmp_path / "pkg/__generated__") == ["__init__.py", "a.py"]


def test_cleaning_a_package_s_own_module_leaves_those_in_it(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": spec_file("top"), "pkg/a.py": spec_file("a")}
    works = [make_work(tmp_path, module, files) for module in ("pkg", "pkg.a")]
    for work in works:
        build_work(work, BuildSettings(FakeBackend()))
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
        build_work(work, BuildSettings(FakeBackend()))
    works[0].path.write_text(works[0].path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    write_files(works[1].path.parent, {"notes.txt": "mine"})
    assert "edited by hand" in (clean(works[0]) or "")
    assert clean(works[1]) is None
    assert files_below(tmp_path / "pkg/__generated__") == [
        "__init__.py", "a.py", "sub", "sub/__init__.py", "sub/notes.txt",
    ]  # fmt: skip


def test_cleaning_follows_no_link_out_of_the_project(tmp_path: Path) -> None:
    work = make_work(tmp_path / "src")
    build_work(work, BuildSettings(FakeBackend()))
    outside = tmp_path / "outside"
    work.path.parent.rename(outside)
    work.path.parent.symlink_to(outside, target_is_directory=True)
    assert "was left" in (clean(work) or "")
    assert (outside / "a.py").is_file()
