"""`jaunt clean`: what is removed, what is left, what would be."""

from pathlib import Path

import pytest
from processes import run_python
from projects import GENERATED, SHOP, SHOP_ANSWERS, edit, record, write_files
from said import RunIn


def generated(root: Path) -> set[str]:
    """Return the generated files that are there, relative to the project."""
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "__generated__" in path.parts and path.stat().st_size
    }


ALL = {f"{GENERATED}/{name}.py" for name in ("slug", "tally", "words")} | {"tests/__generated__/test_slug.py"}
ORPHAN = f"{GENERATED}/gone.py"


def make_orphan(root: Path, *, edited: bool = False) -> None:
    text = (root / GENERATED / "tally.py").read_text(encoding="utf-8").replace("app.tally", "app.gone")
    write_files(root, {ORPHAN: text.replace("count = 0", "count = 1") if edited else text})


def test_all_generated_files_go_with_the_folders_they_leave_empty(built_shop: Path, run_in: RunIn) -> None:
    make_orphan(built_shop)
    said = run_in(built_shop, "clean")
    assert (said.code, said.err) == (0, "")
    assert sorted(said.lines) == sorted([*(f"removed {path}" for path in [*ALL, ORPHAN]), "5 removed"])
    assert not list(built_shop.rglob("__generated__"))
    assert run_in(built_shop, "status").lines[-1] == "4 unbuilt"
    assert run_in(built_shop, "clean").lines == ["0 removed"]


def test_a_dry_run_says_the_same_and_removes_nothing(built_shop: Path, run_in: RunIn) -> None:
    make_orphan(built_shop)
    said = run_in(built_shop, "clean", "--dry-run")
    assert said.code == 0
    assert sorted(said.lines) == sorted([*(f"would remove {path}" for path in [*ALL, ORPHAN]), "5 to remove"])
    assert generated(built_shop) == {*ALL, ORPHAN}


def test_orphans_alone(built_shop: Path, run_in: RunIn) -> None:
    make_orphan(built_shop)
    assert run_in(built_shop, "clean", "--orphans").lines == [f"removed {ORPHAN}", "1 removed"]
    assert generated(built_shop) == ALL
    (built_shop / "src/app/tally.py").unlink()
    assert run_in(built_shop, "clean", "--orphans").lines == [f"removed {GENERATED}/tally.py", "1 removed"]


def test_the_generated_folder_of_a_package_whose_specs_are_all_gone_goes(built_shop: Path, run_in: RunIn) -> None:
    for name in ("slug", "tally", "words"):
        (built_shop / f"src/app/{name}.py").unlink()
    run_in(built_shop, "clean", "--orphans")
    assert not (built_shop / GENERATED).exists()
    assert (built_shop / "src/app/__init__.py").is_file()


@pytest.mark.parametrize("arguments", [[], ["--orphans"], ["--dry-run"]])
def test_a_hand_edit_stays_and_is_named(built_shop: Path, run_in: RunIn, arguments: list[str]) -> None:
    make_orphan(built_shop, edited=True)
    edit(built_shop / GENERATED / "words.py", ".lower()", ".upper()")
    said = run_in(built_shop, "clean", *arguments)
    assert said.code == 0
    assert f"warning: {ORPHAN} was left: it was edited by hand (--force removes it)" in said.errors
    assert (built_shop / ORPHAN).is_file()
    assert (built_shop / GENERATED / "words.py").is_file()
    assert said.lines[-1].endswith("1 left" if "--orphans" in arguments else "2 left")


def test_force_removes_hand_edits_and_files_without_header_in_their_place(built_shop: Path, run_in: RunIn) -> None:
    make_orphan(built_shop, edited=True)
    edit(built_shop / GENERATED / "words.py", ".lower()", ".upper()")
    write_files(built_shop, {f"{GENERATED}/slug.py": "mine = 1\n", f"{GENERATED}/notes.py": "mine = 1\n"})
    said = run_in(built_shop, "clean", "--force")
    assert (said.code, said.err, said.lines[-1]) == (0, "", "5 removed")
    assert generated(built_shop) == {f"{GENERATED}/notes.py"}, "what never was ours stays"


def test_targets_are_meant_without_their_dependencies(built_shop: Path, run_in: RunIn) -> None:
    make_orphan(built_shop)
    said = run_in(built_shop, "clean", "--target", "app.slug", "--target", "tests/test_slug.py")
    assert said.lines[-1] == "2 removed"
    assert generated(built_shop) == {f"{GENERATED}/tally.py", f"{GENERATED}/words.py", ORPHAN}


def test_an_orphan_is_no_target(built_shop: Path, run_in: RunIn) -> None:
    assert run_in(built_shop, "clean", "--orphans", "--target", "app.slug").code == 2
    assert run_in(built_shop, "clean", "--target", "app.slgu").code == 2
    assert generated(built_shop) == ALL


def test_a_symlink_out_of_the_project_is_not_followed(built_shop: Path, run_in: RunIn, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (built_shop / GENERATED).rename(outside)
    (built_shop / GENERATED).symlink_to(outside, target_is_directory=True)
    said = run_in(built_shop, "clean", "--force")
    assert "symlink" in said.err
    assert sorted(path.name for path in outside.glob("*.py")) == [
        "__init__.py",
        "slug.py",
        "tally.py",
        "words.py",
    ]


def test_json(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / GENERATED / "words.py", ".lower()", ".upper()")
    facts = run_in(built_shop, "clean", "--json").facts
    assert facts["ok"] is True
    assert facts["left"] == [str(built_shop / GENERATED / "words.py")]
    assert len(facts["removed"]) == 3


def test_packages_without_an_init_file_stay_so_and_are_left_as_they_were(tmp_path: Path, run_in: RunIn) -> None:
    bare = {name: text for name, text in SHOP.items() if not name.endswith("__init__.py")}
    write_files(tmp_path, bare)
    record(tmp_path, SHOP_ANSWERS)
    before = {path for path in tmp_path.rglob("*") if path.parts[-1] != ".jaunt"}
    assert run_in(tmp_path, "build").code == 0
    assert run_in(tmp_path, "test").code == 0
    assert not (tmp_path / "src/app/__init__.py").exists()
    done = run_python("-c", "from app.slug import slugify; print(slugify('A b'))", cwd=tmp_path / "src")
    assert done.stdout == "a-b\n", done.stderr
    assert run_in(tmp_path, "clean").code == 0
    left = {path for path in tmp_path.rglob("*") if not {".jaunt", "__pycache__"} & set(path.parts)}
    assert left == before
