"""The digests of contracts: of a spec's parts, of a spec with all that it depends on, of a module."""

import hashlib
import json
from collections.abc import Collection, Mapping, MutableMapping
from typing import NamedTuple

from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, module_of, plain_ref
from jaunt.specs.dag import components, dependencies_of, toposort
from jaunt.specs.explicit_deps import explicit_deps

EARLIER_SIGNATURE = "@.signature"
"""The part that holds what the signature was when decorators above jaunt's counted: headers of that time stay valid."""

AS_SPELLED = "@2."
"""Begins the name of a part as it was when the spelling of annotations and defaults counted."""

CASES = "@.cases"
"""The part that holds the examples and properties of a spec and its members, "" if there are none: where it stays, as
the docstring moves, the spec was reworded."""


def is_detail(part: str) -> bool:
    """Return whether a part tells of another one, "method NAME" say: it adds nothing to a digest."""
    return "." in part


def spec_parts(entry: SpecEntry, parts: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of a spec's contract with those of its decorator's arguments: name -> short digest."""
    deps, prompt = explicit_deps(entry), entry.decorator_kwargs.get("prompt") or ""
    return {
        **parts,
        "deps": _short_digest([*map(plain_ref, deps)]) if deps else _NO_DEPS,
        "prompt": _short_digest(prompt) if prompt else _NO_PROMPT,
    }


def combine_parts(parts: Mapping[str, str]) -> str:
    """Return the digest, 64 hex digits, of a spec's parts."""
    return _sha256(sorted((part, digest) for part, digest in parts.items() if not is_detail(part)))


def has_earlier(parts: Mapping[str, str]) -> bool:
    """Return whether a spec's contract was another one by an earlier reading."""
    return len([part for part in parts if part[:1] == "@"]) > (CASES in parts)


class EarlierReading(NamedTuple):
    """A module's contract as an earlier version read it: its digest, its specs' parts, the graph digests of what they
    depend on and of themselves. `version` is what headers of that time name, "1" that of those which name none.
    """

    version: str
    digest: str
    parts: Mapping[SpecRef, Mapping[str, str]]
    digests: Mapping[SpecRef, str]


def as_read_earlier(parts: Mapping[str, str], version: str) -> dict[str, str]:
    """Return a spec's parts as the reading `version` had them."""
    found = {part: parts.get(f"{AS_SPELLED}{part}", digest) for part, digest in as_recorded(parts).items()}
    if version == "1":
        found["signature"] = parts.get(EARLIER_SIGNATURE, found["signature"])
    return found


def _is_beside(part: str) -> bool:
    return part.startswith(AS_SPELLED)


def as_recorded(parts: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of a spec that a header holds."""
    return {part: digest for part, digest in parts.items() if part[:1] != "@" or not _is_beside(part)}


def earlier_readings(
    refs: Collection[SpecRef],
    parts: Mapping[SpecRef, Mapping[str, str]],
    graph: Mapping[SpecRef, Collection[SpecRef]],
    known: MutableMapping[str, dict[SpecRef, str]] | None = None,
) -> list[EarlierReading]:
    """Return the module of the specs `refs` as it was read earlier, the last reading first; without those that differ
    in nothing from the next one, for these specs and what they depend on.

    `known` holds the graph digests that were found already, by version, and takes those that are found.
    """
    closure = dependencies_of(graph, refs)
    below = {ref: parts[ref] for ref in closure if ref in parts}
    found = []
    for version, begin in (("2", AS_SPELLED), ("1", EARLIER_SIGNATURE)):
        if any(part.startswith(begin) for each in below.values() for part in each):
            digests = {} if known is None else known.setdefault(version, {})
            missing = {ref: each for ref, each in below.items() if ref not in digests}
            local = {ref: combine_parts(as_read_earlier(each, version)) for ref, each in missing.items()}
            own = {ref: graph[ref] for ref in closure if ref in graph and ref not in digests}
            digests.update(graph_digests(local, own, digests))
            read = {ref: as_read_earlier(parts[ref], version) for ref in refs}
            whole = combine_specs({ref: digests[ref] for ref in refs})
            found.append(EarlierReading(version, whole, read, digests))
    return found


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
        below = sorted((plain_ref(dep), digests.get(dep) or known.get(dep, "")) for dep in outside)
        own = sorted((plain_ref(m), local.get(m, "")) for m in members)
        shared = _sha256([own, below])
        for member in members:
            if member in local:
                digests[member] = shared if len(members) == 1 else _sha256([plain_ref(member), shared])
    return digests


def combine_specs(digests: Mapping[SpecRef, str]) -> str:
    """Return a module's digest, 64 hex digits, from the graph digests of its specs."""
    return _sha256(sorted((plain_ref(ref), digest) for ref, digest in digests.items()))


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _short_digest(value: object) -> str:
    return _sha256(value)[:16]


_NO_DEPS, _NO_PROMPT = _short_digest([]), _short_digest("")  # what nearly all specs have
