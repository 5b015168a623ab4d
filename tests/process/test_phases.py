"""`--profile`: where the time of a build went."""

import json
import re
from pathlib import Path

import pytest
from projects import make_shop

from jaunt.cli import main
from jaunt.process.phases import phase, start_profile


def test_a_phase_adds_up_over_its_blocks_even_if_they_fail() -> None:
    seconds = start_profile()
    with phase("a"):
        pass
    first = seconds["a"]
    with pytest.raises(ValueError), phase("a"):
        raise ValueError
    assert seconds["a"] > first
    assert list(seconds) == ["a"]


def test_a_build_tells_each_phase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(make_shop(tmp_path))
    assert main(["build", "--profile"]) == 0
    printed = capsys.readouterr().out
    lines = dict(re.findall(r"^(\w+) +([\d.]+) s", printed, flags=re.MULTILINE))
    assert list(lines) == ["scan", "graph", "plan", "build", "queue", "model", "checks", "write"]
    assert float(lines["build"]) >= float(lines["checks"])
    assert float(lines["build"]) > 0
    assert "summed over 3 modules" in printed


def test_the_profile_is_in_the_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(make_shop(tmp_path))
    main(["build", "--profile", "--json"])
    profile = json.loads(capsys.readouterr().out)["profile"]
    assert profile["scan"] > 0
    assert profile["write"] > 0


def test_without_the_option_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(make_shop(tmp_path))
    main(["build"])
    assert "summed over" not in capsys.readouterr().out
