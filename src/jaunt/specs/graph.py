"""The graph of specs, and the DAG of their modules."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property, partial

from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, import_name, import_path, module_of
from jaunt.specs.contract import Contract
from jaunt.specs.explicit_deps import explicit_deps
from jaunt.specs.folder_names import FolderNames
from jaunt.syntax.source import Names


def link_specs(
    specs: Mapping[SpecRef, SpecEntry],
    contracts: Mapping[SpecRef, Contract],
    *,
    infer_default: bool,
    finder_of: "Callable[[str], SpecFinder] | None" = None,
) -> dict[SpecRef, set[SpecRef]]:
    """Return each spec's direct dependencies, from contracts that are known already.

    `finder_of` returns, for a module, what finds the specs that it means; by default, those among `specs`.
    """
    if finder_of is None:
        by_path = {f"{entry.module}.{entry.qualname}": ref for ref, entry in specs.items()}
        finder_of = partial(_same, SpecFinder(by_path, FolderNames(specs.values())))
    graph: dict[SpecRef, set[SpecRef]] = {}
    for ref, entry in specs.items():
        finder = finder_of(entry.module)
        found = {finder.find(import_path(dep)) for dep in explicit_deps(entry)}
        infer = entry.decorator_kwargs.get("infer_deps")
        if infer_default if infer is None else infer:
            found.update(dep for path in contracts[ref].references for dep in finder.find_all(path, user=entry))
        graph[ref] = {dep for dep in found if dep is not None and dep != ref}
    return graph


def _same(finder: "SpecFinder", _: str) -> "SpecFinder":
    return finder


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

    def find_all(self, path: str, *, user: SpecEntry | None = None) -> list[SpecRef]:
        """Return what `find` does; for a class whose methods are specs, those, unless `user` is one of them."""
        if (found := self.find(path)) is not None:
            return [found]
        end = self.trace(path)[-1]
        owner = next((each for each in _prefixes(end) if each in self._methods), "")
        if user is not None and owner.startswith(f"{import_name(user.module)}.{user.qualname.partition('.')[0]}"):
            return []  # a method's head names its own class
        return self._methods.get(owner, [])

    @cached_property
    def _methods(self) -> Mapping[str, list[SpecRef]]:
        """Dotted path of a class -> the specs that are methods of it, or of a class in it."""
        found: dict[str, list[SpecRef]] = {}
        for ref in self._by_path.values():
            module, _, name = ref.partition(":")
            for owner in _prefixes(name.rpartition(".")[0]):
                found.setdefault(f"{import_name(module)}.{owner}", []).append(ref)
        return found

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


_LONGEST_TRACE = 32  # `from app.words import words` in a package without a module `words` would go on for ever


def _prefixes(path: str) -> Iterator[str]:
    """Yield `a.b.c`, `a.b`, `a`."""
    while path:
        yield path
        path = path.rpartition(".")[0]


def collapse_to_module_dag(graph: Mapping[SpecRef, Collection[SpecRef]]) -> dict[str, set[str]]:
    """Return each module's direct dependencies on other modules, from the graph of specs."""
    dag: dict[str, set[str]] = {}
    for ref, deps in graph.items():
        module = module_of(ref)
        dag.setdefault(module, set()).update(m for m in map(module_of, deps) if m != module)
    return dag


ModuleSpecs = Mapping[str, Sequence[SpecEntry]]

Specs = Mapping[SpecRef, SpecEntry]

SpecGraph = Mapping[SpecRef, Collection[SpecRef]]

ModuleDag = Mapping[str, Collection[str]]
