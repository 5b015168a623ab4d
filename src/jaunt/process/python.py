"""The command that runs a module of jaunt's in a Python of its own."""

import sys
from pathlib import Path

from jaunt.paths import PACKAGE

_START = "import sys; sys.path.append(sys.argv.pop(1)); __import__(sys.argv.pop(1), fromlist=['main']).main()"


def python_command(module: str, *arguments: str, options: tuple[str, ...] = ("-P",)) -> list[str]:
    """Return the command that calls `main()` of a module, with `sys.argv` of what follows.

    The folder that jaunt is in comes last on the path: it may be that of all installed packages, which hide no
    standard one.
    """
    return [sys.executable, *options, "-c", _START, str(Path(PACKAGE).parent), module, *arguments]
