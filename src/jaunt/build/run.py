"""A plan's modules built in one run of the engine."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from jaunt.build.ledger import Ledger, read_ledger, write_ledger
from jaunt.build.pipeline import build_module
from jaunt.build.settings import BuildSettings
from jaunt.build.store import holds_module
from jaunt.build.time_left import TimeLeft
from jaunt.engine.job import Job, Outcome, job_name
from jaunt.plan.module_work import ModuleWork, project_work, waits_for
from jaunt.plan.plan import Plan
from jaunt.project.project import Project
from jaunt.specs.dag import dependents_of
from jaunt.specs.graph import ModuleDag

if TYPE_CHECKING:  # the engine is imported when there is something to build: `jaunt prompt` needs the works alone
    from jaunt.engine.runner import Listener


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
    listener: "Listener | None" = None,
) -> BuildReport:
    """Build the stale `works`, and their dependents, in one run of the engine, the only one of `settings`."""
    from jaunt.engine.runner import run_jobs

    by_module = {work.module: work for work in works}
    chosen = dependents_of(dag, stale) & by_module.keys()
    names = {m: by_module[m].job_name for m in chosen}
    with settings.writers:  # no thread outlives the build
        outcomes = await run_jobs(
            [
                make_job(by_module[m], settings, (names[d] for d in dag.get(m, ()) if d in names))
                for m in sorted(chosen)
            ],
            limit=jobs,
            listener=listener,
        )
    report = BuildReport(skipped=by_module.keys() - chosen)
    for module in sorted(chosen):
        outcome = outcomes[names[module]]
        if outcome.status == "generated":
            report.generated.add(module)
        else:
            report.failed[module] = list(outcome.errors)
    return report


def make_job(work: ModuleWork, settings: BuildSettings, deps: Iterable[str]) -> Job:
    """Return the engine's job that builds one module after the jobs named in `deps`."""
    run = partial(build_module, work, settings)
    return Job(work.job_name, work.fingerprint.kind, work.module, run, frozenset(deps))


async def run_plan(
    plan: Plan, settings: BuildSettings, *, jobs: int, listener: "Listener | None" = None
) -> dict[str, Outcome]:
    """Build a plan's stale modules; return module -> outcome, for those alone.

    What the generations took last time is their cost, and what they take now is noted down for the next.
    """
    from jaunt.engine.runner import run_jobs

    project = plan.project
    ledger = read_ledger(project.root)
    stale = [_project_job(project, module, settings, ledger) for module in plan.stale]
    outcomes = await run_jobs(stale, limit=jobs, listener=listener)
    updated = ledger.updated(outcomes)
    if updated != ledger:
        write_ledger(project.root, updated)
    return {name.partition(":")[2]: outcome for name, outcome in outcomes.items()}


def plan_time_left(plan: Plan, jobs: int) -> TimeLeft:
    """Return how long a plan's build will take, `jobs` modules at a time, by what its modules took before."""
    project, entries = plan.project, read_ledger(plan.project.root).entries
    names = {module: job_name(project.kind_of(module), module) for module in plan.stale}
    return TimeLeft(
        {module: [name.partition(":")[2] for name in waits_for(project, module)] for module in names},
        {module: entries[name].seconds for module, name in names.items() if name in entries},
        jobs,
    )


def misses_store(plan: Plan, settings: BuildSettings) -> bool:
    """Whether a plan has a module for which the model will have to be asked."""
    store = settings.readable_store
    if store is None:
        return bool(plan.stale)
    project = plan.project
    return any(not holds_module(store, project, m) for m in plan.stale if m not in plan.problems)


def _project_job(project: Project, module: str, settings: BuildSettings, ledger: Ledger) -> Job:
    kind = project.kind_of(module)
    name = job_name(kind, module)

    async def run() -> Outcome:
        # Its work is made only now: the first request would have to wait for that of all modules.
        return await build_module(project_work(project, module), settings)

    return Job(name, kind, module, run, frozenset(waits_for(project, module)), cost=ledger.seconds(name))
