"""The worlds of a project's modules, each worked out when it is asked for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from jaunt.project.module import ProjectModule
from jaunt.project.reading import Reader
from jaunt.project.world.existing import Existing
from jaunt.project.world.lookup import Lookup
from jaunt.project.world.world import World, find_world
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, module_of
from jaunt.specs.graph import SpecGraph

_KEPT = 64  # the modules under way; the worlds of all modules of a large project would take 100 MB


class Worlds:
    """Finds the worlds of `modules`, whose specs depend on one another as `graph` says; `lookup` finds single names."""

    def __init__(
        self, reader: Reader, bases: Sequence[Path], modules: Mapping[str, ProjectModule], graph: SpecGraph
    ) -> None:
        self._modules = modules
        self._graph = graph
        self._known: dict[str, World] = {}
        self.lookup = Lookup(reader, bases, self._entries_of)

    def of(self, module: str) -> World:
        """Return what a module's specs reach of other modules; the last ones that were asked for are remembered."""
        found = self._known.get(module)
        if found is None:
            specs = self._modules[module]
            references = [path for contract in specs.contracts.values() for path in contract.references]
            found = find_world(self.lookup, module, references, self._dependencies(module, specs))
            self._known[module] = found
            for oldest in [*self._known][:-_KEPT]:
                self._known.pop(oldest, None)
        return found

    def existing(self, module: str) -> Existing:
        """Return what tells what there is of the names that a module's specs reach."""
        world = self.of(module)
        known = self._dependencies(module, self._modules[module])
        return Existing(self.lookup, module, [*known, *world.specs, *world.digests])

    def _dependencies(self, module: str, specs: ProjectModule) -> Collection[SpecRef]:
        found = {dep for entry in specs.entries for dep in self._graph.get(entry.spec_ref, ())}
        return {dep for dep in found if module_of(dep) != module}

    def _entries_of(self, module: str) -> Sequence[SpecEntry]:
        found = self._modules.get(module)
        return found.entries if found is not None else ()

    def files_of(self, refs: Iterable[str]) -> list[str]:
        """Return the files that the digests of handwritten names were read from, sorted."""
        return sorted({file for ref in refs for file in self.lookup.files_of(ref)})
