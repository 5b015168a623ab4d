"""The codes of errors: all of them in a list, and each one's page."""

import textwrap
from collections.abc import Iterator

from jaunt.commands.help.code_pages import PAGES
from jaunt.commands.help.parts import WIDTH, listed

KIND = "code"


def lines() -> Iterator[str]:
    """Yield all codes with what they are about."""
    return listed({code: page.title for code, page in PAGES.items()})


def names() -> list[str]:
    """Return all codes."""
    return list(PAGES)


def text_of(code: str) -> str:
    """Return the page of a code."""
    page = PAGES[code]
    paragraphs = (page.happened, page.remedy, f"More: jaunt help {page.topic}")
    return "\n\n".join([f"{code}: {page.title}", *(textwrap.fill(each, WIDTH) for each in paragraphs)])
