"""What counts for all tests besides the project's own files: machine, Python, what is installed, settings above."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from jaunt import __version__
from jaunt.config.sandboxes import sandbox_for
from jaunt.project.project import Project
from jaunt.sandbox.environment import passed_environment
from jaunt.testing.settings_files import SETTINGS

_INSTALLED = ("site-packages", "dist-packages")
_TELLING = (".dist-info", ".egg-info", ".egg-link", ".pth", ".py")
"""What in a folder of installed packages changes when one is installed anew; the packages' own times need not."""


def surroundings(project: Project) -> list[object]:
    """Return what tests may find out that is in no file of the project, as plain data."""
    config = project.config
    machine = getattr(os, "uname", tuple)()
    program = os.path.realpath(sys.executable)
    python = [sys.version, sys.prefix, sys.flags, program, _stamp(program)]
    settings = [repr(each) for each in (config.paths, config.test, config.sandbox)]
    sandboxes = [config.sandbox, *(sandbox_for(config.sandbox, module) for module in project.modules_of("test"))]
    environment = sorted({item for each in sandboxes for item in passed_environment(each).items()})
    path = os.environ.get("PYTHONPATH", "")
    above = [*_above(project.root)]
    parts = [__version__, str(project.root), *machine, python, settings, environment, path, [*_installed()], above]
    return [*map(str, parts)]


def reaches_further(project: Project, module: str) -> bool:
    """Whether tests are let to what nobody can look at beforehand: the network, files and folders elsewhere."""
    sandbox = sandbox_for(project.config.sandbox, module)
    return bool(sandbox.network or sandbox.read or sandbox.write)


def stamps(paths: Sequence[str]) -> list[str]:
    """Return what changes with files outside the project, if they are not changed with the intent to deceive."""
    return [_stamp(path) for path in paths]


def _stamp(path: str) -> str:
    try:
        status = os.stat(path)  # noqa: PTH116 - a thousand of them
    except (OSError, ValueError):
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"


def _installed() -> Iterator[str]:
    for folder in dict.fromkeys(sys.path):
        if not folder.endswith(_INSTALLED):
            continue
        try:
            with os.scandir(folder) as found:
                names = sorted(entry.name for entry in found)
        except OSError:
            continue
        for name in names:
            yield f"{name} {_stamp(f'{folder}{os.sep}{name}') if name.endswith(_TELLING) else ''}"


def _above(root: Path) -> Iterator[str]:
    """Yield the files above the project that pytest looks at."""
    for folder in root.parents:
        for name in (*SETTINGS, "conftest.py"):
            if stamp := _stamp(str(folder / name)):
                yield f"{folder / name} {stamp}"
