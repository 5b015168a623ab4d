"""The last line of what a program said."""

import pytest

from jaunt.text.lines import last_line


@pytest.mark.parametrize(
    ("text", "line"), [("", ""), ("\n \n", ""), ("a", "a"), ("a\n  b \n\n\t\n", "b"), ("a\r\nb\r\n", "b")]
)
def test_it_is_the_last_that_is_not_blank(text: str, line: str) -> None:
    assert last_line(text) == line
