"""What is fresh and what is stale, and why: the one dirty rule, and the plan that applies it to a project."""

import re
import time
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from jaunt.deps import dependencies_of, dependents_of
from jaunt.errors import JauntError
from jaunt.header import body_digest, parse_header, split_header
from jaunt.process.phases import phase
from jaunt.project.project import Project
from jaunt.spec_ref import SpecRef, module_of, qualname_of

_MOST_PARTS = 3  # of a spec that changed, as a person is told of it

State = Literal["fresh", "stale", "unbuilt", "edited", "broken"]


@dataclass(frozen=True)
class Fingerprint:
    """What a module's file must have been made from to be fresh; its header says what it was made from."""

    kind: str
    module: str
    digest: str
    spec_refs: tuple[SpecRef, ...]
    spec_digests: Mapping[str, Mapping[str, str]]
    dependency_digests: Mapping[str, str]

    def header_fields(self) -> dict[str, Any]:
        """Return the fields for `format_header`, the tool's version and the body's digest excepted."""
        return {
            "kind": self.kind,
            "source_module": self.module,
            "module_digest": f"sha256:{self.digest}",
            "spec_refs": list(self.spec_refs),
            "spec_digests": self.spec_digests,
            "dependency_digests": self.dependency_digests,
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
    kind: str,
    module: str,
    digest: str,
    parts: Mapping[SpecRef, Mapping[str, str]],
    graph: Mapping[SpecRef, Collection[SpecRef]],
    spec_digests: Mapping[SpecRef, str],
) -> Fingerprint:
    """Return a module's fingerprint; `parts` holds the contract parts of its specs alone."""
    refs = tuple(sorted(parts))
    outside = {dep for ref in refs for dep in graph.get(ref, ()) if module_of(dep) != module}
    return Fingerprint(
        kind=kind,
        module=module,
        digest=digest,
        spec_refs=refs,
        spec_digests={qualname_of(ref): dict(parts[ref]) for ref in refs},
        dependency_digests={dep: spec_digests.get(dep, "")[:16] for dep in sorted(outside)},
    )


@dataclass(frozen=True)
class Verdict:
    """A module's state and the reason for it, in a person's words."""

    state: State
    reason: str
    stale: bool
    """Whether the code doesn't answer today's contract, so that it has to be generated."""

    @property
    def protected(self) -> bool:
        """Whether a person edited the generated file, so that only `--force` may overwrite it."""
        return self.state == "edited"


def build_command(kind: str) -> str:
    """Return the command that generates the modules of a kind, for hints."""
    return "jaunt test" if kind == "test" else "jaunt build"


def judge(text: str | None, expected: Fingerprint) -> Verdict:
    """Say whether a generated file is fresh, and why not: the one dirty rule.

    `text` is the file's content, None if there is no file. No other function decides this.
    """
    if text is None or not text.strip():
        return Verdict("unbuilt", "not built yet", stale=True)
    fields = parse_header(text)
    if fields is None:
        return Verdict("edited", "edited by hand: it has no jaunt header", stale=True)
    edited = "body_digest" in fields and fields["body_digest"] != body_digest(split_header(text)[1])
    reason = _changed(fields, expected)
    if edited:
        return Verdict("edited", f"edited by hand; {reason}" if reason else "edited by hand", stale=bool(reason))
    return Verdict("stale", reason, stale=True) if reason else Verdict("fresh", "fresh", stale=False)


def contract_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Say how the contract in the header `new` differs from that in `old`, both parsed; nothing if it doesn't."""
    return _changed(old, Fingerprint.of_header(new))


def judge_file(path: Path, expected: Fingerprint) -> Verdict:
    """Apply the dirty rule to the file at `path`."""
    try:
        return judge(read_generated(path), expected)
    except OSError as error:
        return Verdict("broken", f"{path}: cannot be read: {error.strerror}", stale=True)


def read_generated(path: Path) -> str | None:
    """Return the text of a generated file as the dirty rule takes it, None if there is none; raises OSError."""
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None


@dataclass(frozen=True)
class Plan:
    """Each selected module's verdict. `stale` are the modules to build, `problems` the ones that can't be."""

    project: Project
    verdicts: Mapping[str, Verdict]
    problems: Mapping[str, JauntError]
    force: bool = False
    made_at: int = field(default_factory=time.time_ns, compare=False)
    """Nanoseconds since the epoch; it tells the builds of a plan from those of an earlier one."""

    @property
    def stale(self) -> list[str]:
        """The modules to generate, sorted by name."""
        return sorted(m for m, verdict in self.verdicts.items() if verdict.stale)

    @property
    def fresh(self) -> list[str]:
        """The modules to leave alone, sorted by name."""
        return sorted(m for m, verdict in self.verdicts.items() if not verdict.stale)

    def restricted_to(self, kinds: Collection[str]) -> "Plan":
        """Return the plan for the modules of some kinds alone."""
        return self.only({m for m in self.verdicts if self.project.kind_of(m) in kinds})

    def only(self, modules: Container[str]) -> "Plan":
        """Return the plan for some of its modules alone."""
        return replace(
            self,
            verdicts={m: verdict for m, verdict in self.verdicts.items() if m in modules},
            problems={m: error for m, error in self.problems.items() if m in modules},
        )


def make_plan(project: Project, modules: Iterable[str] | None = None, *, force: Collection[str] = ()) -> Plan:
    """Judge `modules` (default: all of the project) and everything that they depend on.

    Modules in `force` are stale whatever their files say, and so is everything that depends on a stale one.
    """
    selected = dependencies_of(project.dag, project.modules if modules is None else modules) & set(project.modules)
    with phase("plan"):
        verdicts = {name: _verdict(project, name, name in force) for name in sorted(selected)}
    changed = {name for name, verdict in verdicts.items() if verdict.stale}
    dag = {name: set(project.dag[name]) & selected for name in selected}
    stale = dependents_of(dag, changed)
    for name in stale - changed:
        verdicts[name] = expand(verdicts[name], sorted(dag[name] & stale))
    return Plan(project, verdicts, {m: e for m, e in project.problems.items() if m in selected}, bool(force))


def expand(verdict: Verdict, stale_dependencies: Sequence[str]) -> Verdict:
    """Return the verdict on a module whose own file is fresh, when dependencies of it are stale."""
    reason = f"dependency is stale: {', '.join(stale_dependencies)}"
    if verdict.protected:
        return Verdict("edited", f"{verdict.reason}; {reason}", stale=True)
    return Verdict("stale", reason, stale=True)


def module_fingerprint(project: Project, name: str) -> Fingerprint:
    """Return the fingerprint of one of the project's modules."""
    entries = project.modules[name].entries
    return fingerprint(
        project.kind_of(name),
        name,
        project.digests[name],
        {e.spec_ref: project.parts[e.spec_ref] for e in entries if e.spec_ref in project.parts},
        project.graph,
        project.spec_digests,
    )


def _verdict(project: Project, name: str, force: bool) -> Verdict:
    if name in project.problems:
        return Verdict("broken", str(project.problems[name]), stale=True)
    verdict = _FRESH if _is_known_fresh(project, name) else _judge_anew(project, name)
    if force and verdict.state != "broken":
        return Verdict("stale", "forced", stale=True)
    return verdict


_FRESH = Verdict("fresh", "fresh", stale=False)


def _is_known_fresh(project: Project, name: str) -> bool:
    """Whether an earlier scan found the very same generated file to be fresh for the same contract."""
    if project.scan is None:
        return False
    key = _freshness_key(project, name, project.scan.stamp_file(project.generated_name(name)))
    return key is not None and project.scan.is_built(name, key)


def _judge_anew(project: Project, name: str) -> Verdict:
    path = project.generated_path(name)
    stamp = project.scan.stamp_file(str(path)) if project.scan else ""  # taken before the file is read
    verdict = judge_file(path, module_fingerprint(project, name))
    key = _freshness_key(project, name, stamp)
    if project.scan is not None and verdict.state == "fresh" and key is not None:
        project.scan.note_built(name, key)
    return verdict


def _freshness_key(project: Project, name: str, stamp: str) -> str | None:
    """Return what the dirty rule finds a fresh file by: its stamp, and what it has to answer."""
    return f"{project.kind_of(name)} {project.digests[name]} {stamp}" if stamp else None


def short_change(reason: str, module: str) -> str:
    """Return a change without the name of the module that it stands beside, and with at most three parts of a spec.

    `spec changed: app.slug:slugify (a, b, c, d)` -> `spec changed: slugify (a, b, c and 1 more)`
    """
    match = re.fullmatch(r"(spec \w+: )(\S+?)(?: \((.*)\))?", reason)
    if match is None:
        return reason
    parts = (match[3] or "").split(", ")
    more = f" and {len(parts) - _MOST_PARTS} more" if len(parts) > _MOST_PARTS else ""
    named = f" ({', '.join(parts[:_MOST_PARTS])}{more})" if match[3] else ""
    return f"{match[1]}{match[2].removeprefix(f'{module}:')}{named}"


def short_reason(module: str, verdict: Verdict) -> str:
    """Return why a module is not fresh, in one line: the first reason, and the number of the others."""
    if verdict.state in ("fresh", "unbuilt"):
        return ""
    reasons = " ".join(verdict.reason.split()).split("; ")
    head = f"{reasons.pop(0)}; " if verdict.protected and len(reasons) > 1 else ""
    if reasons[0].startswith("dependency is stale: "):
        reasons[:1] = reasons[0].split(", ")
    first, *others = reasons
    return f"{head}{short_change(first, module)}" + (f" (and {len(others)} more)" if others else "")


def _changed(fields: Mapping[str, Any], expected: Fingerprint) -> str:
    """Say in which way the contract differs from the one in a header; nothing if it doesn't."""
    if (fields["kind"], fields["source_module"]) != (expected.kind, expected.module):
        return f"its header is that of {fields['kind']} {fields['source_module']}"
    if fields["module_digest"] == f"sha256:{expected.digest}":
        return ""
    return (
        "; ".join([*_changed_specs(fields, expected), *_changed_dependencies(fields, expected)]) or "contract changed"
    )


def _changed_specs(fields: Mapping[str, Any], expected: Fingerprint) -> Iterable[str]:
    old, new = fields.get("spec_digests"), expected.spec_digests
    if old is None:
        return
    for name in sorted({*old, *new}):
        ref = f"{expected.module}:{name}"
        if name not in old:
            yield f"spec added: {ref}"
        elif name not in new:
            yield f"spec removed: {ref}"
        else:
            for member, parts in _changed_parts(old[name], new[name]).items():
                yield f"spec changed: {ref}{member} ({', '.join(parts)})"


def _changed_parts(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the parts of a spec that differ, sorted, by where they are: "", or ".NAME" for a method of a class."""
    moved: dict[str, list[str]] = {}
    for part in sorted(part for part in {*old, *new} if old.get(part) != new.get(part)):
        method, is_inside, detail = part.rpartition(".")
        if is_inside and part in old and part in new:
            moved.setdefault(f".{method}", []).append(detail)
        elif not is_inside and not _is_detailed(part, old, new):
            how = "" if part in old and part in new else " added" if part in new else " removed"
            moved.setdefault("", []).append(part + how)
    return moved


def _is_detailed(part: str, old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Whether it is known on both sides what a method is made of; a header of an earlier jaunt doesn't tell."""
    detail = f"{part.removeprefix('method ')}.signature"
    return part.startswith("method ") and detail in old and detail in new


def _changed_dependencies(fields: Mapping[str, Any], expected: Fingerprint) -> Iterable[str]:
    old, new = fields.get("dependency_digests"), expected.dependency_digests
    if old is None:
        return
    for ref in sorted({*old, *new}):
        if ref not in old:
            yield f"dependency added: {ref}"
        elif ref not in new:
            yield f"dependency removed: {ref}"
        elif old[ref] != new[ref]:
            yield f"dependency changed: {ref}"
