"""`jaunt timings`, as a command; the page it writes is tested in test_timeline."""

import json
import sys
from pathlib import Path

import pytest
from processes import run_jaunt
from said import RunIn

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


def test_the_page_goes_to_the_state_folder_unless_told(shop: Path, run_in: RunIn) -> None:
    assert run_in(shop, "build").code == 0
    before = set(shop.iterdir())
    said = run_in(shop, "timings")
    assert said.lines[0].startswith("wrote .jaunt/timings.html: 3 jobs, ")
    assert "app.tally" in (shop / ".jaunt" / "timings.html").read_text()
    assert set(shop.iterdir()) == before


def test_it_is_opened_in_the_browser_that_is_chosen(built_shop: Path, tmp_path: Path) -> None:
    browser = tmp_path / "browser.py"
    browser.write_text(f"import sys\nopen({str(tmp_path / 'shown')!r}, 'w').write(sys.argv[1])\n")
    done = run_jaunt("timings", "--open", cwd=built_shop, BROWSER=f"{sys.executable} {browser} %s")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "shown").read_text() == (built_shop / ".jaunt" / "timings.html").resolve().as_uri()


def test_without_a_browser_it_says_what_to_open(built_shop: Path) -> None:
    done = run_jaunt("timings", "--open", cwd=built_shop, BROWSER="no-such-browser %s", PATH="")
    assert done.returncode == 0
    assert "warning: no browser could be started: open " in done.stderr
