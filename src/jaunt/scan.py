"""Scans: from a project's files to its specs, linked; of what an earlier scan found, all that still holds is reused.

Edges and digests are reused only if there are the same files and folders as before, every module has the same specs and
the same names, and whatever else the edges were found by is the same. Else all modules are linked anew.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from jaunt.config import JauntConfig
from jaunt.deps import SpecFinder, components, dependents_of, link_specs
from jaunt.digest import combine_parts, combine_specs, graph_digests, spec_parts
from jaunt.discovery import ModuleFile, Root, SpecModule, list_files, module_files, scan_file, scan_modules
from jaunt.errors import JauntDiscoveryError, JauntError
from jaunt.lazy import LazyMapping, LazySequence, PerModule, PerSpec
from jaunt.linking import Linked, Linker, paths_of, resolve_deps
from jaunt.registry import SpecEntry
from jaunt.scan_cache import Stamper
from jaunt.snapshot import (
    Link,
    Row,
    Snapshot,
    links_in,
    module_in,
    module_record,
    names_in,
    names_record,
    read_snapshot,
    write_snapshot,
)
from jaunt.source import Names, read_source
from jaunt.source_files import SourceFiles
from jaunt.spec_ref import SpecRef, module_of


@dataclass(frozen=True)
class Part:
    """One spec module's part of what is linked."""

    module: SpecModule
    specs: Mapping[SpecRef, SpecEntry]
    parts: Mapping[SpecRef, Mapping[str, str]]
    graph: Mapping[SpecRef, set[SpecRef]]
    digests: Mapping[SpecRef, str] = field(default_factory=dict)

    @property
    def dependencies(self) -> set[str]:
        """The other modules that it depends on directly."""
        return {module_of(dep) for deps in self.graph.values() for dep in deps} - {self.module.name}

    def record(self, *, linked: bool = True) -> str:
        """Return what a snapshot keeps of it, as JSON."""
        links = {
            e.qualname: Link(e.decorator_kwargs.get("deps"), sorted(self.graph[ref]), self.digests[ref])
            for ref, e in self.specs.items()
        }
        return json.dumps(module_record(self.module, links if linked else None))

    def row(self) -> Row:
        """Return its row in a snapshot's table."""
        module = self.module
        names = [entry.qualname for entry in module.entries]
        digest = combine_specs(self.digests)
        return Row(str(module.file.path), module.kind, module.unread, names, sorted(self.dependencies), digest)


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
        self._scanned: dict[str, SpecModule | None] = {}
        self._files = SourceFiles(self._listing, linker.bases, self._names_at)
        self._linked: Linked | None = None
        self._changed: Mapping[str, Part] | None = None  # None: all modules were linked anew
        self._built: dict[str, str] = {}

    def link(self) -> Linked:
        """Return what the project's modules are together."""
        self._changed = self._relink()
        self._linked = self._link_all() if self._changed is None else self._reuse(self._changed)
        return self._linked

    def known_built(self, module: str, key: str) -> bool:
        """Whether `note_built` was told the same of a module's generated file, in this scan or an earlier one."""
        return self._old.built.get(module) == key

    def note_built(self, module: str, key: str) -> None:
        """Keep that a module's generated file is fresh; `key` tells its stamp and what it is fresh for."""
        self._built[module] = key

    def stamp_file(self, path: str) -> str:
        """Return a file's stamp, "" if it is not to be relied on."""
        return self._stamper.stamp_file(path)

    def save(self) -> None:
        """Keep what was found for the next scan, if it is not as before."""
        assert self._linked is not None  # `link` comes first
        new = self._all() if self._changed is None else self._updated(self._changed)
        built = {**self._old.built, **self._built}
        new = replace(new, built={m: key for m, key in built.items() if m in self._linked.digests})
        if new != self._old:
            write_snapshot(self._root, self._settings, new)

    # --- all modules ---

    def _link_all(self) -> Linked:
        modules = scan_modules(module_files(self._listing, exclude=self._exclude), self._scan)
        self._files.look_in((module.name, module.file.base) for module in modules)
        return self._linker.link({module.name: module for module in modules}, self._files)

    def _scan(self, file: ModuleFile) -> SpecModule | None:
        path = str(file.path)
        known = self._is_unchanged(path)
        module = module_in(self._old.record(path), file) if known else scan_file(file)
        self._scanned[path] = module
        return module

    def _is_unchanged(self, path: str) -> bool:
        stamp = self._listing.stamps.get(path)
        return bool(stamp) and stamp == self._old.stamps.get(path)

    def _names_at(self, path: str) -> Names | None:
        module = self._scanned.get(path)
        if module is not None:
            return module.names
        return names_in(self._old.record(path)) if self._is_unchanged(path) else None

    def _all(self) -> Snapshot:
        """Return the snapshot of modules that were all linked anew."""
        assert self._linked is not None
        linked = self._linked
        reusable = not linked.problems and not self._files.open_ended
        parts = {name: self._part(linked, module) for name, module in linked.modules.items()} if reusable else {}
        stamps, lines = dict(self._listing.stamps), {}
        for path in stamps:
            module = self._scanned.get(path)
            names = self._files.read.get(path) or self._names_at(path)
            if module is None:
                lines[path] = json.dumps(names_record(names)) if names else ""
            elif module.problem is not None:
                stamps[path] = ""  # to be read, and told of, again
            elif reusable:
                lines[path] = parts[module.name].record()
            else:
                lines[path] = json.dumps(module_record(module, None))
        return Snapshot(
            stamps=stamps,
            lines=lines,
            closed=self._listing.closed,
            outside={path: self._stamper.stamp_file(path) for path in sorted(self._files.outside)},
            table={name: part.row() for name, part in parts.items()} if reusable else None,
        )

    def _part(self, linked: Linked, module: SpecModule) -> Part:
        refs = [entry.spec_ref for entry in module.entries]
        return Part(
            module,
            *({ref: known[ref] for ref in refs} for known in (linked.specs, linked.parts, linked.graph)),
            {ref: linked.spec_digests[ref] for ref in refs},
        )
