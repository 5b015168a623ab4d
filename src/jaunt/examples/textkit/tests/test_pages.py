"""Test specs for rendering and for whole documents."""

import jaunt

from textkit.document import Document, render_all
from textkit.render import render_blocks, render_spans


@jaunt.test(deps=[render_spans, render_blocks])
def test_everything_is_escaped() -> None:
    """Assert that neither a span of any style nor a Code block lets the text `<b>&"` through as it is,
    that a link's href with a double quote is escaped, and so is a Code's language.
    """
    ...


@jaunt.test(deps=[render_spans, render_blocks])
def test_every_kind_has_its_element() -> None:
    """Assert that spans of the styles strong, emphasis and code, one after the other, are strong, em and
    code elements; and that Bullets of two items and a Code in "py" are a ul with two li elements and, on the
    next line, a pre with a code element of the class language-py.
    """
    ...


@jaunt.test(deps=[render_spans])
def test_only_safe_links_are_links(href: str, is_link: bool) -> None:
    """Assert render_spans of one link span to `href` has an a element if and only if is_link.

    Parametrize. Links: "/a", "#top", "page?a=b:c", "./a:b", "", "https://example.org" and
    "MAILTO:me@example.org". Not links: "javascript:alert(1)", the same in mixed case, the same after
    a control character (U+0001), and "data:text/html,x".
    """
    ...


@jaunt.test(deps=[Document])
def test_a_whole_page() -> None:
    """Assert that the document of "# Tea", a blank line and "Hot *water*." renders to exactly an h1 with
    id tea and a p with an em; that with_toc adds one nav line before it; that a document without headings
    has no nav and the title "Untitled"; and that toc() lists "### a" but not "#### a", unless asked to.
    """
    ...


@jaunt.test(deps=[render_all])
def test_pages_come_in_the_order_of_their_names() -> None:
    """Through asyncio.run: with a `read` that finishes "b" first, then "a", then "c", render_all
    returns the pages of "c", "a", "b" in that order, and reads "a" once though it's given twice.
    """
    ...


@jaunt.test(deps=[render_all])
def test_reads_keep_to_the_limit() -> None:
    """Through asyncio.run: with 10 names and limit=3, assert that at most 3 reads, and at some time all 3,
    are under way; the same for 4 without a limit, and for limit=1. limit=0 raises ValueError, and nothing
    is read.
    """
    ...


@jaunt.test(deps=[render_all])
def test_a_failed_read_cancels_the_others() -> None:
    """Through asyncio.run: one read waits for ever, the other then raises OSError. Assert that render_all
    raises an ExceptionGroup that holds the OSError alone, and that the waiting read was cancelled.
    """
    ...
