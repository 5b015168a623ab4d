"""Snapshots: what a scan of a project found, in the form in which the scan cache keeps it."""

import hashlib
import json
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaunt import __version__
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import ensure_state_folder, write_atomic
from jaunt.files.plain import read_plain
from jaunt.process.frozen import frozen
from jaunt.project.kept.table import Table

if TYPE_CHECKING:  # where nothing has changed, no source is read
    from jaunt.syntax.source import Handed

Record = dict[str, Any]
"""What is known of one source file: its names; of a spec module its specs too, and what they are linked to."""


@frozen
class Snapshot:
    """The result of one scan.

    `stamps` and `lines` (records as JSON, empty where there is nothing to know) are by path. `closed` are the folders
    that were not entered, `outside` the stamps of further files that links were found by. `table` holds a row for each
    spec module; it is None if links can't be reused. `built` tells of generated files that were found fresh: module ->
    what `built_key` returns. `handed` are the decorators of jaunt's that files hand on, by path, `warnings` what is
    told of files.
    """

    stamps: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    closed: Sequence[str] = ()
    outside: Mapping[str, str] = field(default_factory=dict)
    table: Table | None = None
    built: Mapping[str, str] = field(default_factory=dict)
    handed: "Mapping[str, Handed]" = field(default_factory=dict)
    warnings: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def record(self, path: str) -> Record:
        """Return what is known of a file, {} if nothing is."""
        line = self.lines.get(path)
        return json.loads(line) if line else {}


def read_snapshot(root: Path, settings: Mapping[str, Any]) -> Snapshot:
    """Return the last snapshot of the project at `root` that was taken with the same settings, or an empty one."""
    cache = read_scan(root, settings)
    if cache is None:
        return Snapshot()
    index, lines = cache
    table = index["table"]
    return Snapshot(
        stamps=index["stamps"],
        lines=lines,
        closed=index["closed"],
        outside=index["outside"],
        table=None if table is None else Table(*table),
        built=index["built"],
        handed={path: frozenset((name, kind) for name, kind in found) for path, found in index["handed"].items()},
        warnings=index["warnings"],
    )


def write_snapshot(root: Path, settings: Mapping[str, Any], snapshot: Snapshot) -> None:
    """Keep a snapshot of the project at `root`; where that can't be done, the next scan takes longer."""
    index = {
        "stamps": snapshot.stamps,
        "closed": snapshot.closed,
        "outside": snapshot.outside,
        "table": None if snapshot.table is None else [snapshot.table.names, snapshot.table.columns],
        "built": snapshot.built,
        "handed": {path: sorted(found) for path, found in snapshot.handed.items()},
        "warnings": snapshot.warnings,
    }
    write_scan(root, settings, index, [snapshot.lines.get(path, "") for path in snapshot.stamps])


_SHAPES = '"shapes": '
_KEYS_OF_SHAPES = ("shapes", "bound")


def with_shapes(new: Snapshot, old: Snapshot, read: Mapping[str, Record]) -> Snapshot:
    """Return a snapshot with the shapes of handwritten names: those that were `read` from files now, by path, and those
    in the snapshot `old` that still hold.
    """
    if not read and not holds_shapes(old.lines):
        return new
    lines = dict(new.lines)
    for path, line in new.lines.items():
        shapes, before = read.get(path), old.lines.get(path, "")
        stamp = new.stamps[path]
        if shapes is None and stamp and stamp == old.stamps.get(path) and _SHAPES in before:
            if _SHAPES in line:
                continue
            shapes = {key: value for key, value in json.loads(before).items() if key in _KEYS_OF_SHAPES}
        if shapes is None and _SHAPES not in line:
            continue
        record = json.loads(line) if line else {}
        others = {key: value for key, value in record.items() if key not in _KEYS_OF_SHAPES}
        kept = {**others, **(shapes or {})}
        lines[path] = json.dumps(kept) if kept else ""
    return replace(new, lines=lines)


def holds_shapes(lines: Mapping[str, str]) -> bool:
    """Return whether any of the records of a snapshot has the shapes of handwritten names."""
    if isinstance(lines, Lines):
        return lines.has(_SHAPES)
    return any(_SHAPES in line for line in lines.values())


def built_key(key: str, against: Mapping[str, str], files: Sequence[str], facts: Sequence[str]) -> str:
    """Return what a snapshot keeps of a generated file that was found fresh.

    `key` tells it from others, `against` is what it was checked against besides and has to be looked at each time,
    `files` are those whose handwritten names it was checked against, `facts` what is known of it, a line each.
    """
    return "\n".join([key, json.dumps(dict(against)) if against else "", "\t".join(files), *facts])


def read_built_key(text: str) -> tuple[str, Mapping[str, str], list[str], list[str]]:
    """Return the arguments that `built_key` had."""
    key, against, files, *facts = text.split("\n")
    return key, json.loads(against) if against else {}, files.split("\t") if files else [], facts


def files_in(built: str) -> list[str]:
    """Return the `files` of `built_key`."""
    return read_built_key(built)[2]


FORMAT = 16
"""The form of the cache; one of another form is none."""


class Lines(Mapping[str, str]):
    """Path -> a line of `text`, cut out when it is asked for: most commands need few of them, or none.

    The first one begins at `begin`; `lengths` are theirs, in the order of the paths.
    """

    def __init__(self, paths: Collection[str], lengths: Sequence[int], text: bytes, begin: int) -> None:
        self._paths = paths
        self._lengths = lengths
        self._text = text
        self._begin = begin

    def __getitem__(self, path: str) -> str:
        begin, length = self._places[path]
        return self._text[begin : begin + length].decode("ascii")

    def has(self, text: str) -> bool:
        """Return whether a text stands in one of the lines."""
        return self._text.find(text.encode("ascii"), self._begin) >= 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        ends = accumulate((length + 1 for length in self._lengths), initial=self._begin)
        return dict(zip(self._paths, zip(ends, self._lengths, strict=False), strict=True))


def read_scan(root: Path, settings: Mapping[str, Any]) -> tuple[Mapping[str, Any], Lines] | None:
    """Return the index and the records of the project at `root`; None if none were written with the same settings.

    The cache has a line that says what it is of, one of the index, as plain data, and then one for each record.
    """
    try:
        text = read_plain(root / ".jaunt" / "scan.jsonl")
        start = text.index(b"\n") + 1
        key = text[:start].decode("ascii")
        if key != f"{cache_key(root, settings, hashlib.sha256(memoryview(text)[start:]).hexdigest())}\n":
            return None
        end = text.index(b"\n", start)
        index = json.loads(text[start:end])
        return index, Lines(index["stamps"], index["lengths"], text, end + 1)
    except (OSError, ValueError, RecursionError, MemoryError):
        return None


def write_scan(root: Path, settings: Mapping[str, Any], index: Mapping[str, Any], records: Sequence[str]) -> None:
    """Replace the cache of the project at `root`; where that can't be done, the next scan takes longer."""
    lines = [json.dumps({**index, "lengths": [*map(len, records)]}), *records]
    digest = hashlib.sha256()
    for line in lines:  # not of all lines as one text: of 10,000 modules it has 20 MB
        digest.update(f"{line}\n".encode("ascii"))
    text = "\n".join([cache_key(root, settings, digest.hexdigest()), *lines, ""])
    with suppress(JauntWriteError):
        path = ensure_state_folder(root) / "scan.jsonl"
        # Not durable: a file that a crash tears is found out by its digest.
        write_atomic(path, text, within=root, durable=False)


def cache_key(root: Path, settings: Mapping[str, Any], digest: str) -> str:
    """Return the first line of the cache: what it is of, and the SHA-256 of its other lines, in hex."""
    versions = {
        "format": FORMAT,
        "jaunt": __version__,
        "python": sys.version_info[:2],  # another one may refuse what this one parses
    }
    return json.dumps({**versions, "root": str(root), "settings": settings, "digest": digest})
