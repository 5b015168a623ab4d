"""Scans: from a project's files to its specs, linked; whatever still holds of an earlier scan is reused."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from jaunt.config import JauntConfig
from jaunt.files.listing import Root, Stamper, list_files, module_files
from jaunt.process.phases import phase
from jaunt.project.linking import Linked, Linker
from jaunt.project.module import StoredModule
from jaunt.project.name_lookup import SourceFiles
from jaunt.project.reading import Reader
from jaunt.project.relinking import part_of
from jaunt.project.reuse import reuse
from jaunt.project.snapshot import Snapshot, module_record, names_record, read_snapshot, write_snapshot
from jaunt.specs.spec_module import SpecModule


@dataclass(frozen=True)
class Scan:
    """What was found in a project's files, linked.

    `reader` has the listing of them and what an earlier scan left; `settings` are those of this scan, and a later one
    with others can't use what it leaves; `take_snapshot` makes that, which takes time.
    """

    root: Path
    settings: Mapping[str, Any]
    reader: Reader
    linked: Linked[SpecModule] | Linked[StoredModule]
    take_snapshot: Callable[[], Snapshot]

    @property
    def built(self) -> Mapping[str, str]:
        """What the earlier scan left of generated files that were found fresh; see `Snapshot`."""
        return self.reader.old.built

    def stamp_file(self, path: str) -> str:
        """Return the stamp of a file, which is to be read after that; "" if it is not to be relied on."""
        return self.reader.stamper.stamp_file(path)


def scan_project(config: JauntConfig, roots: Sequence[Root], linker: Linker) -> Scan:
    """List a project's files, read those that have changed since an earlier scan, and link the specs in them."""
    settings = {
        "roots": [[str(root.folder), str(root.base), root.kind] for root in roots],
        "exclude": config.paths.exclude,
        "generated_dir": config.paths.generated_dir,
        "infer_deps": linker.infer_deps,
    }
    with phase("scan"):
        stamper = Stamper()
        listing = list_files(roots, generated_dir=config.paths.generated_dir, stamper=stamper)
        reader = Reader(listing, stamper, read_snapshot(config.root, settings))
    with phase("graph"):
        reused = reuse(reader, linker)
        if reused is not None:
            return Scan(config.root, settings, reader, reused.linked(), reused.snapshot)
        modules = reader.spec_modules(module_files(listing, exclude=config.paths.exclude))
        files = SourceFiles(listing, linker.bases, reader.names_at, reader.handed)
        files.look_in_packages_of((module.name, module.file.base) for module in modules)
        linked = linker.link({module.name: module for module in modules}, files)
        return Scan(config.root, settings, reader, linked, partial(_snapshot, linked, reader, files))


def save_scan(scan: Scan, found_fresh: Mapping[str, str], *, make_folder: bool) -> bool:
    """Keep what a scan found for the next one, unless it is as before; return whether there is a place for it.

    `found_fresh` are further generated files, as those in a snapshot's `built`. `make_folder` makes `.jaunt/` if it is
    missing.
    """
    if not (make_folder or (scan.root / ".jaunt").is_dir()):
        return False
    known = {**scan.built, **found_fresh}
    new = replace(scan.take_snapshot(), built={m: key for m, key in known.items() if m in scan.linked.digests})
    if new != scan.reader.old:
        write_snapshot(scan.root, scan.settings, new)
    return True


def _snapshot(linked: Linked[SpecModule], reader: Reader, files: SourceFiles) -> Snapshot:
    """Return what the next scan may reuse of modules that were all linked anew."""
    reusable = not linked.problems and not files.open_ended
    parts = {name: part_of(linked, module) for name, module in linked.modules.items()} if reusable else {}
    stamps, lines = dict(reader.listing.stamps), {}
    for path in stamps:
        module = reader.found.get(path)
        if module is None:
            names = files.read.get(path) or reader.names_at(path)
            lines[path] = json.dumps(names_record(names)) if names else ""
        elif module.problem is not None:
            stamps[path] = lines[path] = ""  # to be read, and told of, again
        else:
            lines[path] = parts[module.name].line() if reusable else json.dumps(module_record(module, None))
            stamps[path] = "" if module.fleeting else stamps[path]
    return Snapshot(
        stamps=stamps,
        lines=lines,
        closed=reader.listing.closed,
        outside=reader.stamps_of(files.outside),
        handed=reader.handed_by,
        table={name: part.row() for name, part in parts.items()} if reusable else None,
    )
