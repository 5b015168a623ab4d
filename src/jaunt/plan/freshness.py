"""The one dirty rule: what a generated file's header says against what the specs ask for today."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from jaunt.files.plain import read_plain
from jaunt.header import Kind, header_fields, parse_lines, split_header
from jaunt.plan.action import Action, Dependents, Reworded, decide
from jaunt.plan.reasons import PartChange, Reason, ReasonKind
from jaunt.process.frozen import frozen
from jaunt.project.world.recorded import is_shape, moved_parts
from jaunt.spec_ref import SpecRef, import_name, module_of, plain_ref, qualname_of
from jaunt.specs.digests import CASES, EarlierReading, as_recorded
from jaunt.syntax.body import code_digest, has_conflict_markers, is_body_edited

_NEXT_VERSION = {"1": "2", "2": "3"}
"""A reading of contracts -> the one after it, which a header names where it may differ from the one before."""

Counted = Callable[[str, str], str | None]
"""Takes a reference and the digest that was recorded of it; returns today's of the same kind, None if it is gone."""

State = Literal["fresh", "verify", "judge", "stale", "unbuilt", "conflict", "edited", "accepted", "broken"]
"""Of code that a person accepted, "accepted" is the state whatever has moved; `Freshness.action` says more."""

_ACTIONS: Mapping[State, Action] = {"fresh": "keep", "verify": "verify", "judge": "judge"}
_STATES: Mapping[Action, State] = {"keep": "fresh", "verify": "verify", "judge": "judge", "generate": "stale"}


@frozen
class Fingerprint:
    """What a module's file must have been made from to be fresh; its header says what it was made from.

    `digest` is that of the whole contract, 64 hex digits, and decides; the others tell what has changed: `spec_digests`
    is a spec's name in the module -> part of its contract (`signature`, `docstring`, `size.signature`) -> digest,
    `dependency_digests` a spec of another module -> its graph digest. For a part 16 hex digits do: they are compared
    with those of the same part alone, so one change in 2**64 goes unseen; and even among a million parts, two have the
    same by chance in one project of 37 million (the birthday bound).
    """

    kind: Kind
    module: str
    digest: str
    spec_refs: tuple[SpecRef, ...]
    spec_digests: Mapping[str, Mapping[str, str]]
    dependency_digests: Mapping[str, str]
    earlier: Sequence[EarlierReading] = ()
    """What the contract was by earlier readings, where those may differ; the last one first."""
    counted: Counted | None = field(default=None, compare=False, repr=False)
    """Returns today's digest of what code was checked against besides; None if that doesn't count."""
    dependents: Dependents = field(default="generate", compare=False)
    """What a changed contract of a dependency does to the module."""
    reworded: Reworded = field(default="generate", compare=False)
    """What is done where a contract was only reworded."""

    def header_fields(self) -> dict[str, Any]:
        """Return the fields for `format_header`, the tool's version and the body's digest excepted."""
        return {
            "kind": self.kind,
            "source_module": import_name(self.module),
            "module_digest": f"sha256:{self.digest}",
            "spec_refs": [*map(plain_ref, self.spec_refs)],
            "spec_digests": self.spec_digests,
            "dependency_digests": self.dependency_digests,
            "contract_version": _NEXT_VERSION[self.earlier[0].version] if self.earlier else None,
        }

    @classmethod
    def of_header(cls, fields: Mapping[str, Any]) -> "Fingerprint":
        """Return what a file was made from, by the fields of its header."""
        return cls(
            kind=fields["kind"],
            module=fields["source_module"],
            digest=fields["module_digest"].removeprefix("sha256:"),
            spec_refs=tuple(fields["spec_refs"]),
            spec_digests=fields.get("spec_digests", {}),
            dependency_digests=fields.get("dependency_digests", {}),
        )


def fingerprint(
    kind: Kind,
    module: str,
    digest: str,
    parts: Mapping[SpecRef, Mapping[str, str]],
    graph: Mapping[SpecRef, Collection[SpecRef]],
    spec_digests: Mapping[SpecRef, str],
    earlier: Sequence[EarlierReading] = (),
) -> Fingerprint:
    """Return a module's fingerprint; `parts` holds the contract parts of its specs alone."""
    refs = tuple(sorted(parts))
    outside = {dep for ref in refs for dep in graph.get(ref, ()) if module_of(dep) != module}
    return Fingerprint(
        kind=kind,
        module=module,
        digest=digest,
        spec_refs=refs,
        spec_digests={qualname_of(ref): as_recorded(parts[ref]) for ref in refs},
        dependency_digests={plain_ref(dep): spec_digests.get(dep, "")[:16] for dep in sorted(outside)},
        earlier=earlier,
    )


@frozen
class Freshness:
    """A module's state and the reasons for it, none for a fresh one."""

    state: State
    reasons: tuple[Reason, ...]
    stale: bool
    """Whether the code doesn't answer today's contract, so that it has to be generated or a person decides."""
    checked_against: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What the code was checked against besides, by its header: as long as that stays, fresh code stays fresh."""
    dependency_codes: Mapping[str, str] = field(default_factory=dict, compare=False)
    """The code of its dependencies that it was checked with, by its header: module -> `code_digest`."""
    code: str = field(default="", compare=False)
    """The `code_digest` of the code as it stands, "" if there is none."""
    bare: tuple[str, ...] = field(default=(), compare=False)
    """The names of the specs of which no example and no property had shown anything when the code landed."""

    @property
    def protected(self) -> bool:
        """Whether a person edited or accepted the generated file, so that only `--force` may overwrite it."""
        return self.state in ("edited", "accepted")

    @cached_property
    def action(self) -> Action:
        """What a build does about the module."""
        if not self.protected:
            return _ACTIONS.get(self.state, "generate")
        if self.stale:
            return "ask"
        return "verify" if self.reasons and self.state == "accepted" else "keep"


FRESH = Freshness("fresh", (), stale=False)
ACCEPTED = Freshness("accepted", (), stale=False)
UNBUILT = Freshness("unbuilt", (Reason(ReasonKind.UNBUILT),), stale=True)


def is_shown(facts: Mapping[str, Any]) -> bool:
    """Return whether an example or a property has shown something of a spec's code, by what its header says of it."""
    return bool(facts.get("examples") or facts.get("properties"))


_ACCEPTED = "# jaunt:accepted_by="
_EDITED = Reason(ReasonKind.EDITED)


def judge(text: str | None, expected: Fingerprint) -> Freshness:
    """Say whether a generated file is fresh, and why not: the one dirty rule.

    `text` is the file's content, None if there is no file. No other function decides this.
    """
    if text is None or not text.strip():
        return UNBUILT
    lines, body = split_header(text)
    fields = parse_lines(lines)
    edited = fields is None or is_body_edited(fields, body)
    # A header that ends at a marker may have lost the line that tells an edit.
    if (edited or not fields or "body_digest" not in fields) and has_conflict_markers(text):
        return _conflict(text)
    if fields is None:
        return Freshness("edited", (Reason(ReasonKind.NO_HEADER),), stale=True)
    changes, accepted = _changes(fields, expected), "accepted_by" in fields
    action = decide(
        changes, edited=edited, accepted=accepted, dependents=expected.dependents, reworded=expected.reworded
    )
    told = (_EDITED, *changes) if edited else changes
    return Freshness(
        "edited" if edited else "accepted" if accepted else _STATES[action],
        told,
        stale=action in ("judge", "generate", "ask"),
        checked_against=fields.get("checked_against", {}),
        dependency_codes=fields.get("dependency_codes", {}),
        code=code_digest(fields, body, edited=edited),
        bare=tuple(name for name, facts in fields.get("evidence", {}).items() if not is_shown(facts)),
    )


def _conflict(text: str) -> Freshness:
    """Return the state of a file in which git has left conflict markers; one that a person accepted is not theirs."""
    reason = Reason(ReasonKind.CONFLICT)
    if _ACCEPTED in text:
        return Freshness("edited", (reason, Reason(ReasonKind.ACCEPTED)), stale=True)
    return Freshness("conflict", (reason,), stale=True)


def contract_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Reason, ...]:
    """Return how the contract in the header `new` differs from that in `old`, both parsed."""
    return _changes(old, Fingerprint.of_header(new))


def judge_file(path: Path, expected: Fingerprint) -> Freshness:
    """Apply the dirty rule to the file at `path`."""
    try:
        return judge(read_generated(path), expected)
    except OSError as error:
        reason = Reason(ReasonKind.UNREADABLE, str(path), detail=str(error.strerror))
        return Freshness("broken", (reason,), stale=True)


def has_file(path: str) -> bool:
    """Return whether `judge_file` would find a file, be it one that can't be read; without one, a module is unbuilt."""
    try:
        os.stat(path)  # noqa: PTH116 - for 10,000 modules: no Path for each
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def read_generated(path: Path) -> str | None:
    """Return the text of a generated file as the dirty rule takes it, None if there is none; raises OSError."""
    try:
        return read_plain(path).decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def with_moved_dependencies(freshness: Freshness, moved: Iterable[Reason]) -> Freshness:
    """Return the freshness of a module when the code of dependencies is other than it was checked with.

    What is generated anyway, or waits for a person, stays as it is.
    """
    state = "verify" if freshness.state == "fresh" else freshness.state
    if freshness.stale or state not in ("verify", "accepted"):
        return freshness
    return replace(freshness, state=state, reasons=(*freshness.reasons, *moved))


def read_code_digest(path: Path) -> str:
    """Return the `code_digest` of the generated file at `path`, "" if there is none that can be read."""
    try:
        text = read_generated(path)
    except OSError:
        return ""
    if not text:
        return ""
    lines, body = split_header(text)
    fields = header_fields(lines)
    return code_digest(fields, body, edited=is_body_edited(fields, body))


def _changes(fields: Mapping[str, Any], expected: Fingerprint) -> tuple[Reason, ...]:
    """Return in which way the contract differs from the one in a header."""
    if (fields["kind"], fields["source_module"]) != (expected.kind, import_name(expected.module)):
        return (Reason(ReasonKind.OTHER_HEADER, fields["source_module"], detail=fields["kind"]),)
    moved = tuple(moved_beside(fields.get("checked_against", {}), expected.module, expected.counted))
    readings = _readings_of(fields, expected)
    if fields["module_digest"] in {f"sha256:{digest}" for digest in (expected.digest, *(r.digest for r in readings))}:
        return moved
    found = (*_changed_specs(fields, expected, readings), *_changed_dependencies(fields, expected, readings), *moved)
    return found or (Reason(ReasonKind.CONTRACT_CHANGED),)


def _readings_of(fields: Mapping[str, Any], expected: Fingerprint) -> list[EarlierReading]:
    """Return the earlier readings that a header may be of: it names the first one only by naming none."""
    version = str(fields.get("contract_version", "1"))
    return [reading for reading in expected.earlier if reading.version >= version]


def _where_alike(
    old: Mapping[str, str], new: Mapping[str, str], earlier: Iterable[Mapping[str, str]]
) -> dict[str, str]:
    """Return the digests of today, but what is recorded where that is the same by one of the `earlier` readings."""
    found = dict(new)
    for reading in earlier:
        found.update((key, digest) for key, digest in old.items() if key in new and reading.get(key) == digest)
    return found


def moved_beside(against: Mapping[str, str], module: str, counted: Counted | None) -> Iterator[Reason]:
    """Yield a reason for each of the things that a module's code was checked against and that are others now."""
    for ref, digest in sorted(against.items()):
        today = counted(ref, digest) if counted is not None else digest
        if today == digest:
            continue
        if is_shape(digest):
            parts = tuple(PartChange(*each) for each in moved_parts(digest, today))
            yield from [Reason(ReasonKind.HANDWRITTEN_CHANGED, ref, parts=parts)] if parts else []
        else:
            own = module_of(ref) == import_name(module)
            yield Reason(ReasonKind.HANDWRITTEN_CHANGED if own else ReasonKind.USED_CHANGED, ref)


def _changed_specs(
    fields: Mapping[str, Any], expected: Fingerprint, readings: Sequence[EarlierReading]
) -> Iterator[Reason]:
    old, new = fields.get("spec_digests"), expected.spec_digests
    if old is None:
        return
    for name in sorted({*old, *new}):
        ref = SpecRef(f"{expected.module}:{name}")
        if name not in old:
            yield Reason(ReasonKind.SPEC_ADDED, ref)
        elif name not in new:
            yield Reason(ReasonKind.SPEC_REMOVED, ref)
        else:
            today = _where_alike(old[name], new[name], [r.parts[ref] for r in readings if ref in r.parts])
            for member, parts in _changed_parts(old[name], today).items():
                is_reworded = parts == _DOCSTRING and has_same_cases(old[name], new[name])
                yield Reason(ReasonKind.SPEC_CHANGED, ref, member, tuple(parts), is_reworded=is_reworded)


_DOCSTRING = [PartChange("docstring")]


def has_same_cases(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Return whether the examples and properties of a spec are as they were; an older header can't tell."""
    return CASES in old and old[CASES] == new.get(CASES)


def _changed_parts(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[PartChange]]:
    """Return the parts of a spec that differ, sorted, by where they are: "", or the name of a class's method."""
    moved: dict[str, list[PartChange]] = {}
    for part in sorted(part for part in {*old, *new} if old.get(part) != new.get(part)):
        if part.startswith("@"):
            continue
        method, is_inside, detail = part.rpartition(".")
        if is_inside and part in old and part in new:
            moved.setdefault(method, []).append(PartChange(detail))
        elif not is_inside and not _is_detailed(part, old, new):
            how = "" if part in old and part in new else "added" if part in new else "removed"
            moved.setdefault("", []).append(PartChange(part, how))
    return moved


def _is_detailed(part: str, old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Whether it is known on both sides what a method is made of; a header of an earlier jaunt doesn't tell."""
    detail = f"{part.removeprefix('method ')}.signature"
    return part.startswith("method ") and detail in old and detail in new


def _changed_dependencies(
    fields: Mapping[str, Any], expected: Fingerprint, readings: Sequence[EarlierReading]
) -> Iterator[Reason]:
    old, new = fields.get("dependency_digests"), expected.dependency_digests
    if old is None:
        return
    new = _where_alike(old, new, ({plain_ref(ref): each[:16] for ref, each in r.digests.items()} for r in readings))
    for ref in sorted({*old, *new}):
        if ref not in old:
            yield Reason(ReasonKind.DEPENDENCY_ADDED, ref)
        elif ref not in new:
            yield Reason(ReasonKind.DEPENDENCY_REMOVED, ref)
        elif old[ref] != new[ref]:
            yield Reason(ReasonKind.DEPENDENCY_CHANGED, ref)
