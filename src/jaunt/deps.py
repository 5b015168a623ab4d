"""Dependencies: the graph of specs, the DAG of their modules, and the orders on them."""

import os
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeVar

from jaunt.errors import JauntDependencyCycleError, JauntDiscoveryError
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, module_of, normalize_spec_ref, spec_ref_from_object
from jaunt.specs.contract import Contract, contract_of
from jaunt.syntax.source import ModuleSource, Names, read_source

Node = TypeVar("Node", bound=Hashable)


def build_spec_graph(specs: Mapping[SpecRef, SpecEntry], *, infer_default: bool) -> dict[SpecRef, set[SpecRef]]:
    """Return each spec's direct dependencies among `specs`.

    They are the decorator's `deps` and, where `infer_deps` (else `infer_default`) says so, the specs that the
    signature, the body or the docstring of the spec mention. A reference to something outside `specs` is no
    edge. Raises JauntDiscoveryError if a source file can't be read or `deps` holds what is no reference.
    """
    return link_specs(specs, {ref: entry_contract(entry) for ref, entry in specs.items()}, infer_default=infer_default)


def link_specs(
    specs: Mapping[SpecRef, SpecEntry],
    contracts: Mapping[SpecRef, Contract],
    *,
    infer_default: bool,
    finder: "SpecFinder | None" = None,
) -> dict[SpecRef, set[SpecRef]]:
    """Return each spec's direct dependencies, from contracts that are known already.

    `finder` finds the specs that are meant; by default, those among `specs`.
    """
    if finder is None:
        by_path = {f"{entry.module}.{entry.qualname}": ref for ref, entry in specs.items()}
        finder = SpecFinder(by_path, FolderNames(specs.values()))
    graph: dict[SpecRef, set[SpecRef]] = {}
    for ref, entry in specs.items():
        found = {finder.find(dep.replace(":", ".")) for dep in explicit_deps(entry)}
        infer = entry.decorator_kwargs.get("infer_deps")
        if infer_default if infer is None else infer:
            found.update(map(finder.find, contracts[ref].references))
        graph[ref] = {dep for dep in found if dep is not None and dep != ref}
    return graph


def entry_contract(entry: SpecEntry) -> Contract:
    """Return the contract of a registered spec, read from its source file.

    Raises JauntDiscoveryError if the file can't be read or no longer defines the spec.
    """
    return contract_of(entry_source(entry), entry.qualname)


def entry_source(entry: SpecEntry) -> ModuleSource:
    """Return the source that a registered spec stands in; raises as `entry_contract` does."""
    return entry_sources([entry])[entry.spec_ref]


def entry_sources(entries: Iterable[SpecEntry]) -> dict[SpecRef, ModuleSource]:
    """Return the source that each registered spec stands in, each file read once; raises as `entry_contract` does."""
    read: dict[tuple[str, str], ModuleSource] = {}
    sources: dict[SpecRef, ModuleSource] = {}
    for entry in entries:
        file = (entry.module, str(entry.source_file))
        source = read[file] = read[file] if file in read else read_source(*file)
        if entry.qualname not in source.definitions:
            raise not_defined(entry)
        sources[entry.spec_ref] = source
    return sources


def not_defined(entry: SpecEntry) -> JauntDiscoveryError:
    """Return the error for a spec that its file doesn't define."""
    return JauntDiscoveryError(f"{entry.source_file}: does not define {entry.qualname!r} at module level")


def explicit_deps(entry: SpecEntry) -> list[SpecRef]:
    """Return the references in the decorator's `deps`, sorted; raises JauntDiscoveryError for others."""
    deps = entry.decorator_kwargs.get("deps")
    if deps is None:
        return []
    refs = []
    for dep in [deps] if isinstance(deps, str) or not isinstance(deps, Iterable) else deps:
        try:
            refs.append(normalize_spec_ref(dep) if isinstance(dep, str) else spec_ref_from_object(dep))
        except ValueError as error:
            raise JauntDiscoveryError(
                f"{entry.source_file}: {entry.qualname}: deps: {error}",
                hint="give specs, or strings such as 'pkg.mod:name'",
            ) from error
    return sorted(set(refs))


class SpecFinder:
    """Finds the spec that a dotted path means, through the modules that re-export it.

    `by_path` holds all specs by their dotted path (`app.slug.slugify`); `names_of` returns what a module's names are
    bound to, or None for a module of no interest.
    """

    def __init__(self, by_path: Mapping[str, SpecRef], names_of: Callable[[str], Names | None]) -> None:
        self._by_path = by_path
        self._names_of = names_of
        self._traces: dict[str, list[str]] = {}

    def find(self, path: str) -> SpecRef | None:
        """Return the spec that `path` (`app.slug.slugify`, or an attribute of it) means; None if it means none."""
        return self._by_path.get(path) or self._spec_at(self.trace(path)[-1])

    def trace(self, path: str) -> list[str]:
        """Return `path`, and in turn the paths that it is imported from, up to the first that means a spec."""
        if path not in self._traces:
            trace: list[str] = []
            pending = [path]
            while pending and len(trace) < _LONGEST_TRACE:
                current = pending.pop()
                if current in trace:
                    continue
                trace.append(current)
                if self._spec_at(current) is not None:
                    break
                pending += self._imported_from(current)
            self._traces[path] = trace
        return self._traces[path]

    def _spec_at(self, path: str) -> SpecRef | None:
        return next((self._by_path[prefix] for prefix in _prefixes(path) if prefix in self._by_path), None)

    def _imported_from(self, path: str) -> list[str]:
        """Return what an attribute of a module may be bound to by the module's imports."""
        for module in _prefixes(path.rpartition(".")[0]):
            names = self._names_of(module)
            if names is not None:
                name, dot, rest = path[len(module) + 1 :].partition(".")
                bound = names.bindings.get(name)
                found = [f"{star}.{name}" for star in names.star_imports] if bound is None else [bound]
                return [f"{each}{dot}{rest}" for each in found]
        return []


class FolderNames:
    """The names of modules that lie in the packages of specs, read from their files when they are asked for."""

    def __init__(self, entries: Iterable[SpecEntry]) -> None:
        self._entries: dict[str, dict[str, SpecEntry]] = {}  # top package -> module -> one of its specs
        for entry in entries:
            self._entries.setdefault(entry.module.partition(".")[0], {})[entry.module] = entry
        self._roots: dict[str, list[Path]] = {}
        self._known: dict[str, Names | None] = {}

    def __call__(self, module: str) -> Names | None:
        """Return a module's names, None if it is in no package of a spec, or can't be read."""
        if module not in self._known:
            below = Path(*module.split("."))
            files = (
                root / file
                for root in self._roots_of(module)
                for file in (below / "__init__.py", below.with_suffix(".py"))
            )
            file = next((file for file in files if file.is_file()), None)
            try:
                self._known[module] = read_source(module, str(file)).names if file else None
            except JauntDiscoveryError:
                self._known[module] = None  # reported where it is imported
        return self._known[module]

    def _roots_of(self, module: str) -> list[Path]:
        top = module.partition(".")[0]
        if top not in self._roots:
            self._roots[top] = list(dict.fromkeys(map(source_root, self._entries.get(top, {}).values())))
        return self._roots[top]


_LONGEST_TRACE = 32  # `from app.words import words` in a package without a module `words` would go on for ever


def _prefixes(path: str) -> Iterator[str]:
    """Yield `a.b.c`, `a.b`, `a`."""
    while path:
        yield path
        path = path.rpartition(".")[0]


def source_root(entry: SpecEntry) -> Path:
    """Return the folder that a spec's module name starts from: `<root>/a/b.py` of `a.b` -> `<root>`."""
    file = Path(os.fspath(entry.source_file))
    parts = entry.module.count(".") + 1 + (file.name == "__init__.py")
    return Path(*file.parts[:-parts])


def collapse_to_module_dag(graph: Mapping[SpecRef, Collection[SpecRef]]) -> dict[str, set[str]]:
    """Return each module's direct dependencies on other modules, from the graph of specs."""
    dag: dict[str, set[str]] = {}
    for ref, deps in graph.items():
        module = module_of(ref)
        dag.setdefault(module, set()).update(m for m in map(module_of, deps) if m != module)
    return dag


def toposort(graph: Mapping[Node, Collection[Node]]) -> list[Node]:
    """Return the nodes, dependencies first, in an order that depends on the graph alone.

    Raises JauntDependencyCycleError that names the cycle's path.
    """
    # Sorted input makes the order the same whatever the hash seed or the order of discovery.
    sorter = TopologicalSorter({node: sorted(graph[node], key=str) for node in sorted(graph, key=str)})
    try:
        return list(sorter.static_order())
    except CycleError as error:
        path = " -> ".join(str(node) for node in reversed(error.args[1]))
        raise JauntDependencyCycleError(
            f"dependency cycle: {path}",
            hint="remove one of these deps= edges, or set infer_deps=False on one side",
        ) from error


def dependents_of(dag: Mapping[Node, Collection[Node]], changed: Iterable[Node]) -> set[Node]:
    """Return `changed` and everything that depends on it, directly or not."""
    users: dict[Node, list[Node]] = {}
    for node, deps in dag.items():
        for dep in deps:
            users.setdefault(dep, []).append(node)
    return _reach(users, changed)


def dependencies_of(dag: Mapping[Node, Collection[Node]], targets: Iterable[Node]) -> set[Node]:
    """Return `targets` and everything that they depend on, directly or not."""
    return _reach(dag, targets)


def components(graph: Mapping[Node, Collection[Node]]) -> list[list[Node]]:
    """Return the strongly connected components, dependencies first (Tarjan 1972, without recursion)."""
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    on_stack: dict[Node, bool] = {}
    stack: list[Node] = []
    found: list[list[Node]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack[root] = True
        while work:
            node, deps = work[-1]
            for dep in deps:
                if dep not in index:
                    index[dep] = low[dep] = len(index)
                    stack.append(dep)
                    on_stack[dep] = True
                    work.append((dep, iter(graph.get(dep, ()))))
                    break
                if on_stack[dep]:
                    low[node] = min(low[node], index[dep])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found.append([])
                    while on_stack[node]:
                        found[-1].append(stack.pop())
                        on_stack[found[-1][-1]] = False
    return found


def _reach(edges: Mapping[Node, Iterable[Node]], starts: Iterable[Node]) -> set[Node]:
    reached = set(starts)
    pending = list(reached)
    while pending:
        for node in edges.get(pending.pop(), ()):
            if node not in reached:
                reached.add(node)
                pending.append(node)
    return reached
