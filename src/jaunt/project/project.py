"""One immutable snapshot of a project: its configuration, specs, graph, DAG and digests."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jaunt import codes
from jaunt.config import JauntConfig
from jaunt.config.instructions import idle_patterns
from jaunt.config.roots import search_roots
from jaunt.errors import JauntConfigError, JauntError
from jaunt.files.listing import Root
from jaunt.header import Kind
from jaunt.paths import spec_module_to_generated_module
from jaunt.process.frozen import frozen
from jaunt.project.module import ProjectModule, generated_name
from jaunt.project.scan import Scan, save_scan, scan_project
from jaunt.project.unseen import unseen
from jaunt.project.world.recorded import is_shape
from jaunt.registry import KIND_OF, SpecEntry, SpecKind
from jaunt.spec_ref import SpecRef, code_name, import_name, module_of, plain_ref, qualname_of
from jaunt.specs.dag import dependents_of
from jaunt.specs.digests import EarlierReading, earlier_readings
from jaunt.text.nearest import nearest

if TYPE_CHECKING:  # where nothing has changed, no source is read
    from jaunt.project.world.existing import Existing
    from jaunt.project.world.lookup import Lookup
    from jaunt.project.world.sight import Sight, Sights
    from jaunt.project.world.world import World
    from jaunt.specs.texts import SpecTexts
    from jaunt.syntax.source import Handed

Made = TypeVar("Made")


class Kept:
    """What is made once of a snapshot and goes with it, by the function that makes it."""

    def __init__(self) -> None:
        self._made: dict[Callable[..., Any], Any] = {}

    def get(self, make: Callable[["Project"], Made], project: "Project") -> Made:
        """Return what a function makes of the project whose this is; it is called but once."""
        if make not in self._made:
            self._made[make] = make(project)
        return self._made[make]


@frozen
class Project:
    """Everything that a build reads: specs, dependencies, and each module's digest.

    `problems` maps a module that can't be built to the reason; such a module may have no entries. `reread` are the
    modules with a spec that an earlier reading of contracts had another contract of. `kinds` are those of the modules'
    specs, `generated` the files of their code, where these are known without the modules. `scan` is where the project
    was read from, if it was. `warnings` tell of what may be meant as a part of it and isn't.
    """

    root: Path
    config: JauntConfig
    modules: Mapping[str, ProjectModule] = field(default_factory=dict)
    specs: Mapping[SpecRef, SpecEntry] = field(default_factory=dict)
    parts: Mapping[SpecRef, Mapping[str, str]] = field(default_factory=dict)
    graph: Mapping[SpecRef, set[SpecRef]] = field(default_factory=dict)
    dag: Mapping[str, set[str]] = field(default_factory=dict)
    spec_digests: Mapping[SpecRef, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, JauntError] = field(default_factory=dict)
    reread: frozenset[str] = frozenset()
    kinds: Mapping[str, SpecKind] = field(default_factory=dict, repr=False, compare=False)
    generated: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    scan: Scan | None = field(default=None, repr=False, compare=False)
    warnings: Sequence[str] = ()
    kept: Kept = field(default_factory=Kept, init=False, repr=False, compare=False)

    def kind_of(self, module: str) -> Kind:
        """Return "build" or "test"."""
        return self._kinds[module]

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        kinds = self.kinds or {name: module.kind for name, module in self.modules.items()}
        return {name: KIND_OF[kind] for name, kind in kinds.items()}

    def modules_of(self, kind: Kind) -> list[str]:
        """Return the names of the modules of a kind ("build" or "test"), sorted."""
        return sorted(name for name, each in self._kinds.items() if each == kind)

    @property
    def generated_dir(self) -> str:
        """The name of the folders that hold generated code."""
        return self.config.paths.generated_dir

    def generated_module(self, module: str) -> str:
        """Return the dotted name of the module that a spec module's code is generated into."""
        return spec_module_to_generated_module(import_name(module), self.generated_dir)

    def earlier_readings(self, module: str) -> list[EarlierReading]:
        """Return what `specs.digests.earlier_readings` does."""
        if module not in self._above_reread:
            return []
        refs = [e.spec_ref for e in self.modules[module].entries if e.spec_ref in self.parts]
        return earlier_readings(refs, self.parts, self.graph, self._earlier_digests)

    @cached_property
    def _above_reread(self) -> set[str]:
        return dependents_of(self.dag, self.reread) if self.reread else set()

    @cached_property
    def _earlier_digests(self) -> dict[str, dict[SpecRef, str]]:
        return {}

    def generated_path(self, module: str) -> Path:
        """Return the file that a spec module's code is generated into."""
        return Path(self.generated_name(module))

    def generated_name(self, module: str) -> str:
        """Return `generated_path` as text."""
        return self.generated.get(module) or generated_name(self.modules[module], self.generated_dir)

    def handwritten(self, module: str) -> dict[str, str]:
        """Return the names that a module's specs mention of what is written by hand beside them, with digests."""
        contracts = self.modules[module].contracts.values()
        return {name: digest for contract in contracts for name, digest in contract.handwritten.items()}

    def world_of(self, module: str) -> "World":
        """Return what a module's specs reach of other modules."""
        return self._read.worlds.of(module)

    def existing(self, module: str) -> "Existing":
        """Return what tells what there is of the names that a module's specs reach."""
        return self._read.worlds.existing(module)

    def lookup_of(self, module: str) -> "Lookup":
        """Return what finds handwritten names in the project's files as a module means them."""
        return self._read.worlds.lookup_of(module)

    def sight_of(self, module: str) -> "Sight":
        """Return what a module sees of the project."""
        return self.sight_from(self.modules[module].base)

    def sight_from(self, base: Path) -> "Sight":
        """Return what the modules see of the project whose names start from a folder."""
        return self._sights.of(base)

    @cached_property
    def _sights(self) -> "Sights":
        return self._read.files.sources.sights(self.modules)

    def world_files(self, module: str, refs: Sequence[str]) -> list[str]:
        """Return the files that the digests of handwritten names that a module reaches were read from."""
        return self._read.worlds.files_of(module, refs) if refs else []

    def counted_digest(self, module: str, ref: str, recorded: str = "") -> str | None:
        """Return today's digest of what code of a module was checked against; None for what is there no more.

        `ref` names a spec of another module, or something that is written by hand; of the latter the digest is that
        of its shape if the one that was `recorded` is, else one of all that it is made of, for the module's own names.
        """
        if is_shape(recorded):
            return self.lookup_of(module).digest(ref)
        if import_name(module_of(ref)) == import_name(module):
            return self.handwritten(module).get(qualname_of(ref))
        spec = self.sight_of(module).ref_of(ref) if self.has_apart else SpecRef(ref)
        today = self.spec_digests.get(spec, "")[:16] or None
        if today in (None, recorded) or module_of(spec) not in self._above_reread:
            return today
        readings = earlier_readings([spec], self.parts, self.graph, self._earlier_digests)
        return recorded if any(each.digests[spec][:16] == recorded for each in readings) else today

    @cached_property
    def has_apart(self) -> bool:
        """Whether several modules have one name, each of another distribution."""
        return any("@" in name for name in self.modules)

    @property
    def texts(self) -> "SpecTexts":
        """The source texts of the specs, read when they are asked for."""
        return self._read.files.sources.texts

    @property
    def handed(self) -> "Handed":
        """The decorators of jaunt's that modules of the project hand on."""
        return self._read.files.sources.handed

    def spec_line(self, file: Path) -> int:
        """Return the line of the first spec in a file, 0 if there is none."""
        return self._read.files.spec_line(str(file))

    @property
    def _read(self) -> Scan:
        assert self.scan is not None  # what was read from nowhere has no sources
        return self.scan

    def bases(self) -> list[Path]:
        """Return the folders that module names start from, as they belong on `sys.path`."""
        return list(dict.fromkeys(root.base for root in self.roots))

    def bases_from(self, base: Path) -> list[Path]:
        """Return those folders in the order in which a module looks in them whose name starts from `base`."""
        return list(dict.fromkeys([base, *(self.sight_from(base).bases if self.scan else self.bases())]))

    @cached_property
    def roots(self) -> list[Root]:
        """The folders that are searched for specs."""
        return search_roots(self.config)


def load_project(config: JauntConfig, *, infer_deps: bool | None = None) -> Project:
    """Read a project's specs and work out graph and digests; writes nothing and imports no user code here.

    `infer_deps` overrides the configuration for both kinds. What is wrong with one module becomes an entry in
    `problems` and leaves the others alone. What an earlier scan found is reused as far as it still holds.
    """
    infer = {"magic": config.build.infer_deps, "test": config.test.infer_deps}
    scan = scan_project(config, infer if infer_deps is None else dict.fromkeys(infer, infer_deps))
    warnings = unseen(scan.files.listing, dict.fromkeys(root.base for root in scan.files.roots), scan.files.spec_line)
    warnings = [*warnings, *scan.warnings, *idle_patterns(config, scan.linked.modules)]
    return Project(root=config.root, config=config, scan=scan, warnings=warnings, **vars(scan.linked))


def remember(project: Project, found_fresh: Mapping[str, str] | None = None, *, make_folder: bool = False) -> bool:
    """Keep what was found in `.jaunt/`, so that the next command needs less time; return whether it is kept.

    `found_fresh` is that of a plan. Without `make_folder`, it is kept only where
    there is a `.jaunt/`: a command that promises to write nothing makes none.
    """
    return project.scan is not None and save_scan(project.scan, found_fresh or {}, make_folder=make_folder)


_MOST_MEANT = 3  # specs of one name that are suggested


def _meant(target: str, project: Project, by_file: Mapping[Path, str]) -> str:
    """Return the hint for a target that is unknown: the spec of that very name, or whatever is nearest."""
    of_name = sorted(ref for ref, entry in project.specs.items() if target in (entry.qualname, ref.replace(":", ".")))
    if of_name:
        return f"did you mean {' or '.join(map(repr, of_name[:_MOST_MEANT]))}?"
    shown = [path.relative_to(project.root).as_posix() for path in by_file if path.is_relative_to(project.root)]
    names = {entry.qualname: ref for ref, entry in sorted(project.specs.items())}
    known = [*project.specs] if ":" in target else [*project.modules, *shown, *names]
    near = nearest(target, known)
    return f"did you mean {names.get(near, near)!r}?" if near else "`jaunt status` lists the modules"


def select_targets(project: Project, targets: Iterable[str]) -> set[str]:
    """Return the modules that `targets` name: modules, spec references, or their source files.

    A name by which several modules are imported, each of its own distribution, means all of them. Raises
    JauntConfigError that suggests the nearest name for one that is unknown.
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
        found = found[:1] or [module_of(ref) for ref in _of_several(target, project)]
        if not found:
            raise JauntConfigError(
                f"unknown target {target!r}", hint=_meant(target, project, by_file), code=codes.UNKNOWN_TARGET
            )
        selected.update(found)
    return selected


def select_target(project: Project, target: str) -> str:
    """Return the module that a target names; raises JauntConfigError as `select_targets`, and for one of several."""
    found = sorted(select_targets(project, [target]))
    if len(found) > 1:
        raise JauntConfigError(
            f"{target!r} names {len(found)} modules", hint=f"choose {' or '.join(found)}", code=codes.UNKNOWN_TARGET
        )
    return found[0]


def _of_several(target: str, project: Project) -> list[str]:
    """Return the modules, or the references, that have the name of a target in Python alone."""
    if not project.has_apart:
        return []
    name, colon, _ = target.partition(":")
    alike = [module for module in project.modules if import_name(module) == name]
    return [r for r in project.specs if module_of(r) in alike and plain_ref(r) == target] if colon else alike


def chosen_specs_of(project: Project, targets: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the specs that `targets` name one by one: module -> names in its code, without modules that are named."""
    refs = {target: [target] if target in project.specs else _of_several(target, project) for target in targets}
    specs = [SpecRef(ref) for found in refs.values() for ref in found if ":" in ref]
    whole = select_targets(project, [target for target, found in refs.items() if not any(":" in ref for ref in found)])
    found: dict[str, set[str]] = {}
    for ref in specs:
        if module_of(ref) not in whole:
            found.setdefault(module_of(ref), set()).add(code_name(qualname_of(ref)))
    return {module: frozenset(names) for module, names in found.items()}
