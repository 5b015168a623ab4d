"""Edits: replacing parts of a source text by the places of its syntax nodes, all else as it is."""

import ast
from collections.abc import Sequence

Position = tuple[int, int]
"""A line, counted from 1, and a column in bytes of UTF-8, counted from 0, as `ast` has them."""


class Edits:
    """Replacements in one text, which may not overlap; insertions at one place come in the order of the calls."""

    def __init__(self, text: str) -> None:
        self._data = text.encode()
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line.encode()) + 1)
        self._edits: list[tuple[int, int, str]] = []

    def replace(self, start: Position, end: Position, text: str) -> None:
        """Replace what lies between two places."""
        self._edits.append((self._offset(start), self._offset(end), text))

    def replace_node(self, node: ast.expr | ast.stmt, text: str) -> None:
        """Replace a node's own text."""
        self.replace((node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0), text)

    def replace_lines(self, first: int, last: int, lines: Sequence[str]) -> None:
        """Replace whole lines; where there are none in their place, one of two empty lines around them goes too."""
        around = [self._lines[i] for i in (first - 2, last) if 0 <= i < len(self._lines)]
        if not lines and len(around) == 2 and not "".join(around).strip():
            last += 1
        self.replace((first, 0), (last + 1, 0), "".join(f"{line}\n" for line in lines))

    def replace_statement(self, node: ast.stmt, lines: Sequence[str]) -> None:
        """Replace a statement by others, each on a line of its own if the statement is."""
        last = node.end_lineno or node.lineno
        before = self._lines[node.lineno - 1].encode()[: node.col_offset].decode()
        after = self._lines[last - 1].encode()[node.end_col_offset or 0 :].decode().strip()
        if before.strip() or (after and not after.startswith("#")):
            self.replace_node(node, "; ".join(lines) or "pass")
        else:
            self.replace_lines(node.lineno, last, [before + line for line in lines])

    def begins_line(self, node: ast.stmt) -> bool:
        """Whether nothing stands before a node on its line."""
        return not self._lines[node.lineno - 1].encode()[: node.col_offset].strip()

    def indentation(self, line: int) -> str:
        """Return the blanks that a line, counted from 1, begins with."""
        text = self._lines[line - 1]
        return text[: len(text) - len(text.lstrip())]

    def is_comment(self, line: int) -> bool:
        """Whether a line, counted from 1, is blank or a comment alone, or a part of a text that looks like one."""
        text = self._lines[line - 1].strip()
        return not text or text.startswith("#")

    def insert_lines(self, after: int, lines: Sequence[str]) -> None:
        """Put lines below the line `after`, 0 for the top."""
        self.replace((after + 1, 0), (after + 1, 0), "".join(f"{line}\n" for line in lines))

    def applied(self) -> str:
        """Return the text with all replacements made."""
        out, position = [], 0
        for start, end, text in sorted(self._edits, key=lambda edit: edit[:2]):
            out += [self._data[position:start], text.encode()]
            position = max(position, min(end, len(self._data)))
        return b"".join([*out, self._data[position:]]).decode()

    def _offset(self, place: Position) -> int:
        line, column = place
        return min(self._starts[min(line, len(self._starts)) - 1] + column, len(self._data))
