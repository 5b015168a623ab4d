"""What is to be built of one module: its specs, what they depend on, and the file that is written."""

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from functools import cached_property, partial
from pathlib import Path

from jaunt.config.instructions import instructions_for
from jaunt.engine.job import job_name
from jaunt.errors import JauntError
from jaunt.files.plain import read_plain
from jaunt.header import Kind
from jaunt.paths import is_single_file
from jaunt.plan.freshness import Fingerprint, read_code_digest
from jaunt.plan.plan import module_fingerprint
from jaunt.process.frozen import frozen
from jaunt.project.module import ProjectModule
from jaunt.project.project import Project
from jaunt.project.uses import checked_against
from jaunt.project.world.world import NO_WORLD, World
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, code_name, import_name, module_of
from jaunt.specs.graph import SpecGraph, Specs
from jaunt.specs.texts import SpecTexts, place_of
from jaunt.syntax.source import ModuleSource


def no_world() -> World:
    """Say that nothing is known of what specs reach of other modules."""
    return NO_WORLD


def no_instructions() -> tuple[str, ...]:
    """Say that the project asks for nothing besides the specs."""
    return ()


def no_more(_: str) -> Mapping[str, str]:
    """Say that code is checked against its contract alone."""
    return {}


@frozen
class ModuleWork:
    """What one module is built from, and where to.

    `root` is the project's folder, which no write may leave, also by a symlink; `bases` are those that module names
    start from, the module's own first; `path`, below that, is its generated file. `dependencies` are the specs of other
    modules that its own depend on directly, `uses` all that each of its own does, by name; `dependency_paths` are the
    generated files of those modules. `problem` says why it can't be built, `warnings` what its author should know.
    `__init__.py` files are made in the folders between `packages_below` and `path`, in none if it is None. `texts` has
    the source of the specs. `checked_against` tells of code what it is checked against besides the contract, for its
    header; `find_world` of what the specs reach, `find_instructions` of what the project asks for besides;
    `code_paths` are the files of the modules that it is checked with.
    """

    fingerprint: Fingerprint
    entries: tuple[SpecEntry, ...]
    root: Path
    bases: tuple[Path, ...]
    path: Path
    generated_module: str
    dependencies: Mapping[SpecRef, SpecEntry] = field(default_factory=dict)
    uses: Mapping[str, frozenset[SpecRef]] = field(default_factory=dict)
    dependency_apis: Mapping[str, str] = field(default_factory=dict)
    dependency_paths: Mapping[str, Path] = field(default_factory=dict)
    problem: JauntError | None = None
    warnings: tuple[str, ...] = ()
    packages_below: Path | None = None
    texts: SpecTexts = field(default_factory=SpecTexts)
    checked_against: Callable[[str], Mapping[str, str]] = field(default=no_more, compare=False, repr=False)
    find_world: Callable[[], World] = field(default=no_world, compare=False, repr=False)
    find_instructions: Callable[[], tuple[str, ...]] = field(default=no_instructions, compare=False, repr=False)
    code_paths: Mapping[str, Path] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """The spec module's name in the project."""
        return self.fingerprint.module

    @property
    def imported_as(self) -> str:
        """The name that the spec module is imported by."""
        return import_name(self.module)

    @property
    def kind(self) -> Kind:
        """Return "build" or "test"."""
        return self.fingerprint.kind

    @property
    def digest(self) -> str:
        """The digest of the contract, 64 hex digits."""
        return self.fingerprint.digest

    @property
    def base(self) -> Path:
        """The folder that the module's own name starts from."""
        return self.bases[0]

    @property
    def names(self) -> tuple[str, ...]:
        """The names that its code has to define, one for each of its specs."""
        return tuple(code_name(entry.qualname) for entry in self.entries)

    @cached_property
    def spec(self) -> ModuleSource:
        """The spec module's source, parsed; raises JauntDiscoveryError if it can't be read any more."""
        return self.texts.source(self.entries[0])

    @property
    def class_names(self) -> frozenset[str]:
        """The names of those specs that are classes."""
        return frozenset(name for name in self.names if isinstance(self.spec.definitions.get(name), ast.ClassDef))

    @property
    def is_single_file(self) -> bool:
        """Whether the spec module is in no package: see `jaunt.paths.is_single_file`."""
        return bool(self.entries) and is_single_file(self.imported_as, str(self.entries[0].source_file))

    @property
    def job_name(self) -> str:
        """The name of the job that builds it."""
        return job_name(self.fingerprint.kind, self.module)

    def dependency_codes(self) -> dict[str, str]:
        """Return the digests of the code of its dependencies as it stands: imported name -> `code_digest`."""
        codes = {import_name(module): read_code_digest(path) for module, path in self.code_paths.items()}
        return {module: code for module, code in codes.items() if code}

    def alone(self) -> "ModuleWork":
        """Return the work without what only a prompt needs: all that checks ask for, fit for `pickle`."""
        entries = tuple(entry._replace(obj=None, decorator_kwargs={}) for entry in self.entries)
        return replace(
            self,
            fingerprint=replace(self.fingerprint, counted=None),
            entries=entries,
            dependencies={},
            dependency_apis={},
            texts=SpecTexts(self.spec),
            checked_against=no_more,
            find_world=no_world,
            find_instructions=no_instructions,
        )


def project_works(project: Project, modules: Iterable[str]) -> list[ModuleWork]:
    """Return the work for modules of a project."""
    return [project_work(project, name) for name in modules]


def project_work(project: Project, name: str) -> ModuleWork:
    """Return the work for one module of a project; raises KeyError for a name that is none of its modules."""
    module = project.modules[name]
    own = [e for e in module.entries if e.spec_ref in project.specs]
    dependencies = specs_used(name, [e.spec_ref for e in own], project.specs, project.graph)
    return ModuleWork(
        fingerprint=module_fingerprint(project, name),
        entries=tuple(project.specs[e.spec_ref] for e in own),
        root=project.root,
        bases=module_bases(project, name),
        path=project.generated_path(name),
        generated_module=project.generated_module(name),
        dependencies=dependencies,
        uses={code_name(e.qualname): frozenset(project.graph.get(e.spec_ref, ())) for e in own},
        dependency_paths={m: project.generated_path(m) for m in sorted({module_of(ref) for ref in dependencies})},
        code_paths={
            m: project.generated_path(m)
            for m in sorted(project.dag[name])
            if m in project.modules and project.kind_of(m) == project.kind_of(name)
        },
        problem=project.problems.get(name),
        warnings=tuple(
            f"{place_of(e)}: {e.qualname} has no docstring: the model has only the signature to go by"
            for e in own
            if not module.contracts[e.qualname].documented
        ),
        texts=project.texts,
        checked_against=partial(checked_against, project, name),
        find_world=partial(project.world_of, name),
        find_instructions=partial(instructions_for, project.config, name, module.file.path),
        packages_below=_packages_below(module, project.bases()),
    )


def module_bases(project: Project, name: str) -> tuple[Path, ...]:
    """Return the folders that module names start from, the one of a module's own first."""
    return tuple(project.bases_from(project.modules[name].file.base))


def specs_used(module: str, refs: Iterable[SpecRef], specs: Specs, graph: SpecGraph) -> dict[SpecRef, SpecEntry]:
    """Return the specs of other modules that the specs `refs` of a module depend on directly, sorted by reference."""
    used = {dep for ref in refs for dep in graph.get(ref, ()) if dep in specs and module_of(dep) != module}
    return {ref: specs[ref] for ref in sorted(used)}


_SHARED_PACKAGE = (b"extend_path", b"declare_namespace")  # in the `__init__.py` of namespace packages before PEP 420


def _packages_below(module: ProjectModule, bases: Iterable[Path]) -> Path | None:
    """Return the folder below which `__init__.py` files are made on the way to a module's generated file.

    In a namespace package none is made at all: an `__init__.py` in one part, here or in another distribution, would
    hide the others. A folder of tests without one stays as it is, but pytest wants to tell the files below it apart:
    those of a spec and of its tests have one name. Nobody imports these by way of the namespace.
    """
    base = module.file.base
    package = base / module.file.name.partition(".")[0]
    try:
        text = read_plain(package / "__init__.py")  # there is one, as nearly always
        return None if any(mark in text for mark in _SHARED_PACKAGE) else base
    except OSError:
        parts = [part for part in (each / package.name for each in bases) if part.is_dir()]
    if package not in parts or any((part / "__init__.py").exists() for part in parts):
        return base
    return package if module.file.kind == "test" else None
