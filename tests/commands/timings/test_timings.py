"""`jaunt timings`, as a command; the page it writes is tested in test_timeline."""

import json
from pathlib import Path

import pytest

from jaunt.cli import main


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
