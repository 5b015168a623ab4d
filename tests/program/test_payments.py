"""The whole program pays for nothing twice: what a model, a program that counts its calls, is asked over time."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from projects import SHOP, SHOP_ANSWERS, write_files

from jaunt.cli import main

ANSWERER = """\
import pathlib, re, sys
prompt = sys.stdin.read()
module = re.search(r"implements the (?:test )?specs in `([\\w.]+)`", prompt)[1]
here = pathlib.Path(__file__).parent
with (here / "calls.txt").open("a") as calls:
    calls.write(module + "\\n")
print((here / f"{module}.answer").read_text())
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose model is a program outside of it, one that writes down each call."""
    model = tmp_path / "model"
    write_files(model, {"answer.py": ANSWERER, **{f"{m}.answer": text for m, text in SHOP_ANSWERS.items()}})
    command = json.dumps([sys.executable, str(model / "answer.py")])
    project = tmp_path / "project"
    write_files(project, {**SHOP, "jaunt.toml": f'[llm]\nprovider = "command"\ncommand = {command}\n'})
    monkeypatch.chdir(project)
    return project


def calls(project: Path) -> list[str]:
    """Return the modules that the model was asked for since the last look."""
    file = project.parent / "model" / "calls.txt"
    found = sorted(file.read_text().split()) if file.exists() else []
    file.unlink(missing_ok=True)
    return found


def generated(project: Path) -> Path:
    return project / "src" / "app" / "__generated__"


ALL = ["app.slug", "app.tally", "app.words"]


def test_a_build_asks_once_for_each_module_and_a_second_one_for_none(shop: Path) -> None:
    assert main(["build"]) == 0
    assert calls(shop) == ALL
    assert main(["build"]) == 0
    assert calls(shop) == []


def test_deleted_code_comes_back_from_the_store_without_a_call(shop: Path) -> None:
    main(["build"])
    before = {path.name: path.read_text() for path in generated(shop).glob("*.py")}
    shutil.rmtree(generated(shop))
    calls(shop)
    assert main(["build"]) == 0
    assert calls(shop) == []
    assert {path.name: path.read_text() for path in generated(shop).glob("*.py")} == before


def test_switching_between_two_contracts_pays_for_each_of_them_once(shop: Path) -> None:
    words = shop / "src" / "app" / "words.py"
    one = words.read_text()
    other = one.replace("Return the words", "Return all words")
    main(["build"])
    calls(shop)
    words.write_text(other)
    assert main(["build"]) == 0
    assert calls(shop) == ["app.slug", "app.words"]
    for text in (one, other, one):
        words.write_text(text)
        assert main(["build"]) == 0
    assert calls(shop) == []


def test_what_passed_in_a_run_that_failed_is_not_asked_for_again(shop: Path) -> None:
    answer = shop.parent / "model" / "app.tally.answer"
    good = answer.read_text()
    answer.write_text("class Tally: (\n")
    assert main(["build"]) == 3
    assert calls(shop) == ["app.slug", "app.tally", "app.tally", "app.tally", "app.words"]
    shutil.rmtree(generated(shop))
    answer.write_text(good)
    assert main(["build"]) == 0
    assert calls(shop) == ["app.tally"]


@pytest.mark.parametrize("option", ["--no-store", "--force"])
def test_the_store_is_passed_over_on_request(shop: Path, option: str) -> None:
    main(["build"])
    calls(shop)
    shutil.rmtree(generated(shop))
    assert main(["build", option]) == 0
    assert calls(shop) == ALL


def test_a_store_full_of_damage_costs_calls_and_one_warning_a_module(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["build"])
    for entry in (shop / ".jaunt" / "store").rglob("*.py"):
        entry.write_text("damaged")
    shutil.rmtree(generated(shop))
    calls(shop)
    capsys.readouterr()
    assert main(["build"]) == 0
    assert calls(shop) == ALL
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 3
    assert all("is damaged" in line for line in warnings)


def test_a_hit_that_no_longer_passes_is_asked_for_anew(shop: Path) -> None:
    main(["build"])
    shutil.rmtree(generated(shop))
    from jaunt.build.store import Store
    from jaunt.config import load_config
    from jaunt.project.project import load_project

    project = load_project(load_config(root=shop))
    store = Store(shop / ".jaunt" / "store")
    store.put("build", project.digests["app.words"], "nothing = 1\n", module="app.words")
    calls(shop)
    assert main(["build"]) == 0
    assert calls(shop) == ["app.words"]


def test_a_shared_readonly_store_serves_a_clone_that_has_no_provider(shop: Path) -> None:
    main(["build"])
    clone = shop.parent / "clone"
    write_files(clone, {**SHOP, "jaunt.toml": '[store]\npath = "../project/.jaunt/store"\nreadonly = true\n'})
    calls(shop)
    before = sorted((p, p.stat().st_mtime_ns) for p in (shop / ".jaunt" / "store").rglob("*"))
    assert main(["build", "--root", str(clone)]) == 0
    assert calls(shop) == []
    assert sorted((p, p.stat().st_mtime_ns) for p in (shop / ".jaunt" / "store").rglob("*")) == before


def test_recorded_answers_build_a_clone_by_themselves(shop: Path) -> None:
    assert main(["build", "--record", "recordings"]) == 0
    calls(shop)
    clone = shop.parent / "clone"
    write_files(clone, {**SHOP, "jaunt.toml": '[llm]\nprovider = "recorded"\nrecordings = "recordings"\n'})
    shutil.copytree(shop / "recordings", clone / "recordings")
    assert main(["build", "--root", str(clone)]) == 0
    assert calls(shop) == []
    assert (generated(clone) / "slug.py").read_text() == (generated(shop) / "slug.py").read_text()


def test_jaunts_own_folder_keeps_itself_out_of_git(shop: Path) -> None:
    main(["build"])
    assert (shop / ".jaunt" / ".gitignore").read_text() == "*\n"


def test_store_info_and_prune_say_what_they_found(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["build"])
    capsys.readouterr()
    assert main(["store", "info", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["generations"] == 3
    assert main(["store", "prune", "--max-size", "0"]) == 0
    assert "removed 3 generations" in capsys.readouterr().out
    assert main(["store", "prune"]) == 2
    assert "--keep-days" in capsys.readouterr().err


def test_what_the_budget_left_no_call_for_is_not_started_in_json_too(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (shop / "jaunt.toml").open("a") as file:
        file.write("[build]\nmax_tokens = 1\njobs = 1\n")
    assert main(["build", "--json"]) == 3
    statuses = [module["status"] for module in json.loads(capsys.readouterr().out)["modules"]]
    assert sorted(statuses) == ["generated", "not started", "not started"]


@pytest.mark.parametrize("days", ["-1", "nan", "inf", "many"])
def test_a_number_of_days_that_makes_no_sense_prunes_nothing(
    shop: Path, capsys: pytest.CaptureFixture[str], days: str
) -> None:
    main(["build"])
    assert main(["store", "prune", f"--keep-days={days}"]) == 2
    assert f"--keep-days: must be a number of days, 0 or more, not '{days}'" in capsys.readouterr().err
    assert len([*(shop / ".jaunt" / "store").rglob("*.py")]) == 3


def test_prompt_prints_what_is_sent_and_its_size(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompt", "app.slug"]) == 0
    printed = capsys.readouterr().out
    assert "def slugify(text: str) -> str:" in printed
    assert "`from app.words import " in printed
    assert " characters, about " in printed
    assert calls(shop) == []
