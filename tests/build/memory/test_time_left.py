"""How long the rest of a build will take."""

import pytest

from jaunt.build.memory.time_left import TimeLeft

DIAMOND = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert TimeLeft(DIAMOND, {}, 2).left({}) is None


def test_nothing_is_left_of_a_build_that_is_done() -> None:
    time_left = TimeLeft({"a": []}, {"a": 3.0}, 1)
    time_left.ended("a", 3.0)
    assert time_left.left({}) is None


def test_with_jobs_for_all_the_longest_chain_counts() -> None:
    assert TimeLeft(DIAMOND, {"a": 1.0, "b": 5.0, "c": 2.0, "d": 1.0}, 8).left({}) == pytest.approx(7.0)


def test_with_few_jobs_the_work_counts() -> None:
    assert TimeLeft({name: [] for name in "abcdef"}, dict.fromkeys("abcdef", 2.0), 3).left({}) == pytest.approx(4.0)


def test_what_was_never_built_takes_as_long_as_the_others() -> None:
    assert TimeLeft({"new": []}, {"x": 2.0, "y": 4.0}, 1).left({}) == pytest.approx(3.0)


def test_what_is_under_way_counts_for_the_rest_of_it_and_never_for_less_than_nothing() -> None:
    time_left = TimeLeft({"a": [], "b": ["a"]}, {"a": 4.0, "b": 2.0}, 1)
    assert time_left.left({"a": 1.0}) == pytest.approx(5.0)
    assert time_left.left({"a": 60.0}) == pytest.approx(2.0)


def test_what_a_module_took_stands_for_those_to_come() -> None:
    time_left = TimeLeft({"a": [], "b": []}, {}, 1)
    time_left.ended("a", 9.0)
    assert time_left.left({}) == pytest.approx(9.0)


def test_what_came_from_the_store_says_nothing_of_the_others() -> None:
    time_left = TimeLeft({"a": [], "b": []}, {}, 1)
    time_left.ended("a", None)
    assert time_left.left({}) is None


def test_a_module_that_it_has_never_heard_of_may_end() -> None:
    time_left = TimeLeft({"a": []}, {"a": 1.0}, 1)
    time_left.ended("stranger", 3.0)
    assert time_left.left({}) == pytest.approx(1.0)


def test_a_request_that_leaves_early_is_a_part_of_its_module() -> None:
    deps = {"a": ["ask:a"], "ask:a": [], "b": ["ask:b", "a"], "ask:b": []}
    known = {"ask:a": 8.0, "a": 2.0, "ask:b": 8.0, "b": 2.0}
    time_left = TimeLeft(deps, known, 8, part_of=lambda name: name.removeprefix("ask:"))
    assert time_left.left({}) == pytest.approx(12.0)
    assert time_left.left({"a": 9.0, "b": 9.0}) == pytest.approx(4.0)
    time_left.ended("a", 10.0)
    assert time_left.left({"b": 4.0}) == pytest.approx(6.0)
