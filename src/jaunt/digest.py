"""Digests of contracts: a spec's own, with all that it depends on, and a module's."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple

from jaunt.deps import components, dependencies_of, entry_source, entry_sources, explicit_deps, not_defined, toposort
from jaunt.excerpts import handwritten_part, plain_segment
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, module_of
from jaunt.specs.contract import contract_parts, is_detail
from jaunt.syntax.source import ModuleSource, read_source


def extract_source_segment(entry: SpecEntry) -> str:
    """Return a spec's source text, decorators and overloads included.

    Raises JauntDiscoveryError if the file can't be read or doesn't define the spec at module level.
    """
    return SpecTexts().segment(entry)


class SpecTexts:
    """The source texts of specs; each file is read and parsed once, and only the last one's syntax tree is kept."""

    def __init__(self) -> None:
        self._known: dict[str, _FileTexts] = {}
        self._last: ModuleSource | None = None

    def add(self, source: ModuleSource) -> None:
        """Take the texts from a file that was parsed already."""
        segments = {name: source.segment(name) for name in source.definitions}
        plain = {name: plain_segment(source, name) for name in source.definitions}
        self._known[source.path] = _FileTexts(segments, plain, handwritten_part(source))

    def source(self, entry: SpecEntry) -> ModuleSource:
        """Return the file that a spec stands in, parsed, of which the texts are made; raises as `read_source` does."""
        path = str(entry.source_file)
        if self._last is None or (self._last.module, self._last.path) != (entry.module, path):
            self._last = read_source(entry.module, path)
        return self._last

    def handwritten(self, entry: SpecEntry) -> str:
        """Return what is no spec in the file that a spec stands in; raises as `extract_source_segment` does."""
        return self._read(entry).handwritten

    def segment(self, entry: SpecEntry) -> str:
        """Return what `extract_source_segment` does."""
        return _text_of(entry, self._read(entry).segments)

    def segments(self, entries: Iterable[SpecEntry]) -> dict[SpecRef, str]:
        """Return the source text of each spec."""
        return {entry.spec_ref: self.segment(entry) for entry in entries}

    def plain_segments(self, entries: Iterable[SpecEntry]) -> dict[SpecRef, str]:
        """Return the source text of each spec, without jaunt's decorators."""
        return {entry.spec_ref: _text_of(entry, self._read(entry).plain) for entry in entries}

    def _read(self, entry: SpecEntry) -> "_FileTexts":
        path = str(entry.source_file)
        if path not in self._known:
            self.add(self.source(entry))
        return self._known[path]


class _FileTexts(NamedTuple):
    """The texts of a file: by name, each definition, and the same without jaunt's decorators; and what is no spec."""

    segments: Mapping[str, str]
    plain: Mapping[str, str]
    handwritten: str


def _text_of(entry: SpecEntry, texts: Mapping[str, str]) -> str:
    if entry.qualname not in texts:
        raise not_defined(entry)
    return texts[entry.qualname]


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


def spec_parts(entry: SpecEntry, parts: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of a spec's contract with those of its decorator's arguments: name -> short digest."""
    deps, prompt = explicit_deps(entry), entry.decorator_kwargs.get("prompt") or ""
    return {
        **parts,
        "deps": _short_digest(deps) if deps else _NO_DEPS,
        "prompt": _short_digest(prompt) if prompt else _NO_PROMPT,
    }


def combine_parts(parts: Mapping[str, str]) -> str:
    """Return the digest, 64 hex digits, of a spec's parts."""
    return _sha256(sorted((part, digest) for part, digest in parts.items() if not is_detail(part)))


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


def _short_digest(value: object) -> str:
    return _sha256(value)[:16]


_NO_DEPS, _NO_PROMPT = _short_digest([]), _short_digest("")  # what nearly all specs have
