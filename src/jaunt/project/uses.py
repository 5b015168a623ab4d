"""What generated code takes of the project besides what its module depends on; its header keeps that: it counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from jaunt.errors import JauntDiscoveryError
from jaunt.project.project import Project
from jaunt.project.world.sight import Sight
from jaunt.spec_ref import SpecRef, import_name, import_path, module_of, plain_ref, qualname_of
from jaunt.specs.graph import SpecFinder
from jaunt.syntax.imported import imported_paths
from jaunt.syntax.shapes.parts import VALUE
from jaunt.syntax.source import ModuleSource, Names, parse_or_none, read_source


def checked_against(project: Project, module: str, source: str) -> dict[str, str]:
    """Return what the code `source` of a module was checked against besides its contract: reference -> digest.

    That is each spec of another module that it uses or its spec module imports, and that it does not depend on; each
    handwritten name that its specs reach in other modules, or that the code imports; and each of the spec module that
    its specs mention and the code does not take from there: it may have its value baked in.
    """
    tree = parse_or_none(source)
    if tree is None:
        return {}
    entries = project.modules[module].entries
    imported_as = import_name(module)
    classes = {f"{imported_as}.{e.qualname.partition('.')[0]}" for e in entries if "." in e.qualname}
    paths = {*imported_paths(ModuleSource(imported_as, "", source, tree)), *classes}
    known = {dep for e in project.modules[module].entries for dep in project.graph.get(e.spec_ref, ())}
    sight = project.sight_of(module)
    finder = SpecFinder(_SpecPaths(project, sight), _NamesOf(sight.bases))
    used = {ref for ref in map(finder.find, sorted(paths)) if ref is not None and module_of(ref) != module} - known
    baked = (name for name in project.handwritten(module) if f"{imported_as}.{name}" not in paths)
    world = project.world_of(module)
    refs = [*used, *world.specs, *(f"{imported_as}:{name}" for name in baked)]
    found = {plain_ref(ref): project.counted_digest(module, ref) for ref in refs}
    shapes = {**world.digests, **_shapes_of(project, module, paths)}
    return {ref: digest for ref, digest in sorted({**shapes, **found}.items()) if digest is not None}


def _shapes_of(project: Project, module: str, paths: Iterable[str]) -> dict[str, str]:
    """Return the digests of the handwritten names among paths; of the module's own ones not those of constants.

    Code that imports a constant from beside its specs has the value of today.
    """
    lookup, imported_as = project.lookup_of(module), import_name(module)
    found = {ref: digest for path in sorted(paths) for ref, digest in lookup.digests(path)}
    own = lookup.parts(imported_as)
    return {
        ref: digest
        for ref, digest in found.items()
        if module_of(ref) != imported_as or VALUE not in own.get(qualname_of(ref), {})
    }


class _SpecPaths(Mapping[str, SpecRef]):
    """Dotted path -> spec, looked up one by one: a large project needn't be read for the few that code uses."""

    def __init__(self, project: Project, sight: Sight) -> None:
        self._project = project
        self._sight = sight

    def __getitem__(self, path: str) -> SpecRef:
        module, _, name = path.rpartition(".")
        found = self._project.modules.get(self._sight.name_of(module))
        for entry in found.entries if found else ():
            if entry.qualname == name:
                return entry.spec_ref
        raise KeyError(path)

    def __iter__(self) -> Iterator[str]:
        return (import_path(ref) for ref in self._project.specs if self._sight.sees(module_of(ref)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _NamesOf:
    """Returns what a module's names are bound to, None for one that is not in the project."""

    def __init__(self, bases: Sequence[Path]) -> None:
        self._bases = bases

    def __call__(self, module: str) -> Names | None:
        for file in self._files(module):
            if file.is_file():
                try:
                    return read_source(module, str(file)).names
                except JauntDiscoveryError:
                    return None  # reported where it is imported
        return None

    def _files(self, module: str) -> Iterator[Path]:
        for base in self._bases:
            below = base.joinpath(*module.split("."))
            yield from (below / "__init__.py", below.with_name(f"{below.name}.py"))
