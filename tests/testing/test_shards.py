"""A run split between machines: each module once, on every machine the same, and no verdict that lacks a part."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaunt.errors import JauntConfigError
from jaunt.testing.shards.merge import merge
from jaunt.testing.shards.report import Case, Report, UnreadableReportError, format_reports, read_reports, seconds_in
from jaunt.testing.shards.split import Shard, modules_of, read_shard, split_digest

names = st.integers(0, 40).map("tests.test_{}".format)


@given(
    modules=st.sets(names, max_size=15),
    seconds=st.dictionaries(names, st.floats(0, 1000), max_size=15),
    total=st.integers(1, 9),
)
def test_shards_have_each_module_once_and_no_more_than_one_module_between_them(
    modules: set[str], seconds: dict[str, float], total: int
) -> None:
    shards = [modules_of(Shard(number, total), modules, seconds) for number in range(1, total + 1)]
    assert sorted(module for shard in shards for module in shard) == sorted(modules)
    elsewhere = sorted(modules, reverse=True)
    assert shards == [modules_of(Shard(number, total), elsewhere, seconds) for number in range(1, total + 1)]
    known = {module: seconds[module] for module in modules if module in seconds}
    if known.keys() == modules:
        loads = [sum(max(known[m], 0.001) for m in shard) for shard in shards]
        assert max(loads) - min(loads) <= max([*known.values(), 0.001]) + 1e-6


def test_without_durations_the_numbers_are_even() -> None:
    modules = [f"tests.test_{number:02}" for number in range(23)]
    assert [len(modules_of(Shard(number, 5), modules, {})) for number in range(1, 6)] == [5, 5, 5, 4, 4]


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "-1/2", "a/b", "1/2/3", "١/٢", "1 / 2", "1/9999999999"])
def test_what_is_no_shard_is_told(text: str) -> None:
    with pytest.raises(JauntConfigError, match="is no shard"):
        read_shard(text)


MODULES = ("tests.a", "tests.b", "tests.c")
CASES = {
    "tests.a": [Case("tests.a", 'test_1[<&"\x00\ud800]', 0.5, "tests/__generated__/a.py")],
    "tests.b": [Case("tests.b", "test_2", 1.25), Case("tests.b", "test_3", 0.25)],
    "tests.c": [Case("tests.c", "test_4", 2.0)],
}


def part(number: int, mine: Sequence[str], total: int = 2) -> Report:
    cases = tuple(case for module in mine for case in CASES[module])
    every = split_digest(MODULES, {})
    return Report("test", Shard(number, total), every, "inputs", every, tuple(mine), True, cases)


FIRST, SECOND = part(1, ["tests.a", "tests.b"]), part(2, ["tests.c"])


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., list[Path]]:
    """A function that writes reports, each to a file of its own."""

    def write_all(*reports: Report) -> list[Path]:
        files = [tmp_path / f"{number}.xml" for number in range(len(reports))]
        for file, report in zip(files, reports, strict=True):
            file.write_bytes(format_reports([report]))
        return files

    return write_all


Write = Callable[..., list[Path]]


def test_a_report_is_read_as_it_was_written(write: Write) -> None:
    failed = Case("tests.c", "test_4", 2.0, "c.py", "assert 1 == 2", "c.py:3: AssertionError\n  <x>")
    second = replace(SECOND, passed=False, cases=(failed,))
    first_file, second_file = write(FIRST, second)
    (first,) = read_reports(first_file)
    assert (first.shard, first.modules, first.passed, len(first.cases)) == (FIRST.shard, FIRST.modules, True, 3)
    assert read_reports(second_file) == [second]
    assert seconds_in(first_file) == {"tests.a": 0.5, "tests.b": 1.5}
    (known_to_pass,) = write(replace(FIRST, kind="check", cases=(*CASES["tests.a"], Case("tests.b", "check", 0.0))))
    assert seconds_in(known_to_pass) == {"tests.a": 0.5}


def test_all_parts_together_are_green(write: Write, tmp_path: Path) -> None:
    merged = merge(write(FIRST, SECOND))
    assert (merged.passed, merged.problems, len(merged.reports[0].cases)) == (True, (), 4)
    (tmp_path / "whole.xml").write_bytes(format_reports(merged.reports))
    again = merge([tmp_path / "whole.xml"])
    assert (again.passed, again.reports[0].modules) == (True, MODULES)


RED: dict[str, tuple[list[Report], str]] = {
    "nothing": ([], ""),
    "a missing shard": ([FIRST], "test: shard 2 of 2 is missing"),
    "a shard twice": ([FIRST, FIRST, SECOND], "test: shard 1 of 2 is there twice"),
    "other numbers": ([FIRST, part(2, ["tests.c"], 3)], "1.xml: is shard 2/3, but "),
    "another cut": ([FIRST, replace(SECOND, split="other")], "1.xml: was cut otherwise than "),
    "another set of modules": ([FIRST, replace(SECOND, all="other")], "1.xml: was cut otherwise than "),
    "other code": ([FIRST, replace(SECOND, inputs="other")], "1.xml: is of other code, or other specs, than "),
    "a module in two shards": ([FIRST, part(2, ["tests.b", "tests.c"])], "test: the shards have not each module once"),
    "a module in no shard": ([part(1, ["tests.a"]), SECOND], "test: the shards have not each module once"),
    "a module of which nothing ran": (
        [replace(FIRST, cases=FIRST.cases[:1]), SECOND],
        "0.xml: is damaged: nothing of tests.b was run",
    ),
    "a test of another shard": (
        [FIRST, replace(SECOND, cases=(*SECOND.cases, *CASES["tests.a"]))],
        "1.xml: is damaged: tests.a is not of its part",
    ),
    "a test twice": ([FIRST, replace(SECOND, cases=SECOND.cases * 2)], "test_4 of tests.c is there twice"),
    "a failure": ([FIRST, replace(SECOND, passed=False, cases=(Case("tests.c", "t", failure="no"),))], ""),
    "a failure that is passed over": (
        [FIRST, replace(SECOND, cases=(Case("tests.c", "t", failure="no"),))],
        "1.xml: is damaged: it says that all passed, and 1 failure",
    ),
    "a run that failed as such": (
        [FIRST, replace(SECOND, passed=False)],
        "1.xml: says that its run failed, though nothing in it did",
    ),
}


@pytest.mark.parametrize("name", RED)
def test_less_than_all_is_not_green(name: str, write: Write) -> None:
    reports, told = RED[name]
    merged = merge(write(*reports))
    assert not merged.passed
    assert [told in problem for problem in merged.problems] == ([True] if told else []), merged.problems


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('tests="3"', 'tests="4"', "is damaged: it says tests='4' and holds 3"),
        ('failures="0"', 'failures="1"', "is damaged: it says failures='1' and holds 0"),
        ("</testsuite>", "", "is no whole JUnit file"),
        ('"jaunt.split"', '"split"', "was not written by `jaunt test`"),
        ('value="1/2"', 'value="1"', "is damaged"),
        ("[&quot;", "[1, &quot;", "is damaged: its list of modules is none"),
        ('time="0.500"', 'time="long"', "is damaged"),
        ('time="0.500"', 'time="nan"', "is damaged: a test took nan s"),
        ("<testsuites", "<!DOCTYPE x [<!ENTITY a 'b'>]><testsuites", "was not written by jaunt"),
        ("<testcase", "<other", "it says tests='3' and holds 0"),
    ],
)
def test_a_file_that_is_damaged_is_told(write: Write, old: str, new: str, told: str) -> None:
    file, _ = write(FIRST, SECOND)
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(UnreadableReportError) as raised:
        read_reports(file)
    assert told in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"<a/>", b"<testsuites/>", b"{}"])
def test_what_is_no_report_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xml").write_bytes(content)
    merged = merge([tmp_path / "a.xml", tmp_path / "none.xml", tmp_path])
    assert (merged.passed, len(merged.problems)) == (False, 3)
