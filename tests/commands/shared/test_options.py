"""Which project, and which configuration, a command is about."""

from pathlib import Path

import pytest
from projects import CONFIG, GENERATED, write_files
from said import Run


def test_the_root_may_be_named_from_elsewhere(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.parent)
    assert run("build", "--root", "shop").code == 0
    assert run("status", "--root", str(shop)).lines[-1] == "3 fresh, 1 unbuilt"


def test_a_subfolder_finds_the_project_above_it(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop / "src/app")
    assert run("build").code == 0
    assert (shop / GENERATED / "slug.py").is_file()
    assert run("build", "--target", "slug.py").lines[-1].startswith("2 fresh")


def test_another_configuration_file(shop: Path, run: Run) -> None:
    write_files(shop, {"other.toml": CONFIG + '\n[paths]\ngenerated_dir = "_made"\n'})
    assert run("build", "--config", "other.toml").code == 0
    assert (shop / "src/app/_made/slug.py").is_file()
    assert not (shop / GENERATED).exists()
