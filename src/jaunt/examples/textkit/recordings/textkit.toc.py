# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=textkit.toc
# jaunt:module_digest=sha256:cad8469878a4328e3abb33bedfbdd6a7ca95d4fae386b0785743f98337ef2f40

"""The table of contents: headings, nested by their levels, each with its anchor."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from textkit.blocks import Block, Heading
from textkit.inline import plain_text
from textkit.slug import unique_slugs
from textkit.toc import TocEntry


def heading_slugs(blocks: Iterable[Block]) -> list[str]:
    """Return one anchor for each Heading among `blocks`, in order, no two of them equal."""
    return unique_slugs(plain_text(block.spans) for block in blocks if isinstance(block, Heading))


def build_toc(blocks: Sequence[Block], *, max_level: int = 3) -> list[TocEntry]:
    """Return the table of contents of `blocks`: its topmost entries."""
    if not 1 <= max_level <= 6:
        raise ValueError(f"max_level must be from 1 to 6, not {max_level}")
    headings = [block for block in blocks if isinstance(block, Heading)]
    anchored = zip(headings, heading_slugs(blocks), strict=True)
    return _nest(deque(pair for pair in anchored if pair[0].level <= max_level), above=0)


def outline(entries: Iterable[TocEntry]) -> str:
    """Return the entries as numbered lines, each followed by its children."""
    return "\n".join(_numbered(entries, prefix=""))


def _nest(rest: deque[tuple[Heading, str]], *, above: int) -> list[TocEntry]:
    """Take entries from `rest` for as long as their levels are greater than `above`."""
    entries: list[TocEntry] = []
    while rest and rest[0][0].level > above:
        heading, slug = rest.popleft()
        children = tuple(_nest(rest, above=heading.level))
        entries.append(TocEntry(plain_text(heading.spans), slug, heading.level, children))
    return entries


def _numbered(entries: Iterable[TocEntry], *, prefix: str) -> Iterator[str]:
    for number, entry in enumerate(entries, start=1):
        yield f"{prefix}{number} {entry.title}"
        yield from _numbered(entry.children, prefix=f"{prefix}{number}.")
