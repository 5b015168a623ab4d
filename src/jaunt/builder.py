"""The build entry points: for callers with specs of their own, and for a whole project."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from jaunt.build.run import BuildReport, build_works
from jaunt.build.settings import library_settings
from jaunt.build.write import write_module
from jaunt.digest import all_entry_parts, entry_parts, module_digest
from jaunt.engine.job import Listener
from jaunt.generate.base import GeneratorBackend
from jaunt.generate.check import Check, CheckFunction
from jaunt.paths import DEFAULT_GENERATED_DIR, generated_relpath, is_single_file, spec_module_to_generated_module
from jaunt.plan.action import answers_contract
from jaunt.plan.freshness import fingerprint, judge_file
from jaunt.plan.module_work import ModuleWork, specs_used
from jaunt.registry import KIND_OF, group_by_module
from jaunt.spec_ref import SpecRef, module_of
from jaunt.specs.digests import combine_parts, earlier_readings, graph_digests, has_earlier
from jaunt.specs.graph import ModuleDag, ModuleSpecs, SpecGraph, Specs
from jaunt.specs.texts import SpecTexts


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
    return {work.module for work in works if not answers_contract(judge_file(work.path, work.fingerprint).reasons)}


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
    checks: Sequence[Check | CheckFunction] = (),
    max_attempts: int = 2,
    force: bool = False,
    listener: Listener | None = None,
) -> BuildReport:
    """Generate the stale modules and their dependents, dependencies first, at most `jobs` at a time.

    Everything comes as arguments: no configuration, no global state, no working directory is read. A candidate has to
    parse, to define the required names, and to pass `checks`. With `force`, files edited by hand are overwritten.
    Raises ValueError for `jobs` below 1 and JauntDependencyCycleError if the modules to build form a cycle.
    """
    works = library_works(Path(package_dir), generated_dir, module_specs, specs, spec_graph)
    settings = library_settings(backend, checks, max_attempts=max_attempts, force=force)
    return await build_works(works, module_dag, stale_modules, settings, jobs=jobs, listener=listener)


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
    is_reread, earlier_digests = any(map(has_earlier, parts.values())), dict[str, dict[SpecRef, str]]()
    paths = {module: _library_path(base, module, generated_dir, package) for module in modules}
    works = []
    for module, entries in sorted(module_specs.items()):
        own = {e.spec_ref: parts.get(e.spec_ref) or entry_parts(e) for e in entries}
        dependencies = specs_used(module, own, specs, graph)
        kind = KIND_OF[entries[0].kind] if entries else "build"
        digest = module_digest(module, entries, specs, graph, cache=digests)
        earlier = earlier_readings(own, {**parts, **own}, graph, earlier_digests) if is_reread else []
        works.append(
            ModuleWork(
                fingerprint=fingerprint(kind, module, digest, own, graph, digests, earlier),
                entries=tuple(entries),
                root=base,
                bases=(base,),
                path=paths[module],
                generated_module=spec_module_to_generated_module(module, generated_dir),
                dependencies=dependencies,
                dependency_apis=dependency_apis or {},
                dependency_paths={m: paths[m] for m in sorted({module_of(ref) for ref in dependencies})},
                packages_below=base,
                texts=texts,
            )
        )
    return works


def _library_path(
    base: Path, module: str, generated_dir: str = DEFAULT_GENERATED_DIR, package: str | None = None
) -> Path:
    """Return the generated file of a spec module that is known by name only."""
    if package and module.partition(".")[0] != package.partition(".")[0]:
        return base / generated_relpath(f"{package}.{module}", generated_dir)
    is_package = base.joinpath(*module.split("."), "__init__.py").is_file()
    file = base / f"{module}.py"
    single = not is_package and is_single_file(module, str(file)) and file.is_file()
    return base / generated_relpath(module, generated_dir, single_file=single, package=is_package)
