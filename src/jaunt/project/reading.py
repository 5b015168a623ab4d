"""The files of one scan: each is read once, and one that an earlier scan left a record of is not read at all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from jaunt.files.listing import Listing, ModuleFile, Stamper
from jaunt.project.kept.snapshot import Record, Snapshot
from jaunt.project.records import module_in, names_in
from jaunt.specs.spec_module import SpecModule, read_file, scan_modules
from jaunt.syntax.source import NOTHING_HANDED, Handed, Names

_MOST_ROUNDS = 8  # a decorator that a module hands on may be handed on by another one in turn


class Reader:
    """Reads the files of `listing`, those that have changed since the snapshot `old`.

    `stamper` has given the listed files their stamps. `found` are the spec modules of the files that were asked for, by
    path, None for a file without specs; `handed_by` are the decorators that files hand on, by path, and `handed` those
    that the files are read with.
    """

    def __init__(self, listing: Listing, stamper: Stamper, old: Snapshot) -> None:
        self.listing = listing
        self.stamper = stamper
        self.old = old
        self.found: dict[str, SpecModule | None] = {}
        self.handed_by: dict[str, Handed] = {}
        self.handed = self._handed_before = _all(old.handed)
        self._warnings: dict[str, Sequence[str]] = {}

    def spec_modules(self, files: Iterable[ModuleFile], tag_of: Callable[[Path], str]) -> list[SpecModule]:
        """Return the spec modules among files, those included whose decorators another module hands on.

        `tag_of` tells modules of one name apart, as for `scan_modules`.
        """
        listed = list(files)
        modules = scan_modules(listed, self.spec_module, tag_of)
        for _ in range(_MOST_ROUNDS):
            if _all(self.handed_by) == self.handed:
                break
            self.handed = _all(self.handed_by)
            modules = scan_modules(listed, self.spec_module, tag_of)
        return modules

    def spec_module(self, file: ModuleFile) -> SpecModule | None:
        """Return the spec module that a file holds, None if it holds no spec."""
        path = str(file.path)
        if self._is_known(path) and self.handed == self._handed_before:
            self.found[path], on = module_in(self.old.record(path), file), self.old.handed.get(path, NOTHING_HANDED)
        else:
            self.found[path], on, self._warnings[path] = read_file(file, self.handed)
        self.handed_by.pop(path, None)
        self.handed_by |= {path: on} if on else {}
        return self.found[path]

    @property
    def warnings(self) -> dict[str, Sequence[str]]:
        """What is told of files, by path: of those that were read now, and of the others what was told before."""
        told = {**self.old.warnings, **self._warnings}
        return {path: lines for path, lines in told.items() if lines and path in self.listing.stamps}

    def hands_on_as_before(self, path: str) -> bool:
        """Whether a file that was read hands on the decorators that it did at the earlier scan."""
        return self.handed_by.get(path) == self.old.handed.get(path)

    def names_at(self, path: str) -> Names | None:
        """Return the names in a file, None if it has to be read for them."""
        module = self.found.get(path)
        if module is not None and module.names is not None:
            return module.names
        return names_in(self.record_of(path))

    def record_of(self, path: str) -> Record:
        """Return what an earlier scan left of a file, {} if nothing, or nothing that still holds."""
        return self.old.record(path) if self._is_known(path) else {}

    def stamps_of(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the stamps of files outside of the listing."""
        return {path: self.stamper.stamp_file(path) for path in sorted(paths)}

    def _is_known(self, path: str) -> bool:
        stamp = self.listing.stamps.get(path)
        return bool(stamp) and stamp == self.old.stamps.get(path)


def _all(handed: Mapping[str, Handed]) -> Handed:
    return NOTHING_HANDED.union(*handed.values())
