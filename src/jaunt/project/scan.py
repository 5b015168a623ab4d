"""Scans: from a project's files to its specs, linked; whatever still holds of an earlier scan is reused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jaunt.config import JauntConfig
from jaunt.config.roots import search_roots
from jaunt.files.listing import Listing, Root, Stamper, list_files
from jaunt.process.phases import phase
from jaunt.project.module import Linked, Part, PerModule, StoredModule, linked_from
from jaunt.project.snapshot import Snapshot, read_snapshot, write_snapshot

if TYPE_CHECKING:  # as below
    from jaunt.project.sources import Sources
    from jaunt.specs.spec_module import SpecModule


@dataclass(frozen=True)
class Files:
    """A project's files as they are now; `old` is what an earlier scan with the same `settings` left of them.

    `roots` are the folders that were searched; `infer_deps` says whether dependencies are inferred, by the kind of
    spec.
    """

    config: JauntConfig
    roots: Sequence[Root]
    infer_deps: Mapping[str, bool]
    settings: Mapping[str, Any]
    listing: Listing
    stamper: Stamper
    old: Snapshot

    @cached_property
    def sources(self) -> "Sources":
        """What reads and links the specs in them."""
        from jaunt.project.sources import Sources  # 20 ms, for nothing if no file has changed

        return Sources(
            self.listing,
            self.stamper,
            self.old,
            root=self.config.root,
            bases=[root.base for root in self.roots],
            infer_deps=self.infer_deps,
        )

    def spec_line(self, path: str) -> int:
        """Return the line of the first spec in a file, which need not be one of these, 0 if there is none."""
        return self.sources.spec_line(path)

    def part(self, module: str) -> Part:
        """Return a module's part of what the project was linked to, as the earlier scan left it."""
        return self.sources.part(module)

    def changed(self) -> list[str] | None:
        """Return which files have changed since the earlier scan; None if all modules have to be linked anew."""
        old, stamps = self.old, self.listing.stamps
        if old.table is None or stamps.keys() != old.stamps.keys() or self.listing.closed != old.closed:
            return None
        if any(not stamp or stamp != self.stamper.stamp_file(path) for path, stamp in old.outside.items()):
            return None
        return [path for path, stamp in stamps.items() if not stamp or stamp != old.stamps[path]]


@dataclass(frozen=True)
class Scan:
    """What was found in a project's files, linked; `take_snapshot` makes what the next scan may reuse of it."""

    files: Files
    linked: "Linked[SpecModule] | Linked[StoredModule]"
    take_snapshot: Callable[[], Snapshot]

    @property
    def built(self) -> Mapping[str, str]:
        """What the earlier scan left of generated files that were found fresh; see `Snapshot`."""
        return self.files.old.built

    def stamp_file(self, path: str) -> str:
        """Return the stamp of a file, which is to be read after that; "" if it is not to be relied on."""
        return self.files.stamper.stamp_file(path)


def scan_project(config: JauntConfig, infer_deps: Mapping[str, bool]) -> Scan:
    """List a project's files, read those that have changed since an earlier scan, and link the specs in them."""
    roots = search_roots(config)
    settings = {
        "roots": [[str(root.folder), str(root.base), root.kind] for root in roots],
        "exclude": config.paths.exclude,
        "generated_dir": config.paths.generated_dir,
        "infer_deps": infer_deps,
    }
    with phase("scan"):
        stamper = Stamper()
        listing = list_files(roots, generated_dir=config.paths.generated_dir, stamper=stamper)
        old = read_snapshot(config.root, settings)
        files = Files(config, roots, infer_deps, settings, listing, stamper, old)
    with phase("graph"):
        changed, table = files.changed(), old.table
        if changed == [] and table is not None and not any(row.unread for row in table.values()):
            return Scan(files, linked_from(table, listing.roots, PerModule(table, files.part)), lambda: old)
        return Scan(files, *files.sources.link(changed, config.paths.exclude))


def save_scan(scan: Scan, found_fresh: Mapping[str, str], *, make_folder: bool) -> bool:
    """Keep what a scan found for the next one, unless it is as before; return whether there is a place for it.

    `found_fresh` are further generated files, as those in a snapshot's `built`. `make_folder` makes `.jaunt/` if it is
    missing.
    """
    root, settings, old = scan.files.config.root, scan.files.settings, scan.files.old
    if not (make_folder or (root / ".jaunt").is_dir()):
        return False
    known = {**scan.built, **found_fresh}
    new = replace(scan.take_snapshot(), built={m: key for m, key in known.items() if m in scan.linked.digests})
    if new != old:
        write_snapshot(root, settings, new)
    return True
