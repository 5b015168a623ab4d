"""Lines at the bottom of a terminal, redrawn in place by rich."""

import sys
from collections.abc import Callable
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

_FRAMES_PER_SECOND = 4


class _Lines:
    """What rich draws, anew each time; the first line is bold."""

    def __init__(self, lines: Callable[[int, int], list[str]]) -> None:
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        first, *others = self._lines(options.max_width, console.height)
        yield Text("\n").join([Text(first, style="bold"), *map(Text, others)])


def draw_lines(lines: Callable[[int, int], list[str]], out: TextIO) -> Live:
    """Begin to draw what `lines` gives for a width and a height; what is printed meanwhile appears above."""
    # With soft wrap, what is printed above is left as it is: the terminal wraps it, and a copy of it is whole.
    live = Live(
        _Lines(lines),
        console=Console(file=out, soft_wrap=True, highlight=False),
        refresh_per_second=_FRAMES_PER_SECOND,
        transient=True,
        redirect_stderr=sys.stderr.isatty(),  # what goes to a file belongs there
    )
    live.start()
    return live
