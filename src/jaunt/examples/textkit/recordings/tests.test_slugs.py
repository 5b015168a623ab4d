# A recorded answer, replayed by jaunt.
# jaunt:kind=test
# jaunt:source_module=tests.test_slugs
# jaunt:module_digest=sha256:22a16db1baab93b38e0d3a1e7ded38618b9682687b3f9fe0c5d5b1547c7bbe43

"""Tests of words and slugs."""

import pytest

from textkit.slug import slugify, unique_slugs
from textkit.words import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello World", ["hello", "world"]),
        ("Crème Brûlée", ["creme", "brulee"]),
        ("Straße 12", ["strasse", "12"]),
        ("tea—or_coffee", ["tea", "or", "coffee"]),
        ("don't", ["dont"]),
        ("don\N{RIGHT SINGLE QUOTATION MARK}t", ["dont"]),
        ("'tis", ["tis"]),
        ("", []),
        ("?!", []),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_slug_of_a_title() -> None:
    assert slugify("Hello, World!") == "hello-world"
    assert slugify("Hello, World!", separator="_") == "hello_world"
    assert slugify("?!...") == ""


def test_long_slugs_are_cut_between_words() -> None:
    title = "The quick brown fox"
    assert slugify(title, max_length=9) == "the-quick"
    assert slugify(title, max_length=12) == "the-quick"
    assert slugify(title, max_length=15) == "the-quick-brown"
    assert slugify(title, max_length=4) == "the"
    assert slugify(title, max_length=1) == "t"
    assert all(len(slugify(title, max_length=length)) <= length for length in range(1, 31))


def test_no_room_for_a_slug_is_an_error() -> None:
    for title in ("Hello", ""):
        for length in (0, -1):
            with pytest.raises(ValueError, match="max_length"):
                slugify(title, max_length=length)


def test_repeated_titles_get_numbers() -> None:
    assert unique_slugs(["A", "A", "A"]) == ["a", "a-2", "a-3"]
    assert unique_slugs(["A 2", "A", "A"]) == ["a-2", "a", "a-3"]
    assert unique_slugs(["?", "!"]) == ["section", "section-2"]
    assert unique_slugs([]) == []
