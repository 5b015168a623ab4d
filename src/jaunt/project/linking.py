"""Linking: from spec modules, each read by itself, to the graph, the DAG, the digests and the problems of all."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from jaunt import codes
from jaunt.config.declared import Distributions
from jaunt.errors import JauntDiscoveryError, JauntError
from jaunt.process.frozen import frozen
from jaunt.project.importer import Imported, import_from_bases
from jaunt.project.module import Linked
from jaunt.project.name_lookup import SourceFiles
from jaunt.project.world.sight import Finders, Seen, Sight, Sights
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, code_name, import_name, import_path, module_of
from jaunt.specs.arguments import Unreadable, read_arguments, read_deps, wrong_type
from jaunt.specs.contract import Contract
from jaunt.specs.cycles import EdgeFinder, without_cycles
from jaunt.specs.digests import combine_parts, combine_specs, graph_digests, has_earlier, spec_parts
from jaunt.specs.explicit_deps import explicit_deps
from jaunt.specs.graph import SpecFinder, collapse_to_module_dag, link_specs
from jaunt.specs.spec_module import SpecModule
from jaunt.specs.texts import place_of
from jaunt.syntax.source import read_source
from jaunt.text.nearest import did_you_mean

_MOST_NAMESPACES = 16
"""How many folders without `__init__.py` may stand in each other: Python takes twice as long to import from each."""


@frozen
class Linker:
    """What modules are linked with: the project's root, the distributions that own the folders that module names start
    from, and whether dependencies are inferred, by the kind of spec.
    """

    root: Path
    distributions: Distributions
    infer_deps: Mapping[str, bool]

    def link(self, found: Mapping[str, SpecModule], files: SourceFiles) -> Linked[SpecModule]:
        """Link modules; what is wrong with one of them becomes one of the problems and leaves the others alone."""
        found = {name: _importable(module) for name, module in found.items()}
        modules, unimportable = self.import_unread(read_elsewhere(found, files))
        broken = {m.name: m.problem for m in found.values() if m.problem is not None} | unimportable
        specs, contracts = self.collect(modules, broken)
        sights, refs = Sights(self.distributions, modules), [*specs]
        finders = Finders(sights, files, partial(paths_of, refs), lambda name: modules[name].base)
        specs, computed = read_constants(specs, modules, finders)
        if computed:
            unread = {name: _unread(found[name], texts) for name, texts in computed.items()}
            return self.link({**found, **unread}, files)
        resolved = resolve_deps(specs, contracts, broken, finders)
        specs = resolved.specs
        graph = link_specs(specs, contracts, infer_default=True, finder_of=finders.finder)
        dag = {name: set[str]() for name in modules} | collapse_to_module_dag(graph)
        for module, needed in resolved.blocked.items():
            dag[module] |= needed
        edges = EdgeFinder(
            lambda name: read_source(name, modules[name].path, files.handed),
            lambda name, path: finders.finder(name).find(path),
        )
        dag, graph, cycles = without_cycles(dag, graph, edges)
        parts = {ref: spec_parts(entry, contracts[ref].parts) for ref, entry in specs.items()}
        digests = graph_digests({ref: combine_parts(p) for ref, p in parts.items()}, graph)
        return Linked(
            modules=modules,
            specs=specs,
            parts=parts,
            graph=graph,
            dag=dag,
            spec_digests=digests,
            digests={
                name: combine_specs({e.spec_ref: digests[e.spec_ref] for e in m.entries if e.spec_ref in specs})
                for name, m in modules.items()
            },
            problems={**broken, **resolved.problems, **cycles},
            reread=frozenset(module_of(ref) for ref, each in parts.items() if has_earlier(each)),
        )

    def import_unread(self, found: Mapping[str, SpecModule]) -> tuple[dict[str, SpecModule], dict[str, JauntError]]:
        """Return the modules with the decorator arguments that only an import can tell, and the problems with that."""
        bases = {name: module.file.base for name, module in found.items() if module.unread}
        imported, again = self._import_twice(bases)
        modules, problems = dict(found), dict[str, JauntError]()
        for name, result in imported.items():
            module = found[name]
            if any(spec not in result.specs for spec in module.unread):
                unread_text = ", ".join(module.unread.values())
                problems[name] = JauntDiscoveryError(
                    f"{result.place(module.file.path)}: cannot be imported to read {unread_text}: {result.error}",
                    hint=result.hint or "give the decorator literals or plain names, or make the module importable",
                    code=codes.UNIMPORTABLE,
                )
                continue
            changing = next((s for s in module.unread if _changes(module.unread[s], result, again[name], s)), None)
            if changing is not None:
                problems[name] = _changing(module, changing)
                continue
            modules[name] = module.with_arguments({spec: dict(result.specs[spec]) for spec in module.unread})
            wrong = [problem for entry in modules[name].entries if (problem := _wrong_argument(entry)) is not None]
            problems.update({name: wrong[0]} if wrong else {})
        return modules, problems

    def _import_twice(self, bases: Mapping[str, Path]) -> tuple[Mapping[str, Imported], Mapping[str, Imported]]:
        """Return what two imports of each module tell, side by side: what differs would differ at each scan."""
        if not bases:
            return {}, {}

        def path_of(base: Path) -> Sequence[Path]:
            return self.distributions.order_from(self.distributions.owners[base])

        with ThreadPoolExecutor(2) as pool:
            first, second = (pool.submit(import_from_bases, bases, path_of=path_of, cwd=self.root) for _ in range(2))
            return first.result(), second.result()

    def collect(
        self, modules: Mapping[str, SpecModule], broken: Collection[str]
    ) -> tuple[dict[SpecRef, SpecEntry], dict[SpecRef, Contract]]:
        """Return the specs, each with its `infer_deps`, and the contracts, of the modules that are not `broken`."""
        sound = [module for module in modules.values() if module.name not in broken]
        specs = {entry.spec_ref: self.with_default(entry) for module in sound for entry in module.entries}
        contracts = {e.spec_ref: module.contracts[e.qualname] for module in sound for e in module.entries}
        return specs, contracts

    def with_default(self, entry: SpecEntry) -> SpecEntry:
        """Return a spec that tells whether its dependencies are inferred."""
        return entry._replace(decorator_kwargs={"infer_deps": self.infer_deps[entry.kind], **entry.decorator_kwargs})


def _importable(module: SpecModule) -> SpecModule:
    """Return a module, without its specs if Python could not import it in any reasonable time: see _MOST_NAMESPACES."""
    folder, base, namespaces = module.file.path.parent, module.file.base, 0
    if module.name.count(".") <= _MOST_NAMESPACES:
        return module
    for each in [folder, *folder.parents]:
        if each == base or (each / "__init__.py").exists():
            namespaces = 0
        else:
            namespaces += 1
        if namespaces > _MOST_NAMESPACES:
            error = JauntDiscoveryError(
                f"{module.file.path}: more than {_MOST_NAMESPACES} folders without an __init__.py stand in each other: "
                "each doubles the time that Python takes to import from them",
                hint=f"add an __init__.py to {folder}, and to one of each {_MOST_NAMESPACES} folders above it",
            )
            return SpecModule(module.name, module.file, module.kind, problem=error)
        if each == base:
            break
    return module


def _unread(module: SpecModule, computed: Mapping[str, str]) -> SpecModule:
    """Return a module some of whose specs have `deps` that linking found to be told by an import alone."""
    return replace(module, unread={**module.unread, **computed}, computed=module.computed | computed.keys())


def read_elsewhere(found: Mapping[str, SpecModule], files: SourceFiles) -> dict[str, SpecModule]:
    """Return the modules with the decorator arguments that are constants of other modules, where those can be read."""
    modules = dict(found)
    for name, module in found.items():
        wanted = {**module.elsewhere, **module.unread}
        if not wanted:
            continue
        arguments = {}
        with suppress(JauntDiscoveryError, Unreadable, RecursionError):  # then it is imported, and that tells why
            source = read_source(name, module.path, files.handed)
            for spec in [spec for spec in wanted if spec not in module.computed]:
                with suppress(Unreadable):
                    arguments[spec] = read_arguments(source, spec, files.with_constant)
        modules[name] = replace(
            module.with_arguments(arguments),
            unread={spec: text for spec, text in wanted.items() if spec not in arguments},
            elsewhere={spec: text for spec, text in wanted.items() if spec in arguments},
        )
    return modules


def paths_of(refs: Iterable[SpecRef], sight: Sight) -> dict[str, SpecRef]:
    """Return dotted path -> reference, of what a sight has: `app.slug.slugify` -> `app.slug:slugify`."""
    if not sight.names:
        return {ref.replace(":", "."): ref for ref in refs}
    return {import_path(ref): ref for ref in refs if sight.sees(module_of(ref))}


def read_constants(
    specs: Mapping[SpecRef, SpecEntry], modules: Mapping[str, SpecModule], finders: Finders
) -> tuple[dict[SpecRef, SpecEntry], dict[str, dict[str, str]]]:
    """Return the specs with the references in the constants of other modules that their `deps` name.

    What comes second is module -> spec -> argument, of those that only an import can tell.
    """
    read: dict[SpecRef, SpecEntry] = {}
    computed: dict[str, dict[str, str]] = {}
    for ref, entry in specs.items():
        if entry.qualname in modules[entry.module].unread:
            continue  # what was imported is final
        deps = explicit_deps(entry)
        try:
            found = list(_references_in(deps, finders.of(entry.module)))
        except Unreadable as reason:
            computed.setdefault(entry.module, {})[entry.qualname] = f"deps={reason.expression}"
            continue
        if found != deps:
            read[ref] = _with_deps(entry, found)
    return {**specs, **read}, computed


def _with_deps(entry: SpecEntry, deps: Sequence[str]) -> SpecEntry:
    return entry._replace(decorator_kwargs={**entry.decorator_kwargs, "deps": deps})


def _references_in(deps: Iterable[SpecRef], seen_by: Seen) -> Iterator[SpecRef]:
    """Yield references; in the place of one that means a constant, those in it. Raises Unreadable."""
    finder, files = seen_by.finder, seen_by.files
    pending, seen = list(deps)[::-1], set()
    while pending:
        dep = pending.pop()
        path = import_path(dep)
        traced = [] if finder.find(path) or dep in seen else finder.trace(path)
        home, at = next(((home, at) for at in traced if (home := files.with_constant(at))), (None, ""))
        if home is None:
            yield dep
            continue
        seen.add(dep)
        pending += [SpecRef(ref) for ref in read_deps(home, at.rpartition(".")[2])][::-1]


_CLOCK = re.compile(r"\b(now|today|utcnow|time|time_ns|monotonic|uuid1|uuid4|random|randint|getpid|urandom)\(")


def _changes(argument: str, one: Imported, other: Imported, spec: str) -> bool:
    """Whether an argument, as its source says it, is another one at each scan, or each day."""
    first, second = one.specs[spec], other.specs.get(spec, {})
    same = {**first, "deps": sorted(first.get("deps") or ())} == {**second, "deps": sorted(second.get("deps") or ())}
    return not same or _CLOCK.search(argument) is not None


def _changing(module: SpecModule, spec: str) -> JauntDiscoveryError:
    line = read_source(module.name, module.path).definitions[code_name(spec)].lineno
    return JauntDiscoveryError(
        f"{module.path}:{line}: {spec}: {module.unread[spec]} changes by itself: the module would be generated, and "
        "paid for, anew each time",
        hint="give what stays as it is",
        code=codes.DECORATOR_ARGUMENTS,
    )


def _no_spec(entry: SpecEntry, dep: str, unreadable: str | None, specs: Iterable[SpecRef]) -> JauntDiscoveryError:
    place = f"{place_of(entry, saying=dep.rpartition(':')[2])}: {entry.qualname}: deps"
    if unreadable:
        return JauntDiscoveryError(
            f"{place}: {dep!r} can't be read: {unreadable}", hint="make the folder readable", code=codes.NO_SUCH_SPEC
        )
    return JauntDiscoveryError(
        f"{place}: there is no spec {dep!r}",
        hint=did_you_mean(dep, specs) or "deps takes specs: functions and classes decorated with @jaunt.magic",
        code=codes.NO_SUCH_SPEC,
    )


class Resolved(NamedTuple):
    """Specs whose `deps` are references of specs; module -> broken modules that it needs; what is wrong with others."""

    specs: dict[SpecRef, SpecEntry]
    blocked: dict[str, set[str]]
    problems: dict[str, JauntError]


def resolve_deps(
    specs: Mapping[SpecRef, SpecEntry],
    contracts: Mapping[SpecRef, Contract],
    broken: Collection[str],
    finders: Finders,
) -> Resolved:
    """Replace what `deps` name by the specs that are meant; `broken` are the modules that can't be linked.

    Code written by hand, such as an ejected module, may be named too: it is no edge, and counts by its name alone.
    """
    found = Resolved(dict(specs), {}, {})
    for ref, entry in specs.items():
        sight, finder, files = finders.of(entry.module)
        broken_behind = _broken_behind([*filter(sight.sees, broken)], finder)
        resolved = []
        needed: set[str] = set()
        for dep in explicit_deps(entry):
            path = import_path(dep)
            meant = finder.find_all(path)
            needed |= broken_behind(path)
            if not meant and not broken_behind(path) and not files.defines(path):
                found.problems[entry.module] = _no_spec(entry, dep, files.unreadable_folder(path), specs)
            resolved += meant or [dep]
        if entry.decorator_kwargs["infer_deps"]:
            needed.update(*map(broken_behind, contracts[ref].references))
        if needed:
            found.blocked.setdefault(entry.module, set()).update(needed)
        if resolved:
            found.specs[ref] = _with_deps(entry, resolved)
    return found


def _broken_behind(broken: Sequence[str], finder: SpecFinder) -> Callable[[str], set[str]]:
    """Return a function that says which of the broken modules a dotted path leads to."""
    if not broken:
        return lambda _: set()
    return lambda path: {m for m in broken for traced in finder.trace(path) if traced.startswith(f"{import_name(m)}.")}


def _wrong_argument(entry: SpecEntry) -> JauntDiscoveryError | None:
    problem = wrong_type(entry.decorator_kwargs)
    return (
        JauntDiscoveryError(f"{place_of(entry)}: {entry.qualname}: {problem}", code=codes.DECORATOR_ARGUMENTS)
        if problem
        else None
    )
