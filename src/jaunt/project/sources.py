"""The sources of a project, read and linked, as far as an earlier scan does not tell what is in them.

Edges and digests of an earlier scan are reused only if the files and folders are the same as before, every module has
the same specs and the same names, and so has every other file that edges were found by: then only the modules that have
changed are linked.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from jaunt.config.declared import Distributions
from jaunt.errors import JauntDiscoveryError
from jaunt.files.listing import Listing, ModuleFile, Stamper, module_file, module_files
from jaunt.files.plain import read_plain
from jaunt.process.frozen import frozen
from jaunt.project.kept.snapshot import Snapshot
from jaunt.project.kept.table import Row, Table
from jaunt.project.linking import Linker
from jaunt.project.module import Linked, Part, PerModule, StoredModule, linked_from
from jaunt.project.name_lookup import SourceFiles
from jaunt.project.reading import Reader
from jaunt.project.records import module_record, names_in, names_record, part_line
from jaunt.project.relinking import part_in, part_of, relink
from jaunt.project.world.sight import Sights
from jaunt.project.world.worlds import Worlds
from jaunt.spec_ref import import_name
from jaunt.specs.spec_module import SpecModule, first_spec_line
from jaunt.specs.texts import SpecTexts
from jaunt.syntax.source import Handed, Names, read_source

LinkedNow = Linked[SpecModule] | Linked[StoredModule]


class Sources:
    """Reads the files of `listing`, to which `stamper` gave their stamps; `old` is what an earlier scan left of them.

    `root` is the project's folder; module names start from the folders `bases`; code is generated into folders named
    `generated_dir`; `infer_deps` says whether dependencies are inferred, by the kind of spec.
    """

    def __init__(
        self,
        listing: Listing,
        stamper: Stamper,
        old: Snapshot,
        *,
        root: Path,
        bases: Sequence[Path],
        generated_dir: str,
        infer_deps: Mapping[str, bool],
    ) -> None:
        self.reader = Reader(listing, stamper, old)
        self.distributions = Distributions(root, tuple(dict.fromkeys(bases)), ())
        self.linker = Linker(root, self.distributions, infer_deps)
        self._generated_dir = generated_dir

    @cached_property
    def texts(self) -> SpecTexts:
        """The source texts of the specs, read when they are asked for."""
        return SpecTexts(handed=self.handed)

    @property
    def handed(self) -> Handed:
        """The decorators of jaunt's that modules of the project hand on."""
        return self.reader.handed

    def names_at(self, path: str) -> Names | None:
        """Return the names in one of the listed files, None for one that can't be parsed."""
        with suppress(JauntDiscoveryError):  # told where it is scanned
            return self.reader.names_at(path) or read_source("m", path).names
        return None

    def spec_line(self, path: str) -> int:
        """Return the line of the first spec in a file, which need not be a listed one, 0 if there is none."""
        try:
            if b"jaunt" not in read_plain(path):
                return 0
            return first_spec_line(read_source("m", path, self.handed))
        except (OSError, JauntDiscoveryError):
            return 0

    def worlds(self, linked: LinkedNow) -> Worlds:
        """Return what finds the handwritten names that the modules, linked, reach."""
        return Worlds(self.reader, self.sights(linked.modules), linked.modules, linked.graph)

    def sights(self, names: Iterable[str]) -> Sights:
        """Return what the modules of each distribution see; `names` are those of all modules."""
        return Sights(self.distributions, names)

    def names_hold(self, table: Table) -> bool:
        """Whether modules of one name are still told apart as in a table; their owners may be others now."""
        roots = self.reader.listing.roots
        apart = {import_name(name) for name in table if "@" in name}
        places = {name: path for name, path in table.column("path").items() if apart and import_name(name) in apart}
        tags = {name: self.distributions.tag_of(roots[path].base) for name, path in places.items()}
        return all(name.partition("@")[2] == tag for name, tag in tags.items())

    def part(self, module: str) -> Part:
        """Return a module's part of what the project was linked to, as the earlier scan left it."""
        table = self.reader.old.table
        assert table is not None  # or no module is as it was left
        path = table[module].path
        root = self.reader.listing.roots[path]
        file = ModuleFile(import_name(module), Path(path), root.base, root.kind)
        return part_in(self.reader.old.record(path), file, self.linker, module)

    def link(self, changed: Sequence[str] | None, exclude: Sequence[str]) -> tuple[LinkedNow, Callable[[], Snapshot]]:
        """Return the project's modules, linked, and a function that returns what the next scan may reuse.

        `changed` are the files that have changed since the earlier scan; None if all modules have to be linked anew,
        those in files that `exclude` matches left out.
        """
        reused = None if changed is None else self._reuse(changed)
        if reused is not None:
            return reused.linked(), reused.snapshot
        reader = self.reader
        modules = reader.spec_modules(module_files(reader.listing, exclude=exclude), self.distributions.tag_of)
        files = self._files((module.name, module.file.base) for module in modules)
        linked = self.linker.link({module.name: module for module in modules}, files)
        return linked, partial(_snapshot, linked, reader, files, self._generated_dir)

    def _reuse(self, changed: Sequence[str]) -> "_Reused | None":
        """Link the modules in files that have changed, and those that are imported; None if that doesn't do."""
        table = self.reader.old.table
        assert table is not None  # or nothing says what has changed
        found = _modules_at([*changed, *table.unread()], self.reader, table)
        if found is None:
            return None
        roots = self.reader.listing.roots
        files = self._files((name, roots[path].base) for name, path in table.column("path").items())
        known = PerModule(table, self.part)
        parts = relink(found, table, known, self.linker, files)
        return (
            None
            if parts is None or files.open_ended
            else _Reused(self.reader, table, known, parts, files, self._generated_dir)
        )

    def _files(self, modules: Iterable[tuple[str, Path]]) -> SourceFiles:
        files = SourceFiles(self.reader.listing, self.distributions.bases, self.reader.names_at, self.reader.handed)
        files.look_in_packages_of(modules)
        return files


@frozen
class _Reused:
    """A project as an earlier scan left it, but for the modules `changed`; `files` has what was read to link them."""

    reader: Reader
    table: Table
    known: Mapping[str, Part]
    changed: Mapping[str, Part]
    files: SourceFiles
    generated_dir: str

    @cached_property
    def today(self) -> Table:
        """The table of today."""
        return self.table.replaced({name: part.row(self.generated_dir) for name, part in self.changed.items()})

    def linked(self) -> Linked[StoredModule]:
        """Return all modules as linked, each made when it is needed."""
        parts = PerModule(self.table, lambda name: self.changed.get(name) or self.known[name])
        return linked_from(self.today, self.reader.listing.roots, parts)

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
                **{str(part.module.file.path): part_line(part) for part in self.changed.values()},
            },
            outside={**old.outside, **self.reader.stamps_of(self.files.outside)},
            table=self.today,
            warnings=self.reader.warnings,
        )


def _modules_at(paths: Iterable[str], reader: Reader, table: Table) -> dict[str, SpecModule] | None:
    """Read the spec modules among files anew; None if the specs or the names in one of them are others now."""
    names = {path: name for name, path in table.column("path").items()}
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
            found[names[path]] = module.named(names[path])
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


def _snapshot(linked: Linked[SpecModule], reader: Reader, files: SourceFiles, generated_dir: str) -> Snapshot:
    """Return what the next scan may reuse of modules that were all linked anew."""
    reusable = not linked.problems and not files.open_ended
    parts = {name: part_of(linked, module) for name, module in linked.modules.items()} if reusable else {}
    of_path = {part.module.path: part for part in parts.values()}
    stamps, lines = dict(reader.listing.stamps), {}
    for path in stamps:
        module = reader.found.get(path)
        if module is None:
            names = files.read.get(path) or reader.names_at(path)
            lines[path] = json.dumps(names_record(names)) if names else ""
        elif module.problem is not None:
            stamps[path] = lines[path] = ""  # to be read, and told of, again
        else:
            lines[path] = part_line(of_path[path]) if reusable else json.dumps(module_record(module, None))
            stamps[path] = "" if module.fleeting else stamps[path]
    return Snapshot(
        stamps=stamps,
        lines=lines,
        closed=reader.listing.closed,
        outside=reader.stamps_of(files.outside),
        handed=reader.handed_by,
        warnings=reader.warnings,
        table=Table.of({name: part.row(generated_dir) for name, part in parts.items()}) if reusable else None,
    )
