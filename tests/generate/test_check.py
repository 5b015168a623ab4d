"""One candidate and its checks: which of them look at it, and what comes of it."""

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest

from jaunt.errors import JauntConfigError
from jaunt.generate.check import Check, Checked, FunctionCheck, WarningCheck, as_check, check_candidate

GOOD, BROKEN, NAMELESS = "def f(): ...\n", "def f(:\n", "def g(): ...\n"


async def _refuse(source: str) -> Sequence[str]:
    return ["refused"]


refuse = FunctionCheck(_refuse)


def test_a_candidate_that_failed_is_seen_only_by_checks_that_ask_for_it() -> None:
    async def eager(source: str) -> Sequence[str]:
        return ["eager", "refused"]

    last = FunctionCheck(eager, after_failure=True)
    found = asyncio.run(check_candidate(GOOD, ["f"], [refuse, refuse, last]))
    assert found.errors == ["refused", "eager"]
    assert found.passed == 1
    found = asyncio.run(check_candidate(NAMELESS, ["f"], [last]))
    assert [error.split()[0] for error in found.errors] == ["missing", "eager", "refused"]


def test_what_cannot_be_parsed_is_seen_by_no_check() -> None:
    async def eager(source: str) -> Sequence[str]:
        raise AssertionError("asked")

    found = asyncio.run(check_candidate(BROKEN, ["f"], [FunctionCheck(eager, after_failure=True)]))
    assert ("syntax error" in found.errors[0], len(found.errors), found.passed) == (True, 1, 0)


@pytest.mark.parametrize("bomb", ["-" * 100_000 + "1", "(" * 30_000, "a" + ".b" * 100_000, "x = 1\n" * 40_000 + "("])
def test_a_large_candidate_is_parsed_away_from_this_process_and_its_end_is_an_error(bomb: str) -> None:
    found = asyncio.run(check_candidate(f"{GOOD}x = {bomb}\n", ["f"], [refuse]))
    assert len(found.errors) == 1
    assert "refused" not in found.errors
    large = GOOD + "x = 1\n" * 10_000
    assert asyncio.run(check_candidate(large, ["f", "g"])).errors == [
        "missing definition: 'g' is not defined at module level"
    ]


def test_a_check_looks_at_no_candidate_that_failed_what_it_needs() -> None:
    async def run_it(source: str) -> Sequence[str]:
        return ["ran"]

    last = FunctionCheck(run_it, "examples", after_failure=True, needs=["text"])
    ugly = FunctionCheck(_refuse, "style")
    assert asyncio.run(check_candidate(GOOD, ["f"], [ugly, last])).errors == ["refused", "ran"]
    text = FunctionCheck(_refuse, "text")
    assert asyncio.run(check_candidate(GOOD, ["f"], [text, last])).errors == ["refused"]


def test_what_a_check_makes_of_a_candidate_goes_through_the_checks_before_it_once_more() -> None:
    looked: list[str] = []

    async def look(source: str) -> Sequence[str]:
        looked.append(source)
        return ["broken"] if "broken" in source else []

    async def append(source: str, text: str) -> Checked:
        return Checked(f"{source}{text}")

    before = FunctionCheck(look, "text")
    fix = FunctionCheck(partial(append, text="# fixed\n"), "tool")
    found = asyncio.run(check_candidate(GOOD, ["f"], [before, fix]))
    assert (found.source, found.errors, looked) == (f"{GOOD}# fixed\n", [], [GOOD, f"{GOOD}# fixed\n"])
    damage = FunctionCheck(partial(append, text="# broken\n"), "tool")
    found = asyncio.run(check_candidate(GOOD, ["f"], [before, damage]))
    assert (found.source, found.errors) == (GOOD, ["tool's fixes break what passed the text checks"])


def test_a_fix_of_what_failed_before_lets_the_next_check_look() -> None:
    async def no_marks(source: str) -> Sequence[str]:
        return ["a mark"] if "!" in source else []

    async def without_marks(source: str) -> Checked:
        return Checked(source.replace("!", ""))

    async def run_it(source: str) -> Sequence[str]:
        return ["ran"]

    checks = [
        FunctionCheck(no_marks, "text"),
        FunctionCheck(without_marks, "tool", after_failure=True),
        FunctionCheck(run_it, "examples", after_failure=True, needs=["text"]),
    ]
    found = asyncio.run(check_candidate(f"{GOOD}# !\n", ["f"], checks))
    assert (found.source, found.errors, found.passed) == (f"{GOOD}# \n", ["a mark", "ran"], 1)


def test_what_a_warning_check_finds_keeps_nothing_from_landing() -> None:
    async def find(source: str) -> Checked:
        return Checked(f"{source}# seen\n", ["wrong"], ["odd"])

    found = asyncio.run(check_candidate(GOOD, ["f"], [WarningCheck(FunctionCheck(find, "tool"))]))
    assert (found.ok, found.source, found.warnings) == (True, f"{GOOD}# seen\n", ["wrong", "odd"])


def test_a_check_that_raises_is_a_fault_and_no_check_after_it_is_asked() -> None:
    fault, asked = JauntConfigError("no sandbox"), []

    async def broken(source: str) -> Sequence[str]:
        raise fault

    async def last(source: str) -> Sequence[str]:
        asked.append(source)
        return []

    found = asyncio.run(check_candidate(GOOD, ["f"], [FunctionCheck(broken), FunctionCheck(last)]))
    assert (found.fault, found.ok, found.errors, found.source, asked) == (fault, False, [], GOOD, [])


def test_a_function_serves_as_a_check_and_its_mark_counts() -> None:
    async def look(source: str) -> Sequence[str]:
        return [source]

    check = as_check(look)
    assert isinstance(check, Check)
    assert (check.name, check.after_failure, asyncio.run(check("x"))) == ("look", False, ["x"])
    vars(look)["after_failure"] = True
    assert as_check(look).after_failure
    assert as_check(check) is check
