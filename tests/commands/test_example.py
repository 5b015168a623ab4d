"""`jaunt example`: the list, a copy, and what is refused."""

from pathlib import Path

import pytest
from projects import files_of

from jaunt.cli import main
from jaunt.examples import list_examples

EXAMPLES = [name for name, _ in list_examples()]


def test_without_a_name_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["example"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()[: len(EXAMPLES)]] == EXAMPLES
    assert "jaunt example NAME [DIR]" in out


def test_a_copy_says_where_it_is_and_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["example", "tokens"]) == 0
    assert capsys.readouterr().out == "copied tokens to tokens\nnext: jaunt test --root tokens\n"
    assert (tmp_path / "tokens/jaunt.toml").is_file()
    assert main(["example", "tokens", "deep/er/here"]) == 0
    assert files_of(tmp_path / "deep/er/here") == files_of(tmp_path / "tokens")
