"""`jaunt graph`, as a command: its forms, its file, its JSON."""

import json
from pathlib import Path

import pytest
from plans import shop_plan

from jaunt.cli import main
from jaunt.commands.graph import FORMATS


def test_graph_draws_what_each_module_needs_below_it(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "--target", "app.slug"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["unbuilt", "app.slug"]
    assert lines[1].endswith("─ app.words")


def test_graph_inverted_draws_what_a_module_affects(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "--invert", "--target", "app.words"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["unbuilt", "app.words"]
    assert lines[1].endswith("─ app.slug")


@pytest.mark.parametrize(("form", "start"), [("mermaid", "%%"), ("dot", "digraph"), ("html", "<!doctype html>")])
def test_graph_writes_its_other_forms_into_a_file(shop: Path, form: str, start: str) -> None:
    assert main(["graph", "--format", form, "--output", "graph.out"]) == 0
    text = (shop / "graph.out").read_text()
    assert "app.words" in text
    assert start.lower() in text.lower()[:200] or form == "mermaid"


def test_graph_json_names_states_and_needs(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "--json"]) == 0
    modules = {m["module"]: m for m in json.loads(capsys.readouterr().out)["modules"]}
    assert modules["app.slug"] == {"module": "app.slug", "kind": "build", "state": "unbuilt", "needs": ["app.words"]}


def test_graph_into_a_folder_that_is_not_there_is_one_line(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "--output", "no/such/graph"]) != 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "no/such/graph" in line


def test_every_format_is_drawn_by_one_call(tmp_path: Path) -> None:
    plan = shop_plan(tmp_path)
    for draw in FORMATS.values():
        picture = draw(plan)
        assert "app.slug" in picture
        assert not picture.endswith("\n")
