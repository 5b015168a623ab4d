"""`jaunt store`: what it found, and what it removed."""

import json
from pathlib import Path

import pytest

from jaunt.cli import main


def test_store_info_and_prune_say_what_they_found(counted_shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["build"])
    capsys.readouterr()
    assert main(["store", "info", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["generations"] == 3
    assert main(["store", "prune", "--max-size", "0"]) == 0
    assert "removed 3 generations" in capsys.readouterr().out
    assert main(["store", "prune"]) == 2
    assert "--keep-days" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["-1", "nan", "inf", "many"])
def test_a_number_of_days_that_makes_no_sense_prunes_nothing(
    counted_shop: Path, capsys: pytest.CaptureFixture[str], days: str
) -> None:
    main(["build"])
    assert main(["store", "prune", f"--keep-days={days}"]) == 2
    assert f"--keep-days: must be a number of days, 0 or more, not '{days}'" in capsys.readouterr().err
    assert len([*(counted_shop / ".jaunt" / "store").rglob("*.py")]) == 3
