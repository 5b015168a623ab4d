"""Validated generations, kept by (kind, contract digest, handwritten part), so that none is paid for twice.

One readable file each, `<folder>/<kind>/<first two digits>/<digest>-<handwritten>.py`, or `<digest>.py` where nothing
is written by hand beside the specs: a few comment lines, then the source. The digest of the source stands in them and
is checked on reading: a store that is damaged, foreign or gone costs a call, never a result. While a build asks the
model for a source, a `.lock` of the same name stands beside it.

With a key, each entry carries a signature, and one that it doesn't fit is none. A `Remote` holds the same files below a
URL: what it has is fetched here, and what is kept here goes there.

A `<digest>.py` of an earlier version may have been written beside anything: it serves only if it takes all that is
written by hand from where that stands. One that an earlier version kept with what is beside the specs alone was written
by a model that saw nothing of other modules: it serves if the checks pass it.

Nor does an entry serve that was asked for without an instruction of today, unless a person has accepted it; one that
was asked for under more does.
"""

import importlib
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jaunt import codes
from jaunt.build.store.beside import NOTHING, Beside, beside_of, beside_work, instruction_digests
from jaunt.build.store.entry import (
    NOBODY,
    Entry,
    entry_name,
    format_entry,
    is_entry_name,
    read_entry,
)
from jaunt.config import JauntConfig
from jaunt.config.instructions import instructions_for
from jaunt.errors import JauntConfigError, JauntDiscoveryError, JauntMachineError, JauntWriteError
from jaunt.files.atomic import write_atomic
from jaunt.files.lock import Turn
from jaunt.files.plain import read_plain
from jaunt.files.room import FULL, Room
from jaunt.header import Kind
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.project import Project

if TYPE_CHECKING:  # it needs fsspec, which an extra brings
    from jaunt.build.store.remote import Remote

_ROOM, _ROOM_OF_SPEC = 64 << 10, 4 << 10  # bytes: few modules are longer


@frozen
class StoreLookup:
    """What a look into the store gave: the source, if it holds one, and a warning, if the entry is damaged."""

    source: str | None = None
    warning: str | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)
    """The fields that say who accepted it, and which instructions it was asked for under."""


@frozen
class StoredFile:
    """One entry's file, its size in bytes, and when it was last used (seconds since the epoch)."""

    path: Path
    size: int
    used: float


class Store:
    """A folder of validated generations; several builds, and several people, may share one.

    A `readonly` store is never written to. `remote` is one beyond this machine; entries are signed with `key`.
    """

    def __init__(
        self, folder: Path, *, readonly: bool = False, remote: "Remote | None" = None, key: bytes | None = None
    ) -> None:
        self.folder = folder
        self.readonly = readonly
        self.remote = remote
        self.key = key
        self.rooms: dict[str, Room] = {}  # that is reserved for entries, by their names
        self._lockless = False

    def get(self, kind: Kind, digest: str, beside: Beside = NOTHING) -> StoreLookup:
        """Return the source that was kept for a contract, which counts as a use; `digest` is 64 hex digits.

        `beside` is what is written by hand beside the specs.
        """
        name, found = self._find(kind, digest, beside)
        if found.source is not None and not self.readonly:
            with suppress(OSError, JauntWriteError):
                if (text := _fetched(self, name)) is not None:
                    self.keep(name, text)
                os.utime(self.folder / name)  # `prune` removes what was not used for long
        if found.warning is not None and self.remote is not None and not self.remote.found.is_to_be_told(name):
            return replace(found, warning=None)
        return found

    def fetch(self, contracts: Iterable[tuple[Kind, str, Beside]]) -> str | None:
        """Get from the remote store what is kept for these contracts, and not here; return what keeps it from that.

        A contract is what `get` takes.
        """
        if self.remote is None:
            return None
        names = ((entry_name(kind, digest, beside.digest), beside) for kind, digest, beside in contracts)
        self.remote.fetch([name for name, beside in names if self._read_at(name, beside).source is None])
        return self.remote.warning

    def close(self) -> str | None:
        """Wait until all is in the remote store, too; return why some of it is not, or None."""
        if self.remote is None:
            return None
        self.remote.close()
        return self.remote.warning

    def holds(self, kind: Kind, digest: str, beside: Beside = NOTHING) -> bool:
        """Return whether a source is kept for a contract; asking for that leaves no trace."""
        return self._find(kind, digest, beside)[1].source is not None

    def _find(self, kind: Kind, digest: str, beside: Beside) -> tuple[str, StoreLookup]:
        name = entry_name(kind, digest, beside.digest)
        found = self._read(name, beside)
        if found == StoreLookup() and beside.earlier not in {"", beside.digest}:
            before = replace(beside, digest=beside.earlier)
            earlier = entry_name(kind, digest, before.digest)
            kept = self._read(earlier, before)
            if kept.source is not None:
                return earlier, kept
        if found == StoreLookup() and beside.digest:
            earlier = entry_name(kind, digest, "")
            kept = self._read(earlier, replace(NOTHING, instructions=beside.instructions))
            if kept.source is not None and beside.serves(kept.source):
                return earlier, kept
        return name, found

    def _read(self, name: str, beside: Beside) -> StoreLookup:
        """Look at the entry here; the one that was fetched takes its place if it is damaged, or serves no more."""
        found = self._read_at(name, beside)
        if found.source is not None or self.remote is None or (text := _fetched(self, name)) is None:
            return found
        return self._taken(text, name, beside, f"{self.remote.shown}/{name}")

    def _read_at(self, name: str, beside: Beside) -> StoreLookup:
        path = self.folder / name
        try:
            text = read_plain(path).decode()
        except FileNotFoundError:
            return StoreLookup()
        except (OSError, UnicodeDecodeError) as error:
            return StoreLookup(warning=f"{path}: this entry of the store can't be read and is passed over: {error}")
        return self._taken(text, name, beside, str(path))

    def _taken(self, text: str, name: str, beside: Beside, shown: str) -> StoreLookup:
        """Return what the text of an entry holds, if it serves; `shown` is where it stands."""
        entry = read_entry(text, name, self.key)
        if isinstance(entry, str):
            return StoreLookup(warning=f"{shown}: this entry of the store {entry} and is passed over")
        if not beside.holds_still(entry.against) or not beside.was_instructed(entry.provenance):
            return StoreLookup()
        return StoreLookup(entry.source, provenance=entry.provenance)

    def put(
        self,
        kind: Kind,
        digest: str,
        source: str,
        *,
        module: str,
        beside: Beside = NOTHING,
        against: Mapping[str, str] = NOBODY,
        provenance: Mapping[str, str] = NOBODY,
    ) -> str | None:
        """Keep a validated source; return why it could not be kept, or None. A readonly store keeps nothing.

        It serves as long as what it was checked `against` besides, reference -> digest, stays as it is. `provenance`
        are the fields that say who accepted it, and which instructions it was asked for under.
        """
        if self.readonly:
            return None
        entry = Entry(kind, module, digest, beside.digest, against, source, provenance)
        text = format_entry(entry, self.key)
        if self.remote is not None:
            self.remote.put(entry.name, text)
        try:
            self.keep(entry.name, text)
        except JauntWriteError as error:
            return f"{self.folder}: the generation of {module} could not be kept: {error}"
        return None

    def keep(self, name: str, text: str, *, durable: bool = True) -> None:
        """Write the text of an entry, by a second try if need be; raises JauntWriteError.

        Without `durable`, a crash of the machine may lose it.
        """
        room = self.rooms.pop(name, None)
        try:
            write_atomic(self.folder / name, text, within=self.folder, durable=durable, room=room)
        except JauntWriteError:  # one fault of a disk is not yet a disk that is lost, and this was paid for
            if room is not None:
                room.give_back()
            write_atomic(self.folder / name, text, within=self.folder, durable=durable)
        finally:
            if room is not None:  # an entry that is there already takes none
                room.give_back()

    def turn(
        self, kind: Kind, digest: str, beside: Beside = NOTHING, *, on_wait: Callable[[], None] | None = None
    ) -> Turn[StoreLookup]:
        """Return the right to ask for a contract; entering it waits, then looks into the store."""
        path = self.folder / entry_name(kind, digest, beside.digest)
        return Turn(path.with_suffix(".lock"), partial(self.get, kind, digest, beside), on_wait=on_wait)

    def why_lockless(self, turn: Turn[StoreLookup]) -> str | None:
        """Return a warning that no lock could be taken, for the first turn that has found so; else None."""
        if not turn.problem or self._lockless:
            return None
        self._lockless = True
        return (
            f"{self.folder}: no lock can be taken: {turn.problem}; "
            "another build at the same time may pay for the same modules"
        )

    def files(self) -> Iterator[StoredFile]:
        """Return the entries' files, in no particular order."""
        return _files(self.folder)


def _fetched(store: Store, name: str) -> str | None:
    return store.remote.found.text_of(name, is_signed=store.key is not None) if store.remote is not None else None


def _files(folder: Path) -> Iterator[StoredFile]:
    for path in folder.glob("*/??/*.py"):
        if not is_entry_name(path.relative_to(folder).as_posix()):
            continue
        with suppress(OSError):  # it is gone, or a symlink to itself
            status = path.stat()
            yield StoredFile(path, status.st_size, status.st_mtime)


def open_store(config: JauntConfig) -> Store:
    """Return the store that a project's configuration names; nothing is made by that.

    Raises JauntConfigError for a remote one that can't be reached from here at all, and for a key that is not set.
    """
    settings = config.store
    key = os.environ.get(settings.sign_key_env, "") if settings.sign_key_env else None
    if key == "":
        raise JauntConfigError(
            f"store.sign_key_env: the environment variable {settings.sign_key_env} is not set",
            hint="set it, or leave the key out: then entries are not signed",
            code=codes.STORE,
        )
    return Store(
        config.root / settings.path,
        readonly=settings.readonly,
        remote=_remote(config) if settings.url else None,
        key=key.encode() if key else None,
    )


def _remote(config: JauntConfig) -> "Remote":
    settings = config.store
    try:
        remote = importlib.import_module("jaunt.build.store.remote")
        return remote.Remote(settings.url, options=settings.options, readonly=settings.readonly)
    except ImportError as error:
        raise JauntConfigError(
            f"store.url: {error}",
            hint="install jaunt[remote] from jaunt's folder, and what fsspec needs for the protocol (s3fs, gcsfs)",
            code=codes.STORE,
        ) from error
    except ValueError as error:
        raise JauntConfigError(
            f"store.url: {error}",
            hint="for example s3://bucket/prefix, gs://bucket/prefix, sftp://host/path",
            code=codes.STORE,
        ) from error


def holds_module(store: Store, project: Project, module: str) -> bool:
    """Return whether a store has code for a module's contract and for what is written by hand beside its specs."""
    contract = _stored_as(project, module)
    return contract is not None and store.holds(*contract)


def fetch_modules(store: Store, project: Project, modules: Iterable[str]) -> str | None:
    """Get what a remote store has for modules; return what keeps it from that, None if nothing does."""
    if store.remote is None:
        return None
    return store.fetch(contract for module in modules if (contract := _stored_as(project, module)) is not None)


def _stored_as(project: Project, module: str) -> tuple[Kind, str, Beside] | None:
    """Return what a module's code is kept by; None if its source can't be read, of which its own job says why."""
    try:
        entries = project.modules[module].entries
        dependencies = {ref for entry in entries for ref in project.graph.get(entry.spec_ref, ())}
        counted = partial(project.counted_digest, module)
        beside = beside_of(entries, project.texts, dependencies, counted, project.world_of(module))
        beside = replace(beside, instructions=instructions_of(project, module))
    except JauntDiscoveryError:
        return None
    return project.kind_of(module), project.digests[module], beside


def instructions_of(project: Project, module: str) -> frozenset[str]:
    """Return the digests of the instructions for a module of a project."""
    return instruction_digests(instructions_for(project.config, module, project.modules[module].file.path))


def kept_answers(store: Store, state: Path, *, force: bool = False) -> Store:
    """Return where answers wait that could not be checked yet, with those of forced builds apart.

    That is beside the store's entries, or else in `state`, the project's own folder.
    """
    folder = state if store.readonly else store.folder
    return Store(folder / ("answers-forced" if force else "answers"), key=store.key)


@contextmanager
def room_for_code(store: Store | None, work: ModuleWork) -> Generator[None]:
    """Reserve room for a module's code during a block, where it is kept at all.

    Raises JauntMachineError if the disk is full: the answer to a call could not be kept.
    """
    if store is None or store.readonly:
        yield
        return
    name = entry_name(work.kind, work.digest, beside_work(work).digest)
    try:
        store.rooms[name] = Room((store.folder / name).parent, _ROOM + _ROOM_OF_SPEC * len(work.entries))
    except OSError as error:  # others than a full disk are told when something could not be kept
        if error.errno in FULL:
            raise JauntMachineError(
                f"{store.folder}: there is no room to keep an answer: {error.strerror}; no call is made",
                hint="free some space, then build again: what was paid for is in the store",
            ) from error
    try:
        yield
    finally:
        room = store.rooms.pop(name, None)
        if room is not None:
            room.give_back()


def stored_code(store: Store, work: ModuleWork) -> StoreLookup:
    """Look into a store for a module's code; one small file: not by way of a thread."""
    beside = beside_work(work)
    found = store.get(work.kind, work.digest, beside)
    for earlier in work.fingerprint.earlier:
        if found.source is None:
            found = store.get(work.kind, earlier.digest, beside)
    return found


def keep_code(store: Store, work: ModuleWork, source: str, provenance: Mapping[str, str] = NOBODY) -> str | None:
    """Keep a module's code, for its contract of today; see `Store.put`."""
    return store.put(
        work.kind,
        work.digest,
        source,
        module=work.module,
        beside=beside_work(work),
        against=work.checked_against(source),
        provenance=provenance,
    )
