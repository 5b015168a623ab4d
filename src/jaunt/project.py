"""One immutable snapshot of a project: its configuration, specs, graph, DAG and digests."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jaunt.config import JauntConfig
from jaunt.contract import Contract
from jaunt.deps import SpecFinder, collapse_to_module_dag, components, explicit_deps, link_specs, toposort
from jaunt.digest import combine_parts, combine_specs, graph_digests, spec_parts
from jaunt.discovery import ModuleFile, Root, SpecModule, find_files, scan_modules
from jaunt.errors import JauntConfigError, JauntDependencyCycleError, JauntDiscoveryError, JauntError
from jaunt.importer import import_from_bases
from jaunt.paths import generated_relpath
from jaunt.registry import SpecEntry
from jaunt.source import read_source
from jaunt.spec_ref import SpecRef, module_of

KINDS = {"magic": "build", "test": "test"}


@dataclass(frozen=True)
class Project:
    """Everything that a build reads: who specifies what, who depends on whom, and each module's digest.

    `problems` maps a module that can't be built to the reason; such a module may have no entries.
    """

    root: Path
    config: JauntConfig
    modules: Mapping[str, SpecModule] = field(default_factory=dict)
    specs: Mapping[SpecRef, SpecEntry] = field(default_factory=dict)
    parts: Mapping[SpecRef, Mapping[str, str]] = field(default_factory=dict)
    graph: Mapping[SpecRef, set[SpecRef]] = field(default_factory=dict)
    dag: Mapping[str, set[str]] = field(default_factory=dict)
    spec_digests: Mapping[SpecRef, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, JauntError] = field(default_factory=dict)

    def kind_of(self, module: str) -> str:
        """Return "build" or "test"."""
        return KINDS[self.modules[module].kind]

    def modules_of(self, kind: str) -> list[str]:
        """Return the names of the modules of a kind ("build" or "test"), sorted."""
        return sorted(name for name in self.modules if self.kind_of(name) == kind)

    def generated_path(self, module: str) -> Path:
        """Return the file that a spec module's code is generated into."""
        return generated_path(self.modules[module].file, self.config.paths.generated_dir)

    def bases(self) -> list[Path]:
        """Return the folders that module names start from, as they belong on `sys.path`."""
        return list(dict.fromkeys(root.base for root in search_roots(self.config)))


def load_project(config: JauntConfig, *, infer_deps: bool | None = None) -> Project:
    """Read a project's specs and work out graph and digests; writes nothing and imports no user code here.

    `infer_deps` overrides the configuration for both kinds. What is wrong with one module becomes an entry in
    `problems` and leaves the others alone.
    """
    generated_dir = config.paths.generated_dir
    files = find_files(search_roots(config), exclude=config.paths.exclude, generated_dir=generated_dir)
    found = {m.name: m for m in scan_modules(files)}
    problems: dict[str, JauntError] = {m.name: m.problem for m in found.values() if m.problem is not None}
    modules = _import_unread(found, problems, config)
    specs, contracts = _specs_of(modules, problems, config, infer_deps)
    blocked = _resolve_deps(specs, contracts, problems, [root.base for root in search_roots(config)])
    graph = link_specs(specs, contracts, infer_default=True)
    dag = {name: set[str]() for name in modules} | collapse_to_module_dag(graph)
    for module, broken in blocked.items():
        dag[module] |= broken
    _cut_cycles(dag, graph, problems)
    parts = {ref: spec_parts(entry, contracts[ref].parts) for ref, entry in specs.items()}
    spec_digests = graph_digests({ref: combine_parts(p) for ref, p in parts.items()}, graph)
    return Project(
        root=config.root,
        config=config,
        modules=modules,
        specs=specs,
        parts=parts,
        graph=graph,
        dag=dag,
        spec_digests=spec_digests,
        digests={
            name: combine_specs(
                {e.spec_ref: spec_digests[e.spec_ref] for e in module.entries if e.spec_ref in specs}
            )
            for name, module in modules.items()
        },
        problems=problems,
    )


def search_roots(config: JauntConfig) -> list[Root]:
    """Return the folders to search.

    Modules below a source root are named from it; modules below a test root from the test root's parent, so
    that `tests/test_a.py` is `tests.test_a`, unless the test root lies in a source root.
    """
    sources = [
        folder for folder in (config.root / root for root in config.paths.source_roots) if folder.is_dir()
    ]
    roots = [Root(folder, folder) for folder in sources]
    for name in config.paths.test_roots:
        folder = config.root / name
        if not folder.is_dir() or folder in sources:
            continue
        # The innermost source root around it, if any.
        inside = next(
            (parent for parent in folder.parents if parent in sources and parent != config.root), None
        )
        base = inside or (folder if folder == config.root else folder.parent)
        roots.append(Root(folder, base, "test"))
    return roots


def generated_path(file: ModuleFile, generated_dir: str) -> Path:
    """Return the generated file of a spec module's file."""
    package = file.path.name == "__init__.py"
    single = "." not in file.name and not package
    return file.base / generated_relpath(file.name, generated_dir, single_file=single, package=package)


def select_targets(project: Project, targets: Iterable[str]) -> set[str]:
    """Return the modules that `targets` name: modules, spec references, or their source files.

    Raises JauntConfigError that suggests the nearest name for one that is unknown.
    """
    by_file = {module.file.path.resolve(): name for name, module in project.modules.items()}
    selected = set()
    for target in targets:
        name, colon, _ = target.partition(":")
        files = (Path(target).resolve(), (project.root / target).resolve())
        # The specs of a module that is broken may not be known.
        found = [name] if name in project.modules and (name in project.problems or not colon) else []
        found += [name] if target in project.specs else []
        found += [by_file[file] for file in files if file in by_file]
        if not found:
            shown = [
                path.relative_to(project.root).as_posix()
                for path in by_file
                if path.is_relative_to(project.root)
            ]
            near = _nearest(target, [*project.specs] if colon else [*project.modules, *shown])
            raise JauntConfigError(
                f"unknown target {target!r}", hint=near or "`jaunt status` lists the modules"
            )
        selected.add(found[0])
    return selected


def _import_unread(
    found: Mapping[str, SpecModule], problems: dict[str, JauntError], config: JauntConfig
) -> dict[str, SpecModule]:
    """Fill in the decorator arguments that only an import can tell."""
    unread = [name for name, module in found.items() if module.unread]
    bases = {name: found[name].file.base for name in unread}
    imported = import_from_bases(bases, path=[root.base for root in search_roots(config)], cwd=config.root)
    modules = dict(found)
    for name, result in imported.items():
        module = found[name]
        missing = [spec for spec in module.unread if spec not in result.specs]
        if missing:
            unread_text = ", ".join(module.unread.values())
            problems[name] = JauntDiscoveryError(
                f"{module.file.path}: cannot be imported to read {unread_text}: {result.error}",
                hint="give the decorator literals or plain names, or make the module importable",
            )
            continue
        entries = tuple(
            e._replace(decorator_kwargs=dict(result.specs[e.qualname])) if e.qualname in module.unread else e
            for e in module.entries
        )
        wrong = [problem for entry in entries if (problem := _wrong_argument(entry)) is not None]
        problems.update({name: wrong[0]} if wrong else {})
        modules[name] = SpecModule(name, module.file, module.kind, entries, module.contracts, module.unread)
    return modules


def _wrong_argument(entry: SpecEntry) -> JauntDiscoveryError | None:
    for argument, wanted, phrase in (("prompt", str, "a string"), ("infer_deps", bool, "True or False")):
        value = entry.decorator_kwargs.get(argument)
        if value is not None and not isinstance(value, wanted):
            where = f"{entry.source_file}: {entry.qualname}"
            return JauntDiscoveryError(f"{where}: {argument} must be {phrase}, not {value!r}")
    return None


def _specs_of(
    modules: Mapping[str, SpecModule],
    problems: Mapping[str, JauntError],
    config: JauntConfig,
    infer_deps: bool | None,
) -> tuple[dict[SpecRef, SpecEntry], dict[SpecRef, Contract]]:
    defaults = {"magic": config.build.infer_deps, "test": config.test.infer_deps}
    specs: dict[SpecRef, SpecEntry] = {}
    contracts: dict[SpecRef, Contract] = {}
    for module in modules.values():
        if module.name in problems:
            continue
        for entry in module.entries:
            infer = defaults[entry.kind] if infer_deps is None else infer_deps
            specs[entry.spec_ref] = entry._replace(
                decorator_kwargs={"infer_deps": infer, **entry.decorator_kwargs}
            )
            contracts[entry.spec_ref] = module.contracts[entry.qualname]
    return specs, contracts


def _resolve_deps(
    specs: dict[SpecRef, SpecEntry],
    contracts: Mapping[SpecRef, Contract],
    problems: dict[str, JauntError],
    bases: Sequence[Path],
) -> dict[str, set[str]]:
    """Replace what `deps` name by the specs that are meant; return module -> broken modules that it needs.

    What is written by hand, as all of an ejected module is, may be named too: it is no edge, and counts by its name.
    """
    finder = SpecFinder(specs)
    blocked: dict[str, set[str]] = {}
    broken = list(problems)

    def broken_behind(path: str) -> set[str]:
        return {m for m in broken for traced in finder.trace(path) if traced.startswith(f"{m}.")}

    for ref, entry in list(specs.items()):
        resolved = []
        needed: set[str] = set()
        for dep in explicit_deps(entry):
            path = dep.replace(":", ".")
            found = finder.find(path)
            if found is None and not broken_behind(path) and not _is_written_by_hand(path, bases):
                problems[entry.module] = JauntDiscoveryError(
                    f"{entry.source_file}: {entry.qualname}: deps: there is no spec {dep!r}",
                    hint=_nearest(dep, specs)
                    or "deps takes specs: functions and classes decorated with @jaunt.magic",
                )
            needed |= broken_behind(path)
            resolved.append(found or dep)
        if entry.decorator_kwargs["infer_deps"]:
            needed.update(*map(broken_behind, contracts[ref].references))
        if needed:
            blocked.setdefault(entry.module, set()).update(needed)
        if resolved:
            specs[ref] = entry._replace(decorator_kwargs={**entry.decorator_kwargs, "deps": resolved})
    return blocked


def _is_written_by_hand(path: str, bases: Iterable[Path]) -> bool:
    """Whether a dotted path means a module-level name of a module below one of the folders."""
    module, _, name = path.rpartition(".")
    below = Path(*module.split("."))
    files = [base / file for base in bases for file in (below.with_suffix(".py"), below / "__init__.py")] if module else []
    file = next((file for file in files if file.is_file()), None)
    try:
        source = read_source(module, str(file)) if file else None
    except JauntDiscoveryError:
        return False
    return source is not None and (name in source.bindings or name in source.constants)


def _cut_cycles(
    dag: dict[str, set[str]], graph: Mapping[SpecRef, set[SpecRef]], problems: dict[str, JauntError]
) -> None:
    """Make a problem of each module in a cycle, and remove its edges, so that the rest can be ordered."""
    for members in components(dag):
        if len(members) < 2:
            continue
        cycle = set(members)
        try:
            toposort({module: dag[module] & cycle for module in members})
        except JauntDependencyCycleError as error:
            for module in members:
                problems[module] = error
        for module in members:
            dag[module] -= cycle
        for ref, deps in graph.items():
            if module_of(ref) in cycle:
                deps -= {dep for dep in deps if module_of(dep) in cycle and module_of(dep) != module_of(ref)}


def _nearest(name: str, known: Iterable[str]) -> str | None:
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {matches[0]!r}?" if matches else None
