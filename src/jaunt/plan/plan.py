"""What is fresh and what is stale, and why: the one dirty rule, and the plan that applies it to a project."""

import time
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import NamedTuple

from jaunt.errors import JauntError
from jaunt.header import Kind
from jaunt.plan.action import Action, Dependents, Reworded
from jaunt.plan.freshness import (
    ACCEPTED,
    FRESH,
    UNBUILT,
    Fingerprint,
    Freshness,
    fingerprint,
    has_file,
    judge_file,
    moved_beside,
    with_moved_dependencies,
)
from jaunt.plan.reasons import Reason, ReasonKind
from jaunt.process.frozen import frozen
from jaunt.process.phases import phase
from jaunt.project.kept.snapshot import built_key, read_built_key
from jaunt.project.project import Project
from jaunt.project.world.recorded import is_shape
from jaunt.spec_ref import import_name
from jaunt.specs.dag import dependencies_of, dependents_of


@frozen
class Plan:
    """The freshness of each selected module; `problems` are those that can't be built."""

    project: Project
    freshness: Mapping[str, Freshness]
    problems: Mapping[str, JauntError]
    force: bool = False
    found_fresh: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What the next scan is told of the generated files that were read now and are fresh: module -> its key."""
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of forced modules, the names of the specs that were chosen by name: these alone are asked for."""
    edited: frozenset[str] = frozenset()
    """The modules that a person has edited, those included that a part of the plan leaves out."""
    made_at: int = field(default_factory=time.time_ns, compare=False)
    """Nanoseconds since the epoch; it tells the builds of a plan from those of an earlier one."""

    @cached_property
    def stale(self) -> list[str]:
        """The modules that a build has something to do about, or a person, sorted by name."""
        return sorted(m for m, freshness in self.freshness.items() if freshness.action != "keep")

    @property
    def fresh(self) -> list[str]:
        """The modules to leave alone, sorted by name."""
        return self.to("keep")

    def to(self, action: Action) -> list[str]:
        """Return the modules with an action, sorted by name."""
        return sorted(m for m, freshness in self.freshness.items() if freshness.action == action)

    @property
    def paid(self) -> list[str]:
        """The modules that a model may be asked about: those to be generated, and those to be judged first; sorted."""
        return sorted([*self.to("generate"), *self.to("judge")])

    @cached_property
    def above(self) -> list[str]:
        """The modules to leave alone unless code that they depend on, and that is built or verified, turns out other.

        Sorted by name.
        """
        kind, dag = self.project.kind_of, self.project.dag
        moving = [m for m in self.stale if self.freshness[m].action != "ask"]
        if len(moving) == len(self.freshness) or not moving:
            return []
        below = {m: {dep for dep in dag[m] if dep in self.freshness and kind(dep) == kind(m)} for m in self.freshness}
        reached = dependents_of(below, moving)
        return sorted(m for m in reached if self.freshness[m].action == "keep" and self.freshness[m].state != "edited")

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

    def with_problems(self, found: Mapping[str, JauntError]) -> "Plan":
        """Return the plan with further modules that can't be built, and why."""
        freshness = {**self.freshness, **{module: _broken(error) for module, error in found.items()}}
        return replace(self, freshness=freshness, problems={**self.problems, **found})


def make_plan(project: Project, modules: Iterable[str] | None = None, *, force: Collection[str] = ()) -> Plan:
    """Judge `modules` (default: all of the project) and everything that they depend on.

    Modules in `force` are stale whatever their files say. What depends on a module that is generated, or whose code is
    other than it was, is verified; it waits for one that is broken.
    """
    every = set(project.modules)
    wanted = every if modules is None else set(modules)
    selected = every if wanted >= every else dependencies_of(project.dag, wanted) & every
    with phase("plan"):
        judged = {name: _judge(project, name) for name in sorted(selected)}
        found = {name: _forced(judged[name].freshness) if name in force else judged[name].freshness for name in judged}
        for name, moved in [*_moved_dependencies(project, judged, found)]:
            found[name] = with_moved_dependencies(found[name], moved)
    return Plan(
        project,
        found,
        {m: e for m, e in project.problems.items() if m in selected},
        bool(force),
        {name: each.key for name, each in judged.items() if each.key},
        edited=frozenset(name for name, freshness in found.items() if freshness.state == "edited"),
    )


NO_CODES: Mapping[str, str] = MappingProxyType({})


class _Judged(NamedTuple):
    """What is known of a module by its own file.

    `key` is what the next scan knows the file by, "" if there is nothing new; `code` and `dependency_codes` are as in
    `Freshness`.
    """

    freshness: Freshness
    key: str = ""
    code: str = ""
    dependency_codes: Mapping[str, str] = NO_CODES


def _moved_dependencies(
    project: Project, judged: Mapping[str, _Judged], found: Mapping[str, Freshness]
) -> Iterator[tuple[str, list[Reason]]]:
    """Yield the modules of which a dependency's code is, or will be, other than they were checked with, and why."""
    generated = {name for name, freshness in found.items() if freshness.action in ("generate", "judge")}
    dag = project.dag
    # What is above a broken module can't be checked, however far above.
    broken = {name for name in generated if found[name].state == "broken"}
    if broken:
        broken = dependents_of({name: set(dag[name]) & found.keys() for name in found}, broken)
    moving = generated | broken
    for name, each in judged.items():
        recorded = each.dependency_codes
        if not recorded and (not moving or moving.isdisjoint(dag[name])):
            continue
        needed = [d for d in dag[name] if d in broken or (d in found and _uses_code_of(project, name, d))]
        stale = {d for d in needed if d in generated or d in broken}
        known = {d: recorded[import_name(d)] for d in needed if import_name(d) in recorded}
        rebuilt = {d for d, code in known.items() if judged[d].code != code} - stale
        moved = [Reason(ReasonKind.DEPENDENCY_STALE, d) for d in sorted(stale)]
        moved += [Reason(ReasonKind.DEPENDENCY_REBUILT, d) for d in sorted(rebuilt)]
        if moved:
            yield name, moved


def _uses_code_of(project: Project, name: str, dependency: str) -> bool:
    """Whether a module is checked with the code of a dependency; a test's code is checked without running it."""
    return project.kind_of(name) == project.kind_of(dependency)


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
        project.earlier_readings(name),
    )
    dependents: Dependents = "verify" if project.config.build.dependents == "verify" else "generate"
    reworded: Reworded = "ask" if project.config.build.reworded == "ask" else "generate"
    counted = partial(project.counted_digest, name)
    return replace(of_contract, counted=counted, dependents=dependents, reworded=reworded)


def _judge(project: Project, name: str) -> _Judged:
    """Return what is known of a module by its own file."""
    if name in project.problems:
        return _Judged(_broken(project.problems[name]))
    key = _key(project, name)  # it has the file's stamp, which is taken before the file is read
    known = _known_fresh(project, name, key) if key else None
    if known is not None:
        return known
    if not key and not has_file(project.generated_name(name)):
        return _Judged(UNBUILT)
    freshness = judge_file(project.generated_path(name), module_fingerprint(project, name))
    code, codes = freshness.code, freshness.dependency_codes
    if not key or freshness.reasons or freshness.state not in _KNOWN:
        return _Judged(freshness, "", code, codes)
    against = freshness.checked_against
    shapes = [ref for ref, digest in against.items() if is_shape(digest)]
    others = {ref: digest for ref, digest in against.items() if not is_shape(digest)}
    recorded = " ".join(f"{module}={each}" for module, each in codes.items())
    facts = (freshness.state, code, recorded, " ".join(freshness.bare))
    return _Judged(freshness, built_key(key, others, project.world_files(name, shapes), facts), code, codes)


def _broken(problem: JauntError) -> Freshness:
    return Freshness("broken", (Reason(ReasonKind.BROKEN, detail=str(problem)),), stale=True)


_KNOWN = {"fresh": FRESH, "accepted": ACCEPTED}


def _known_fresh(project: Project, name: str, key: str) -> _Judged | None:
    """Return what an earlier scan found of the very same file, fresh for the same contract, if all else is as then."""
    built = project.scan.built.get(name, "") if project.scan else ""
    if not built.startswith(key):
        return None
    known, against, files, (state, code, codes, bare) = read_built_key(built)
    if known != key or (files and not (project.scan and project.scan.files.are_as_before(files))):
        return None
    if against and any(moved_beside(against, name, partial(project.counted_digest, name))):
        return None
    recorded = dict(each.split("=") for each in codes.split(" ")) if codes else NO_CODES
    freshness = replace(_KNOWN[state], bare=tuple(bare.split(" "))) if bare else _KNOWN[state]
    return _Judged(freshness, "", code, recorded)


def _key(project: Project, name: str) -> str:
    """Return what a fresh file is known by: its stamp, and what it has to answer; "" if it can't be told."""
    stamp = project.scan.stamp_file(project.generated_name(name)) if project.scan else ""
    return f"{project.kind_of(name)} {project.digests[name]} {stamp}" if stamp else ""


def _forced(freshness: Freshness) -> Freshness:
    return freshness if freshness.state == "broken" else Freshness("stale", (Reason(ReasonKind.FORCED),), stale=True)
