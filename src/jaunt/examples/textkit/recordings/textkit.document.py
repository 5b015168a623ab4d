# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=textkit.document
# jaunt:module_digest=sha256:db0125d7fdca980bc47e5129a677ef01b6871a102770fd2f6672b2379d2214bd

"""Documents: the whole way from a source to a page, for one of them or for many at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from textkit.blocks import Heading, parse_blocks
from textkit.document import UNTITLED
from textkit.inline import plain_text
from textkit.render import render_blocks, render_toc
from textkit.toc import TocEntry, build_toc


class Document:
    """A source that is parsed once and rendered as often as one likes."""

    def __init__(self, source: str) -> None:
        """Parse `source`."""
        self._blocks = parse_blocks(source)

    @property
    def title(self) -> str:
        """The plain text of the first heading of the smallest level there is."""
        headings = [block for block in self._blocks if isinstance(block, Heading)]
        if not headings:
            return UNTITLED
        return plain_text(min(headings, key=lambda heading: heading.level).spans)

    def toc(self, *, max_level: int = 3) -> list[TocEntry]:
        """Return the table of contents."""
        return build_toc(self._blocks, max_level=max_level)

    def to_html(self, *, with_toc: bool = False) -> str:
        """Return the document as HTML, after its table of contents if asked for."""
        body = render_blocks(self._blocks)
        contents = render_toc(self.toc()) if with_toc else ""
        return f"<nav>{contents}</nav>\n{body}" if contents else body


async def render_all(
    names: Iterable[str],
    read: Callable[[str], Awaitable[str]],
    *,
    limit: int = 4,
) -> dict[str, str]:
    """Read the named sources with `read` and return name -> HTML, in the order of `names`."""
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    free = asyncio.Semaphore(limit)

    async def page(name: str) -> str:
        async with free:
            source = await read(name)
        return Document(source).to_html()

    async with asyncio.TaskGroup() as group:
        pages = {name: group.create_task(page(name)) for name in dict.fromkeys(names)}
    return {name: task.result() for name, task in pages.items()}
