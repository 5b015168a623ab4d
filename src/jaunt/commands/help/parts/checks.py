"""The checks, each with the first sentence of its file, which is not imported: some bring an event loop."""

from collections.abc import Iterator
from pathlib import Path

import jaunt
from jaunt.checks import CHECKS
from jaunt.commands.help.parts import listed


def lines() -> Iterator[str]:
    """Yield the checks, in the order in which they are asked."""
    return listed({name: _first_sentence(module) for name, module in CHECKS.items()})


def _first_sentence(module: str) -> str:
    file = Path(jaunt.__file__).parents[1].joinpath(*module.split(".")).with_suffix(".py")
    line = next(line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith('"""'))
    return line.strip('"').removesuffix(".")
