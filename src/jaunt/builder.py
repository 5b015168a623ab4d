"""The build entry points: for callers with specs of their own, and for a whole project."""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaunt.build.history import History
from jaunt.build.import_gate import ImportGate
from jaunt.build.ledger import Ledger, read_ledger, write_ledger
from jaunt.build.pipeline import ModuleWork, Workshop, build_module, write_module
from jaunt.build.store import Store
from jaunt.build.time_left import Pace
from jaunt.deps import dependents_of
from jaunt.digest import SpecTexts, all_entry_parts, combine_parts, entry_parts, graph_digests, module_digest
from jaunt.engine.job import Job, Outcome, job_name, waits_for
from jaunt.files.atomic import ensure_state_folder
from jaunt.files.temporary import remove_leftovers
from jaunt.generate.base import Check, GeneratorBackend
from jaunt.paths import DEFAULT_GENERATED_DIR, generated_relpath, spec_module_to_generated_module
from jaunt.plan.orphans import generated_folders
from jaunt.plan.plan import Plan, fingerprint, judge_file, module_fingerprint
from jaunt.project.project import KINDS, Project, search_roots
from jaunt.registry import SpecEntry, group_by_module
from jaunt.spec_ref import SpecRef, module_of

if TYPE_CHECKING:  # the engine is imported when there is something to build: `jaunt prompt` needs the works alone
    from jaunt.engine.runner import Listener

ModuleSpecs = Mapping[str, Sequence[SpecEntry]]
Specs = Mapping[SpecRef, SpecEntry]
SpecGraph = Mapping[SpecRef, Collection[SpecRef]]
ModuleDag = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class BuildReport:
    """What came of a build: modules by what happened to them; `failed` maps a module to its errors."""

    generated: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    failed: dict[str, list[str]] = field(default_factory=dict)


def write_generated_module(
    *, package_dir: Path, generated_dir: str, module_name: str, source: str, header_fields: Mapping[str, Any]
) -> Path:
    """Write the code generated for the spec module `module_name` and return its file.

    `package_dir` is the folder that module names start from; `source` comes without a header; `header_fields` are the
    arguments of `format_header`. Missing `__init__.py` files on the way are made. The write is atomic.
    Raises JauntWriteError if the file can't be written or would lie outside `package_dir`.
    """
    path = _library_path(Path(package_dir), module_name, generated_dir)
    return write_module(path, source, header_fields, within=Path(package_dir), packages_below=Path(package_dir))


def detect_stale_modules(
    *,
    package_dir: Path,
    generated_dir: str,
    module_specs: ModuleSpecs,
    specs: Specs,
    spec_graph: SpecGraph,
    force: bool = False,
) -> set[str]:
    """Return the modules whose generated file is missing or answers another contract; with `force`, all.

    Their dependents are not among them: `run_build` adds those.
    """
    if force:
        return set(module_specs)
    works = library_works(Path(package_dir), generated_dir, module_specs, specs, spec_graph)
    return {work.module for work in works if judge_file(work.path, work.fingerprint).stale}


async def run_build(
    *,
    package_dir: Path,
    generated_dir: str,
    module_specs: ModuleSpecs,
    specs: Specs,
    spec_graph: SpecGraph,
    module_dag: ModuleDag,
    stale_modules: Collection[str],
    backend: GeneratorBackend,
    jobs: int = 4,
    checks: Sequence[Check] = (),
    max_attempts: int = 2,
    force: bool = False,
    listener: "Listener | None" = None,
) -> BuildReport:
    """Generate the stale modules and their dependents, dependencies first, at most `jobs` at a time.

    Everything comes as arguments: no configuration, no global state, no working directory is read. A candidate has to
    parse, to define the required names, and to pass `checks`. With `force`, files edited by hand are overwritten.
    Raises ValueError for `jobs` below 1 and JauntDependencyCycleError if the modules to build form a cycle.
    """
    works = library_works(Path(package_dir), generated_dir, module_specs, specs, spec_graph)
    shop = Workshop(backend, checks_for=(lambda _: checks) if checks else None, max_attempts=max_attempts, force=force)
    return await build_works(works, module_dag, stale_modules, shop, jobs=jobs, listener=listener)


async def build_works(
    works: Iterable[ModuleWork],
    dag: ModuleDag,
    stale: Collection[str],
    shop: Workshop,
    *,
    jobs: int,
    listener: "Listener | None" = None,
) -> BuildReport:
    """Build the stale ones among `works`, and their dependents, in one run of the engine, the only one of `shop`."""
    from jaunt.engine.runner import run_jobs

    by_module = {work.module: work for work in works}
    chosen = dependents_of(dag, stale) & by_module.keys()
    names = {m: by_module[m].job_name for m in chosen}
    with shop.writers:  # no thread outlives the build
        outcomes = await run_jobs(
            [make_job(by_module[m], shop, (names[d] for d in dag.get(m, ()) if d in names)) for m in sorted(chosen)],
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


def make_job(work: ModuleWork, shop: Workshop, deps: Iterable[str]) -> Job:
    """Return the engine's job that builds one module after the jobs named in `deps`."""
    run = partial(build_module, work, shop)
    return Job(work.job_name, work.fingerprint.kind, work.module, run, frozenset(deps))


def project_works(project: Project, modules: Iterable[str]) -> list[ModuleWork]:
    """Return the work for modules of a project."""
    return [_project_work(project, name) for name in modules]


async def run_plan(plan: Plan, shop: Workshop, *, jobs: int, listener: "Listener | None" = None) -> dict[str, Outcome]:
    """Build a plan's stale modules; return module -> outcome, for those alone.

    What the generations took last time is their cost, and what they take now is noted down for the next.
    """
    from jaunt.engine.runner import run_jobs

    project = plan.project
    ledger = read_ledger(project.root)
    stale = [_project_job(project, module, shop, ledger) for module in plan.stale]
    outcomes = await run_jobs(stale, limit=jobs, listener=listener)
    updated = ledger.updated(outcomes)
    if updated != ledger:
        write_ledger(project.root, updated)
    return {name.partition(":")[2]: outcome for name, outcome in outcomes.items()}


def plan_pace(plan: Plan, jobs: int) -> Pace:
    """Return how long a plan's build will take, `jobs` modules at a time, by what its modules took before."""
    project, entries = plan.project, read_ledger(plan.project.root).entries
    names = {module: job_name(project.kind_of(module), module) for module in plan.stale}
    return Pace(
        {module: [name.partition(":")[2] for name in waits_for(project, module)] for module in names},
        {module: entries[name].seconds for module, name in names.items() if name in entries},
        jobs,
    )


def project_workshop(
    plan: Plan,
    backend: GeneratorBackend,
    *,
    force: bool = False,
    read_store: bool = True,
    record: Path | None = None,
    gate: ImportGate | None = None,
) -> Workshop:
    """Return what a project's modules are built with: its checks, its store, its number of attempts.

    `gate` is one that has begun already.
    """
    from jaunt.checks.project_checks import project_checks

    config = plan.project.config
    state = ensure_state_folder(config.root)
    store = Store(config.root / config.store.path, readonly=config.store.readonly)
    _sweep(plan.project, state, store)
    return Workshop(
        backend,
        checks_for=project_checks(plan.project),
        rejected=state / "rejected",
        gate=gate or ImportGate(plan.project, plan.stale),
        max_attempts=config.build.max_attempts,
        candidates=config.build.candidates,
        force=force,
        store=store,
        read_store=read_store,
        record=record,
        price=config.llm.price,
        history=History(config.root, run=plan.made_at),
    )


def _sweep(project: Project, state: Path, store: Store) -> None:
    """Remove what builds that were killed have left where they were writing."""
    generated = project.config.paths.generated_dir
    folders = [folder for root in search_roots(project.config) for folder in generated_folders(root, generated)]
    folders += [state, *([] if store.readonly or store.folder.is_relative_to(state) else [store.folder])]
    # In a thread of its own: a store on a network takes long to look through, and nothing waits for this.
    threading.Thread(target=remove_leftovers, args=(folders,), name="jaunt-sweep").start()


def misses_store(plan: Plan, shop: Workshop) -> bool:
    """Whether a plan has a module for which the model will have to be asked."""
    store = shop.readable_store
    if store is None:
        return bool(plan.stale)
    project = plan.project
    return any(
        store.get(project.kind_of(m), project.digests[m]).source is None for m in plan.stale if m not in plan.problems
    )


def library_works(
    base: Path,
    generated_dir: str,
    module_specs: ModuleSpecs,
    specs: Specs,
    graph: SpecGraph,
    *,
    package: str | None = None,
    dependency_apis: Mapping[str, str] | None = None,
) -> list[ModuleWork]:
    """Return the work for modules that a caller brings the specs of.

    `package`, if given, is the package below `base` that all generated files have to lie in.
    """
    parts: dict[SpecRef, dict[str, str]] = {}
    texts = SpecTexts()
    for entries in group_by_module(specs.values()).values():
        parts |= all_entry_parts(entries, texts)
    digests = graph_digests({ref: combine_parts(p) for ref, p in parts.items()}, graph)
    modules = {module_of(ref) for ref in specs} | {*module_specs}
    paths = {module: _library_path(base, module, generated_dir, package) for module in modules}
    works = []
    for module, entries in sorted(module_specs.items()):
        own = {e.spec_ref: parts.get(e.spec_ref) or entry_parts(e) for e in entries}
        outside = {d for ref in own for d in graph.get(ref, ()) if d in specs and module_of(d) != module}
        kind = KINDS[entries[0].kind] if entries else "build"
        digest = module_digest(module, entries, specs, graph, cache=digests)
        works.append(
            ModuleWork(
                fingerprint=fingerprint(kind, module, digest, own, graph, digests),
                entries=tuple(entries),
                base=base,
                path=paths[module],
                generated_module=spec_module_to_generated_module(module, generated_dir),
                dependencies={ref: specs[ref] for ref in sorted(outside)},
                dependency_apis=dependency_apis or {},
                dependency_paths={m: paths[m] for m in sorted({module_of(ref) for ref in outside})},
                packages_below=base,
                texts=texts,
            )
        )
    return works


def _project_job(project: Project, module: str, shop: Workshop, ledger: Ledger) -> Job:
    kind = project.kind_of(module)
    name = job_name(kind, module)

    async def run() -> Outcome:
        # Its work is made only now: the first request would have to wait for that of all modules.
        return await build_module(_project_work(project, module), shop)

    return Job(name, kind, module, run, frozenset(waits_for(project, module)), cost=ledger.seconds(name))


def _project_work(project: Project, name: str) -> ModuleWork:
    module = project.modules[name]
    own = [e for e in module.entries if e.spec_ref in project.specs]
    outside = {d for e in own for d in project.graph[e.spec_ref] if module_of(d) != name}
    return ModuleWork(
        fingerprint=module_fingerprint(project, name),
        entries=tuple(project.specs[e.spec_ref] for e in own),
        base=module.file.base,
        path=project.generated_path(name),
        generated_module=spec_module_to_generated_module(name, project.config.paths.generated_dir),
        dependencies={ref: project.specs[ref] for ref in sorted(outside)},
        dependency_paths={m: project.generated_path(m) for m in sorted({module_of(ref) for ref in outside})},
        problem=project.problems.get(name),
        warnings=tuple(
            f"{e.source_file}: {e.qualname} has no docstring: the model has only the signature to go by"
            for e in own
            if not module.contracts[e.qualname].documented
        ),
        texts=project.texts,
        packages_below=_packages_below(name, module.file.base, project.bases()),
    )


def _packages_below(module: str, base: Path, bases: Iterable[Path]) -> Path | None:
    """Return the folder below which `__init__.py` files are made on the way to a module's generated file.

    A folder without one, a namespace package or one of tests, stays as it is; where it has parts in several bases,
    none is made at all: an `__init__.py` in one part would hide the others.
    """
    package = base / module.partition(".")[0]
    if (package / "__init__.py").exists():  # as nearly always
        return base
    parts = [part for part in (each / package.name for each in bases) if part.is_dir()]
    if package not in parts or any((part / "__init__.py").exists() for part in parts):
        return base
    return package if len(parts) == 1 else None


def _library_path(
    base: Path, module: str, generated_dir: str = DEFAULT_GENERATED_DIR, package: str | None = None
) -> Path:
    """Return the generated file of a spec module that is known by name only."""
    if package and module.partition(".")[0] != package.partition(".")[0]:
        return base / generated_relpath(f"{package}.{module}", generated_dir)
    is_package = base.joinpath(*module.split("."), "__init__.py").is_file()
    single = "." not in module and (base / f"{module}.py").is_file() and not is_package
    return base / generated_relpath(module, generated_dir, single_file=single, package=is_package)
