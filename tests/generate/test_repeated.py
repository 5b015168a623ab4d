"""Errors are told once."""

import pytest

from jaunt.generate.repeated import told_once

EXAMPLE = "f: the example in a.py:{} fails\n    example: f()\n    expected: 3\n    got: {}"


def test_errors_that_differ_in_their_line_alone_are_one() -> None:
    errors = [f"ty: line {n}: no attribute `x` [missing]: `print({n})`" for n in range(1, 11)]
    assert told_once([*errors, "ty: line 3: another [b]: `x`"]) == [
        "ty: line 1: no attribute `x` [missing]: `print(1)` (10 times; also in lines 2, 3, 4, 5, 6, 7, 8, 9, 10)",
        "ty: line 3: another [b]: `x`",
    ]


@pytest.mark.parametrize(
    "errors",
    [
        ["line 1: a", "line 1: b"],
        ["ty: line 1: a", "ruff: line 2: a"],
        [EXAMPLE.format(1, "4"), EXAMPLE.format(2, "5")],
        ["line 4: a", EXAMPLE.format(1, "TypeError: no (line 5 of the candidate)")],
        ["line 5: a", EXAMPLE.format(1, "ValueError: no (line 5 of the candidate)")],
        [
            EXAMPLE.format(1, "KeyError: 'a' (line 5 of the candidate)"),
            EXAMPLE.format(2, "KeyError: 'b' (line 5 of the candidate)"),
        ],
        ["f is missing", "g is missing"],
    ],
)
def test_what_differs_is_told(errors: list[str]) -> None:
    assert told_once(errors) == errors


def test_an_example_that_fails_by_a_mistake_already_told_is_left_out() -> None:
    error = "ty: line 5: no parameter `x`"
    assert told_once([error, EXAMPLE.format(1, "TypeError: f() got x (line 5 of the candidate)")]) == [error]


def test_examples_that_fail_by_the_same_are_counted() -> None:
    errors = [EXAMPLE.format(n, "ValueError: no (line 5 of the candidate)") for n in (1, 2, 3)]
    assert told_once(errors) == [f"{errors[0]}\n    and so do 2 more examples"]
