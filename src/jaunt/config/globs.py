"""Roots that are patterns, as `packages/*/src`: the folders that they stand for."""

import fnmatch
from pathlib import Path

from jaunt.spec_ref import import_name

_PASSED_OVER = {"node_modules", "site-packages", "__pycache__"}


def folders_of(root: str, project: Path) -> list[str]:
    """Return the folders that a root stands for, relative to the project's, sorted: itself, if it is no pattern.

    Hidden folders are passed over, and what is installed. Raises ValueError for what is no pattern of relative paths.
    """
    if not any(mark in root for mark in "*?[") or (project / root).is_dir():
        return [root]
    try:
        found = [path.relative_to(project) for path in project.glob(root.rstrip("/")) if path.is_dir()]
    except (NotImplementedError, IndexError) as error:
        raise ValueError(str(error)) from error
    return sorted(path.as_posix() for path in found if not any(map(_is_passed_over, path.parts)))


def names_module(pattern: str, module: str) -> bool:
    """Return whether a pattern matches a module, by the name that it is imported by or by that in the project."""
    return any(fnmatch.fnmatchcase(name, pattern) for name in dict.fromkeys([module, import_name(module)]))


def _is_passed_over(name: str) -> bool:
    return name in _PASSED_OVER or (name.startswith(".") and name != "..")
