"""The whole program pays for nothing twice: what a model, a program that counts its calls, is asked over time."""

import json
import shutil
from pathlib import Path

import pytest
from counted_model import QUICK, calls
from projects import SHOP, write_files

from jaunt.cli import main


def generated(project: Path) -> Path:
    return project / "src" / "app" / "__generated__"


ALL = ["app.slug", "app.tally", "app.words"]


def test_a_build_asks_once_for_each_module_and_a_second_one_for_none(counted_shop: Path) -> None:
    assert main(["build"]) == 0
    assert calls(counted_shop) == ALL
    assert main(["build"]) == 0
    assert calls(counted_shop) == []


def test_deleted_code_comes_back_from_the_store_without_a_call(counted_shop: Path) -> None:
    main(["build"])
    before = {path.name: path.read_text() for path in generated(counted_shop).glob("*.py")}
    shutil.rmtree(generated(counted_shop))
    calls(counted_shop)
    assert main(["build"]) == 0
    assert calls(counted_shop) == []
    assert {path.name: path.read_text() for path in generated(counted_shop).glob("*.py")} == before


def test_switching_between_two_contracts_pays_for_each_of_them_once(counted_shop: Path) -> None:
    words = counted_shop / "src" / "app" / "words.py"
    one = words.read_text()
    other = one.replace("Return the words", "Return all words")
    main(["build"])
    calls(counted_shop)
    words.write_text(other)
    assert main(["build"]) == 0
    assert calls(counted_shop) == ["app.slug", "app.words"]
    for text in (one, other, one):
        words.write_text(text)
        assert main(["build"]) == 0
    assert calls(counted_shop) == []


def test_what_passed_in_a_run_that_failed_is_not_asked_for_again(counted_shop: Path) -> None:
    answer = counted_shop.parent / "model" / "app.tally.answer"
    good = answer.read_text()
    answer.write_text("class Tally: (\n")
    assert main(["build"]) == 3
    assert calls(counted_shop) == ["app.slug", "app.tally", "app.tally", "app.tally", "app.words"]
    shutil.rmtree(generated(counted_shop))
    answer.write_text(good)
    assert main(["build"]) == 0
    assert calls(counted_shop) == ["app.tally"]


@pytest.mark.parametrize("option", ["--no-store", "--force"])
def test_the_store_is_passed_over_on_request(counted_shop: Path, option: str) -> None:
    main(["build"])
    calls(counted_shop)
    shutil.rmtree(generated(counted_shop))
    assert main(["build", option]) == 0
    assert calls(counted_shop) == ALL


def test_a_store_full_of_damage_costs_calls_and_one_warning_a_module(
    counted_shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["build"])
    for entry in (counted_shop / ".jaunt" / "store").rglob("*.py"):
        entry.write_text("damaged")
    shutil.rmtree(generated(counted_shop))
    calls(counted_shop)
    capsys.readouterr()
    assert main(["build"]) == 0
    assert calls(counted_shop) == ALL
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 3
    assert all("is damaged" in line for line in warnings)


def test_a_hit_that_no_longer_passes_is_asked_for_anew(counted_shop: Path) -> None:
    main(["build"])
    shutil.rmtree(generated(counted_shop))
    from jaunt.build.store import Store
    from jaunt.config import load_config
    from jaunt.project.project import load_project

    project = load_project(load_config(root=counted_shop))
    store = Store(counted_shop / ".jaunt" / "store")
    store.put("build", project.digests["app.words"], "nothing = 1\n", module="app.words")
    calls(counted_shop)
    assert main(["build"]) == 0
    assert calls(counted_shop) == ["app.words"]


def test_a_shared_readonly_store_serves_a_clone_that_has_no_provider(counted_shop: Path) -> None:
    main(["build"])
    clone = counted_shop.parent / "clone"
    write_files(clone, {**SHOP, "jaunt.toml": '[store]\npath = "../project/.jaunt/store"\nreadonly = true\n'})
    calls(counted_shop)
    before = sorted((p, p.stat().st_mtime_ns) for p in (counted_shop / ".jaunt" / "store").rglob("*"))
    assert main(["build", "--root", str(clone)]) == 0
    assert calls(counted_shop) == []
    assert sorted((p, p.stat().st_mtime_ns) for p in (counted_shop / ".jaunt" / "store").rglob("*")) == before


def test_recorded_answers_build_a_clone_by_themselves(counted_shop: Path) -> None:
    assert main(["build", "--record", "recordings"]) == 0
    calls(counted_shop)
    clone = counted_shop.parent / "clone"
    write_files(clone, {**SHOP, "jaunt.toml": f'[llm]\nprovider = "recorded"\nrecordings = "recordings"\n{QUICK}'})
    shutil.copytree(counted_shop / "recordings", clone / "recordings")
    assert main(["build", "--root", str(clone)]) == 0
    assert calls(counted_shop) == []
    replayed, written = ((generated(root) / "slug.py").read_text() for root in (clone, counted_shop))
    lines = [line for line in written.splitlines(True) if not line.startswith("# jaunt:written_")]
    assert replayed == "".join(lines), "a recorded answer doesn't say who wrote it"


def test_jaunts_own_folder_keeps_itself_out_of_git(counted_shop: Path) -> None:
    main(["build"])
    assert (counted_shop / ".jaunt" / ".gitignore").read_text() == "*\n"


def test_what_the_budget_left_no_call_for_is_not_started_in_json_too(
    counted_shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (counted_shop / "jaunt.toml").open("a") as file:
        file.write("[build]\nmax_tokens = 1\njobs = 1\n")
    assert main(["build", "--json"]) == 3
    statuses = [module["status"] for module in json.loads(capsys.readouterr().out)["modules"]]
    assert sorted(statuses) == ["generated", "not started", "not started"]
