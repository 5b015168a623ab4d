"""Test specs for blocks and tables of contents."""

import jaunt

from textkit.blocks import parse_blocks
from textkit.toc import build_toc, heading_slugs, outline


@jaunt.test(deps=[parse_blocks])
def test_each_kind_of_block() -> None:
    """Assert a source of a heading "## Two", a paragraph of two lines "one" and "  more", two bullets
    "- a" and "- b" and a fenced code block in "py", with no blank line between them, gives a Heading
    of level 2, a Paragraph "one more", Bullets of two items and a Code, in this order.
    """
    ...


@jaunt.test(deps=[parse_blocks])
def test_what_only_looks_like_a_heading() -> None:
    """Assert "#tag", "#", "####### seven" and " # indented" are each a single Paragraph."""
    ...


@jaunt.test(deps=[parse_blocks])
def test_open_code_runs_to_the_end() -> None:
    """Assert a fence that is never closed keeps all lines after it, blank ones and "# no heading" too,
    and that a source without text gives no blocks.
    """
    ...


@jaunt.test(deps=[build_toc, parse_blocks])
def test_toc_nests_by_level() -> None:
    """From "## Early", "# One", "### Deep", "## Shallow", "#### Hidden", "# Two", one heading a line, assert
    the topmost titles are Early, One, Two, and One's children are Deep (level 3) and Shallow (level 2), all
    without children of their own: by default, levels above 3 are left out.
    """
    ...


@jaunt.test(deps=[build_toc, heading_slugs])
def test_hidden_headings_keep_their_anchors() -> None:
    """From "# A", "## A", "# A" with max_level=1, assert the entries' slugs are a and a-3, as
    heading_slugs gives a, a-2, a-3. A max_level of 0 or 7 raises ValueError.
    """
    ...


@jaunt.test(deps=[build_toc, outline])
def test_outline_numbers_the_entries() -> None:
    """Assert outline(build_toc(...)) of "# A", "## B", "## C", "# D" has the lines "1 A", "1.1 B", "1.2 C"
    and "2 D", and that the outline of no entries is "".
    """
    ...
