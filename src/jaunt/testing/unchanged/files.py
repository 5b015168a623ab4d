"""The files of a project as a test run finds them, each read once as long as its stamp stays."""

import hashlib
import os
from collections.abc import Iterable, Mapping

from jaunt.files.listing import Stamper
from jaunt.files.plain import read_plain
from jaunt.files.tree import tree_files, true_path
from jaunt.header import HEADER_MARKER, header_fields, split_header
from jaunt.project.project import Project
from jaunt.syntax.mentions import mentions_in
from jaunt.testing.unchanged.record import FileState
from jaunt.text.sizes import MB

_LARGEST = 16 * MB
"""Of a larger file the time of its last change stands for its content."""
_MEANT = ("kind", "source_module")
"""What a run of tests takes from the header of a generated file; the rest says what was checked."""


def project_files(project: Project, known: Mapping[str, FileState], reports: Iterable[str]) -> dict[str, FileState]:
    """Return the files below a project's folder, by path.

    The store and `reports`, which jaunt wrote, are left out. `known` are the files as they were found before. Raises
    TooManyFilesError.
    """
    without = {*reports, true_path(os.path.normpath(project.root / project.config.store.path))}
    stamper = Stamper()
    found: dict[str, FileState] = {}
    for path, status in tree_files(str(project.root), without=without):
        stamp = stamper.stamp(status)
        state = known.get(path)
        found[path] = state if state and stamp and state.stamp == stamp else _read(path, stamp, status)
    return found


def _read(path: str, stamp: str, status: os.stat_result) -> FileState:
    if status.st_size > _LARGEST:
        return FileState(stamp, f"{status.st_size} {status.st_mtime_ns}", anything=path.endswith(".py"))
    try:
        content = read_plain(path)
    except OSError as error:
        return FileState("", f"unread: {error.errno}", anything=path.endswith(".py"))
    if not path.endswith(".py"):
        return FileState(stamp, _digest(content))
    return FileState(stamp, _digest(_meaning(content)), *mentions_in(content))


def _meaning(content: bytes) -> bytes:
    """Return what of a Python file counts: of a generated one, not all of its header."""
    if not content.startswith(HEADER_MARKER.encode()):
        return content
    lines, body = split_header(content.decode("utf-8", "surrogateescape"))
    fields = header_fields(lines)
    return "\n".join([*(fields.get(name, "") for name in _MEANT), body]).encode("utf-8", "surrogateescape")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
