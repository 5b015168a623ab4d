"""Documents: the whole way from a source to a page, for one of them or for many at once."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import jaunt

from textkit.blocks import parse_blocks
from textkit.inline import plain_text
from textkit.render import render_blocks, render_toc
from textkit.toc import TocEntry, build_toc

UNTITLED: Final = "Untitled"


@jaunt.magic(deps=[parse_blocks, plain_text, build_toc, render_blocks, render_toc])
class Document:
    r"""A source that is parsed once and rendered as often as one likes.

    >>> document = Document("# Tea\nServe *hot*.")
    >>> document.title
    'Tea'
    >>> print(document.to_html())
    <h1 id="tea">Tea</h1>
    <p>Serve <em>hot</em>.</p>
    """

    def __init__(self, source: str) -> None:
        """Parse `source`, with `parse_blocks(source)`."""
        ...

    @property
    def title(self) -> str:
        r"""The plain text of the first heading of the smallest level there is; `UNTITLED` without any.

        >>> Document("## Preface\n# *Tea* time").title
        'Tea time'
        >>> Document("no heading").title
        'Untitled'
        """
        ...

    def toc(self, *, max_level: int = 3) -> list[TocEntry]:
        """Return the table of contents, as `build_toc` does.

        Raises ValueError unless `max_level` is from 1 to 6.
        """
        ...

    def to_html(self, *, with_toc: bool = False) -> str:
        """Return the document as HTML, as `render_blocks` does.

        With `with_toc`, one line `<nav>...</nav>` around what `render_toc` makes of the table of
        contents comes first, unless there is no heading to list.

        >>> print(Document("# Tea").to_html(with_toc=True))
        <nav><ul><li><a href="#tea">Tea</a></li></ul></nav>
        <h1 id="tea">Tea</h1>
        """
        ...


@jaunt.magic
async def render_all(
    names: Iterable[str],
    read: Callable[[str], Awaitable[str]],
    *,
    limit: int = 4,
) -> dict[str, str]:
    """Read the named sources with `read` and return name -> HTML, in the order of `names`.

    - Each page is `Document(source).to_html()`.
    - At most `limit` reads are under way at the same time, and as many as that if there is work.
    - A name that is given twice is read once.
    - If a read fails, the other reads are cancelled and an ExceptionGroup with what failed is raised.
    - Raises ValueError if `limit` is less than 1, before anything is read.

    >>> import asyncio
    >>> async def read(name: str) -> str:
    ...     return f"# {name}"
    >>> asyncio.run(render_all(["Tea", "Cake"], read))
    {'Tea': '<h1 id="tea">Tea</h1>', 'Cake': '<h1 id="cake">Cake</h1>'}
    """
    ...
