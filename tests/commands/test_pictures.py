"""`jaunt graph` and `jaunt timings`, as commands; what they draw is tested in test_drawing and test_timeline."""

import json
from pathlib import Path

import pytest
from projects import make_shop

from jaunt.cli import main


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(make_shop(tmp_path))
    return tmp_path


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


def test_timings_shows_the_last_build(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["timings"]) == 2
    assert "no build was recorded yet" in capsys.readouterr().err
    assert main(["build"]) == 0
    capsys.readouterr()
    assert main(["timings", "--output", "page.html", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert {job["module"] for job in facts["jobs"]} == {"app.words", "app.slug", "app.tally"}
    assert all(job["write"] > 0 for job in facts["jobs"])
    assert "app.tally" in (shop / "page.html").read_text()
