# A recorded answer, replayed by jaunt.
# jaunt:kind=build
# jaunt:source_module=textkit.slug
# jaunt:module_digest=sha256:7ad2544403cd80077567ba494706716ab6e48cd5038f0610138ec395fa16320c

"""Slugs: titles made fit for a URL."""

from collections.abc import Iterable
from itertools import chain, count

from textkit.words import words


def slugify(title: str, *, separator: str = "-", max_length: int | None = None) -> str:
    """Return `title` as a slug: its words, joined by `separator`."""
    if max_length is not None and max_length < 1:
        raise ValueError(f"max_length must be at least 1, not {max_length}")
    parts = words(title)
    slug = separator.join(parts)
    if max_length is None:
        return slug
    while len(parts) > 1 and len(slug) > max_length:
        parts.pop()
        slug = separator.join(parts)
    return slug[:max_length]


def unique_slugs(titles: Iterable[str]) -> list[str]:
    """Return one slug for each title, no two of them equal."""
    slugs: dict[str, None] = {}  # ordered, and quick to search
    for title in titles:
        wanted = slugify(title) or "section"
        candidates = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
        slugs[next(slug for slug in candidates if slug not in slugs)] = None
    return list(slugs)
