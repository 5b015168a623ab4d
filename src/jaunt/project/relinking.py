"""Relinking: the modules that changed are linked with all the others as an earlier scan left them."""

from collections.abc import Iterator, Mapping, ValuesView
from dataclasses import replace
from functools import cached_property, partial

from jaunt.files.listing import ModuleFile
from jaunt.project.kept.snapshot import Record
from jaunt.project.kept.table import Table
from jaunt.project.linking import Linker, paths_of, read_constants, read_elsewhere, resolve_deps
from jaunt.project.module import Linked, Part, PerSpec
from jaunt.project.name_lookup import SourceFiles
from jaunt.project.records import links_in, module_in
from jaunt.project.world.sight import Finders, Sight, Sights
from jaunt.spec_ref import SpecRef
from jaunt.specs.dag import components, dependents_of
from jaunt.specs.digests import combine_parts, graph_digests, spec_parts
from jaunt.specs.graph import link_specs
from jaunt.specs.spec_module import SpecModule


def part_of(linked: Linked, module: SpecModule) -> Part:
    """Return the part of one of the linked modules."""
    refs = [entry.spec_ref for entry in module.entries]
    return Part(
        module=module,
        specs={ref: linked.specs[ref] for ref in refs},
        parts={ref: linked.parts[ref] for ref in refs},
        graph={ref: linked.graph[ref] for ref in refs},
        digests={ref: linked.spec_digests[ref] for ref in refs},
    )


def part_in(record: Record, file: ModuleFile, linker: Linker, name: str) -> Part:
    """Return the part that a record of a linked module holds; `name` is the module's in the project."""
    found = module_in(record, file)
    assert found is not None  # the table has spec modules alone
    module = found.named(name)
    links = dict(links_in(record))
    specs, parts, graph, digests = {}, {}, {}, {}
    for entry in module.entries:
        ref, link = entry.spec_ref, links[entry.qualname]
        spec = linker.with_default(entry)
        if link.resolved is not None:
            spec = spec._replace(decorator_kwargs={**spec.decorator_kwargs, "deps": link.resolved})
        specs[ref] = spec
        parts[ref] = spec_parts(spec, module.contracts[entry.qualname].parts)
        graph[ref] = set(link.dependencies)
        digests[ref] = link.digest
    return Part(module, specs, parts, graph, digests)


def relink(
    found: Mapping[str, SpecModule],
    table: Table,
    known: Mapping[str, Part],
    linker: Linker,
    files: SourceFiles,
) -> dict[str, Part] | None:
    """Return the parts of the modules `found`, and of all whose digests change with theirs.

    `table` and `known` are the rows and the parts, `found`'s own too, of an earlier scan, in which every module had the
    same specs. Returns None if there is a problem with a module now: only linking all of them finds what it affects.
    """
    changed = _link(found, table, linker, files)
    if changed is None:
        return None
    dag = {name: table.dependencies(name) for name in table}
    dag |= {name: sorted(part.dependencies) for name, part in changed.items()}
    same_edges = all(dag[name] == table.dependencies(name) for name in changed)
    if not same_edges and any(len(members) > 1 for members in components(dag)):
        return None
    moved = [
        name for name, part in changed.items() if part.parts != known[name].parts or part.graph != known[name].graph
    ]
    affected = {name: changed.get(name) or known[name] for name in sorted(dependents_of(dag, moved))}
    local = {ref: combine_parts(parts) for part in affected.values() for ref, parts in part.parts.items()}
    graph = {ref: deps for part in affected.values() for ref, deps in part.graph.items()}
    digests = graph_digests(local, graph, PerSpec(table, lambda name: known[name].digests))
    return {name: replace(part, digests=known[name].digests) for name, part in changed.items()} | {
        name: replace(part, digests={ref: digests[ref] for ref in part.specs}) for name, part in affected.items()
    }


def _link(found: Mapping[str, SpecModule], table: Table, linker: Linker, files: SourceFiles) -> dict[str, Part] | None:
    """Return the parts of modules, without digests; None if there is a problem with one of them."""
    modules, unimportable = linker.import_unread(read_elsewhere(found, files))
    if unimportable:
        return None
    specs, contracts = linker.collect(modules, broken=())
    sights = Sights(linker.distributions, table)
    finders = Finders(sights, files, partial(_SpecsByPath, table), lambda name: modules[name].base)
    specs, computed = read_constants(specs, modules, finders)
    if computed:
        return None
    resolved = resolve_deps(specs, contracts, (), finders)
    if resolved.problems:
        return None
    graph = link_specs(resolved.specs, contracts, infer_default=True, finder_of=finders.finder)
    parts = {ref: spec_parts(entry, contracts[ref].parts) for ref, entry in resolved.specs.items()}
    linked = Linked(modules, resolved.specs, parts, graph, {}, dict.fromkeys(parts, ""), {})
    return {name: part_of(linked, module) for name, module in modules.items()}


class _SpecsByPath(Mapping[str, SpecRef]):
    """The specs of a table by their dotted path; a path is looked up by the module that it begins with."""

    def __init__(self, table: Table, sight: Sight) -> None:
        self._table = table
        self._sight = sight

    def __getitem__(self, path: str) -> SpecRef:
        module, dot, name = path.rpartition(".")
        while dot:
            own = self._sight.name_of(module)
            if own in self._table and name in self._table[own].specs:
                return SpecRef(f"{own}:{name}")
            module, dot, outer = module.rpartition(".")
            name = f"{outer}.{name}"
        raise KeyError(path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def values(self) -> ValuesView[SpecRef]:
        """Return the references of all specs, without a look-up of each."""
        return self._all.values()

    @cached_property
    def _all(self) -> dict[str, SpecRef]:
        refs = (SpecRef(f"{name}:{spec}") for name, found in self._table.specs() for spec in found)
        return paths_of(refs, self._sight)
