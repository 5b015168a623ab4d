"""Modules built in one run of the engine: those of a plan, or those that a caller of the library brings."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from jaunt.build.eager.order import FirstRequests
from jaunt.build.memory.ledger import Ledger, read_ledger, write_ledger
from jaunt.build.pipeline import ModuleBuilder
from jaunt.build.settings import BuildSettings
from jaunt.build.store import holds_module
from jaunt.build.told import Told, is_idle
from jaunt.build.turns import Turns
from jaunt.engine.job import Job, Listener, Outcome, ask_name, job_name
from jaunt.engine.runner import run_jobs
from jaunt.errors import JauntError, JauntSpecError
from jaunt.plan.module_work import ModuleWork, project_work
from jaunt.plan.order import asked_first, waits_for
from jaunt.plan.plan import Plan
from jaunt.spec_ref import module_of
from jaunt.specs.dag import dependents_of
from jaunt.specs.graph import ModuleDag


@dataclass(frozen=True)
class BuildReport:
    """What came of a build: modules by what happened to them; `failed` maps a module to its errors."""

    generated: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    failed: dict[str, list[str]] = field(default_factory=dict)


async def build_works(
    works: Iterable[ModuleWork],
    dag: ModuleDag,
    stale: Collection[str],
    settings: BuildSettings,
    *,
    jobs: int,
    listener: Listener | None = None,
) -> BuildReport:
    """Build the stale `works`, and their dependents, at most `jobs` at a time."""
    by_module = {work.module: work for work in works}
    chosen = dependents_of(dag, stale) & by_module.keys()
    names = {m: by_module[m].job_name for m in chosen}
    with ModuleBuilder(settings) as builder:
        made = [
            Job(
                names[m],
                partial(builder.build, by_module[m]),
                frozenset(names[d] for d in dag.get(m, ()) if d in names),
            )
            for m in sorted(chosen)
        ]
        outcomes = await run_jobs(made, limit=jobs, listener=listener)
    report = BuildReport(skipped=by_module.keys() - chosen)
    for module in sorted(chosen):
        outcome = outcomes[names[module]]
        if outcome.status == "generated":
            report.generated.add(module)
        else:
            report.failed[module] = list(outcome.errors)
    return report


async def run_plan(
    plan: Plan, settings: BuildSettings, *, jobs: int, listener: Listener | None = None, order: str = ""
) -> dict[str, Outcome]:
    """Build a plan's stale modules, at most `jobs` at a time; return module -> outcome, for those alone.

    Where other code comes of that than the modules above were checked with, these are verified too, and are among the
    outcomes. `order` is "deps-first" or "eager", as configured where it is "". What the generations took last time is
    their cost, and what they take now is noted down for the next.
    """
    project, above = plan.project, frozenset(plan.above)
    ledger = read_ledger(project.root)
    names = {module: job_name(project.kind_of(module), module) for module in [*plan.stale, *above]}
    with ModuleBuilder(settings) as builder:

        async def build(module: str) -> Outcome:
            # Its work is made only now: the first request would have to wait for that of all modules.
            return await builder.build(project_work(project, module), freshness=plan.freshness[module])

        async with plan_turns(plan, build) as turns:
            builder.turns = turns
            asked = asked_first(plan, order)
            made = _jobs(plan, turns, names, ledger, FirstRequests(plan, builder), asked)
            told = Told(listener, {job.module: job for job in made if job.name in names.values()}, above, builder)
            try:
                outcomes = await run_jobs(made, limit=jobs, listener=told if listener else None)
            except asyncio.CancelledError:
                told.interrupted()
                raise
        outcomes |= {names[m]: told.with_calls(m, outcomes[names[m]]) for m in asked}
        outcomes |= await _faults_of_others(plan, settings, names, outcomes)
    updated = ledger.updated(outcomes, {job_name(project.kind_of(module), module) for module in project.modules})
    if updated != ledger:
        write_ledger(project.root, updated)
    if settings.history is not None:
        settings.history.keep_only((project.kind_of(module), module) for module in project.modules)
    found = {module: outcomes[name] for module, name in names.items()}
    return {module: outcome for module, outcome in found.items() if not is_idle(module, outcome, above)}


def _jobs(
    plan: Plan, turns: Turns, names: Mapping[str, str], ledger: Ledger, first: FirstRequests, asked: Collection[str]
) -> list[Job]:
    """Return the engine's jobs, by what they are expected to take: those of `asked` modules are two each."""
    project = plan.project
    requests = {m: ledger.model_seconds(names[m]) for m in asked}
    jobs = [Job(ask_name(m), partial(first.ask, m), cost=seconds) for m, seconds in requests.items()]
    for module, name in names.items():
        before = [*waits_for(project, module), *([ask_name(module)] if module in requests else [])]
        cost = max(0.0, _cost(plan, module, ledger) - requests.get(module, 0.0))
        jobs.append(Job(name, partial(turns.build, module), frozenset(before), cost))
    return jobs


_VERIFYING = 0.05  # about what a module's checks take, in seconds


def _cost(plan: Plan, module: str, ledger: Ledger) -> float:
    """Return how long a module is expected to take, in seconds."""
    calls = plan.freshness[module].action == "generate"
    return ledger.seconds(job_name(plan.project.kind_of(module), module)) if calls else _VERIFYING


async def _faults_of_others(
    plan: Plan, settings: BuildSettings, names: Mapping[str, str], outcomes: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """Look at the specs that were not reached, if one of a run is wrong: what is to be corrected is told at once.

    `names` are those of the modules' jobs; returns job name -> outcome for those with a fault of their own.
    """
    proof = settings.proof
    if proof is None or not any(isinstance(each.cause, JauntSpecError) for each in outcomes.values()):
        return {}
    found = {}
    for module, name in names.items():
        if outcomes[name].failed_dependencies and module not in plan.problems:
            try:
                await proof.require(project_work(plan.project, module))
            except JauntSpecError as error:
                found[name] = replace(outcomes[name], errors=(*outcomes[name].errors, *error.faults), cause=error)
                if settings.on_fault is not None:
                    settings.on_fault(module, error)
            except JauntError:  # it is told with the module that it is of
                continue
    return found


def plan_turns(plan: Plan, build: Callable[[str], Awaitable[Outcome]]) -> Turns:
    """Return the order of a run of a plan's stale modules, which `build` builds one by one."""
    project = plan.project
    names = {job_name(project.kind_of(module), module): module for module in [*plan.stale, *plan.above]}
    waits = {m: [names[name] for name in waits_for(project, m) if name in names] for m in names.values()}

    def is_built(module: str) -> bool:
        return module in project.modules and project.generated_path(module).is_file()

    def imported(module: str) -> set[str]:
        return {module_of(ref) for ref in project.world_of(module).specs} if module not in project.problems else set()

    return Turns(build, waits, is_built, imported)


def misses_store(plan: Plan, settings: BuildSettings) -> bool:
    """Whether a plan has a module for which the model will have to be asked."""
    store = settings.readable_store
    if store is None:
        return bool(plan.paid)
    project = plan.project
    return any(not holds_module(store, project, m) for m in plan.paid if m not in plan.problems)
