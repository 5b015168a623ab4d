"""A flaw reads as its words, and keeps its facts whatever is done with them."""

import json
import pickle

import pytest

from jaunt.text.flaw import Flaw, flaws

EXAMPLE = Flaw("the example in a.py:3 fails", symbol="f", details={"example": "f()\nf()", "got": "4"})


@pytest.mark.parametrize(
    ("flaw", "words", "place"),
    [
        (Flaw("has no code"), "has no code", ""),
        (Flaw("is async", line=3, symbol="f"), "line 3: f: is async", "line 3: "),
        (Flaw("no", line=3, tool="ty", kind="rule", quoted="x = 1"), "ty: line 3: no: `x = 1`", "ty: line 3: "),
        (Flaw("syntax error: no", file="a.py", line=3), "a.py:3: syntax error: no", "a.py:3: "),
        (Flaw("cannot be read", file="a.py"), "a.py: cannot be read", "a.py: "),
        (EXAMPLE, "f: the example in a.py:3 fails\n    example: f()\n        f()\n    got: 4", ""),
    ],
)
def test_a_flaw_reads_as_its_words(flaw: Flaw, words: str, place: str) -> None:
    assert (flaw, flaw.place, json.loads(json.dumps([flaw]))) == (words, place, [words])


def test_a_flaw_keeps_its_facts_in_other_words_and_in_another_process() -> None:
    said = EXAMPLE.saying(f"attempt 2: {EXAMPLE}", attempt=2)
    for each in (said, pickle.loads(pickle.dumps(said))):
        assert isinstance(each, Flaw)
        assert (each, each.attempt, each.symbol, each.details["got"]) == (f"attempt 2: {EXAMPLE}", 2, "f", "4")
    assert EXAMPLE.attempt == 0


def test_what_a_check_of_a_caller_says_is_a_message() -> None:
    first, second = flaws(["too long", EXAMPLE])
    assert (first.message, first.line, second) == ("too long", 0, EXAMPLE)
    assert second is EXAMPLE
