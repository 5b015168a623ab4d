# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=textkit.render
# jaunt:module_digest=sha256:8e2e75a2ad8522946752a4af72e0c02a6dd8e9a9811681366be5af6ec956b52c

"""Rendering: spans, blocks and tables of contents to HTML that is safe to show."""

import re
from collections.abc import Iterable, Sequence
from html import escape

from textkit.blocks import Block, Bullets, Code, Heading, Paragraph
from textkit.inline import Span
from textkit.render import SAFE_SCHEMES
from textkit.toc import TocEntry, heading_slugs

_SCHEME = re.compile(r"([^/?#:]*):")


def render_spans(spans: Iterable[Span]) -> str:
    """Return the spans as inline HTML, the texts escaped."""
    return "".join(map(_render_span, spans))


def render_blocks(blocks: Sequence[Block]) -> str:
    """Return the blocks as HTML, joined by newlines."""
    anchors = iter(heading_slugs(blocks))
    return "\n".join(
        _render_heading(block, next(anchors)) if isinstance(block, Heading) else _render_block(block)
        for block in blocks
    )


def render_toc(entries: Iterable[TocEntry]) -> str:
    """Return the entries as a nested list of links to their anchors."""
    items = "".join(
        f'<li><a href="#{escape(entry.slug)}">{escape(entry.title)}</a>{render_toc(entry.children)}</li>'
        for entry in entries
    )
    return f"<ul>{items}</ul>" if items else ""


def _render_span(span: Span) -> str:
    text = escape(span.text)
    match span.style:
        case "strong":
            return f"<strong>{text}</strong>"
        case "emphasis":
            return f"<em>{text}</em>"
        case "code":
            return f"<code>{text}</code>"
        case "link" if span.href is not None and _is_safe(span.href):
            return f'<a href="{escape(span.href)}">{text}</a>'
        case _:
            return text


def _is_safe(href: str) -> bool:
    scheme = _SCHEME.match(href)
    return scheme is None or scheme[1].lower() in SAFE_SCHEMES


def _render_heading(heading: Heading, anchor: str) -> str:
    tag = f"h{heading.level}"
    return f'<{tag} id="{escape(anchor)}">{render_spans(heading.spans)}</{tag}>'


def _render_block(block: Paragraph | Bullets | Code) -> str:
    match block:
        case Paragraph(spans):
            return f"<p>{render_spans(spans)}</p>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{render_spans(item)}</li>" for item in items) + "</ul>"
        case Code(text, language):
            label = f' class="language-{escape(language)}"' if language else ""
            return f"<pre><code{label}>{escape(text)}</code></pre>"
