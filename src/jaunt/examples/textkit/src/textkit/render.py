"""Rendering: spans, blocks and tables of contents to HTML that is safe to show."""

from collections.abc import Iterable, Sequence
from typing import Final

import jaunt

from textkit.blocks import Block
from textkit.inline import Span
from textkit.toc import TocEntry, heading_slugs

SAFE_SCHEMES: Final = frozenset({"http", "https", "mailto"})
"""A link to any other scheme, `javascript:` above all, is never rendered as one."""

SAFETY = "Every text and attribute that comes from a document goes through html.escape."


@jaunt.magic(prompt=SAFETY)
def render_spans(spans: Iterable[Span]) -> str:
    """Return the spans as inline HTML: strong, em, code and a elements, the texts escaped.

    A link whose href has a scheme outside of `SAFE_SCHEMES` (in any case of letters) is shown as its
    text alone. An href has a scheme if it has a colon before its first `/`, `?` or `#`; so
    relative hrefs are fine.

    >>> render_spans([Span("1 < 2, "), Span("really", "strong")])
    '1 &lt; 2, <strong>really</strong>'
    >>> render_spans([Span("docs", "link", "/d?a=1&b=2")])
    '<a href="/d?a=1&amp;b=2">docs</a>'
    >>> render_spans([Span("click me", "link", "JavaScript:alert(1)")])
    'click me'
    """
    ...


@jaunt.magic(deps=[heading_slugs], prompt=SAFETY)
def render_blocks(blocks: Sequence[Block]) -> str:
    """Return the blocks as HTML, joined by newlines; inline text goes through `render_spans(spans)`.

    - A Heading's id is what `heading_slugs(blocks)` gives it: `<h2 id="setup">Setup</h2>`.
    - A Paragraph is `<p>...</p>`, and Bullets are `<ul><li>...</li><li>...</li></ul>`.
    - Code is `<pre><code class="language-py">...</code></pre>`, without the class if it has no
      language, its text escaped.

    >>> from textkit.blocks import Code, Heading
    >>> print(render_blocks([Heading(1, (Span("Hi"),)), Code("a < b")]))
    <h1 id="hi">Hi</h1>
    <pre><code>a &lt; b</code></pre>
    """
    ...


@jaunt.magic(prompt=SAFETY)
def render_toc(entries: Iterable[TocEntry]) -> str:
    """Return the entries as a nested list of links to their anchors, in one line; "" if there are none.

    >>> render_toc([TocEntry("A & B", "a-b", 1, (TocEntry("C", "c", 2),))])
    '<ul><li><a href="#a-b">A &amp; B</a><ul><li><a href="#c">C</a></li></ul></li></ul>'
    """
    ...
