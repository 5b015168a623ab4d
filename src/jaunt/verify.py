"""What checks by other programs share: where a candidate is to stand, the program, and the wording of errors."""

import ast
import os
import shutil
import sys
import sysconfig
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from jaunt.source import ModuleSource

TOOL_SECONDS = 60.0
"""How long a tool may take for one candidate, or for those that it looks at together."""


class ToolError(Exception):
    """A tool could not check a candidate."""


@dataclass(frozen=True)
class Place:
    """Where a candidate is to stand.

    `root` is the project's folder, `bases` those that its module names start from, `path` the generated file.
    `classes` names the specs that are classes.
    """

    root: Path
    bases: tuple[Path, ...]
    path: Path
    generated_module: str
    spec: ModuleSource
    classes: frozenset[str] = frozenset()


def find_tool(name: str) -> Path:
    """Return the program `name`, beside this Python or on PATH; raises ToolError if there is none."""
    folders = [Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))]
    found = shutil.which(name, path=os.pathsep.join(map(str, folders))) or shutil.which(name)
    if found is None:
        raise ToolError(f"{name} is not installed (not beside {sys.executable}, nor on PATH)")
    return Path(found)


def class_specs(spec: ModuleSource, names: Collection[str]) -> frozenset[str]:
    """Return which of the specs `names` are classes."""
    return frozenset(name for name in names if isinstance(spec.definitions.get(name), ast.ClassDef))


def error_at(tool: str, source: str, line: int, message: str) -> str:
    """Return a tool's error with the text of the line, counted from 1, that it is about."""
    lines = source.splitlines()
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return f"{tool}: line {line}: {message}{f': `{text[:100]}`' if text else ''}"


def last_line(text: str) -> str:
    """Return the last line that is not blank, "" if there is none."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
