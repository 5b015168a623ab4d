"""What pages have of the code itself, so that it can't go out of date: a part a file, which has `lines()`.

One is imported only for a page that has it: `jaunt help` is as fast as other commands.
"""

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping

from jaunt.report.terminal import hang

PARTS: Mapping[str, str] = {
    "checks": "jaunt.commands.help.parts.checks",
    "codes": "jaunt.commands.help.parts.codes",
    "config": "jaunt.commands.help.parts.config",
    "exit-codes": "jaunt.commands.help.parts.exit_codes",
    "providers": "jaunt.commands.help.parts.providers",
}
"""The name that a page has between two `@`, on a line of its own -> the part."""

WIDTH = 79
"""The columns of pages."""


def fill(page: str) -> str:
    """Return a page with what stands for parts of the code replaced by them."""
    return re.sub(r"^@([\w-]+)@$", lambda found: "\n".join(_lines(found[1])), page, flags=re.MULTILINE)


def _lines(part: str) -> Iterable[str]:
    return importlib.import_module(PARTS[part]).lines()


def listed(rows: Mapping[str, str]) -> Iterator[str]:
    """Yield names with their meanings, in two columns."""
    width = max(map(len, rows))
    for name, meaning in rows.items():
        yield from hang(f"    {name:<{width}}  ", meaning, WIDTH)
