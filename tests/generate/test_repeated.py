"""Errors are told once."""

import pytest

from jaunt.generate.repeated import told_once
from jaunt.text.flaw import Flaw


def of_line(line: int, message: str, **facts: str) -> Flaw:
    return Flaw(message, line=line, **facts)


def example(line: int, got: str, raised_at: int = 0) -> Flaw:
    """Return what is wrong where an example in a line of the spec module fails."""
    raised = got.partition(":")[0] if raised_at else ""
    where = f" (line {raised_at} of the candidate)" if raised_at else ""
    details = {"example": "f()", "expected": "3", "got": f"{got}{where}"}
    message = f"the example in a.py:{line} fails"
    return Flaw(message, symbol="f", details=details, raised=raised, raised_at=raised_at)


def test_errors_that_differ_in_their_line_alone_are_one() -> None:
    errors = [of_line(n, "no attribute `x` [missing]", tool="ty", quoted=f"print({n})") for n in range(1, 11)]
    assert told_once([*errors, of_line(3, "another [b]", tool="ty", quoted="x")]) == [
        "ty: line 1: no attribute `x` [missing]: `print(1)` (10 times; also in lines 2, 3, 4, 5, 6, 7, 8, 9, 10)",
        "ty: line 3: another [b]: `x`",
    ]


@pytest.mark.parametrize(
    "errors",
    [
        [of_line(1, "a"), of_line(1, "b")],
        [of_line(1, "a", tool="ty"), of_line(2, "a", tool="ruff")],
        [of_line(1, "a", symbol="f"), of_line(2, "a", symbol="g")],
        [example(1, "4"), example(2, "5")],
        [example(1, "4"), example(2, "4")],
        [of_line(4, "a"), example(1, "TypeError: no", 5)],
        [of_line(5, "a"), example(1, "ValueError: no", 5)],
        [of_line(5, "a"), example(1, "TypeError: no (line 5 of the candidate)")],  # which it has printed
        [example(1, "KeyError: 'a'", 5), example(2, "KeyError: 'b'", 5)],
        [Flaw("f is missing"), Flaw("g is missing")],
    ],
)
def test_what_differs_is_told(errors: list[Flaw]) -> None:
    assert told_once(errors) == errors


def test_an_example_that_fails_by_a_mistake_already_told_is_left_out() -> None:
    error = of_line(5, "no parameter `x`", tool="ty")
    assert told_once([error, example(1, "TypeError: f() got x", 5)]) == [error]


def test_examples_that_fail_by_the_same_are_counted() -> None:
    errors = [example(n, "ValueError: no", 5) for n in (1, 2, 3)]
    assert told_once(errors) == [f"{errors[0]}\n    and so do 2 more examples"]
