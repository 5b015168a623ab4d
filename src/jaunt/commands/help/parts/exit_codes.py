"""The exit codes."""

from collections.abc import Iterator

from jaunt.commands.help.parts import listed
from jaunt.commands.shared.result import EXIT_CODES


def lines() -> Iterator[str]:
    """Yield each code and what it means."""
    return listed({str(code): meaning for code, meaning in EXIT_CODES.items()})
