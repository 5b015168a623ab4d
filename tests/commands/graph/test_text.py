"""The tree of modules as text."""

import re
from pathlib import Path

import pytest
from plans import STALE, shop_plan, sketch, told

from jaunt.commands.graph.text import draw_text
from jaunt.plan.freshness import FRESH, Freshness
from jaunt.plan.reasons import Reason, ReasonKind


def chain(length: int) -> dict[str, list[str]]:
    return {f"m{i:05}": [f"m{i + 1:05}"] if i + 1 < length else [] for i in range(length)}


def states_and_names(text: str) -> list[tuple[str, str]]:
    """Return the modules of a tree's lines, in order, with their states."""
    found = [re.match(r"(\w+) +[│├└─|`\- ]*([\w.]+)", line) for line in text.split("\n\n")[0].splitlines()]
    return [(match[1], match[2]) for match in found if match]


def test_what_a_module_needs_stands_below_it_and_tests_come_last(tmp_path: Path) -> None:
    plan = shop_plan(tmp_path, {"app.words": STALE, "app.tally": FRESH})
    assert draw_text(plan) == "\n".join(
        [
            "unbuilt  app.slug",
            "stale    └─ app.words  spec changed: app.words:split_words (docstring)",
            "fresh    app.tally",
            "unbuilt  tests.test_slug",
            "unbuilt  └─ app.slug (*)",
            "",
            "(*) continued where it has no mark",
            "4 modules: 2 unbuilt, 1 stale, 1 fresh",
        ]
    )


def test_inverted_what_a_module_affects_stands_below_it(tmp_path: Path) -> None:
    text = draw_text(shop_plan(tmp_path), invert=True, roots=["app.words"])
    names = [name for _, name in states_and_names(text)]
    assert names == ["app.words", "app.slug", "tests.test_slug"]
    assert text.endswith("3 modules: 3 unbuilt")


def test_no_modules_are_said_to_be_none() -> None:
    assert draw_text(sketch({})) == "no spec modules"


def test_a_shared_part_is_drawn_once_and_marked_elsewhere() -> None:
    plan = sketch({"a": ["base"], "b": ["base"], "base": ["deep"], "deep": []})
    text = draw_text(plan)
    assert text.count("deep") == 1
    assert text.count("base") == 2
    assert text.count("base (*)") == 1


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_it_may_be(width: int) -> None:
    stale = tuple(Reason(ReasonKind.DEPENDENCY_STALE, f"app.module_{i}") for i in range(99))
    long = Freshness("stale", stale, stale=True)
    dag = {**chain(60), "app." + "very_" * 50 + "long": ["m00000"]}
    text = draw_text(sketch(dag, dict.fromkeys(dag, long)), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" in text


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_deep_chain_is_drawn_in_pieces_that_fit_and_nothing_is_lost(width: int) -> None:
    plan = sketch(chain(3000))
    text = draw_text(plan, width=width, limit=None)
    assert {name for _, name in states_and_names(text)} == set(plan.freshness)
    assert "…" not in text


def test_ten_thousand_modules_are_summed_up_what_is_not_fresh_first() -> None:
    dag = {f"pkg.m{i:05}": [] for i in range(10_000)}
    text = draw_text(sketch(dag, {"pkg.m09999": STALE}))
    lines = text.splitlines()
    assert len(lines) < 210
    assert lines[0].startswith("stale    pkg.m09999")
    assert "... and 9,800 more" in text
    assert lines[-1] == "10,000 modules: 1 stale, 9,999 fresh"


def test_the_limit_can_be_lifted() -> None:
    text = draw_text(sketch({f"m{i}": [] for i in range(500)}), limit=None)
    assert len(states_and_names(text)) == 500
    assert "more" not in text


def test_colour_comes_when_asked_for_and_changes_nothing_else(tmp_path: Path) -> None:
    plan = shop_plan(tmp_path, {"app.words": STALE})
    plain, coloured = draw_text(plan, width=40), draw_text(plan, width=40, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[33mstale" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_a_terminal_without_box_characters_gets_none() -> None:
    plan = sketch({"a": ["b", "c"], "b": ["c"], "c": []}, {"b": told("x" * 99)})
    text = draw_text(plan, ascii_only=True)
    assert text.isascii()
    assert "|- b" in text
    assert "..." in text


def test_a_cycle_in_the_graph_loses_no_module() -> None:
    text = draw_text(sketch({"a": ["b"], "b": ["a"], "c": []}))
    assert {name for _, name in states_and_names(text)} == {"a", "b", "c"}


def test_a_reason_of_several_lines_stays_one_line() -> None:
    plan = sketch({"a": []}, {"a": told("one\ntwo\r\nthree")})
    assert draw_text(plan).splitlines()[0] == "broken   a  one two three"
