"""A store beyond this machine: the same files below a URL, by fsspec; what is local stands before it.

What was generated is written there behind the build; what is wanted is fetched at its beginning, many entries at a
time. A server that is gone, or says no, is asked no more in this run: it costs one wait, and the model a call.
"""

import re
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from errno import EINVAL
from functools import cached_property
from queue import SimpleQueue
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import fsspec

from jaunt.build.store.bounded import bound_answers
from jaunt.build.store.entry import is_entry_name
from jaunt.build.store.fetched import Fetched
from jaunt.process.boundary import caught
from jaunt.syntax.candidate import MAX_BYTES
from jaunt.text.lines import printable_line

T = TypeVar("T")

SECONDS = 5.0
"""How long a server may take for its first answer."""
_LONG_SECONDS = 30.0
"""How long it may take for a batch of entries, a list of all, or the writes that are left at the end."""
_BATCH = 64
_LARGEST = MAX_BYTES + 64 * 1024  # a candidate, and the lines before it
_MOST_SAID = 500  # characters of an error: what it says may come from the server
_SHOWN = 100  # bytes of what is larger
_WHOLE = {
    "s3",
    "s3a",
    "gs",
    "gcs",
    "az",
    "abfs",
    "abfss",
    "memory",
    "http",
    "https",
}  # whole entries appear at once, or not
_TRIES = 2
"""How often a request is made that a client library holds for worth another one: more, and no cause would be known in
time, of a certificate say, which no further request mends."""
_S3_DEFAULTS = {"config_kwargs": {"retries": {"total_max_attempts": _TRIES, "mode": "standard"}}}
_SECRET = re.compile(r"key|secret|token|password|credential|sas|connection_string", re.IGNORECASE)
_LOGIN, _QUERY = re.compile(r"(?<=://)[^/@\s'\"]+@"), re.compile(r"(\w://[^\s?'\"]*)\?[^\s'\"]*")


class Remote:
    """The entries below `url`; each is named by its path there: `build/ab/<digest>.py`.

    `options` are fsspec's for the protocol; credentials come from where the protocol's own tools look for them. A
    `readonly` one is never written to. The server has `seconds` for its first answer. Raises ValueError for a protocol
    that fsspec doesn't know, ImportError if the protocol needs a package that is not installed.
    """

    def __init__(
        self, url: str, *, options: Mapping[str, Any] | None = None, readonly: bool = False, seconds: float = SECONDS
    ) -> None:
        self.shown = _without_password(url)
        self.readonly = readonly
        self.found = Fetched()
        fsspec.get_filesystem_class(urlsplit(url).scheme)  # raises; nothing is connected by that
        options = {**(_S3_DEFAULTS if urlsplit(url).scheme in ("s3", "s3a") else {}), **(options or {})}
        self._secrets = [*_secrets(options)]
        self._open = lambda: fsspec.url_to_fs(url, skip_instance_cache=True, **options)
        self._asked: set[str] = set()
        self._seconds = seconds
        self._problem: str | None = None
        self._told = False
        self._unwritten: SimpleQueue[tuple[str, str] | None] = SimpleQueue()
        self._writer: threading.Thread | None = None

    def fetch(self, names: Iterable[str]) -> None:
        """Fetch those of the named entries that are there into `found`; none is asked for twice."""
        wanted = [name for name in dict.fromkeys(names) if name not in self._asked]
        self._asked.update(wanted)
        batches = [wanted[:1], *(wanted[at : at + _BATCH] for at in range(1, len(wanted), _BATCH))]
        for batch in batches:
            if batch and self._problem is None:
                self._within(lambda batch=batch: self._fetch(batch))

    def put(self, name: str, text: str) -> None:
        """Write an entry, in a thread of its own; `close` waits for it."""
        if self.readonly or self._problem is not None:
            return
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_all, name="jaunt-remote", daemon=True)
            self._writer.start()
        self._unwritten.put((name, text))

    def close(self) -> None:
        """Wait until everything is written, or there is no hope for it."""
        if self._writer is not None:
            self._unwritten.put(None)
            self._writer.join(self._seconds)
            if self._writer.is_alive():
                self._give_up(f"it took more than {self._seconds:g} s to write to it")

    def names(self) -> list[str]:
        """Return the names of all entries; [] if they can't be listed, which `warning` then tells."""
        listed = self._within(lambda: self._files.find(self._root)) or []
        below = (path.removeprefix(self._root).lstrip("/") for path in map(str, listed))
        return sorted(filter(is_entry_name, below))

    def remove(self, names: Iterable[str]) -> None:
        """Remove entries."""
        for name in names:
            self._within(lambda name=name: self._files.rm_file(self._path(name)))

    def last_written(self, name: str) -> float | None:
        """Return when an entry was written, in seconds since the epoch; None if that can't be told."""
        when = self._within(lambda: self._files.modified(self._path(name)))
        return when.timestamp() if when is not None else None

    @cached_property
    def _files(self) -> Any:
        """The file system; some connect as they are made, so it is made in the thread of a call."""
        files = self._open()[0]
        if hasattr(files, "retries"):  # s3fs, gcsfs
            files.retries = _TRIES
        bound_answers(files, _LARGEST + 1)
        return files

    @cached_property
    def _root(self) -> str:
        return self._open()[1].rstrip("/")

    @property
    def warning(self) -> str | None:
        """What keeps it from being used, told once; None if nothing does, or it was told."""
        if self._problem is None or self._told:
            return None
        self._told = True
        return f"{self.shown}: {self._problem}; this run works without it"

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _fetch(self, names: list[str]) -> None:
        paths = {self._path(name): name for name in names}
        answers = self._files.cat_ranges([*paths], [0] * len(paths), [_LARGEST + 1] * len(paths), on_error="return")
        for name, answer in zip(names, answers, strict=True):
            if isinstance(answer, FileNotFoundError):
                continue
            if getattr(answer, "errno", None) == EINVAL:  # an empty entry has no range that could be asked for
                answer = b""
            if isinstance(answer, BaseException):
                raise answer
            is_possible = len(answer) <= _LARGEST
            self.found[name] = (answer if is_possible else answer[:_SHOWN]).decode("utf-8", "replace")

    def _write_all(self) -> None:
        while (entry := self._unwritten.get()) is not None:
            name, text = entry
            if self._problem is None and (error := caught(lambda: self._write(name, text.encode()))):  # noqa: B023
                self._give_up(self._said(error))
            self._seconds = _LONG_SECONDS  # it has answered

    def _write(self, name: str, data: bytes) -> None:
        protocols = self._files.protocol
        path = self._path(name)
        if _WHOLE.intersection([protocols] if isinstance(protocols, str) else protocols):
            self._files.pipe_file(path, data)
            return
        # Nobody may read half of it.
        partial = f"{path}.{secrets.token_hex(8)}.part"  # two containers may have one number of a process
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._files.pipe_file(partial, data)
        self._files.mv(partial, path)

    def _within(self, call: Callable[[], T]) -> T | None:
        """Return what a call returns; None, and no further use of the server, if it fails or takes too long."""
        done: SimpleQueue[T] = SimpleQueue()
        failed: list[BaseException] = []

        def run() -> None:
            if error := caught(lambda: done.put(call())):
                failed.append(error)

        thread = threading.Thread(target=run, name="jaunt-remote", daemon=True)  # no exit waits for a dead server
        thread.start()
        thread.join(self._seconds)
        if thread.is_alive():
            self._give_up(f"no answer within {self._seconds:g} s")
        elif failed:
            self._give_up(self._said(failed[0]))
        else:
            self._seconds = _LONG_SECONDS
        return None if done.empty() else done.get()

    def _give_up(self, problem: str) -> None:
        self._problem = self._problem or problem

    def _said(self, error: BaseException) -> str:
        """Return what an error says, without what opens the store or a proxy on the way to it."""
        text = _QUERY.sub(r"\1", _LOGIN.sub("", printable_line(str(error), _MOST_SAID)))
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _secrets(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values of options that are not to be shown, by their names."""
    for name, value in options.items():
        if isinstance(value, Mapping):
            yield from _secrets(value)
        elif isinstance(value, str) and value and _SECRET.search(name):
            yield value


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url
