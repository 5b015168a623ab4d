"""Validated generations, kept by (kind, contract digest), so that none is paid for twice.

One readable file each, `<folder>/<kind>/<first two digits>/<digest>.py`: a few comment lines, then the source. The
digest of the source stands in them and is checked on reading: a store that is damaged, foreign or gone costs a call,
never a result. While a build asks the model for a source, `<digest>.lock` stands beside it.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jaunt.config import JauntConfig
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import write_atomic
from jaunt.files.lock import Turn, remove_idle_lock
from jaunt.header import body_digest, header_fields, split_header

STORE_MARKER = "# A validated generation, kept by jaunt."
_DAY = 86_400.0


@dataclass(frozen=True)
class Lookup:
    """What a look into the store gave: the source, if it holds one, and a warning, if the entry is damaged."""

    source: str | None = None
    warning: str | None = None


@dataclass(frozen=True)
class StoredFile:
    """One entry's file, its size in bytes, and when it was last used (seconds since the epoch)."""

    path: Path
    size: int
    used: float


class Store:
    """A folder of validated generations; several builds, and several people, may share one.

    A `readonly` store is never written to.
    """

    def __init__(self, folder: Path, *, readonly: bool = False) -> None:
        self.folder = folder
        self.readonly = readonly
        self._lockless = False

    def get(self, kind: str, digest: str) -> Lookup:
        """Return the source that was kept for a contract, which counts as a use; `digest` is 64 hex digits."""
        found = self._read(kind, digest)
        if found.source is not None and not self.readonly:
            with suppress(OSError):
                os.utime(self._path(kind, digest))  # `prune` removes what was not used for long
        return found

    def holds(self, kind: str, digest: str) -> bool:
        """Return whether a source is kept for a contract; asking for that leaves no trace."""
        return self._read(kind, digest).source is not None

    def _read(self, kind: str, digest: str) -> Lookup:
        path = self._path(kind, digest)
        try:
            text = path.read_bytes().decode()
        except FileNotFoundError:
            return Lookup()
        except (OSError, UnicodeDecodeError) as error:
            return Lookup(warning=f"{path}: this entry of the store can't be read and is passed over: {error}")
        lines, source = split_header(text, marker=STORE_MARKER)
        fields = header_fields(lines)
        if fields != _fields(kind, digest, source, fields.get("source_module", "")):
            return Lookup(warning=f"{path}: this entry of the store is damaged and is passed over")
        return Lookup(source)

    def put(self, kind: str, digest: str, source: str, *, module: str) -> str | None:
        """Keep a validated source; return why it could not be kept, or None. A readonly store keeps nothing."""
        if self.readonly:
            return None
        fields = _fields(kind, digest, source, module)
        text = "".join([f"{STORE_MARKER}\n", *(f"# jaunt:{k}={v}\n" for k, v in fields.items()), "\n", source])
        try:
            write_atomic(self._path(kind, digest), text, within=self.folder)
        except JauntWriteError as error:
            return f"{self.folder}: the generation of {module} could not be kept: {error}"
        return None

    def turn(self, kind: str, digest: str, *, on_wait: Callable[[], None] | None = None) -> Turn[Lookup]:
        """Return the right to ask for a contract; entering it waits, then looks into the store."""
        path = self._path(kind, digest).with_suffix(".lock")
        return Turn(path, partial(self.get, kind, digest), on_wait=on_wait)

    def why_lockless(self, turn: Turn[Lookup]) -> str | None:
        """Return a warning that no lock could be taken, for the first turn that has found so; else None."""
        if not turn.problem or self._lockless:
            return None
        self._lockless = True
        return (
            f"{self.folder}: no lock can be taken: {turn.problem}; "
            "another build at the same time may pay for the same modules"
        )

    def files(self) -> Iterator[StoredFile]:
        """Yield the entries' files, in no particular order."""
        for path in self.folder.glob("*/??/*.py"):
            with suppress(FileNotFoundError):
                status = path.stat()
                yield StoredFile(path, status.st_size, status.st_mtime)

    def prune(self, *, keep_days: float | None = None, max_size: int | None = None) -> list[StoredFile]:
        """Remove what was not used for `keep_days`, then the least recently used until `max_size` bytes are left.

        Returns the entries that were removed. The locks that killed builds have left are removed as well.
        Raises JauntWriteError if an entry can't be removed.
        """
        for path in self.folder.glob("*/??/*.lock"):
            remove_idle_lock(path)
        newest_first = sorted(self.files(), key=lambda file: -file.used)
        removed, size = [], 0
        for file in newest_first:
            size += file.size
            too_old = keep_days is not None and time.time() - file.used > keep_days * _DAY
            if too_old or (max_size is not None and size > max_size):
                size -= file.size
                removed.append(file)
        for file in removed:
            try:
                file.path.unlink(missing_ok=True)
            except OSError as error:
                raise JauntWriteError(f"cannot remove {file.path}: {error.strerror}") from error
        return removed

    def _path(self, kind: str, digest: str) -> Path:
        return self.folder / kind / digest[:2] / f"{digest}.py"


def open_store(config: JauntConfig) -> Store:
    """Return the store that a project's configuration names; nothing is made by that."""
    return Store(config.root / config.store.path, readonly=config.store.readonly)


def _fields(kind: str, digest: str, source: str, module: str) -> dict[str, str]:
    return {
        "kind": kind,
        "source_module": module,
        "module_digest": f"sha256:{digest}",
        "body_digest": body_digest(source),
    }
