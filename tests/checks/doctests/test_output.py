"""What an example prints is compared as pytest does it, and a difference that can't be seen is shown."""

import _pytest.doctest
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaunt.checks.doctests.output import OutputChecker, flag_bits, shown

NAMES = ["ALLOW_UNICODE", "ALLOW_BYTES", "NUMBER", "ELLIPSIS", "NORMALIZE_WHITESPACE"]
PIECES = st.lists(
    st.sampled_from(
        [
            "3.14",
            "3.1",
            "3.142",
            "-2.",
            "1e3",
            "1.5e-3",
            "0.0016",
            "7",
            ".5",
            "+.50",
            "u'a'",
            "b'a'",
            "'a'",
            "Ub",
            "[",
            ", ",
            "...",
        ]
    ),
    max_size=4,
).map("".join)


@given(st.sets(st.sampled_from(NAMES)), PIECES, PIECES)
def test_outputs_are_compared_as_pytest_compares_them(names: set[str], want: str, got: str) -> None:
    reference = _pytest.doctest._get_checker()
    flags = flag_bits(sorted(names))
    assert OutputChecker().check_output(want, got, flags) is reference.check_output(want, got, flags)


@pytest.mark.parametrize(
    ("flag", "want", "got"),
    [
        ("NUMBER", "3.14", "3.14159"),
        ("NUMBER", "[1.0, 2.5]", "[1.0400001, 2.4999]"),
        ("ALLOW_UNICODE", "u'a'", "'a'"),
        ("ALLOW_BYTES", "'a'", "b'a'"),
    ],
)
def test_what_each_flag_of_pytest_lets_pass(flag: str, want: str, got: str) -> None:
    assert OutputChecker().check_output(want, got, flag_bits([flag]))
    assert not OutputChecker().check_output(want, got, flag_bits([]))


def test_a_flag_that_nobody_knows_changes_nothing() -> None:
    assert flag_bits(["NO_SUCH_FLAG"]) == 0
    assert flag_bits(["ELLIPSIS", "NO_SUCH_FLAG"]) == flag_bits(["ELLIPSIS", "ELLIPSIS"])


@pytest.mark.parametrize(
    ("expected", "got"), [("a b\n", "a  b\n"), ("a\tb", "a   b"), ("a b", "a\xa0b"), ("a", "a \n"), ("ab", "a\u200bb")]
)
def test_a_difference_that_nobody_can_see_is_shown_in_quotes(expected: str, got: str) -> None:
    assert shown(expected, got) == (repr(expected), repr(got))


@pytest.mark.parametrize(("expected", "got"), [("a", "b"), ("a b", "a c"), ("", ""), ("8\n", "5\n")])
def test_any_other_is_shown_as_it_is(expected: str, got: str) -> None:
    assert shown(expected, got) == (expected, got)
