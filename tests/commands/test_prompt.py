"""`jaunt prompt`: what the model is sent."""

from pathlib import Path

import pytest
from counted_model import calls

from jaunt.cli import main


def test_prompt_prints_what_is_sent_and_its_size(counted_shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompt", "app.slug"]) == 0
    printed = capsys.readouterr().out
    assert "def slugify(text: str) -> str:" in printed
    assert "`from app.words import " in printed
    assert " characters, about " in printed
    assert calls(counted_shop) == []
