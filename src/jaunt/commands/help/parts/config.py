"""The keys of the configuration."""

from collections.abc import Iterator

from jaunt.checks.reference import every_key
from jaunt.config.reference import key_lines, sections

KIND = "section"


def lines() -> Iterator[str]:
    """Yield all keys."""
    return key_lines(every_key())


def names() -> list[str]:
    """Return the sections, which may be asked for one by one."""
    return sections()


def text_of(section: str) -> str:
    """Return the keys of a section."""
    return "\n".join(key_lines(every_key(), section))
