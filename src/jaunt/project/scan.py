"""Scans: from a project's files to its specs, linked; whatever still holds of an earlier scan is reused.

Edges and digests are reused only if the files and folders are the same as before, every module has the same specs and
the same names, and so has every other file that edges were found by. Else all modules are linked anew.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from jaunt.config import JauntConfig
from jaunt.errors import JauntDiscoveryError
from jaunt.files.listing import Listing, ModuleFile, Root, Stamper, list_files, module_file, module_files
from jaunt.project.linking import Linked, Linker
from jaunt.project.name_lookup import SourceFiles
from jaunt.project.relinking import Part, PerModule, joined, part_in, part_of, relink
from jaunt.project.snapshot import (
    Row,
    Snapshot,
    module_in,
    module_record,
    names_in,
    names_record,
    read_snapshot,
    write_snapshot,
)
from jaunt.specs.spec_module import SpecModule, scan_file, scan_modules
from jaunt.syntax.source import Names, read_source


class Scan:
    """One look at a project's files: what is linked from it, and what it leaves for the next one."""

    def __init__(self, config: JauntConfig, roots: Sequence[Root], linker: Linker) -> None:
        self._root = config.root
        self._exclude = config.paths.exclude
        self._linker = linker
        self._settings = {
            "roots": [[str(root.folder), str(root.base), root.kind] for root in roots],
            "exclude": config.paths.exclude,
            "generated_dir": config.paths.generated_dir,
            "infer_deps": linker.infer_deps,
        }
        self._stamper = Stamper()
        self._listing = list_files(roots, generated_dir=config.paths.generated_dir, stamper=self._stamper)
        self._old = read_snapshot(config.root, self._settings)
        self._files = SourceFiles(self._listing, linker.bases, self._names_at)
        self._scanned: dict[str, SpecModule | None] = {}
        self._linked: Linked | None = None
        self._changed: Mapping[str, Part] | None = None  # None: all modules were linked anew
        self._built: dict[str, str] = {}
        self._saved = False

    @property
    def listing(self) -> Listing:
        """The files that were found."""
        return self._listing

    def link(self) -> Linked:
        """Return the project's modules, linked."""
        self._changed = self._relink(self._old.table) if self._old.table is not None else None
        self._linked = self._link_all() if self._changed is None else self._join(self._changed)
        return self._linked

    def is_built(self, module: str, key: str) -> bool:
        """Whether `note_built` was told the same in the scan that left the cache."""
        return self._old.built.get(module) == key

    def note_built(self, module: str, key: str) -> None:
        """Keep that a module's generated file is fresh; `key` tells which file that was, and for what it is fresh."""
        self._built[module] = key
        self._saved = False

    def stamp_file(self, path: str) -> str:
        """Return the stamp of a file, which is to be read after that; "" if it is not to be relied on."""
        return self._stamper.stamp_file(path)

    def save(self, *, make_folder: bool) -> None:
        """Keep what was found for the next scan, unless it is as before; `make_folder` makes `.jaunt/` if missing."""
        assert self._linked is not None  # `link` comes first
        if self._saved or not (make_folder or (self._root / ".jaunt").is_dir()):
            return
        self._saved = True
        new = self._snapshot(self._linked) if self._changed is None else self._updated(self._changed)
        built = {**self._old.built, **self._built}
        new = replace(new, built={m: key for m, key in built.items() if m in self._linked.digests})
        if new != self._old:
            write_snapshot(self._root, self._settings, new)

    def _is_unchanged(self, path: str) -> bool:
        stamp = self._listing.stamps.get(path)
        return bool(stamp) and stamp == self._old.stamps.get(path)

    def _names_at(self, path: str) -> Names | None:
        module = self._scanned.get(path)
        if module is not None and module.names is not None:
            return module.names
        return names_in(self._old.record(path)) if self._is_unchanged(path) else None

    def _scan(self, file: ModuleFile) -> SpecModule | None:
        path = str(file.path)
        known = self._is_unchanged(path)
        self._scanned[path] = module_in(self._old.record(path), file) if known else scan_file(file)
        return self._scanned[path]

    # --- all modules anew ---

    def _link_all(self) -> Linked:
        modules = scan_modules(module_files(self._listing, exclude=self._exclude), self._scan)
        self._files = SourceFiles(self._listing, self._linker.bases, self._names_at)
        self._files.look_in_packages_of((module.name, module.file.base) for module in modules)
        return self._linker.link({module.name: module for module in modules}, self._files)

    def _snapshot(self, linked: Linked) -> Snapshot:
        reusable = not linked.problems and not self._files.open_ended
        parts = {name: part_of(linked, name) for name in linked.modules} if reusable else {}
        stamps, lines = dict(self._listing.stamps), {}
        for path in stamps:
            module = self._scanned.get(path)
            if module is None:
                names = self._files.read.get(path) or self._names_at(path)
                lines[path] = json.dumps(names_record(names)) if names else ""
            elif module.problem is not None:
                stamps[path] = lines[path] = ""  # to be read, and told of, again
            else:
                lines[path] = parts[module.name].line() if reusable else json.dumps(module_record(module, None))
        return Snapshot(
            stamps=stamps,
            lines=lines,
            closed=self._listing.closed,
            outside=self._stamps_outside(),
            table={name: part.row() for name, part in parts.items()} if reusable else None,
        )

    def _stamps_outside(self) -> dict[str, str]:
        return {path: self._stamper.stamp_file(path) for path in sorted(self._files.outside)}

    # --- changed modules alone ---

    def _relink(self, table: Mapping[str, Row]) -> Mapping[str, Part] | None:
        """Return the parts of the modules that are not as in the snapshot; None if all have to be linked anew."""
        stamps, old = self._listing.stamps, self._old
        if stamps.keys() != old.stamps.keys() or self._listing.closed != old.closed:
            return None
        if any(not stamp or stamp != self._stamper.stamp_file(path) for path, stamp in old.outside.items()):
            return None
        changed = [path for path, stamp in stamps.items() if not stamp or stamp != old.stamps[path]]
        imported = [row.path for row in table.values() if row.unread]
        if not changed and not imported:
            return {}
        found = self._modules_at([*changed, *imported], table)
        if found is None:
            return None
        bases = ((name, self._listing.roots[row.path].base) for name, row in table.items())
        self._files.look_in_packages_of(bases)
        parts = relink(found, table, self._parts(table, {}), self._linker, self._files)
        return None if self._files.open_ended else parts

    def _modules_at(self, paths: Iterable[str], table: Mapping[str, Row]) -> dict[str, SpecModule] | None:
        """Read the spec modules among files anew; None if the specs or the names in one of them are others now."""
        names = {row.path: name for name, row in table.items()}
        found: dict[str, SpecModule] = {}
        for path in paths:
            file = module_file(path, self._listing.roots[path])
            module = self._scan(file) if file else None
            row = table[names[path]] if path in names else None
            before = names_in(self._old.record(path))
            if not _is_alike(module, row) or (file and not _has_names(file, module, before)):
                return None
            if module is not None:
                found[module.name] = module
        return found

    def _parts(self, table: Mapping[str, Row], changed: Mapping[str, Part]) -> Mapping[str, Part]:
        def load(name: str) -> Part:
            part = changed.get(name)
            return part or part_in(self._old.record(table[name].path), self._file(name, table), self._linker)

        return PerModule(table, load)

    def _file(self, name: str, table: Mapping[str, Row]) -> ModuleFile:
        root = self._listing.roots[table[name].path]
        return ModuleFile(name, Path(table[name].path), root.base, root.kind)

    def _join(self, changed: Mapping[str, Part]) -> Linked:
        table = self._updated_table(changed)
        return joined(table, self._parts(table, changed), self._listing.roots)

    def _updated_table(self, changed: Mapping[str, Part]) -> Mapping[str, Row]:
        assert self._old.table is not None  # else all were linked anew
        return {**self._old.table, **{name: part.row() for name, part in changed.items()}}

    def _updated(self, changed: Mapping[str, Part]) -> Snapshot:
        read = {path: names for path, names in self._files.read.items() if path in self._listing.stamps}
        return replace(
            self._old,
            stamps=self._listing.stamps,
            lines={
                **self._old.lines,
                **{path: json.dumps(names_record(names)) for path, names in read.items()},
                **{str(part.module.file.path): part.line() for part in changed.values()},
            },
            outside={**self._old.outside, **self._stamps_outside()},
            table=self._updated_table(changed),
        )


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
