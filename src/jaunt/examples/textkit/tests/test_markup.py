"""Test specs for the scanner and for inline markup."""

import jaunt

from textkit.inline import parse_inline, plain_text
from textkit.scanner import Scanner


@jaunt.test(deps=[Scanner])
def test_scanner_stays_where_nothing_matches() -> None:
    """On "abc": take_until("x") is None, skip("b") is False, match(re.compile("b")) is None, and
    peek(3) is still "abc" after each of them. A negative peek or an empty stop raises ValueError.
    """
    ...


@jaunt.test(deps=[Scanner])
def test_scanner_reads_to_the_end() -> None:
    """On "a=12;": peek() is "a", take_until("a") is "", take_until("1") is "=", match of "[0-9]+" finds "2",
    skip(";") is True, and then the scanner is at_end, with peek() == take() == "" and skip("") True.
    """
    ...


@jaunt.test(deps=[parse_inline])
def test_every_mark_makes_its_style() -> None:
    """For each mark and style of textkit.inline.MARKS, "a " + mark + "b" + mark + " c" gives three spans:
    Span("a "), Span("b", style), Span(" c"). And "[b](/c)" is Span("b", "link", "/c").
    """
    ...


@jaunt.test(deps=[parse_inline])
def test_marks_without_a_pair_are_plain() -> None:
    """Assert "2 * 3", "**", "`", "****", "[a]", "[a](b" and "[](b)" each give the one plain span with
    the same text, and the empty text gives no spans.
    """
    ...


@jaunt.test(deps=[parse_inline])
def test_backslash_escapes() -> None:
    r"""Assert r"\*a\*" is one plain span "*a*", r"a\\b" (two backslashes) has one of them left, a lone
    backslash at the end stays, and within code a backslash stays.
    """
    ...


@jaunt.test(deps=[plain_text, parse_inline])
def test_plain_text_drops_the_markup() -> None:
    """Assert plain_text(parse_inline("*a* **b** `c` [d](e)")) == "a b c d", and no spans give ""."""
    ...
