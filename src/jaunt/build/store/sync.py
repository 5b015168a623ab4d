"""Two stores made alike: what is here is pushed to the remote one, what is there is pulled; each entry is looked at."""

import time
from typing import TYPE_CHECKING, NamedTuple

from jaunt import codes
from jaunt.build.store import Store
from jaunt.build.store.entry import read_entry
from jaunt.errors import JauntConfigError, JauntWriteError
from jaunt.files.plain import read_plain

if TYPE_CHECKING:  # it needs fsspec, which an extra brings
    from jaunt.build.store.remote import Remote

_DAY = 86_400.0


class Synced(NamedTuple):
    """The names of the entries that were written, and those that were passed over, each with its reason."""

    written: list[str]
    refused: dict[str, str]


def remote_of(store: Store) -> "Remote":
    """Return the remote store behind one; raises JauntConfigError if there is none."""
    if store.remote is None:
        raise JauntConfigError(
            "no remote store is configured", hint='set url = "s3://bucket/prefix" in [store]', code=codes.STORE
        )
    return store.remote


def push(store: Store) -> Synced:
    """Write to the remote store what it lacks of the entries here; raises JauntConfigError, JauntWriteError."""
    remote = remote_of(store)
    if remote.readonly:
        raise JauntConfigError(
            f"{remote.shown} is readonly", hint="to push, set readonly = false in [store]", code=codes.STORE
        )
    there = {*remote.names()}
    _raise_if_gone(remote)
    written, refused = [], dict[str, str]()
    for file in sorted(store.files(), key=lambda file: file.path):
        name = file.path.relative_to(store.folder).as_posix()
        if name in there:
            continue
        try:
            text = read_plain(file.path).decode()
        except (OSError, UnicodeDecodeError) as error:
            refused[name] = f"can't be read: {error}"
            continue
        entry = read_entry(text, name, store.key)
        if isinstance(entry, str):
            refused[name] = entry
        else:
            remote.put(name, text)
            written.append(name)
    remote.close()
    _raise_if_gone(remote)
    return Synced(written, refused)


def pull(store: Store) -> Synced:
    """Write here what is lacking of the entries of the remote store; raises JauntConfigError, JauntWriteError."""
    remote = remote_of(store)
    if store.readonly:
        raise JauntConfigError(
            f"{store.folder} is readonly", hint="to pull, set readonly = false in [store]", code=codes.STORE
        )
    lacking = [name for name in remote.names() if not (store.folder / name).exists()]
    remote.fetch(lacking)
    _raise_if_gone(remote)
    written, refused = [], dict[str, str]()
    for name in lacking:
        text = remote.found.text_of(name, is_signed=store.key is not None)
        entry = read_entry(text, name, store.key) if text is not None else "can't be read"
        if text is None or isinstance(entry, str):
            refused[name] = str(entry)
        else:
            store.keep(name, text)
            written.append(name)
    return Synced(written, refused)


def prune_remote(store: Store, *, keep_days: float) -> list[str]:
    """Remove the remote entries that were written more than `keep_days` ago, and return their names.

    When an entry was used last, no server tells. Raises JauntConfigError, JauntWriteError.
    """
    remote = remote_of(store)
    names = remote.names()
    _raise_if_gone(remote)
    now = time.time()
    old = [name for name in names if (when := remote.last_written(name)) and now - when > keep_days * _DAY]
    remote.remove(old)
    _raise_if_gone(remote)
    return old


def _raise_if_gone(remote: "Remote") -> None:
    if warning := remote.warning:
        raise JauntWriteError(warning.removesuffix("; this run works without it"), code=codes.STORE)
