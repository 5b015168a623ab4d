"""A project's folder as it goes to a worker: a zip, known by the digest of what is in it, and what changed since."""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from jaunt.errors import JauntConfigError
from jaunt.text.sizes import MB

MOST_BYTES = 256 * MB
"""The largest project that is sent."""

_LEFT_HERE = {
    *(".git", ".hg", ".jaunt", ".hypothesis", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".tox", ".venv"),
    *("__pycache__", "node_modules", "venv"),
}
"""Folders that no code of the project is in."""

Stamps = Mapping[str, tuple[int, int]]
"""What is there, by path below the project's folder: size in bytes, and time of the last change in nanoseconds."""


class Packed(NamedTuple):
    """Files of a project: their zip, its digest (64 hex digits), and the paths of those that are there no more."""

    digest: str
    content: bytes
    gone: tuple[str, ...] = ()


def stamps_of(root: Path) -> Stamps:
    """Return what is in a project's folder, an empty folder as "name/", and what is linked there as if it were there.

    Raises JauntConfigError if that is more than is sent.
    """
    found, size, start = {}, 0, len(os.path.join(root, ""))  # noqa: PTH118 - see below
    for path in _files(root):
        try:
            info = os.stat(path)  # noqa: PTH116 - a thousand files are looked at before each check
        except OSError:
            continue  # it has just gone, or is a link that leads nowhere
        size += info.st_size
        if size > MOST_BYTES:
            raise JauntConfigError(f"the project has more than {MOST_BYTES // MB} MB, which is not sent to a cluster")
        found[path[start:]] = (info.st_size, info.st_mtime_ns)
    return found


def pack(root: Path, paths: Mapping[str, object], gone: tuple[str, ...] = ()) -> Packed:
    """Return files below `root`; what can't be read is left out."""
    content, seen = io.BytesIO(), hashlib.sha256()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(paths):
            try:
                data = b"" if path.endswith("/") else (root / path).read_bytes()
                is_program = os.access(root / path, os.X_OK)
            except OSError:
                continue
            entry = zipfile.ZipInfo(path.replace(os.sep, "/"))
            entry.external_attr = (0o755 if is_program else 0o644) << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
            for part in (path.encode("utf-8", "surrogateescape"), data, b"x" if is_program else b""):
                seen.update(b"%d " % len(part) + part)
    for path in gone:
        seen.update(b"gone " + path.encode("utf-8", "surrogateescape"))
    return Packed(seen.hexdigest(), content.getvalue(), gone)


def unpack(packed: Packed, folder: Path) -> None:
    """Write files into a folder that is there, and remove those that are gone; raises ValueError for a path outside."""
    for path in packed.gone:
        if not path.endswith("/"):  # a folder that is not empty any more, or is but empty
            (folder / path).unlink(missing_ok=True)
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        for entry in archive.infolist():
            target = folder / entry.filename
            if not target.resolve().is_relative_to(folder.resolve()):
                raise ValueError(f"a path that leads out of the folder: {entry.filename}")
            if entry.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)  # it may be one file with that of another folder
            target.write_bytes(archive.read(entry))
            target.chmod(entry.external_attr >> 16 & 0o777)


def _files(root: Path) -> Iterator[str]:
    for folder, names, files in os.walk(root, followlinks=True):
        names[:] = [name for name in names if name not in _LEFT_HERE and _is_sent(folder, name)]
        yield from (os.path.join(folder, name) for name in files)  # noqa: PTH118 - see `stamps_of`
        if not names and not files:
            yield os.path.join(folder, "")  # noqa: PTH118 - see `stamps_of`


def _is_sent(parent: str, name: str) -> bool:
    """Whether a folder is no environment, and no link to one that it is in: that would have no end."""
    folder = os.path.join(parent, name)  # noqa: PTH118 - see `stamps_of`
    if os.path.exists(os.path.join(folder, "pyvenv.cfg")):  # noqa: PTH110, PTH118 - see `stamps_of`
        return False
    if not os.path.islink(folder):  # noqa: PTH114 - see `stamps_of`
        return True
    return os.path.realpath(folder) not in {os.path.realpath(each) for each in Path(folder).parents}
