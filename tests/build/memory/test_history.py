"""The history: each module's last build, and nothing of modules that are gone."""

from pathlib import Path

import pytest
from projects import make_shop
from said import RunIn

from jaunt.build.memory.history import History


def kept(root: Path) -> list[str]:
    return sorted(path.relative_to(root / ".jaunt/history").as_posix() for path in root.glob(".jaunt/history/*/*"))


def test_what_is_added_is_there(tmp_path: Path) -> None:
    history = History(tmp_path, run=7)
    history.add("build", "app.slug", "a" * 64, {"app.slug:f": "def f(): ..."}, "")
    found = history.get("build", "app.slug")
    assert found is not None
    assert (found.run, found.contract, history.last_run()) == (7, {"app.slug:f": "def f(): ..."}, [found])


def test_a_build_forgets_modules_that_are_gone(tmp_path: Path, run_in: RunIn) -> None:
    root = make_shop(tmp_path)
    assert run_in(root, "test", "--no-run").code == 0
    rest = ["build/app.slug.json", "build/app.words.json", "test/tests.test_slug.json"]
    assert kept(root) == sorted(["build/app.tally.json", *rest])
    (root / "src/app/tally.py").unlink()
    assert run_in(root, "build", "--force", "--target", "app.words").code == 0
    assert kept(root) == rest


@pytest.mark.parametrize("broken", ["def (", "\0", "class Tally(metaclass=1): ..."])
def test_a_module_that_cannot_be_read_today_is_not_gone(tmp_path: Path, run_in: RunIn, broken: str) -> None:
    root = make_shop(tmp_path)
    run_in(root, "build")
    (root / "src/app/tally.py").write_text(f"import jaunt\n\n\n@jaunt.magic\n{broken}\n")
    run_in(root, "build", "--force")
    assert "build/app.tally.json" in kept(root)


def test_nothing_is_removed_by_way_of_a_link_out_of_the_project(tmp_path: Path) -> None:
    outside = tmp_path / "outside" / "build"
    outside.mkdir(parents=True)
    (outside / "other.json").write_text("{}")
    (tmp_path / "shop" / ".jaunt").mkdir(parents=True)
    (tmp_path / "shop" / ".jaunt" / "history").symlink_to(tmp_path / "outside")
    History(tmp_path / "shop").keep_only([("build", "app.slug")])
    assert (outside / "other.json").exists()
