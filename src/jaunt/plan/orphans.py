"""Orphans: generated files that no spec module of the project has any more."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from jaunt.files.listing import Root
from jaunt.files.plain import read_plain
from jaunt.header import Kind, parse_header
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.syntax.body import is_edited


@frozen
class Orphan:
    """A file in a generated folder, below `base`, with jaunt's header, that no spec module is generated into.

    `module` and `kind` are those in its header; `edited` tells whether a person changed it since it was written.
    """

    path: Path
    base: Path
    module: str
    kind: Kind
    edited: bool


def find_orphans(project: Project) -> list[Orphan]:
    """Return a project's orphans, sorted by path. Files that jaunt did not write are left out, and so are those of
    specs that stand in a branch for another platform alone.

    Takes one walk of the generated folders; only files that no module is generated into are opened.
    """
    expected = {project.generated_name(module) for module in project.modules}
    found: dict[str, Orphan] = {}
    for root in project.roots:
        for path in _files(generated_folders(root, project.generated_dir)):
            if path in expected or path in found:
                continue
            orphan = _read(Path(path), root.base)
            # A module that the project has is generated elsewhere: this file is a copy, or of before it moved.
            if orphan is not None and (orphan.module in project.modules or not _has_specs(project, orphan)):
                found[path] = orphan
    return sorted(found.values(), key=lambda orphan: orphan.path)


def generated_folders(root: Root, generated_dir: str) -> Iterator[Path]:
    """Yield the folders that a root's code is generated into: one in each top-level package, one beside them."""
    below = root.folder.relative_to(root.base).parts
    if below:
        yield root.base / below[0] / generated_dir
        return
    yield root.base / generated_dir
    try:
        with os.scandir(root.base) as entries:
            packages = [
                entry.path for entry in entries if entry.is_dir(follow_symlinks=False) and entry.name.isidentifier()
            ]
    except OSError:
        return  # it has vanished, or can't be read
    yield from (Path(package, generated_dir) for package in packages)


def _files(folders: Iterable[Path]) -> Iterator[str]:
    for folder in folders:
        for current, names, files in os.walk(folder):
            names[:] = [name for name in names if name != "__pycache__"]
            yield from (os.path.join(current, file) for file in files if file.endswith(".py"))  # noqa: PTH118 - 10,000 files


def _has_specs(project: Project, orphan: Orphan) -> bool:
    """Whether the spec module that a file names is still there and has specs, though none on this platform."""
    below = orphan.base.joinpath(*orphan.module.split("."))
    files = (below.with_name(f"{below.name}.py"), below / "__init__.py")
    return any(project.spec_line(file) for file in files if file.is_file())


def _read(path: Path, base: Path) -> Orphan | None:
    try:
        text = read_plain(path).decode("utf-8", "replace")
    except OSError:
        return None
    fields = parse_header(text)
    if fields is None:
        return None
    return Orphan(path, base, fields["source_module"], fields["kind"], is_edited(text))
