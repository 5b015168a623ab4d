"""Digests of contracts: a spec's own, with all that it depends on, and a module's."""

from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef
from jaunt.specs.contract import contract_parts
from jaunt.specs.dag import dependencies_of
from jaunt.specs.digests import combine_parts, combine_specs, graph_digests, spec_parts
from jaunt.specs.texts import SpecTexts, entry_source, entry_sources, extract_source_segment

__all__ = ["all_entry_parts", "entry_parts", "extract_source_segment", "graph_digest", "local_digest", "module_digest"]


def local_digest(entry: SpecEntry) -> str:
    """Return the digest, 64 hex digits, of a spec's own contract."""
    return combine_parts(entry_parts(entry))


def entry_parts(entry: SpecEntry) -> dict[str, str]:
    """Return the named parts of a registered spec's contract, read from its source file."""
    return spec_parts(entry, contract_parts(entry_source(entry), entry.qualname))


def all_entry_parts(entries: Collection[SpecEntry], texts: SpecTexts) -> dict[SpecRef, dict[str, str]]:
    """Return `entry_parts` of each spec; each file is read once, and its texts are added to `texts`."""
    sources = entry_sources(entries)
    for source in {source.path: source for source in sources.values()}.values():
        texts.add(source)
    return {e.spec_ref: spec_parts(e, contract_parts(sources[e.spec_ref], e.qualname)) for e in entries}


def graph_digest(
    ref: SpecRef,
    specs: Mapping[SpecRef, SpecEntry],
    graph: Mapping[SpecRef, Collection[SpecRef]],
    *,
    cache: MutableMapping[SpecRef, str] | None = None,
) -> str:
    """Return the digest, 64 hex digits, of a spec and of everything that it depends on.

    `cache` holds the digests that are known already and takes those that are found. Specs of one module may
    refer to each other in a circle; raises JauntDependencyCycleError if specs of different modules do.
    """
    known = {} if cache is None else cache
    if ref not in known:
        closure = dependencies_of(graph, [ref])
        missing = {r: graph.get(r, ()) for r in closure if r not in known}
        known.update(graph_digests({r: local_digest(specs[r]) for r in missing if r in specs}, missing, known))
    return known[ref]


def module_digest(
    module_name: str,
    module_specs: Mapping[str, Sequence[SpecEntry]] | Iterable[SpecEntry],
    specs: Mapping[SpecRef, SpecEntry],
    spec_graph: Mapping[SpecRef, Collection[SpecRef]],
    *,
    cache: MutableMapping[SpecRef, str] | None = None,
) -> str:
    """Return the digest, 64 hex digits, of a module: of its specs and of all that they depend on.

    `module_specs` holds the module's entries, or maps module names to entries.
    """
    entries: Any = module_specs
    if isinstance(module_specs, Mapping):
        entries = entries[module_name]
    known: MutableMapping[SpecRef, str] = {} if cache is None else cache
    return combine_specs({e.spec_ref: graph_digest(e.spec_ref, specs, spec_graph, cache=known) for e in entries})
