"""Validated generations, kept by (kind, contract digest, handwritten part), so that none is paid for twice.

One readable file each, `<folder>/<kind>/<first two digits>/<digest>-<handwritten>.py`, or `<digest>.py` where nothing
is written by hand beside the specs: a few comment lines, then the source. The digest of the source stands in them and
is checked on reading: a store that is damaged, foreign or gone costs a call, never a result. While a build asks the
model for a source, a `.lock` of the same name stands beside it.

A `<digest>.py` of an earlier version may have been written beside anything: it serves only if it takes all that is
written by hand from where that stands. One that an earlier version kept with what is beside the specs alone was written
by a model that saw nothing of other modules: it serves if the checks pass it.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from jaunt.build.beside import NOTHING, Beside, beside_of
from jaunt.config import JauntConfig
from jaunt.errors import JauntDiscoveryError, JauntWriteError
from jaunt.files.atomic import write_atomic
from jaunt.files.lock import Turn, remove_idle_lock
from jaunt.header import Kind, body_digest, header_fields, split_header
from jaunt.project.project import Project

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

    def get(self, kind: Kind, digest: str, beside: Beside = NOTHING) -> Lookup:
        """Return the source that was kept for a contract, which counts as a use; `digest` is 64 hex digits.

        `beside` is what is written by hand beside the specs.
        """
        path, found = self._find(kind, digest, beside)
        if found.source is not None and not self.readonly:
            with suppress(OSError):
                os.utime(path)  # `prune` removes what was not used for long
        return found

    def holds(self, kind: Kind, digest: str, beside: Beside = NOTHING) -> bool:
        """Return whether a source is kept for a contract; asking for that leaves no trace."""
        return self._find(kind, digest, beside)[1].source is not None

    def _find(self, kind: Kind, digest: str, beside: Beside) -> tuple[Path, Lookup]:
        path = self._path(kind, digest, beside)
        found = self._read(path, kind, digest, beside)
        if found == Lookup() and beside.earlier not in {"", beside.digest}:
            before = replace(beside, digest=beside.earlier)
            earlier = self._path(kind, digest, before)
            kept = self._read(earlier, kind, digest, before)
            if kept.source is not None:
                return earlier, kept
        if found == Lookup() and beside.digest:
            earlier = self._path(kind, digest, NOTHING)
            kept = self._read(earlier, kind, digest, NOTHING)
            if kept.source is not None and beside.serves(kept.source):
                return earlier, kept
        return path, found

    def _read(self, path: Path, kind: Kind, digest: str, beside: Beside) -> Lookup:
        try:
            text = path.read_bytes().decode()
        except FileNotFoundError:
            return Lookup()
        except (OSError, UnicodeDecodeError) as error:
            return Lookup(warning=f"{path}: this entry of the store can't be read and is passed over: {error}")
        lines, source = split_header(text, marker=STORE_MARKER)
        fields = header_fields(lines)
        against = _text_map(fields.get("checked_against", "{}"))
        if against is None or fields != _fields(kind, digest, beside, source, fields.get("source_module", ""), against):
            return Lookup(warning=f"{path}: this entry of the store is damaged and is passed over")
        return Lookup(source if beside.holds_still(against) else None)

    def put(
        self,
        kind: Kind,
        digest: str,
        source: str,
        *,
        module: str,
        beside: Beside = NOTHING,
        against: Mapping[str, str] = MappingProxyType({}),
    ) -> str | None:
        """Keep a validated source; return why it could not be kept, or None. A readonly store keeps nothing.

        It serves as long as what it was checked `against` besides, reference -> digest, stays as it is.
        """
        if self.readonly:
            return None
        fields = _fields(kind, digest, beside, source, module, against)
        text = "".join([f"{STORE_MARKER}\n", *(f"# jaunt:{k}={v}\n" for k, v in fields.items()), "\n", source])
        try:
            write_atomic(self._path(kind, digest, beside), text, within=self.folder)
        except JauntWriteError as error:
            return f"{self.folder}: the generation of {module} could not be kept: {error}"
        return None

    def turn(
        self, kind: Kind, digest: str, beside: Beside = NOTHING, *, on_wait: Callable[[], None] | None = None
    ) -> Turn[Lookup]:
        """Return the right to ask for a contract; entering it waits, then looks into the store."""
        path = self._path(kind, digest, beside).with_suffix(".lock")
        return Turn(path, partial(self.get, kind, digest, beside), on_wait=on_wait)

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

    def _path(self, kind: Kind, digest: str, beside: Beside) -> Path:
        name = f"{digest}-{beside.digest}" if beside.digest else digest
        return self.folder / kind / digest[:2] / f"{name}.py"


def open_store(config: JauntConfig) -> Store:
    """Return the store that a project's configuration names; nothing is made by that."""
    return Store(config.root / config.store.path, readonly=config.store.readonly)


def holds_module(store: Store, project: Project, module: str) -> bool:
    """Return whether a store has code for a module's contract and for what is written by hand beside its specs."""
    try:
        entries = project.modules[module].entries
        dependencies = {ref for entry in entries for ref in project.graph.get(entry.spec_ref, ())}
        counted = partial(project.counted_digest, module)
        beside = beside_of(entries, project.texts, dependencies, counted, project.world_of(module))
    except JauntDiscoveryError:
        return False  # the module's own job says why
    return store.holds(project.kind_of(module), project.digests[module], beside)


def _text_map(text: str) -> dict[str, str] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()) else None


def _fields(
    kind: Kind, digest: str, beside: Beside, source: str, module: str, against: Mapping[str, str]
) -> dict[str, str]:
    return {
        "kind": kind,
        "source_module": module,
        "module_digest": f"sha256:{digest}",
        **({"handwritten_digest": beside.digest} if beside.digest else {}),
        **({"checked_against": json.dumps(dict(against), sort_keys=True)} if against else {}),
        "body_digest": body_digest(source),
    }
