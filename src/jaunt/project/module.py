"""What is known of the spec modules of a project, of one and of all: read from source now, or by an earlier scan."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from jaunt.errors import JauntDiscoveryError, JauntError
from jaunt.files.listing import ModuleFile, Root
from jaunt.paths import generated_relname, is_single_file
from jaunt.process.frozen import frozen
from jaunt.project.kept.table import Row, Table
from jaunt.registry import SpecEntry, SpecKind
from jaunt.spec_ref import SpecRef, import_name, module_of
from jaunt.specs.digests import combine_specs, has_earlier

if TYPE_CHECKING:  # where nothing has changed, no spec is read
    from jaunt.specs.contract import Contract
    from jaunt.specs.spec_module import SpecModule


class ProjectModule(Protocol):
    """One spec module: a `SpecModule`, which was read just now, or a `StoredModule`.

    `unread` names the specs whose decorator arguments only an import can tell; `problem` is what is wrong with the
    module as a whole.
    """

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> SpecKind: ...
    @property
    def path(self) -> str: ...
    @property
    def base(self) -> Path: ...
    @property
    def file(self) -> ModuleFile: ...
    @property
    def entries(self) -> Sequence[SpecEntry]: ...
    @property
    def contracts(self) -> "Mapping[str, Contract]": ...
    @property
    def unread(self) -> Mapping[str, str]: ...
    @property
    def problem(self) -> JauntDiscoveryError | None: ...


def generated_name(module: ProjectModule, generated_dir: str) -> str:
    """Return the file that a module's code is generated into."""
    package = module.path.endswith(f"{os.sep}__init__.py")
    name = import_name(module.name)
    single = is_single_file(name, module.path)
    below = generated_relname(name, generated_dir, single_file=single, package=package)
    return os.path.join(module.base, below)  # noqa: PTH118 - 10,000 of them


class StoredModule:
    """A spec module out of a snapshot; what most commands don't need is read when it is asked for."""

    problem = None  # modules with one are not stored

    def __init__(
        self, name: str, path: str, root: Root, *, row: Callable[[], Row], load: Callable[[], "ProjectModule"]
    ) -> None:
        self.name = name
        self.path = path
        self.base = root.base
        self._root = root
        self._row = row
        self._load = load

    @cached_property
    def kind(self) -> SpecKind:
        """The kind of the module's specs."""
        return self._row().kind

    @cached_property
    def unread(self) -> Mapping[str, str]:
        """The specs whose decorator arguments only an import can tell."""
        return self._row().unread

    @cached_property
    def file(self) -> ModuleFile:
        """The module's file."""
        return ModuleFile(import_name(self.name), Path(self.path), self.base, self._root.kind)

    @cached_property
    def entries(self) -> Sequence[SpecEntry]:
        """The module's specs."""
        return self._load().entries

    @cached_property
    def contracts(self) -> "Mapping[str, Contract]":
        """The contracts of the specs, by name."""
        return self._load().contracts


M = TypeVar("M", bound=ProjectModule)


@frozen
class Linked(Generic[M]):
    """A project's spec modules, linked; the fields are those of `Project`."""

    modules: Mapping[str, M]
    specs: Mapping[SpecRef, SpecEntry]
    parts: Mapping[SpecRef, Mapping[str, str]]
    graph: Mapping[SpecRef, set[SpecRef]]
    dag: Mapping[str, set[str]]
    spec_digests: Mapping[SpecRef, str]
    digests: Mapping[str, str]
    problems: Mapping[str, JauntError] = field(default_factory=dict)
    reread: frozenset[str] = frozenset()
    kinds: Mapping[str, SpecKind] = field(default_factory=dict)
    generated: Mapping[str, str] = field(default_factory=dict)


T = TypeVar("T")


class PerModule(Mapping[str, T], Generic[T]):
    """Module -> what `load` returns for it, once."""

    def __init__(self, modules: Collection[str], load: Callable[[str], T]) -> None:
        self._modules = modules
        self._load = load
        self._loaded: dict[str, T] = {}

    def __getitem__(self, module: str) -> T:
        if module not in self._loaded:
            if module not in self._modules:
                raise KeyError(module)
            self._loaded[module] = self._load(module)
        return self._loaded[module]

    def __contains__(self, module: object) -> bool:
        return module in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


class PerSpec(Mapping[SpecRef, T], Generic[T]):
    """Reference -> value; `load` returns those of one module, and raises KeyError for a module of no specs."""

    def __init__(self, modules: Collection[str], load: Callable[[str], Mapping[SpecRef, T]]) -> None:
        self._modules = modules
        self._load = load

    def __getitem__(self, ref: SpecRef) -> T:
        return self._load(module_of(ref))[ref]

    def __iter__(self) -> Iterator[SpecRef]:
        for module in self._modules:
            yield from self._load(module)

    def __len__(self) -> int:
        return sum(len(self._load(module)) for module in self._modules)


@frozen
class Part:
    """One spec module's part of what a project is linked to."""

    module: "SpecModule"
    specs: Mapping[SpecRef, SpecEntry]
    parts: Mapping[SpecRef, Mapping[str, str]]
    graph: Mapping[SpecRef, set[SpecRef]]
    digests: Mapping[SpecRef, str]

    @property
    def dependencies(self) -> set[str]:
        """The other modules that it depends on directly."""
        return {module_of(dep) for deps in self.graph.values() for dep in deps} - {self.module.name}

    def row(self, generated_dir: str) -> Row:
        """Return its row in a snapshot's table."""
        return Row(
            path=str(self.module.file.path),
            generated=generated_name(self.module, generated_dir),
            kind=self.module.kind,
            unread=self.module.unread,
            specs=[entry.qualname for entry in self.module.entries],
            dependencies=sorted(self.dependencies),
            digest=combine_specs(self.digests),
            reread=any(map(has_earlier, self.parts.values())),
        )


def linked_from(table: Table, roots: Mapping[str, Root], parts: Mapping[str, Part]) -> Linked[StoredModule]:
    """Return modules as the table of a snapshot says they are linked; one's part is only looked up when it is needed.

    `roots` are by the paths of the modules' files.
    """

    paths = table.column("path")

    def module(name: str) -> StoredModule:
        path = paths[name]
        return StoredModule(name, path, roots[path], row=lambda: table[name], load=lambda: parts[name].module)

    return Linked(
        modules=PerModule(table, module),
        specs=PerSpec(table, lambda name: parts[name].specs),
        parts=PerSpec(table, lambda name: parts[name].parts),
        graph=PerSpec(table, lambda name: parts[name].graph),
        dag=PerModule(table, lambda name: {*table.dependencies(name)}),
        spec_digests=PerSpec(table, lambda name: parts[name].digests),
        digests=table.column("digest"),
        reread=frozenset(name for name, reread in table.column("reread").items() if reread),
        kinds=table.column("kind"),
        generated=table.column("generated"),
    )
