# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=textkit.scanner
# jaunt:module_digest=sha256:39d960c07f0fc1ca7ff7c5ac1b78611bb314a7ba42deb58d3be84cd9e0ce8195

"""The scanner: a cursor that every parser of this package moves over its text."""

import re


class Scanner:
    """A cursor that moves over a text, from left to right only."""

    def __init__(self, text: str) -> None:
        """Stand before the first character of `text`."""
        self._text = text
        self._position = 0

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self._position >= len(self._text)

    def peek(self, count: int = 1) -> str:
        """Return the next `count` characters without moving; fewer where the text ends."""
        if count < 0:
            raise ValueError(f"count must not be negative: {count}")
        return self._text[self._position : self._position + count]

    def take(self, count: int = 1) -> str:
        """Return what `peek(count)` does, and move past it."""
        taken = self.peek(count)
        self._position += len(taken)
        return taken

    def take_until(self, stop: str) -> str | None:
        """Return the text before the next `stop`, and move past both; None if there is none."""
        if not stop:
            raise ValueError("stop must not be empty")
        end = self._text.find(stop, self._position)
        if end < 0:
            return None
        taken = self.take(end - self._position)
        self.take(len(stop))
        return taken

    def skip(self, literal: str) -> bool:
        """Move past `literal` if it comes next, and say whether it did."""
        if not self._text.startswith(literal, self._position):
            return False
        self._position += len(literal)
        return True

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Move past what `pattern` matches right here; return the match, or None without moving."""
        match = pattern.match(self._text, self._position)
        if match is not None:
            self._position = match.end()
        return match
