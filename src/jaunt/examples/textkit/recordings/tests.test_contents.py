# A recorded answer, replayed by jaunt.
# jaunt:kind=test
# jaunt:source_module=tests.test_contents
# jaunt:module_digest=sha256:913bdda421d4be0f294d47fd6f71ad9f0f6b3fdc8a936058e451bd64e4754e1d

"""Tests of blocks and tables of contents."""

import pytest

from textkit.blocks import Bullets, Code, Heading, Paragraph, parse_blocks
from textkit.inline import Span
from textkit.toc import build_toc, heading_slugs, outline


def test_each_kind_of_block() -> None:
    source = "## Two\none\n  more\n- a\n- b\n```py\nx = 1\n```\n"
    assert parse_blocks(source) == [
        Heading(2, (Span("Two"),)),
        Paragraph((Span("one more"),)),
        Bullets(((Span("a"),), (Span("b"),))),
        Code("x = 1", "py"),
    ]


def test_what_only_looks_like_a_heading() -> None:
    for source in ("#tag", "#", "####### seven", " # indented"):
        assert parse_blocks(source) == [Paragraph((Span(source.strip()),))]


def test_open_code_runs_to_the_end() -> None:
    assert parse_blocks("```\na\n\n# no heading") == [Code("a\n\n# no heading")]
    assert parse_blocks("") == parse_blocks("\n  \n") == []


def test_toc_nests_by_level() -> None:
    entries = build_toc(parse_blocks("## Early\n# One\n### Deep\n## Shallow\n#### Hidden\n# Two"))
    assert [entry.title for entry in entries] == ["Early", "One", "Two"]
    early, one, two = entries
    assert [(child.title, child.level) for child in one.children] == [("Deep", 3), ("Shallow", 2)]
    assert not any(entry.children for entry in (early, two, *one.children))


def test_hidden_headings_keep_their_anchors() -> None:
    blocks = parse_blocks("# A\n## A\n# A")
    assert heading_slugs(blocks) == ["a", "a-2", "a-3"]
    assert [entry.slug for entry in build_toc(blocks, max_level=1)] == ["a", "a-3"]
    for level in (0, 7):
        with pytest.raises(ValueError, match="max_level"):
            build_toc(blocks, max_level=level)


def test_outline_numbers_the_entries() -> None:
    entries = build_toc(parse_blocks("# A\n## B\n## C\n# D"))
    assert outline(entries).splitlines() == ["1 A", "1.1 B", "1.2 C", "2 D"]
    assert outline([]) == ""
