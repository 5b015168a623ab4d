"""Slugs: titles made fit for a URL."""

from collections.abc import Iterable

import jaunt

from textkit.words import words


@jaunt.magic(deps=[words])
def slugify(title: str, *, separator: str = "-", max_length: int | None = None) -> str:
    """Return `title` as a slug: its words, joined by `separator`.

    - A title without words gives the empty string.
    - With `max_length`, whole words are left out from the end until the slug is at most that long;
      a first word that is too long by itself is cut.
    - Raises ValueError if `max_length` is less than 1.

    >>> slugify("Hello, World!")
    'hello-world'
    >>> slugify("Crème brûlée", separator="_")
    'creme_brulee'
    >>> slugify("The quick brown fox", max_length=12)
    'the-quick'
    >>> slugify("Incomprehensible", max_length=5)
    'incom'
    """
    ...


@jaunt.magic
def unique_slugs(titles: Iterable[str]) -> list[str]:
    """Return one slug for each title, made by `slugify(title)`, no two of them equal.

    - A title without words counts as "section".
    - The first to want a slug gets it. The next ones get the suffix -2, -3 and so on: the lowest
      number that is still free.

    >>> unique_slugs(["Setup", "Usage", "Setup", "Setup 2", "?"])
    ['setup', 'usage', 'setup-2', 'setup-2-2', 'section']
    """
    ...
