"""What a look ahead had nothing to tell of is not read again; what has changed since, in it or elsewhere, is told."""

from pathlib import Path

import pytest
from projects import edit, make_shop
from said import RunIn

from jaunt.files import listing

SPEC = '''\
import jaunt


@jaunt.magic
def price(text: str) -> int:
    """Return the amount in `text`, as `reading` says."""
    ...
'''
WORDS = '''\
import jaunt


@jaunt.magic
def reading(text: str) -> list[str]:
    """Return the words of a text."""
    ...
'''
OF_READING = "nothing in the module binds `reading` (import it from app.more)"


@pytest.fixture
def root(tmp_path: Path, run_in: RunIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(listing, "GRANULARITY_NS", 0)  # else a file is read anew for two seconds
    folder = make_shop(tmp_path, changes={"src/app/price.py": SPEC})
    assert run_in(folder, "status").errors == []
    assert run_in(folder, "status").errors == []
    return folder


def test_what_has_changed_is_told(root: Path, run_in: RunIn) -> None:
    edit(root / "src" / "app" / "words.py", "Return", "As `split_them()`, return")
    assert "binds `split_them`" in run_in(root, "status").errors[0]
    assert "binds `split_them`" in run_in(root, "status").errors[0]


def test_a_name_that_another_module_gets_is_told_in_one_that_has_not_changed(root: Path, run_in: RunIn) -> None:
    (root / "src" / "app" / "more.py").write_text(WORDS)
    (said,) = run_in(root, "status").errors
    assert said.endswith(OF_READING)


def test_a_body_is_told(root: Path, run_in: RunIn) -> None:
    edit(root / "src" / "app" / "price.py", "    ...", "    return 1")
    for _ in range(2):
        assert "has a body" in run_in(root, "status").errors[0]


def test_specs_of_a_module_call_are_named_each_time(root: Path, run_in: RunIn) -> None:
    edit(root / "src" / "app" / "price.py", "@jaunt.magic\n", "jaunt.module()\n")
    for _ in range(2):
        assert "newly governed by jaunt.module(): app.price:price" in run_in(root, "status").lines


@pytest.mark.parametrize("text", ["", "[]", '{"version": 1}', "\x00", "[" * 100_000])
def test_a_damaged_record_is_none(root: Path, run_in: RunIn, text: str) -> None:
    records = sorted((root / ".jaunt").glob("quiet-*.json"))
    assert len(records) == 4
    for record in records:
        record.write_text(text)
    (root / "src" / "app" / "more.py").write_text(WORDS)
    assert len(run_in(root, "status").errors) == 1
