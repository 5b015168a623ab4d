"""The ledger: what generations took, as advice that may be wrong, old or gone."""

import json
from pathlib import Path

import pytest

from jaunt.build.memory.ledger import Generation, Ledger, read_ledger, write_ledger
from jaunt.engine.job import Outcome

TWO = Ledger({"build:a": Generation(2.0, 100, 10, 0.5), "build:b": Generation(4.0, 300, 30, 1.5)})


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    assert write_ledger(tmp_path, TWO) is None
    assert read_ledger(tmp_path) == TWO


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"version": 99, "entries": {}}', '{"version": 1}', '{"version": 1, "entries": {"a": 3}}',
     '{"version": 1, "entries": {"a": {"seconds": "x", "input_tokens": 1, "output_tokens": 1}}}', "\x00\x01"],
)  # fmt: skip
def test_a_damaged_or_foreign_ledger_is_an_empty_one(tmp_path: Path, text: str) -> None:
    write_ledger(tmp_path, TWO)
    (tmp_path / ".jaunt" / "ledger.json").write_text(text)
    assert read_ledger(tmp_path) == Ledger()


def test_a_ledger_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / ".jaunt").write_text("a file in the way")
    assert "was not noted down" in (write_ledger(tmp_path, TWO) or "")


def test_a_module_is_expected_to_take_what_it_took_and_a_new_one_the_average() -> None:
    assert TWO.seconds("build:b") == 4.0
    assert TWO.seconds("build:new") == 3.0
    assert Ledger().seconds("build:new") == 1.0


def test_bounds_are_a_modules_own_history_or_the_projects_extremes() -> None:
    assert TWO.bounds("build:a") == (Generation(2.0, 100, 10, 0.5), Generation(2.0, 100, 10, 0.5))
    assert TWO.bounds("build:new") == (Generation(2.0, 100, 10, 0.5), Generation(4.0, 300, 30, 1.5))
    assert Ledger().bounds("build:new") is None


def test_only_what_a_model_answered_is_noted_down() -> None:
    outcomes = {
        "build:a": Outcome("generated", seconds=9.0, input_tokens=1, output_tokens=2, cost=0.25, origin="model"),
        "build:b": Outcome("generated", seconds=0.1, origin="store"),
        "build:c": Outcome("failed", seconds=7.0),
    }
    updated = TWO.updated(outcomes, {"build:a", "build:b", "build:c"})
    assert updated.entries == {"build:a": Generation(9.0, 1, 2, 0.25), "build:b": TWO.entries["build:b"]}


def test_a_module_that_is_gone_is_forgotten() -> None:
    assert TWO.updated({}, {"build:b", "build:new"}).entries == {"build:b": TWO.entries["build:b"]}


def test_the_file_is_plain_json(tmp_path: Path) -> None:
    write_ledger(tmp_path, TWO)
    data = json.loads((tmp_path / ".jaunt" / "ledger.json").read_text())
    assert data["entries"]["build:a"] == {
        "seconds": 2.0,
        "input_tokens": 100,
        "output_tokens": 10,
        "cost": 0.5,
        "model_seconds": None,
    }
