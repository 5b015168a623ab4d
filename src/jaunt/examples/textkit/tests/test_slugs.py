"""Test specs for words and slugs."""

import jaunt

from textkit.slug import slugify, unique_slugs
from textkit.words import words


@jaunt.test(deps=[words])
def test_words_are_folded(text: str, expected: list[str]) -> None:
    """Assert words(text) == expected. Parametrize over:

    - "Hello World" -> hello, world
    - "Crème Brûlée" -> creme, brulee
    - "Straße 12" -> strasse, 12
    - "tea—or_coffee" -> tea, or, coffee
    - "don't", with the plain and with the typographic apostrophe (U+2019) -> dont
    - "'tis" -> tis
    - "" and "?!" -> no words
    """
    ...


@jaunt.test(deps=[slugify])
def test_slug_of_a_title() -> None:
    """Assert the slug of "Hello, World!" is "hello-world", with separator "_" it's "hello_world",
    and a title of punctuation alone gives "".
    """
    ...


@jaunt.test(deps=[slugify])
def test_long_slugs_are_cut_between_words() -> None:
    """Of "The quick brown fox": max_length=9 gives "the-quick", 12 the same, 15 gives "the-quick-brown",
    4 gives "the", 1 gives "t". For every max_length from 1 to 30 the slug is at most that long.
    """
    ...


@jaunt.test(deps=[slugify])
def test_no_room_for_a_slug_is_an_error() -> None:
    """Assert max_length=0 and max_length=-1 raise ValueError, even for the empty title."""
    ...


@jaunt.test(deps=[unique_slugs])
def test_repeated_titles_get_numbers() -> None:
    """Assert ["A", "A", "A"] gives a, a-2, a-3; that ["A 2", "A", "A"] gives a-2, a, a-3, the
    taken number being skipped; that ["?", "!"] gives section, section-2; and that no titles give [].
    """
    ...
