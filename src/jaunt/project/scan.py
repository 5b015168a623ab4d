"""Scans: from a project's files to its specs, linked; whatever still holds of an earlier scan is reused."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jaunt.config import JauntConfig
from jaunt.config.roots import search_roots
from jaunt.files.listing import Listing, Root, Stamper, list_files
from jaunt.process.frozen import frozen
from jaunt.process.phases import phase
from jaunt.project.kept.snapshot import Record, Snapshot, files_in, read_snapshot, with_shapes, write_snapshot
from jaunt.project.module import Linked, Part, PerModule, StoredModule, linked_from

if TYPE_CHECKING:  # as below
    from jaunt.project.sources import Sources
    from jaunt.project.world.worlds import Worlds
    from jaunt.specs.spec_module import SpecModule


@frozen
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
            generated_dir=self.config.paths.generated_dir,
            infer_deps=self.infer_deps,
        )

    def spec_line(self, path: str) -> int:
        """Return the line of the first spec in a file, which need not be one of these, 0 if there is none."""
        return self.sources.spec_line(path)

    def part(self, module: str) -> Part:
        """Return a module's part of what the project was linked to, as the earlier scan left it."""
        return self.sources.part(module)

    def are_as_before(self, paths: Iterable[str]) -> bool:
        """Whether these files, and the names of all others, are those of the earlier scan."""
        now, before = self.listing.stamps, self.old.stamps
        return self._same_files and all(now.get(path) and now[path] == before.get(path) for path in paths)

    @cached_property
    def _same_files(self) -> bool:
        return self.listing.stamps.keys() == self.old.stamps.keys()

    def changed(self) -> list[str] | None:
        """Return which files have changed since the earlier scan; None if all modules have to be linked anew."""
        old, stamps = self.old, self.listing.stamps
        if old.table is None or stamps.keys() != old.stamps.keys() or self.listing.closed != old.closed:
            return None
        if any(not stamp or stamp != self.stamper.stamp_file(path) for path, stamp in old.outside.items()):
            return None
        if any("@" in name for name in old.table) and not self.sources.names_hold(old.table):
            return None
        return [path for path, stamp in stamps.items() if not stamp or stamp != old.stamps[path]]


@frozen
class Scan:
    """What was found in a project's files, linked; `take_snapshot` makes what the next scan may reuse of it."""

    files: Files
    linked: "Linked[SpecModule] | Linked[StoredModule]"
    take_snapshot: Callable[[], Snapshot]

    @property
    def built(self) -> Mapping[str, str]:
        """What the earlier scan left of generated files that were found fresh; see `Snapshot`."""
        return self.files.old.built

    @cached_property
    def worlds(self) -> "Worlds":
        """What finds the handwritten names that the modules reach."""
        return self.files.sources.worlds(self.linked)

    @property
    def warnings(self) -> list[str]:
        """What is told of the files, in the order of their paths."""
        known = self.files.sources.reader.warnings if "sources" in vars(self.files) else self.files.old.warnings
        return [line for path in sorted(known) for line in known[path]]

    @property
    def shapes(self) -> Mapping[str, Record]:
        """The shapes that were read from files meanwhile, by path, as a snapshot keeps them."""
        return self.worlds.shapes if "worlds" in vars(self) else {}

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
        if changed == [] and table is not None and not table.unread():
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
    taken = scan.take_snapshot()
    # What was found fresh by handwritten files of another day would seem to be so by those of today.
    built = {m: key for m, key in scan.built.items() if taken is old or scan.files.are_as_before(files_in(key))}
    if taken is not old or scan.shapes:
        taken = with_shapes(taken, old, scan.shapes)
    known = {**built, **found_fresh}
    new = replace(taken, built={m: key for m, key in known.items() if m in scan.linked.digests})
    if new != old:
        write_snapshot(root, settings, new)
    return True
