"""Inline markup: a line of text to spans of one style each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import jaunt

from textkit.scanner import Scanner

Style = Literal["plain", "strong", "emphasis", "code", "link"]

MARKS: Final[Mapping[str, Style]] = {"**": "strong", "*": "emphasis", "`": "code"}
"""What opens and closes a span, longest first."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style; `href` is where a link leads, and None for every other style."""

    text: str
    style: Style = "plain"
    href: str | None = None


@jaunt.magic(deps=[Scanner])
def parse_inline(text: str) -> list[Span]:
    r"""Return `text` as spans, in order.

    - A pair of equal `MARKS` encloses a span of that style: `**strong**`, `*emphasis*`, `` `code` ``.
    - `[text](href)` is a link; its text has no brackets, its href no blanks or parentheses. The href
      may be empty, the text may not.
    - Styles do not nest: what a span encloses is taken as it stands, backslashes too.
    - A mark that is never closed is plain text; so are both marks of a pair around nothing.
    - Outside of a span, a backslash makes the next character plain text and goes away; at the end of
      the text it stands for itself.
    - Plain neighbours are one span, and no span is empty: the empty text has none.

    >>> parse_inline("a **b**")
    [Span(text='a ', style='plain', href=None), Span(text='b', style='strong', href=None)]
    >>> parse_inline("[docs](/d)")
    [Span(text='docs', style='link', href='/d')]
    >>> parse_inline(r"2 \* 3 * 4")
    [Span(text='2 * 3 * 4', style='plain', href=None)]
    """
    ...


@jaunt.magic
def plain_text(spans: Iterable[Span]) -> str:
    """Return the text of the spans, without any markup.

    >>> plain_text(parse_inline("Read *the* [docs](/d)"))
    'Read the docs'
    """
    ...
