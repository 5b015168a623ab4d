"""An earlier scan, reused: only the modules that have changed are linked, the others stay as they were left.

Edges and digests are reused only if the files and folders are the same as before, every module has the same specs and
the same names, and so has every other file that edges were found by.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from jaunt.errors import JauntDiscoveryError
from jaunt.files.listing import ModuleFile, module_file
from jaunt.project.linking import Linked, Linker
from jaunt.project.module import PerModule, PerSpec, StoredModule
from jaunt.project.name_lookup import SourceFiles
from jaunt.project.reading import Reader
from jaunt.project.relinking import Part, part_in, relink
from jaunt.project.snapshot import Row, Snapshot, names_in, names_record
from jaunt.specs.spec_module import SpecModule
from jaunt.syntax.source import Names, read_source


@dataclass(frozen=True)
class Reused:
    """A project as an earlier scan left it, but for the modules `changed`; `files` has what was read to link them."""

    reader: Reader
    linker: Linker
    table: Mapping[str, Row]
    changed: Mapping[str, Part]
    files: SourceFiles

    @cached_property
    def rows(self) -> Mapping[str, Row]:
        """The table of today."""
        return {**self.table, **{name: part.row() for name, part in self.changed.items()}}

    def linked(self) -> Linked[StoredModule]:
        """Return all modules as linked, each made when it is needed."""
        rows, roots = self.rows, self.reader.listing.roots
        parts = _parts(self.reader, self.linker, rows, self.changed)

        def module(name: str) -> StoredModule:
            return StoredModule(name, rows[name], roots[rows[name].path], lambda: parts[name].module)

        return Linked(
            modules=PerModule(rows, module),
            specs=PerSpec(rows, lambda name: parts[name].specs),
            parts=PerSpec(rows, lambda name: parts[name].parts),
            graph=PerSpec(rows, lambda name: parts[name].graph),
            dag={name: set(row.dependencies) for name, row in rows.items()},
            spec_digests=PerSpec(rows, lambda name: parts[name].digests),
            digests={name: row.digest for name, row in rows.items()},
            decorated=frozenset(name for name, row in rows.items() if row.decorated),
        )

    def snapshot(self) -> Snapshot:
        """Return what the next scan may reuse."""
        old, stamps = self.reader.old, self.reader.listing.stamps
        fleeting = {path: "" for path, module in self.reader.found.items() if module is not None and module.fleeting}
        read = {path: names for path, names in self.files.read.items() if path in stamps}
        return replace(
            old,
            stamps={**stamps, **fleeting},
            lines={
                **old.lines,
                **{path: json.dumps(names_record(names)) for path, names in read.items()},
                **{str(part.module.file.path): part.line() for part in self.changed.values()},
            },
            outside={**old.outside, **self.reader.stamps_of(self.files.outside)},
            table=self.rows,
        )


def reuse(reader: Reader, linker: Linker) -> Reused | None:
    """Link what has changed since the earlier scan; None if all modules have to be linked anew."""
    old, stamps, table = reader.old, reader.listing.stamps, reader.old.table
    if table is None or stamps.keys() != old.stamps.keys() or reader.listing.closed != old.closed:
        return None
    if any(not stamp or stamp != reader.stamper.stamp_file(path) for path, stamp in old.outside.items()):
        return None
    files = SourceFiles(reader.listing, linker.bases, reader.names_at, reader.handed)
    changed = [path for path, stamp in stamps.items() if not stamp or stamp != old.stamps[path]]
    imported = [row.path for row in table.values() if row.unread]
    if not changed and not imported:
        return Reused(reader, linker, table, {}, files)
    found = _modules_at([*changed, *imported], reader, table)
    if found is None:
        return None
    files.look_in_packages_of((name, reader.listing.roots[row.path].base) for name, row in table.items())
    parts = relink(found, table, _parts(reader, linker, table, {}), linker, files)
    return None if parts is None or files.open_ended else Reused(reader, linker, table, parts, files)


def _parts(reader: Reader, linker: Linker, table: Mapping[str, Row], changed: Mapping[str, Part]) -> Mapping[str, Part]:
    """Return each module's part: one of those that have `changed`, or as the earlier scan left it."""

    def load(name: str) -> Part:
        path = table[name].path
        root = reader.listing.roots[path]
        file = ModuleFile(name, Path(path), root.base, root.kind)
        return changed.get(name) or part_in(reader.old.record(path), file, linker)

    return PerModule(table, load)


def _modules_at(paths: Iterable[str], reader: Reader, table: Mapping[str, Row]) -> dict[str, SpecModule] | None:
    """Read the spec modules among files anew; None if the specs or the names in one of them are others now."""
    names = {row.path: name for name, row in table.items()}
    found: dict[str, SpecModule] = {}
    for path in paths:
        file = module_file(path, reader.listing.roots[path])
        module = reader.spec_module(file) if file else None
        row = table[names[path]] if path in names else None
        before = names_in(reader.old.record(path))
        if file and not reader.hands_on_as_before(path):
            return None
        if not _is_alike(module, row) or (file and not _has_names(file, module, before)):
            return None
        if module is not None:
            found[module.name] = module
    return found


def _is_alike(module: SpecModule | None, row: Row | None) -> bool:
    """Whether a module has the same specs as before; they may be changed themselves."""
    if module is None or row is None:
        return module is row
    names = [entry.qualname for entry in module.entries]
    return module.problem is None and module.kind == row.kind and names == row.specs


def _has_names(file: ModuleFile, module: SpecModule | None, before: Names | None) -> bool:
    """Whether a file has the same names as before; those that nobody asked for yet may be others."""
    if module is not None:
        return module.names == before
    try:
        return before is None or read_source(file.name, str(file.path)).names == before
    except JauntDiscoveryError:
        return False
