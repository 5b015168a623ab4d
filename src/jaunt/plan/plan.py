"""What is fresh and what is stale, and why: the one dirty rule, and the plan that applies it to a project."""

import time
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from jaunt.errors import JauntError
from jaunt.header import Kind
from jaunt.plan.freshness import (
    FRESH,
    Fingerprint,
    Freshness,
    fingerprint,
    judge_file,
    moved_beside,
    with_stale_dependencies,
)
from jaunt.plan.reasons import Reason, ReasonKind
from jaunt.process.phases import phase
from jaunt.project.project import Project
from jaunt.project.snapshot import built_key, read_built_key
from jaunt.project.world.recorded import is_shape
from jaunt.specs.dag import dependencies_of, dependents_of


@dataclass(frozen=True)
class Plan:
    """The freshness of each selected module. `stale` are the modules to build, `problems` the ones that can't be."""

    project: Project
    freshness: Mapping[str, Freshness]
    problems: Mapping[str, JauntError]
    force: bool = False
    found_fresh: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What the next scan is told of the generated files that were read now and are fresh: module -> its key."""
    made_at: int = field(default_factory=time.time_ns, compare=False)
    """Nanoseconds since the epoch; it tells the builds of a plan from those of an earlier one."""

    @property
    def stale(self) -> list[str]:
        """The modules to generate, sorted by name."""
        return sorted(m for m, freshness in self.freshness.items() if freshness.stale)

    @property
    def fresh(self) -> list[str]:
        """The modules to leave alone, sorted by name."""
        return sorted(m for m, freshness in self.freshness.items() if not freshness.stale)

    def restricted_to(self, kinds: Collection[Kind]) -> "Plan":
        """Return the plan for the modules of some kinds alone."""
        return self.only({m for m in self.freshness if self.project.kind_of(m) in kinds})

    def only(self, modules: Container[str]) -> "Plan":
        """Return the plan for some of its modules alone."""
        return replace(
            self,
            freshness={m: freshness for m, freshness in self.freshness.items() if m in modules},
            problems={m: error for m, error in self.problems.items() if m in modules},
        )


def make_plan(project: Project, modules: Iterable[str] | None = None, *, force: Collection[str] = ()) -> Plan:
    """Judge `modules` (default: all of the project) and everything that they depend on.

    Modules in `force` are stale whatever their files say, and so is everything that depends on a stale one.
    """
    selected = dependencies_of(project.dag, project.modules if modules is None else modules) & set(project.modules)
    with phase("plan"):
        judged = {name: _judge(project, name) for name in sorted(selected)}
        found = {name: _forced(judged[name][0]) if name in force else judged[name][0] for name in judged}
    changed = {name for name, freshness in found.items() if freshness.stale}
    dag = {name: set(project.dag[name]) & selected for name in selected}
    stale = dependents_of(dag, changed)
    for name in stale - changed:
        found[name] = with_stale_dependencies(found[name], sorted(dag[name] & stale))
    return Plan(
        project,
        found,
        {m: e for m, e in project.problems.items() if m in selected},
        bool(force),
        {name: key for name, (_, key) in judged.items() if key},
    )


def module_fingerprint(project: Project, name: str) -> Fingerprint:
    """Return the fingerprint of one of the project's modules."""
    entries = project.modules[name].entries
    of_contract = fingerprint(
        project.kind_of(name),
        name,
        project.digests[name],
        {e.spec_ref: project.parts[e.spec_ref] for e in entries if e.spec_ref in project.parts},
        project.graph,
        project.spec_digests,
        project.earlier_digest(name),
    )
    return replace(of_contract, counted=partial(project.counted_digest, name))


def _judge(project: Project, name: str) -> tuple[Freshness, str]:
    """Return a module's freshness, and the key by which the next scan knows its file, "" if there is nothing new."""
    if name in project.problems:
        reason = Reason(ReasonKind.BROKEN, detail=str(project.problems[name]))
        return Freshness("broken", (reason,), stale=True), ""
    key = _key(project, name)  # it has the file's stamp, which is taken before the file is read
    if key and _is_known_fresh(project, name, key):
        return FRESH, ""
    freshness = judge_file(project.generated_path(name), module_fingerprint(project, name))
    if freshness.state != "fresh" or not key:
        return freshness, ""
    against = freshness.checked_against
    shapes = [ref for ref, digest in against.items() if is_shape(digest)]
    others = {ref: digest for ref, digest in against.items() if not is_shape(digest)}
    return freshness, built_key(key, others, project.world_files(shapes))


def _is_known_fresh(project: Project, name: str, key: str) -> bool:
    """Whether an earlier scan found the very same file to be fresh for the same contract, and all else is as then."""
    built = project.scan.built.get(name, "") if project.scan else ""
    if not built.startswith(key):
        return False
    known, against, files = read_built_key(built)
    if known != key or (files and not (project.scan and project.scan.files.are_as_before(files))):
        return False
    return not against or not any(moved_beside(against, name, partial(project.counted_digest, name)))


def _key(project: Project, name: str) -> str:
    """Return what a fresh file is known by: its stamp, and what it has to answer; "" if it can't be told."""
    stamp = project.scan.stamp_file(project.generated_name(name)) if project.scan else ""
    return f"{project.kind_of(name)} {project.digests[name]} {stamp}" if stamp else ""


def _forced(freshness: Freshness) -> Freshness:
    return freshness if freshness.state == "broken" else Freshness("stale", (Reason(ReasonKind.FORCED),), stale=True)
