"""Digests of contracts: a spec's own, with all that it depends on, and a module's."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from jaunt.contract import contract_parts
from jaunt.deps import components, dependencies_of, entry_source, entry_sources, explicit_deps, toposort
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, module_of


def extract_source_segment(entry: SpecEntry) -> str:
    """Return a spec's source text, decorators and overloads included.

    Raises JauntDiscoveryError if the file can't be read or doesn't define the spec at module level.
    """
    return extract_source_segments([entry])[entry.spec_ref]


def extract_source_segments(entries: Collection[SpecEntry]) -> dict[SpecRef, str]:
    """Return the source text of each spec, as `extract_source_segment` does; each file is read once."""
    sources = entry_sources(entries)
    return {entry.spec_ref: sources[entry.spec_ref].segment(entry.qualname) for entry in entries}


def local_digest(entry: SpecEntry) -> str:
    """Return the digest, 64 hex digits, of a spec's own contract."""
    return combine_parts(entry_parts(entry))


def entry_parts(entry: SpecEntry) -> dict[str, str]:
    """Return the named parts of a registered spec's contract, read from its source file."""
    return spec_parts(entry, contract_parts(entry_source(entry), entry.qualname))


def all_entry_parts(entries: Collection[SpecEntry]) -> dict[SpecRef, dict[str, str]]:
    """Return `entry_parts` of each spec; each file is read once."""
    sources = entry_sources(entries)
    return {e.spec_ref: spec_parts(e, contract_parts(sources[e.spec_ref], e.qualname)) for e in entries}


def spec_parts(entry: SpecEntry, parts: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of a spec's contract with those of its decorator's arguments: name -> short digest."""
    arguments = {"deps": explicit_deps(entry), "prompt": entry.decorator_kwargs.get("prompt") or ""}
    return {**parts, **{name: _sha256(value)[:16] for name, value in arguments.items()}}


def combine_parts(parts: Mapping[str, str]) -> str:
    """Return the digest, 64 hex digits, of a spec's parts."""
    return _sha256(sorted(parts.items()))


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


def graph_digests(
    local: Mapping[SpecRef, str],
    graph: Mapping[SpecRef, Collection[SpecRef]],
    known: Mapping[SpecRef, str] | None = None,
) -> dict[SpecRef, str]:
    """Return the graph digest of every spec in `local`, in time linear in specs and edges."""
    digests: dict[SpecRef, str] = {}
    known = {} if known is None else known
    for members in components(graph):
        if len({module_of(m) for m in members}) > 1:
            toposort({m: set(graph[m]) & set(members) for m in members})  # raises: it names the path
        inside = set(members)
        outside = {dep for m in members for dep in graph[m] if dep not in inside} if members[0] in graph else set()
        # A reference to something that is no spec here counts by its name alone.
        below = sorted((dep, digests.get(dep) or known.get(dep, "")) for dep in outside)
        own = sorted((m, local.get(m, "")) for m in members)
        shared = _sha256([own, below])
        for member in members:
            if member in local:
                digests[member] = shared if len(members) == 1 else _sha256([member, shared])
    return digests


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


def combine_specs(digests: Mapping[SpecRef, str]) -> str:
    """Return a module's digest, 64 hex digits, from the graph digests of its specs."""
    return _sha256(sorted(digests.items()))


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
