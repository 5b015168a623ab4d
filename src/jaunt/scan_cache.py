"""The scan cache, `.jaunt/scan.jsonl`: what a project's last scan found, so that only changed files are read again.

It is never the truth. A file that is missing, damaged, of another version or of another project is no cache at all; an
entry holds as long as its file has the same stamp, and a file that changed just before it was read gets none.

The file is JSON, a line each: the key, which has to be ours, with the digest of the rest; the index, which is read by
every command; then a record for each source file, which is parsed when it is asked for.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jaunt import __version__
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import ensure_state_folder, write_atomic

_FORMAT = 3
_GRANULARITY_NS = 2_000_000_000
"""The coarsest clock of a file system in use, that of FAT: two changes within it may leave the same time."""


@dataclass(frozen=True)
class Stamper:
    """Gives files stamps: what of their status changes whenever their content does.

    A file that changed so shortly before this was made that it might change again without a trace gets the stamp "",
    which equals no other: so does one from the future, as the clock was set back. The time of the last status change is
    part of it, since the time of the last change can be set by anyone.
    """

    horizon_ns: int = field(default_factory=lambda: time.time_ns() - _GRANULARITY_NS)

    def stamp(self, status: os.stat_result) -> str:
        """Return the stamp for a file's status, taken before the file is read."""
        changed, touched = status.st_mtime_ns, status.st_ctime_ns
        if changed >= self.horizon_ns or touched >= self.horizon_ns:
            return ""
        return f"{status.st_size} {changed} {touched} {status.st_ino}"

    def stamp_file(self, path: str | Path) -> str:
        """Return the stamp of the file at `path`; "" if there is none, or it can't be told."""
        try:
            return self.stamp(os.stat(path))  # noqa: PTH116 - 10,000 files: a Path each would cost 30 ms
        except (OSError, ValueError):
            return ""


@dataclass(frozen=True)
class ScanCache:
    """What a file held: `index` is plain data, `records` are lines of JSON."""

    index: Mapping[str, Any]
    records: Sequence[str]


def read_scan(root: Path, settings: Mapping[str, Any]) -> ScanCache | None:
    """Return the cache of the project at `root`, None if there is none that was written with the same settings."""
    try:
        key, _, body = (root / ".jaunt" / "scan.jsonl").read_bytes().partition(b"\n")
        if key.decode("ascii") != _key(root, settings, hashlib.sha256(body).hexdigest()):
            return None
        index, *records = body.decode("ascii").split("\n")[:-1]
        return ScanCache(json.loads(index), records)
    except (OSError, ValueError, RecursionError, MemoryError):
        return None


def write_scan(root: Path, settings: Mapping[str, Any], cache: ScanCache) -> None:
    """Replace the cache of the project at `root`; where that can't be done, the next scan takes longer."""
    lines = [json.dumps(cache.index), *cache.records]
    digest = hashlib.sha256()
    for line in lines:  # not of all lines as one text: of 10,000 modules it has 20 MB
        digest.update(f"{line}\n".encode("ascii"))
    text = "\n".join([_key(root, settings, digest.hexdigest()), *lines, ""])
    with suppress(JauntWriteError):
        path = ensure_state_folder(root) / "scan.jsonl"
        # Not durable: a file that a crash tears is found out by its digest.
        write_atomic(path, text, within=root, durable=False)


def _key(root: Path, settings: Mapping[str, Any], digest: str) -> str:
    versions = {
        "format": _FORMAT,
        "jaunt": __version__,
        "python": sys.version_info[:2],  # another one may refuse what this one parses
    }
    return json.dumps({**versions, "root": str(root), "settings": settings, "digest": digest})
