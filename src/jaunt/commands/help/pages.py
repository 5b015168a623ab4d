"""The pages that ship with jaunt: plain text, the first line of each is its title."""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "pages"


@cache
def topics() -> list[str]:
    """Return the names of all pages, sorted."""
    return sorted(file.stem for file in _FOLDER.glob("*.md"))


@cache
def read_page(topic: str) -> str:
    """Return a page as it is written: `@name@` on a line of its own stands for what the code tells."""
    return (_FOLDER / f"{topic}.md").read_text(encoding="utf-8").rstrip("\n")
