"""What the version before wrote stays valid: its files are fresh, its store is used, its `--json` keeps its keys.

`project.txt` is a project as that version left it, `.jaunt` included; `keys.json` has the keys of all that it printed
of that project. Both were made by `tests/support/record_version.py`, which is run with the source of that version.
"""

import json
import shutil
import sys
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from builds import load
from projects import edit
from record_version import DATA, SOURCES, Model, change, digests, record_keys, unpack
from said import RunIn

from jaunt.header import parse_header
from jaunt.plan.plan import make_plan

NOBODY = f'provider = "command"\ncommand = ["{sys.executable}", "-c", "raise SystemExit(\'the model was asked\')"]\n'
MODULES = ["app.shapes", "app.shapes.square", "app.slug", "app.tally", "app.words", "single", "tests.test_slug"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project that the version before built, with a model that fails whoever asks it."""
    unpack((DATA / "project.txt").read_text(encoding="utf-8"), tmp_path)
    change(tmp_path / "jaunt.toml", 'provider = "openai"\n', NOBODY)
    change(tmp_path / "jaunt.toml", 'base_url = "http://127.0.0.1:9/v1"\n', "")
    return tmp_path


def test_all_that_it_built_is_fresh(project: Path, run_in: RunIn) -> None:
    before = {path: path.read_bytes() for path in project.rglob("__generated__/**/*.py")}
    plan = make_plan(load(project))
    assert {name: each.reasons for name, each in plan.freshness.items()} == dict.fromkeys(MODULES, ())
    assert run_in(project, "check").code == 0
    said = run_in(project, "test", "--no-run")
    assert (said.code, said.err) == (0, "")
    assert said.lines[-1].startswith("7 fresh in ")
    assert {path: path.read_bytes() for path in project.rglob("__generated__/**/*.py")} == before


def test_it_is_fresh_without_all_that_it_remembered(project: Path, run_in: RunIn) -> None:
    shutil.rmtree(project / ".jaunt")
    assert run_in(project, "check").code == 0


def test_its_store_serves_what_is_missing_without_a_call(project: Path, run_in: RunIn) -> None:
    before = digests(project)
    for folder in list(project.rglob("__generated__")):
        shutil.rmtree(folder)
    said = run_in(project, "test", "--no-run")
    assert (said.code, said.err) == (0, "")
    assert [line.endswith("   from the store") for line in said.lines] == [*[True] * 7, False, False]
    assert digests(project) == before


def test_a_contract_of_before_comes_back_from_its_store(project: Path, run_in: RunIn) -> None:
    edit(project / "src/app/words.py", "all in lower case", "in lower case")
    assert (project / "src/app/words.py").read_text() == SOURCES["src/app/words.py"]
    assert run_in(project, "build").lines[-1].startswith("2 generated, 4 fresh in ")


def test_its_history_ledger_and_timings_are_read(project: Path, run_in: RunIn) -> None:
    words = run_in(project, "diff", "app.words", "--json").facts["modules"][0]
    assert "all in lower case" in words["contract"]
    edit(project / "src/app/words.py", "all in lower case", "in small letters")
    shown = run_in(project, "status", "app.words").out
    assert "all in lower case" in shown
    forecast = run_in(project, "build", "--dry-run", "--json").facts
    assert (forecast["total"]["calls"], forecast["total"]["tokens"]) == (2, [2200, 2200])
    jobs = run_in(project, "timings", "--json").facts["jobs"]
    assert {job["module"] for job in jobs} == {"app.words", "app.slug", "tests.test_slug"}


def test_what_a_person_accepted_stays_accepted(project: Path, run_in: RunIn) -> None:
    header = parse_header((project / "src/app/__generated__/tally.py").read_text(encoding="utf-8"))
    assert header is not None
    assert "accepted" in "".join(header)
    assert run_in(project, "status", "app.tally", "--json").facts["accepted"]


@pytest.fixture
def answered_project(project: Path) -> Iterator[Path]:
    """The project, with a model that answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    change(project / "jaunt.toml", NOBODY, f'provider = "openai"\nbase_url = "{url}"\n')
    yield project
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_json_object_keeps_its_keys(answered_project: Path, run_in: RunIn) -> None:
    pytest.importorskip("openai")
    found = record_keys(answered_project, lambda *arguments: run_in(answered_project, *arguments).out)
    recorded = json.loads((DATA / "keys.json").read_text(encoding="utf-8"))
    missing = {
        (state, command): lost
        for state, commands in recorded.items()
        for command, keys in commands.items()
        if (lost := set(keys) - set(found[state][command]))
    }
    assert missing == {}
