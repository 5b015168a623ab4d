"""What checks by other programs share: the program, its settings, and how what it finds becomes a flaw."""

import asyncio
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from jaunt.checks.tools.document import Diagnostic
from jaunt.process.background import run_beside
from jaunt.text.flaw import Flaw

TOOL_SECONDS = 60.0
"""How long a tool may take for one candidate."""


class ToolError(Exception):
    """A tool could not check a candidate."""


def find_tool(name: str) -> Path:
    """Return the program `name`, beside this Python or on PATH; raises ToolError if there is none."""
    folders = [Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))]
    found = shutil.which(name, path=os.pathsep.join(map(str, folders))) or shutil.which(name)
    if found is None:
        raise ToolError(f"{name} is not installed (not beside {sys.executable}, nor on PATH)")
    return Path(found)


def flaw_at(tool: str, source: str, finding: Diagnostic, message: str, about: str) -> Flaw:
    """Return what a tool has found with the text of its line; for `about` see `Flaw`."""
    line, lines = finding.line, re.split("\r\n|\r|\n", source)  # as tools count them
    quoted = lines[line - 1].strip()[:100] if 0 < line <= len(lines) else ""
    return Flaw(message, tool=tool, kind=finding.rule, line=line, quoted=quoted, about=about)


def nearest_settings(tool: str, folder: Path, names: Sequence[str]) -> Path | None:
    """Return the file with settings of a tool that is nearest to a folder, in it or above; None if there is none.

    It has one of the `names`, or is a pyproject.toml with a table of the tool's.
    """
    table = re.compile(rf"\[\s*tool\s*\.\s*{tool}\s*[].]")
    for each in (folder, *folder.parents):
        for name in names:
            if (each / name).is_file():
                return each / name
        with suppress(OSError):
            file = each / "pyproject.toml"
            if table.search(file.read_text("utf-8", "replace")):
                return file
    return None


async def run_to_success(
    tool: str, arguments: Sequence[str | Path], folder: Path, settings: Path | None = None
) -> bytes:
    """Run a tool in a folder and return what it prints; raises ToolError, with its own reason, if it fails.

    `settings` is the file with its settings, which the reason is likely to stand in.
    """
    program = find_tool(tool)
    try:
        async with asyncio.timeout(TOOL_SECONDS):
            command = [str(program), *map(str, arguments)]
            done = await run_beside(command, cwd=folder, env={**os.environ, "NO_COLOR": "1"})
    except TimeoutError as error:
        raise ToolError(f"{tool} took longer than {TOOL_SECONDS:g} s") from error
    except OSError as error:
        raise ToolError(f"{program} cannot be run: {error.strerror}") from error
    if done.code not in (0, 1):  # 1: it has found something
        where = f", by the settings in {settings}" if settings else ""
        raise ToolError(f"{tool} failed: {done.last_words or f'exit code {done.code}'}{where}")
    return done.output
