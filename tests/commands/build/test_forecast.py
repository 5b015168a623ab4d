"""The forecast: what a build would do, and that a saved one is built exactly or not at all."""

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest
from backends import CountingBackend

from jaunt.build.memory.ledger import Generation, Ledger, write_ledger
from jaunt.build.project_settings import project_settings
from jaunt.build.run import run_plan
from jaunt.build.store import Store
from jaunt.cli import main
from jaunt.commands.build.forecast import Total, forecast, total
from jaunt.config import load_config
from jaunt.plan.plan import Plan, make_plan
from jaunt.project.project import load_project

PRICES = "[llm.price]\ninput = 2.0\noutput = 10.0\n"


def plan_of(root: Path) -> Plan:
    project = load_project(load_config(root=root))
    return make_plan(project, project.modules_of("build"))


def build(root: Path) -> list[str]:
    """Build with a backend that counts tokens, and return the modules that it was asked for."""
    backend, plan = CountingBackend(), plan_of(root)
    asyncio.run(run_plan(plan, project_settings(plan, backend), jobs=1))
    return backend.calls


def generated(root: Path) -> Path:
    return root / "src" / "app" / "__generated__"


def test_dependencies_come_before_their_dependents_and_the_longest_path_first(shop: Path) -> None:
    order = [step.module for step in forecast(plan_of(shop), None).steps]
    assert order[0] == "app.words"
    assert order.index("app.words") < order.index("app.slug")


def test_the_order_is_the_one_in_which_a_build_asks(shop: Path) -> None:
    expected = [step.module for step in forecast(plan_of(shop), None).steps]
    assert build(shop) == expected


def test_what_the_store_holds_takes_no_call(shop: Path) -> None:
    build(shop)
    shutil.rmtree(generated(shop))
    steps = forecast(plan_of(shop), Store(shop / ".jaunt" / "store")).steps
    assert [step.from_store for step in steps] == [True, True, True]
    assert total(steps).calls == 0


def test_tokens_and_cost_are_those_of_this_projects_history(shop: Path) -> None:
    with (shop / "jaunt.toml").open("a") as toml:
        toml.write(PRICES)
    build(shop)
    shutil.rmtree(generated(shop))
    sums = total(forecast(plan_of(shop), None).steps)
    assert sums.tokens == (3300, 3300)
    assert sums.cost == (pytest.approx(0.0090), pytest.approx(0.0090))


def test_without_history_a_price_is_enough_for_an_estimate(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert total(forecast(plan_of(shop), None).steps) == Total(3)
    with (shop / "jaunt.toml").open("a") as toml:
        toml.write(PRICES)
    sums = total(forecast(plan_of(shop), None).steps)
    assert sums.estimated
    assert sums.tokens is not None
    assert sums.cost is not None
    assert 0 < sums.cost[0] < sums.cost[1] < 1
    assert 2e-6 * sums.tokens[0] < sums.cost[0] < 10e-6 * sums.tokens[0]
    assert main(["build", "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" (by the length of prompts and specs)")
    build(shop)
    shutil.rmtree(generated(shop))
    assert not total(forecast(plan_of(shop), None).steps).estimated


def test_an_estimate_grows_with_what_the_model_is_sent(shop: Path) -> None:
    with (shop / "jaunt.toml").open("a") as toml:
        toml.write(PRICES)
    before = total(forecast(plan_of(shop), None).steps).cost
    words = shop / "src/app/words.py"
    words.write_text(words.read_text().replace("Return the words", "Return the words, all of them, " + "really " * 200))
    after = total(forecast(plan_of(shop), None).steps).cost
    assert before is not None
    assert after is not None
    assert after[0] > before[0]


def test_history_from_before_there_was_a_price_is_priced(shop: Path) -> None:
    build(shop)
    shutil.rmtree(generated(shop))
    assert total(forecast(plan_of(shop), None).steps).cost is None
    with (shop / "jaunt.toml").open("a") as toml:
        toml.write(PRICES)
    sums = total(forecast(plan_of(shop), None).steps)
    assert (sums.cost, sums.estimated) == ((pytest.approx(0.0090), pytest.approx(0.0090)), False)


def save_plan(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["build", "--dry-run", "--json"]) == 0
    Path("plan.json").write_text(capsys.readouterr().out)


@pytest.mark.parametrize(("jobs", "times"), [(8, "20 s deps-first, 12 s eager"), (1, "30 s deps-first, 30 s eager")])
def test_the_time_of_both_orders_is_told_by_history(
    shop: Path, capsys: pytest.CaptureFixture[str], jobs: int, times: str
) -> None:
    took = {f"build:app.{name}": Generation(10.0, model_seconds=8.0) for name in ("words", "slug", "tally")}
    assert main(["build", "--dry-run", "--root", str(shop)]) == 0
    assert "deps-first" not in capsys.readouterr().out
    (shop / ".jaunt").mkdir(exist_ok=True)
    write_ledger(shop, Ledger(took))
    assert main(["build", "--dry-run", "--root", str(shop), f"--jobs={jobs}"]) == 0
    assert f"about {times}, by what modules took before" in capsys.readouterr().out


def test_a_dry_run_writes_nothing(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(shop.rglob("*"))
    assert main(["build", "--dry-run"]) == 0
    assert sorted(shop.rglob("*")) == before
    assert "3 to build: 0 from the store, 3 calls of the model" in capsys.readouterr().out


@pytest.mark.parametrize("readonly", [False, True])
@pytest.mark.parametrize("command", [["build", "--dry-run"], ["build", "--dry-run", "--json"], ["status"], ["check"]])
def test_what_only_asks_changes_nothing_of_what_a_prune_removes(
    shop: Path, capsys: pytest.CaptureFixture[str], command: list[str], readonly: bool
) -> None:
    build(shop)
    shutil.rmtree(generated(shop))
    kept = [*(shop / ".jaunt/store").rglob("*.py")]
    for number, path in enumerate(kept):
        os.utime(path, (1e9 + number, 1e9 + number))
    if readonly:
        with (shop / "jaunt.toml").open("a") as toml:
            toml.write("[store]\nreadonly = true\n")
    main(command)
    assert [path.stat().st_mtime for path in kept] == [1e9 + number for number in range(3)]
    assert sorted((shop / ".jaunt/store").rglob("*.*")) == sorted(kept)


def test_what_a_build_would_fail_on_is_told_and_counted(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build(shop)
    path = generated(shop) / "words.py"
    path.write_text(path.read_text().replace(".lower()", ".upper()"))
    words = shop / "src/app/words.py"
    words.write_text(words.read_text().replace("Return the words", "Return all words"))
    (shop / "src/app/bad.py").write_text("import jaunt\n@jaunt.magic\ndef bad(:\n")
    assert main(["build", "--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[:-1]] == [
        ["-", "fails", m] for m in ("app.bad", "app.words", "app.slug")
    ]
    assert lines[0].endswith("src/app/bad.py:3:9: syntax error: invalid syntax (correct the file)")
    assert "edited by hand; spec changed: app.words:split_words (docstring) (--force overwrites it)" in lines[1]
    assert lines[2].endswith("needs app.words, which fails")
    assert lines[3] == "0 to build: 0 from the store, 0 calls of the model; 3 would fail"
    assert main(["build"]) == 2, "the forecast was right"
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 fresh, 3 failed in ")
    assert main(["build", "--dry-run", "--force"]) == 0
    assert "3 to build: 0 from the store, 3 calls of the model" in capsys.readouterr().out


def test_a_saved_plan_is_built_exactly(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_plan(capsys)
    data = json.loads(Path("plan.json").read_text())
    data["modules"] = [module for module in data["modules"] if module["module"] == "app.words"]
    Path("plan.json").write_text(json.dumps(data))
    assert main(["build", "--plan", "plan.json"]) == 0
    assert sorted(path.name for path in generated(shop).glob("*.py")) == ["__init__.py", "words.py"]


def test_what_is_verified_is_free_and_told_so(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build(shop)
    shutil.rmtree(shop / ".jaunt")
    (generated(shop) / "words.py").unlink()
    capsys.readouterr()
    assert main(["build", "--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[:2]] == [["1", "model", "app.words"], ["2", "free", "app.slug"]]
    assert lines[2].startswith("2 to build: 1 verified free, 0 from the store, 1 call of the model")
    save_plan(capsys)
    data = json.loads(Path("plan.json").read_text())
    assert {m["module"]: m["action"] for m in data["modules"]} == {"app.words": "generate", "app.slug": "verify"}
    assert (data["total"]["calls"], data["total"]["free"]) == (1, 1)
    assert main(["build", "--plan", "plan.json"]) == 0
    assert "1 generated, 1 fresh in " in capsys.readouterr().out, "the very same code came back"
    (generated(shop) / "slug.py").unlink()
    assert main(["build", "--plan", "plan.json"]) == 2
    assert "app.slug was free when the plan was made, and is not any more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no.json: can't be read: No such file or directory ("),
        ("{}", "no.json: is not a saved plan: it has no 'modules' ("),
        ("{", "no.json: is not a saved plan: Expecting property name"),
    ],
)
def test_what_is_no_plan_is_told(text: str | None, words: str, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if text is not None:
        Path("no.json").write_text(text)
    assert main(["build", "--plan", "no.json"]) == 2
    assert words in capsys.readouterr().err


def test_a_saved_plan_is_refused_once_a_contract_has_moved(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_plan(capsys)
    words = shop / "src" / "app" / "words.py"
    words.write_text(words.read_text().replace("Return the words", "Return all words"))
    assert main(["build", "--plan", "plan.json"]) == 2
    assert "has changed since the plan was made" in capsys.readouterr().err
    assert not generated(shop).exists()


def test_a_saved_plan_without_a_stale_dependency_is_refused(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_plan(capsys)
    data = json.loads(Path("plan.json").read_text())
    data["modules"] = [module for module in data["modules"] if module["module"] == "app.slug"]
    Path("plan.json").write_text(json.dumps(data))
    assert main(["build", "--plan", "plan.json"]) == 2
    assert "does not name app.words" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"modules": [{}]}', '{"modules": 3}'])
def test_a_file_that_is_no_plan_is_one_line(shop: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (shop / "plan.json").write_text(text)
    assert main(["build", "--plan", "plan.json"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "plan.json" in line
