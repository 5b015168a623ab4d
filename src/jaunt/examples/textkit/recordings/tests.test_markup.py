# A recorded answer, replayed by jaunt.
# jaunt:kind=test
# jaunt:source_module=tests.test_markup
# jaunt:module_digest=sha256:56ef3f80c62562c377413493dbab8bea1c4c85db2835c2677801aa0913f65f9d

"""Tests of the scanner and of inline markup."""

import re

import pytest

from textkit.inline import MARKS, Span, parse_inline, plain_text
from textkit.scanner import Scanner


def test_scanner_stays_where_nothing_matches() -> None:
    scanner = Scanner("abc")
    assert scanner.take_until("x") is None
    assert scanner.peek(3) == "abc"
    assert scanner.skip("b") is False
    assert scanner.peek(3) == "abc"
    assert scanner.match(re.compile("b")) is None
    assert scanner.peek(3) == "abc"
    with pytest.raises(ValueError, match="negative"):
        scanner.peek(-1)
    with pytest.raises(ValueError, match="empty"):
        scanner.take_until("")


def test_scanner_reads_to_the_end() -> None:
    scanner = Scanner("a=12;")
    assert scanner.peek() == "a"
    assert scanner.take_until("a") == ""
    assert scanner.take_until("1") == "="
    digits = scanner.match(re.compile("[0-9]+"))
    assert digits is not None
    assert digits[0] == "2"
    assert scanner.skip(";") is True
    assert scanner.at_end
    assert scanner.peek() == scanner.take() == ""
    assert scanner.skip("") is True


def test_every_mark_makes_its_style() -> None:
    for mark, style in MARKS.items():
        assert parse_inline(f"a {mark}b{mark} c") == [Span("a "), Span("b", style), Span(" c")]
    assert parse_inline("[b](/c)") == [Span("b", "link", "/c")]


def test_marks_without_a_pair_are_plain() -> None:
    for text in ("2 * 3", "**", "`", "****", "[a]", "[a](b", "[](b)"):
        assert parse_inline(text) == [Span(text)]
    assert parse_inline("") == []


def test_backslash_escapes() -> None:
    assert parse_inline(r"\*a\*") == [Span("*a*")]
    assert parse_inline(r"a\\b") == [Span(r"a\b")]
    assert parse_inline("a\\") == [Span("a\\")]
    assert parse_inline(r"`a\b`") == [Span(r"a\b", "code")]


def test_plain_text_drops_the_markup() -> None:
    assert plain_text(parse_inline("*a* **b** `c` [d](e)")) == "a b c d"
    assert plain_text([]) == ""
