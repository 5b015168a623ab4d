"""What is printed as one line keeps what its values differ by."""

import pytest

from jaunt.report.console import error_line, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("expected 'EUR 1', got 'EUR  1'", "expected 'EUR 1', got 'EUR  1'"),
        ("expected\n    'a\tb'\ngot\n    'a b'\n", "expected 'a\tb' got 'a b'"),
        ("one\r\n\r\n  two\x0bthree\u2028four  ", "one two three four"),
        (" \n ", ""),
        ("", ""),
        ("a\x1b[31m\nb\x07\tc\xa0d", "a?[31m b?\tc\xa0d"),
    ],
)
def test_only_line_breaks_become_a_blank(text: str, line: str) -> None:
    assert one_line(text) == line
    assert error_line(text) == line
