"""The table of contents: headings, nested by their levels, each with its anchor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import jaunt

from textkit.blocks import Block, parse_blocks
from textkit.inline import plain_text
from textkit.slug import unique_slugs


@dataclass(frozen=True, slots=True)
class TocEntry:
    """One heading: its plain title, its anchor and the headings under it."""

    title: str
    slug: str
    level: int
    children: tuple[TocEntry, ...] = ()


@jaunt.magic(deps=[plain_text, unique_slugs])
def heading_slugs(blocks: Iterable[Block]) -> list[str]:
    r"""Return one anchor for each Heading among `blocks`, in order, no two of them equal.

    The anchors are the `unique_slugs` of the headings' plain texts; other blocks count for nothing.

    >>> from textkit.blocks import parse_blocks
    >>> heading_slugs(parse_blocks("# Intro\ntext\n## *Why*?\n# Intro"))
    ['intro', 'why', 'intro-2']
    """
    ...


@jaunt.magic(deps=[heading_slugs, parse_blocks, plain_text])
def build_toc(blocks: Sequence[Block], *, max_level: int = 3) -> list[TocEntry]:
    r"""Return the table of contents of `blocks`, as `parse_blocks` returns them: its topmost entries.

    - A heading is the child of the nearest heading before it of a smaller level, and a topmost
      entry if there is none. A skipped level leaves no gap.
    - Headings of a level above `max_level` are left out, yet keep their anchors: an entry's slug is
      always the one that `heading_slugs(blocks)` gives its heading.
    - Raises ValueError unless `max_level` is from 1 to 6.

    >>> from textkit.blocks import parse_blocks
    >>> [guide] = build_toc(parse_blocks("# Guide\n## Setup\n#### Fine print\n## Usage"))
    >>> guide.title, [(entry.title, entry.slug, entry.level) for entry in guide.children]
    ('Guide', [('Setup', 'setup', 2), ('Usage', 'usage', 2)])
    """
    ...


@jaunt.magic
def outline(entries: Iterable[TocEntry]) -> str:
    r"""Return the entries as numbered lines, each followed by its children; "" if there are none.

    >>> from textkit.blocks import parse_blocks
    >>> print(outline(build_toc(parse_blocks("# Guide\n## Setup\n## Usage\n# Licence"))))
    1 Guide
    1.1 Setup
    1.2 Usage
    2 Licence
    """
    ...
