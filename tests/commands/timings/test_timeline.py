"""The timeline of a build: worked out, and shown in a real browser."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browser import Browser, open_browser
from hypothesis import given
from hypothesis import strategies as st
from timed_build import BUILD, EVIL, timing

from jaunt.build.memory.timings import BuildTimings, JobTiming
from jaunt.commands.timings.timeline import JobCounts, analyse, seconds_with, timings_html

# --- what follows from it ----------------------------------------------------------------------------


def test_the_critical_path_is_the_chain_that_took_longest() -> None:
    analysis = analyse(BUILD)
    assert analysis.path == ("build:app.words", "build:app.slug")
    assert analysis.path_seconds == 9.0
    assert analysis.work_seconds == 12.0


def test_the_critical_path_is_not_the_chain_with_the_most_jobs() -> None:
    jobs = (timing("a", 0, 1), timing("b", 1, 2, "a"), timing("c", 2, 3, "b"), timing("long", 0, 9))
    assert analyse(BuildTimings(jobs=jobs)).path == ("build:long",)


def test_the_use_of_jobs_counts_those_that_run_and_those_held_up() -> None:
    assert analyse(BUILD).usage == (
        JobCounts(0.0, 2, 1),
        JobCounts(1.0, 2, 0),
        JobCounts(3.0, 1, 0),
        JobCounts(4.0, 1, 0),
        JobCounts(9.0, 0, 0),
    )


@pytest.mark.parametrize(("limit", "seconds"), [(1, 13.0), (2, 9.0), (3, 9.0), (100, 9.0)])
def test_what_more_jobs_would_take_is_worked_out(limit: int, seconds: float) -> None:
    jobs = [timing("a", 0, 3), timing("b", 0, 6, "a"), timing("c", 0, 2), timing("d", 0, 2, "c", "of another build")]
    assert seconds_with(jobs, limit) == seconds


@given(st.lists(st.tuples(st.integers(0, 9), st.sets(st.integers(0, 20))), max_size=20), st.integers(1, 5))
def test_more_jobs_take_no_less_than_the_critical_path_and_no_more_than_waiting_for_it(
    drawn: list[tuple[int, set[int]]], limit: int
) -> None:
    jobs = [
        timing(f"j{number}", 0, seconds, *(f"j{dep}" for dep in deps if dep < number))
        for number, (seconds, deps) in enumerate(drawn)
    ]
    analysis = analyse(BuildTimings(jobs=tuple(jobs)))
    found, work = seconds_with(jobs, limit), analysis.work_seconds / limit
    assert max(analysis.path_seconds, work) <= found + 1e-9
    assert found <= analysis.path_seconds + work + 1e-9
    assert seconds_with(jobs, 100) == pytest.approx(analysis.path_seconds)


@pytest.mark.parametrize(("queue", "told"), [(0.0, None), (3.0, 4)])
def test_where_modules_were_held_up_the_page_tells_what_more_jobs_would_take(queue: float, told: int | None) -> None:
    jobs = (timing("a", 0, 3), timing("b", 0, 3), replace(timing("c", 3, 6), queue=queue))
    text = timings_html(BuildTimings(seconds=6.0, limit=2, jobs=jobs))
    island = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert island is not None
    data = json.loads(island[1])
    assert (data.get("more_jobs"), data.get("more_jobs_seconds")) == (told, 3.0 if told else None)


def test_nothing_follows_from_nothing() -> None:
    analysis = analyse(BuildTimings(jobs=()))
    assert (analysis.path, analysis.path_seconds, analysis.work_seconds) == ((), 0.0, 0.0)


# --- the page ----------------------------------------------------------------------------------------


def test_the_page_needs_nothing_but_itself_and_cannot_be_broken_out_of() -> None:
    text = timings_html(BUILD, project=f"shop {EVIL}")
    assert set(re.findall(r"https?://[^\s\"']+", text)) == {"http://www.w3.org/2000/svg"}  # a namespace's name
    assert text.count("<script") == 2
    assert "<img" not in text
    island = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert island is not None
    data = json.loads(island[1])
    assert data["path"] == ["build:app.words", "build:app.slug"]
    assert data["jobs"][3]["errors"][1] == EVIL


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def show(browser: Browser, folder: Path, build: BuildTimings, project: str = "shop") -> None:
    page = folder / "timings.html"
    page.write_text(timings_html(build, project=project), encoding="utf-8")
    browser.open(page)


def column(browser: Browser, number: int) -> list[str]:
    script = """
      const cells = document.querySelectorAll(`#table tbody td:nth-child(${arguments[0]})`);
      return [...cells].map((cell) => cell.innerText);
    """
    return browser.run(script, number)


def test_the_page_draws_a_bar_for_every_job_that_ran(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, BUILD)
    assert browser.count("#rows .row") == 5
    assert browser.count("#rows .bar") == 4
    assert browser.count("#rows .wait") == 1
    assert browser.count("#rows .bar .model") == browser.count("#rows .bar .checks") == 2
    assert browser.count("#rows .row.critical") == 2
    assert browser.count("#rows .row.failed") == 2
    assert browser.count("#usage .area") == 1
    assert (browser.console(), browser.requests()) == ([], [])


def test_bars_stand_where_their_times_are(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, BUILD)
    script = """
      const row = document.querySelector('[data-name="build:app.slug"]');
      const box = (part) => row.querySelector(part).getBoundingClientRect();
      const [track, bar, model] = [".track", ".bar", ".model"].map(box);
      return [(bar.left - track.left) / track.width, bar.width / track.width, model.width / bar.width];
    """
    assert browser.run(script) == pytest.approx([0.4, 0.5, 0.8], abs=0.005)


def test_the_numbers_are_those_of_the_build(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, BUILD)
    numbers = browser.text("#numbers")
    for text in (
        "10.0 s",
        "3 generated, 1 from the store, 2 failed",
        "9.00 s",
        "2 modules, 90% of the total",
    ):
        assert text in numbers
    for text in ("1 module took more than one", "2,500", "2,100 in, 400 out", "0.75"):
        assert text in numbers


def test_the_pointer_on_a_job_shows_whom_it_waited_for(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, BUILD)
    assert browser.count("#lines .chain") == 1
    assert browser.count("#lines .for") == 0
    browser.hover('[data-name="build:app.slug"] .bar')
    assert browser.count("#lines .for.last") == 1
    assert "app.words, until 4.00 s" in browser.text("#tip")
    browser.hover('[data-name="build:app.words"] .bar')
    assert browser.count("#lines .then") == 1
    browser.hover('[data-name="build:app.title"] .bar')
    assert EVIL in browser.text("#tip")
    assert browser.run("return window.pwned === undefined") is True
    browser.hover("#heading")
    assert browser.count("#tip[hidden]") == 1


def test_the_timeline_can_be_walked_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, BUILD)
    browser.run("document.querySelector('#rows .row').focus()")
    browser.press("Down", "Down")
    assert "app.title" in browser.text("#tip b")


def test_the_table_is_sorted_by_the_column_that_is_clicked(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, BUILD)
    assert column(browser, 1)[:2] == ["app.slug", "app.words"]
    browser.click('th[data-key="module"] button')
    assert column(browser, 1) == ["app.page", "app.slug", "app.tally", "app.title", "app.words"]
    browser.click('th[data-key="module"] button')
    assert column(browser, 1)[0] == "app.words"
    browser.click('th[data-key="tokens_in"] button')
    assert column(browser, 11)[:3] == ["1,200", "900", "–"]
    browser.click('th[data-key="cost"] button')
    assert column(browser, 13)[:2] == ["0.50", "0.25"]
    assert browser.count("th[aria-sort=descending]") == 1


def test_rows_can_be_filtered_and_the_axis_zoomed(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, BUILD)
    browser.click("#critical")
    assert browser.count(".row:not([hidden])") == 2
    browser.click("#critical")
    browser.type("#filter", "TITLE")
    assert browser.count(".row:not([hidden])") == 1
    browser.type("#filter", "nothing")
    assert browser.text("#note") == "No module fits the filter."
    width = "return document.querySelector('#axis .track').clientWidth"
    before = browser.run(width)
    browser.run("const z = document.getElementById('zoom'); z.value = 2; z.dispatchEvent(new Event('input'))")
    assert browser.run(width) > 3 * before
    assert browser.console() == []


@pytest.mark.parametrize(
    "build",
    [
        BuildTimings(jobs=()),
        BuildTimings(jobs=(JobTiming("a"),)),
        BuildTimings(seconds=1e-7, jobs=(timing("a", 0, 0),)),
        BuildTimings(seconds=90_000.0, limit=3, jobs=(timing("a", 5, 1), timing("b", 0, 90_000.0, "a", "a"))),
    ],
)
def test_a_page_of_little_or_odd_data_is_whole(browser: Browser, tmp_path: Path, build: BuildTimings) -> None:
    show(browser, tmp_path, build, project="")
    assert browser.console() == []
    assert browser.count(".row") == len(build.jobs)
    assert "NaN" not in browser.text("body")
    assert "Infinity" not in browser.text("body")


def test_a_build_of_nothing_says_so(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, BuildTimings(jobs=()))
    assert browser.text("#note") == "Nothing was built: everything was fresh."


def test_a_thousand_jobs_are_all_drawn(browser: Browser, tmp_path: Path) -> None:
    jobs = tuple(timing(f"m{i}", i / 8, i / 8 + 1, *([f"m{i // 2}"] if i else [])) for i in range(1000))
    show(browser, tmp_path, BuildTimings(seconds=126.0, limit=8, jobs=jobs))
    assert browser.count("#rows .bar") == 1000
    assert browser.console() == []
