"""The scanner: a cursor that every parser of this package moves over its text."""

import re

import jaunt


@jaunt.magic
class Scanner:
    """A cursor that moves over a text, from left to right only.

    >>> scanner = Scanner("size=[42]")
    >>> scanner.take_until("="), scanner.skip("["), scanner.take(2), scanner.skip("]"), scanner.at_end
    ('size', True, '42', True, True)
    """

    def __init__(self, text: str) -> None:
        """Stand before the first character of `text`."""
        ...

    @property
    def at_end(self) -> bool:
        """Whether nothing is left.

        >>> Scanner("").at_end
        True
        """
        ...

    def peek(self, count: int = 1) -> str:
        """Return the next `count` characters without moving; fewer where the text ends.

        Raises ValueError if `count` is negative.

        >>> scanner = Scanner("abc")
        >>> scanner.peek(), scanner.peek(9)
        ('a', 'abc')
        """
        ...

    def take(self, count: int = 1) -> str:
        """Return what `peek(count)` does, and move past it.

        >>> scanner = Scanner("abc")
        >>> scanner.take(), scanner.take(9), scanner.take()
        ('a', 'bc', '')
        """
        ...

    def take_until(self, stop: str) -> str | None:
        """Return the text before the next `stop`, and move past both.

        Returns None, and stays where it is, if there is no `stop` ahead. Raises ValueError if
        `stop` is empty.

        >>> scanner = Scanner("a, b")
        >>> scanner.take_until(", "), scanner.take_until(", "), scanner.peek()
        ('a', None, 'b')
        """
        ...

    def skip(self, literal: str) -> bool:
        """Move past `literal` if it comes next, and say whether it did."""
        ...

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Move past what `pattern` matches right here; return the match, or None without moving.

        `^` and look-behinds see the whole text, so a match is what `pattern.match(text, position)` gives.

        >>> scanner = Scanner("v12")
        >>> scanner.match(re.compile("[0-9]+")), scanner.skip("v"), scanner.match(re.compile("[0-9]+"))[0]
        (None, True, '12')
        """
        ...
