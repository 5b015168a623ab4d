"""The worlds of a project's modules, each worked out when it is asked for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

from jaunt.project.kept.snapshot import Record
from jaunt.project.module import ProjectModule
from jaunt.project.reading import Reader
from jaunt.project.world.existing import Existing
from jaunt.project.world.lookup import Lookup
from jaunt.project.world.sight import Sight, Sights
from jaunt.project.world.world import World, find_world
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, import_name, module_of, plain_ref
from jaunt.specs.graph import SpecGraph

_KEPT = 64  # the modules under way; the worlds of all modules of a large project would take 100 MB


class Worlds:
    """Finds the worlds of `modules`, whose specs depend on one another as `graph` says, `sights` what each sees."""

    def __init__(self, reader: Reader, sights: Sights, modules: Mapping[str, ProjectModule], graph: SpecGraph) -> None:
        self._reader = reader
        self._sights = sights
        self._modules = modules
        self._graph = graph
        self._known: dict[str, World] = {}
        self._lookups: dict[int, Lookup] = {}

    def lookup_of(self, module: str) -> Lookup:
        """Return what finds single names as a module means them."""
        sight = self._sights.of(self._modules[module].base)
        if id(sight) not in self._lookups:
            self._lookups[id(sight)] = Lookup(self._reader, sight.bases, partial(self._entries_of, sight))
        return self._lookups[id(sight)]

    @property
    def shapes(self) -> dict[str, Record]:
        """The shapes that were read from files, by path."""
        return {path: record for lookup in self._lookups.values() for path, record in lookup.shapes.items()}

    def of(self, module: str) -> World:
        """Return what a module's specs reach of other modules; the last ones that were asked for are remembered."""
        found = self._known.get(module)
        if found is None:
            specs = self._modules[module]
            references = [path for contract in specs.contracts.values() for path in contract.references]
            known = self._dependencies(module, specs)
            found = find_world(self.lookup_of(module), import_name(module), references, known)
            self._known[module] = found
            for oldest in [*self._known][:-_KEPT]:
                self._known.pop(oldest, None)
        return found

    def existing(self, module: str) -> Existing:
        """Return what tells what there is of the names that a module's specs reach."""
        world = self.of(module)
        known = self._dependencies(module, self._modules[module])
        refs = map(plain_ref, [*known, *world.specs, *world.digests])
        return Existing(self.lookup_of(module), import_name(module), refs)

    def _dependencies(self, module: str, specs: ProjectModule) -> Collection[SpecRef]:
        found = {dep for entry in specs.entries for dep in self._graph.get(entry.spec_ref, ())}
        return {dep for dep in found if module_of(dep) != module}

    def _entries_of(self, sight: Sight, module: str) -> Sequence[SpecEntry]:
        found = self._modules.get(sight.name_of(module))
        return found.entries if found is not None else ()

    def files_of(self, module: str, refs: Iterable[str]) -> list[str]:
        """Return the files that the digests of handwritten names that a module reaches were read from, sorted."""
        lookup = self.lookup_of(module)
        return sorted({file for ref in refs for file in lookup.files_of(ref)})
