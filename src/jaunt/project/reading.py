"""The files of one scan: each is read once, and one that an earlier scan left a record of is not read at all."""

from collections.abc import Iterable

from jaunt.files.listing import Listing, ModuleFile, Stamper
from jaunt.project.snapshot import Snapshot, module_in, names_in
from jaunt.specs.spec_module import SpecModule, scan_file
from jaunt.syntax.source import Names


class Reader:
    """Reads the files of `listing`, those that have changed since the snapshot `old`.

    `stamper` has given the listed files their stamps. `found` are the spec modules of the files that were asked for, by
    path, None for a file without specs.
    """

    def __init__(self, listing: Listing, stamper: Stamper, old: Snapshot) -> None:
        self.listing = listing
        self.stamper = stamper
        self.old = old
        self.found: dict[str, SpecModule | None] = {}

    def spec_module(self, file: ModuleFile) -> SpecModule | None:
        """Return the spec module that a file holds, None if it holds no spec."""
        path = str(file.path)
        self.found[path] = module_in(self.old.record(path), file) if self._is_known(path) else scan_file(file)
        return self.found[path]

    def names_at(self, path: str) -> Names | None:
        """Return the names in a file, None if it has to be read for them."""
        module = self.found.get(path)
        if module is not None and module.names is not None:
            return module.names
        return names_in(self.old.record(path)) if self._is_known(path) else None

    def stamps_of(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the stamps of files outside of the listing."""
        return {path: self.stamper.stamp_file(path) for path in sorted(paths)}

    def _is_known(self, path: str) -> bool:
        stamp = self.listing.stamps.get(path)
        return bool(stamp) and stamp == self.old.stamps.get(path)
