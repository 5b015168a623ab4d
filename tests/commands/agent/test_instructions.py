"""The instructions are made from the parser and the plan: nothing in them is out of date."""

from pathlib import Path

import pytest
from projects import edit
from said import RunIn

from jaunt.commands import COMMANDS
from jaunt.commands.shared.result import EXIT_CODES


def test_they_have_all_commands_with_their_options_and_all_exit_codes(built_shop: Path, run_in: RunIn) -> None:
    said = run_in(built_shop, "agent", "instructions")
    assert said.code == 0
    for name in COMMANDS:
        assert name == "agent" or f"- jaunt {name}: {COMMANDS[name].summary}" in said.out
    assert "--dry-run" in said.out
    assert [code for code, meaning in EXIT_CODES.items() if f"- {code}: {meaning}" not in said.lines] == []
    assert "- modules: 4 fresh" in said.lines


def test_they_have_what_is_so_now(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "src/app/words.py", "the words of", "all words of")
    said = run_in(built_shop, "agent", "instructions")
    assert "- app.words is stale: spec changed: split_words (docstring)" in said.lines
    facts = run_in(built_shop, "agent", "instructions", "--json").facts
    assert facts["state"]["modules"] == {"stale": 3, "fresh": 1}
    assert facts["state"]["provider"] == "recorded"
    assert "--no-store" in facts["commands"]["build"]["options"]


def test_the_rules_name_the_projects_own_folder(built_shop: Path, run_in: RunIn) -> None:
    edit(built_shop / "jaunt.toml", "version = 1", 'version = 1\n[paths]\ngenerated_dir = "_gen"')
    said = run_in(built_shop, "agent", "instructions")
    assert "delete files in _gen folders" in said.out
    assert "__generated__" not in said.out


def test_without_a_project_they_say_so(tmp_path: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = run_in(tmp_path, "agent", "instructions")
    assert said.code == 0
    assert "jaunt.toml" in said.lines[-1]


def test_a_verb_that_is_not_there_is_told(run_in: RunIn, tmp_path: Path) -> None:
    said = run_in(tmp_path, "agent", "guards")
    assert (said.code, len(said.errors)) == (2, 1)
    assert "guard" in said.err
