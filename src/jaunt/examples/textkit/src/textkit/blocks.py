"""Blocks: a Markdown-like source to headings, paragraphs, bullets and code."""

from dataclasses import dataclass

import jaunt

from textkit.inline import Span, parse_inline


@dataclass(frozen=True, slots=True)
class Heading:
    """A title of a level from 1 to 6."""

    level: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together, as one run of spans."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without numbers."""

    items: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Text that is shown as it stands; `language` is empty if the source names none."""

    text: str
    language: str = ""


Block = Heading | Paragraph | Bullets | Code


@jaunt.magic(deps=[parse_inline])
def parse_blocks(source: str) -> list[Block]:
    r"""Return the blocks of `source`, in order. Blank lines separate blocks and are not kept.

    Every block starts in the first column, and whitespace at the end of a line does not count:

    - One to six `#`, whitespace and a text are a Heading. Without the whitespace or the text they are not.
    - Neighbouring lines of `-`, whitespace and a text are Bullets, one item each.
    - A line that starts with three backticks opens Code; the rest of that line, stripped, is its language.
      The lines up to one of just three backticks, or up to the end of the source, are kept as they stand,
      blank ones too, joined by newlines.
    - All other neighbouring lines are a Paragraph: stripped, and joined by one space. It ends before
      the first blank line or the first line that starts another kind of block.

    The texts of all blocks but Code go through `parse_inline`.

    >>> parse_blocks("# Hi\nsome\ntext")  # doctest: +NORMALIZE_WHITESPACE
    [Heading(level=1, spans=(Span(text='Hi', style='plain', href=None),)),
     Paragraph(spans=(Span(text='some text', style='plain', href=None),))]
    >>> parse_blocks("```py\nx = 1\n\n```")
    [Code(text='x = 1\n', language='py')]
    >>> [len(block.items) for block in parse_blocks("- a\n- b\n\n- c")]
    [2, 1]
    """
    ...
