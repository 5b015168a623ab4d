"""The store's key: what is written by hand beside the specs decides, too, which generation a project gets."""

import shutil
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with
from projects import write_files
from said import RunIn

from jaunt.build.store import Store
from jaunt.build.store.beside import beside_specs
from jaunt.config import load_config
from jaunt.project.project import load_project

SPEC = (
    '\n\n@jaunt.magic\ndef price(n: int) -> int:\n    """Return `n` times RATE, rounded with `round_up`."""\n    ...\n'
)
RATE = "import jaunt\n\nRATE = 2\n"
HELPER = RATE + "\n\ndef round_up(n: int) -> int:\n    return n + 2\n"
INLINED = "def price(n: int) -> int:\n    return n * 2 + 2\n"
TAKEN = "from app.a import RATE\n\n\ndef price(n: int) -> int:\n    return n * RATE\n"


def asked(root: Path, beside: str, code: str) -> list[str]:
    """Build a project that shares a store with those beside it; return the modules that a model was asked for."""
    shutil.rmtree(root, ignore_errors=True)
    files = {"jaunt.toml": f'{PLAIN}[store]\npath = "../store"\n', "src/app/__init__.py": ""}
    files["src/app/rates.py"] = "RATE = 7\n"
    write_files(root, {**files, "src/app/a.py": beside + SPEC})
    backend = FakeBackend({"app.a": [code]})
    outcomes = build_with(root, backend)
    assert {m: o.errors for m, o in outcomes.items() if o.status != "generated"} == {}
    return backend.calls


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (RATE, RATE.replace("2", "7")),
        (HELPER, HELPER.replace("n + 2", "n + 7")),
        (RATE, "import jaunt\nfrom app.rates import RATE\n"),
        (RATE, f"{RATE}ZONE = 'b'\n"),
        (RATE, "import jaunt\n"),
        (RATE + "class Rates:\n    high = 2\n", RATE + "class Rates:\n    high = 7\n"),
        (RATE + "if RATE:\n    HIGH = 2\n", RATE + "if RATE:\n    HIGH = 7\n"),
    ],
    ids=["constant", "function", "import", "added", "none", "class", "block"],
)
def test_no_project_gets_code_with_the_numbers_of_another_one(one: str, other: str, tmp_path: Path) -> None:
    assert asked(tmp_path / "one", one, INLINED) == ["app.a"]
    assert asked(tmp_path / "other", other, "def price(n: int) -> int:\n    return n * 7\n") == ["app.a"]
    assert "7" in (tmp_path / "other/src/app/__generated__/a.py").read_text()
    assert asked(tmp_path / "again", one, "") == []
    assert asked(tmp_path / "one", other, "") == []  # the same within one project


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (RATE, "# The rates.\nimport jaunt\nRATE   =   2  # of this year\n"),
        (RATE, "from jaunt import magic\nimport jaunt\n\n\nRATE = 0x2\n"),
        ("import jaunt\nimport re, os\n\nX = 'a'\n", 'import os\nimport re\nimport jaunt\nX = "a"\n'),
        ("import jaunt\nfrom os import sep, name\n", "import jaunt\nfrom os import name\nfrom os import sep\n"),
        ("import jaunt\n", "from __future__ import annotations\nimport jaunt\n"),
    ],
)
def test_what_changes_no_meaning_costs_no_call(one: str, other: str, tmp_path: Path) -> None:
    assert asked(tmp_path / "one", one, INLINED) == ["app.a"]
    assert asked(tmp_path / "other", other, "") == []


@pytest.mark.parametrize(
    ("beside", "code", "is_served"),
    [
        ("import jaunt\n", INLINED, True),
        (RATE, INLINED, False),
        (RATE, TAKEN, True),
        (RATE, TAKEN.replace("from app.a import RATE", "import app.a").replace("* RATE", "* app.a.RATE"), True),
        (RATE, "def price(n: int) -> int:\n    from app import a\n    return n * a.RATE\n", True),
        (RATE, "RATE = 2\n\n\ndef price(n: int) -> int:\n    return n * RATE\n", False),
        (HELPER, TAKEN, False),
        (HELPER, TAKEN.replace("import RATE", "import RATE, round_up"), True),
        ("import jaunt\nimport re\nfrom decimal import Decimal\n", INLINED, True),
        ("import jaunt\nfrom typing import TypeVar\n\nT = TypeVar('T')\n", INLINED, True),
        ("import jaunt\nfrom app.rates import RATE\n", INLINED, False),
        ("import jaunt\nfrom app.rates import RATE\n", TAKEN.replace("app.a", "app.rates"), True),
        ("import jaunt\nfrom app.rates import RATE\n", TAKEN, True),
    ],
)
def test_an_entry_of_the_version_before_serves_where_nothing_can_be_baked_in(
    beside: str, code: str, is_served: bool, tmp_path: Path
) -> None:
    root = tmp_path / "project"
    asked(root, beside, code)  # to learn the contract's digest
    digest = load_project(load_config(root=root)).digests["app.a"]
    shutil.rmtree(tmp_path / "store")
    Store(tmp_path / "store").put("build", digest, code, module="app.a")
    assert asked(root, beside, TAKEN) == ([] if is_served else ["app.a"])


def test_a_spec_that_is_imported_is_in_the_contract_already_whatever_passes_it_on() -> None:
    beside = beside_specs("from app import split\nfrom app.words import other\n", "app.a")
    code = "from app.words import split\n"
    assert not beside.serves(code)
    assert not beside.apart_from(["app.words:split"]).serves(code)
    assert beside.apart_from(["app.words:split", "app.words:other"]).serves(code)
    assert not beside.apart_from(["words:split", "appendix.words:split", "app.words:other"]).serves(code)


def test_a_dry_run_knows_what_the_store_has(tmp_path: Path, run_in: RunIn) -> None:
    asked(tmp_path / "one", RATE, INLINED)
    for name, rate, stored in (("same", "2", True), ("other", "7", False)):
        root = tmp_path / name
        asked(root, RATE.replace("2", rate), INLINED)
        shutil.rmtree(root / "src/app/__generated__")
        if not stored:
            shutil.rmtree(tmp_path / "store")
            asked(tmp_path / "one", RATE, INLINED)
        facts = run_in(root, "build", "--dry-run", "--json").facts
        assert [step["from_store"] for step in facts["modules"]] == [stored]


def test_what_cannot_be_parsed_counts_by_its_text() -> None:
    assert beside_specs("x = (", "app.a") != beside_specs("x = [", "app.a")
    assert beside_specs("  \n", "app.a").digest == ""
