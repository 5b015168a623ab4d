"""Which files below a folder are modules of a project."""

import os
from pathlib import Path

import pytest
from projects import ProjectFiles

from jaunt.discovery import discover_modules
from jaunt.files.listing import Root, find_files

SPEC = "import jaunt\n@jaunt.magic\ndef f(): ...\n"


def discover(*roots: Path | str, **changes: list[str] | str) -> list[str]:
    return discover_modules(**{"roots": roots, "exclude": [], "generated_dir": "__generated__", **changes})  # ty: ignore[invalid-argument-type]


def test_a_root_may_be_relative(project_files: ProjectFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project_files({"src/a.py": "", "b.py": ""})
    monkeypatch.chdir(root)
    assert discover("src") == ["a"]
    assert discover(".") == ["b", "src.a"]


@pytest.mark.parametrize(
    "path",
    [
        ".hidden/m.py",
        "app/.hidden/m.py",
        "app/.m.py",
        "__pycache__/m.py",
        "node_modules/m.py",
        "lib/site-packages/m.py",
        "__generated__/m.py",
        "app/__generated__/sub/m.py",
        "my-app/m.py",
        "app/my-module.py",
        "app/1st.py",
        "app/a.b.py",
        "app/m.pyi",
        "app/m.txt",
        "app/m.PY",
        "venv/lib/m.py",
    ],
)
def test_what_cannot_be_a_module_of_the_project_is_left_out(path: str, project_files: ProjectFiles) -> None:
    root = project_files({path: SPEC, "ok.py": "", "venv/pyvenv.cfg": ""})
    assert discover(root) == ["ok"]


def test_another_generated_dir_is_left_out_in_its_place(project_files: ProjectFiles) -> None:
    root = project_files({"app/out/m.py": "", "app/__generated__/m.py": ""})
    assert discover(root, generated_dir="out") == ["app.__generated__.m"]


def test_a_root_that_is_a_virtual_environment_itself_is_searched(project_files: ProjectFiles) -> None:
    root = project_files({"pyvenv.cfg": "", "app/m.py": "", "lib/site-packages/x.py": ""})
    assert discover(root) == ["app.m"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("app/legacy/*", ["app.m", "legacy.n", "m"]),
        ("app/legacy", ["app.m", "legacy.n", "m"]),
        ("app/legacy/", ["app.m", "legacy.n", "m"]),
        ("app/legacy/**", ["app.m", "legacy.n", "m"]),
        ("**/legacy/**", ["app.m", "m"]),
        ("**/m.py", ["app.legacy.n", "legacy.n"]),
        ("m.py", ["app.legacy.n", "app.m", "legacy.n"]),
        ("*", []),
        ("app", ["legacy.n", "m"]),
        ("ap", ["app.legacy.n", "app.m", "legacy.n", "m"]),
        ("app/[!m]*", ["app.m", "legacy.n", "m"]),
    ],
)
def test_a_pattern_excludes_files_and_folders_below_the_root(
    pattern: str, left: list[str], project_files: ProjectFiles
) -> None:
    root = project_files({"m.py": "", "app/m.py": "", "app/legacy/n.py": "", "legacy/n.py": ""})
    assert discover(root, exclude=[pattern]) == left


def test_a_root_inside_another_is_searched_once_under_its_own_names(project_files: ProjectFiles) -> None:
    root = project_files({"a.py": "", "src/b.py": "", "src/in/c.py": ""})
    assert discover(root, root / "src") == ["a", "b", "in.c"]
    assert discover(root / "src", root) == ["a", "b", "in.c"]


def test_a_root_given_twice_is_searched_once(project_files: ProjectFiles) -> None:
    root = project_files({"src/a.py": SPEC})
    (root / "link").symlink_to(root / "src")
    roots = [
        Root(folder, folder) for folder in (root / "src", root / "src", root / "link", root / "src" / ".." / "src")
    ]
    assert [file.name for file in find_files(roots, generated_dir="__generated__")] == ["a"]


def test_links_to_folders_are_not_followed(project_files: ProjectFiles) -> None:
    root = project_files({"src/app/a.py": "", "elsewhere/b.py": ""})
    (root / "src" / "app" / "loop").symlink_to(root / "src")
    (root / "src" / "away").symlink_to(root / "elsewhere")
    (root / "src" / "dangling.py").symlink_to(root / "nowhere.py")
    assert discover(root / "src") == ["app.a"]


def test_what_is_no_plain_file_is_no_module(project_files: ProjectFiles) -> None:
    root = project_files({"a.py": "", "folder.py/b.py": ""})
    os.mkfifo(root / "pipe.py")
    assert discover(root) == ["a"]


def test_no_roots_and_missing_roots_hold_nothing(tmp_path: Path) -> None:
    assert discover() == []
    assert discover(tmp_path / "gone") == []
