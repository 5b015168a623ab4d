"""Who gives a command, as far as git or the system can tell."""

import getpass
from pathlib import Path

from jaunt.process.tool import run_tool
from jaunt.report.console import one_line


def person_at(root: Path) -> str:
    """Return who works in a folder: git's user name, or the login name."""
    try:
        name = one_line(run_tool(["git", "config", "user.name"], cwd=root).output.decode())
    except (OSError, UnicodeDecodeError):
        name = ""
    try:
        return name or one_line(getpass.getuser())
    except (KeyError, OSError):  # a container's user may have no name
        return "unknown"
