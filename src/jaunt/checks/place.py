"""Where a candidate is to stand."""

import ast
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from jaunt.syntax.source import ModuleSource


@dataclass(frozen=True)
class Place:
    """Where a candidate is to stand.

    `root` is the project's folder, `bases` those that its module names start from, `path` the generated file.
    `classes` names the specs that are classes, `dependencies` are the generated files that the module builds on.
    """

    root: Path
    bases: tuple[Path, ...]
    path: Path
    generated_module: str
    spec: ModuleSource
    classes: frozenset[str] = frozenset()
    dependencies: tuple[Path, ...] = ()


def class_specs(spec: ModuleSource, names: Collection[str]) -> frozenset[str]:
    """Return which of the specs `names` are classes."""
    return frozenset(name for name in names if isinstance(spec.definitions.get(name), ast.ClassDef))
