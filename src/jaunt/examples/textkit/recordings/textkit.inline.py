# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=textkit.inline
# jaunt:module_digest=sha256:ca2a26385e218f7d22ce54919bd45e3d4df71b1b81e1a3ef316ca1e67ec4a2b3

"""Inline markup: a line of text to spans of one style each."""

import re
from collections.abc import Iterable

from textkit.inline import MARKS, Span
from textkit.scanner import Scanner

_LINK = re.compile(r"\[([^\[\]]+)\]\(([^()\s]*)\)")


def parse_inline(text: str) -> list[Span]:
    """Return `text` as spans, in order."""
    scanner = Scanner(text)
    spans: list[Span] = []
    plain = ""
    while not scanner.at_end:
        piece = _take(scanner)
        if isinstance(piece, str):
            plain += piece
            continue
        if plain:
            spans.append(Span(plain))
            plain = ""
        spans.append(piece)
    return [*spans, Span(plain)] if plain else spans


def plain_text(spans: Iterable[Span]) -> str:
    """Return the text of the spans, without any markup."""
    return "".join(span.text for span in spans)


def _take(scanner: Scanner) -> Span | str:
    """Take the next styled span or, if there is none right here, some plain text."""
    if scanner.skip("\\"):
        return scanner.take() or "\\"
    if link := scanner.match(_LINK):
        return Span(link[1], "link", link[2])
    for mark, style in MARKS.items():
        if scanner.skip(mark):
            enclosed = scanner.take_until(mark)
            if enclosed is None:
                return mark
            return Span(enclosed, style) if enclosed else mark * 2
    return scanner.take()
