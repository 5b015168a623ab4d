"""From roots to spec modules and their entries, by reading source: no user code is imported here."""

import ast
import fnmatch
import importlib
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from jaunt.errors import JauntDiscoveryError
from jaunt.registry import SpecEntry, SpecKind, get_specs_by_module
from jaunt.scan_cache import Stamper
from jaunt.spec_ref import SpecRef
from jaunt.specs.arguments import Unreadable, call_arguments
from jaunt.specs.contract import Contract, contract_of
from jaunt.syntax.source import Definition, ModuleSource, Names, parse_source

_INNER_DECORATOR = re.compile(r"^[ \t]+@", re.MULTILINE)
_SKIPPED_FOLDERS = {"__pycache__", "node_modules"}
# Bases whose metaclass is not `type`; others are found when the module is imported.
_METACLASS_BASES = {
    "abc.ABC",
    "enum.Enum",
    "enum.Flag",
    "enum.IntEnum",
    "enum.IntFlag",
    "enum.StrEnum",
    "pydantic.BaseModel",
    "typing.NamedTuple",
    "typing.Protocol",
    "typing.TypedDict",
    "typing_extensions.Protocol",
}


@dataclass(frozen=True)
class Root:
    """A folder to search, and the one that the names of the modules in it start from (on `sys.path`).

    `kind` is that of the specs expected there, for a file that can't be read to tell.
    """

    folder: Path
    base: Path
    kind: SpecKind = "magic"


class ModuleFile(NamedTuple):
    """A Python file and the module name that it has below its base."""

    name: str
    path: Path
    base: Path
    kind: SpecKind = "magic"


@dataclass(frozen=True)
class SpecModule:
    """One spec module as its source tells it.

    `unread` names the specs whose decorator arguments only an import can tell, `elsewhere` those for which another
    module's source was read; `problem` is what is wrong with the module as a whole, in which case `entries` may be
    empty.
    """

    name: str
    file: ModuleFile
    kind: SpecKind = "magic"
    entries: Sequence[SpecEntry] = ()
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    problem: JauntDiscoveryError | None = None
    names: Names | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def path(self) -> str:
        """The path of the module's file."""
        return str(self.file.path)

    @cached_property
    def base(self) -> Path:
        """The folder that the module's name starts from."""
        return self.file.base

    def with_arguments(self, arguments: Mapping[str, dict[str, Any]]) -> "SpecModule":
        """Return the module with the decorator arguments of some of its specs, by name."""
        entries = tuple(
            e._replace(decorator_kwargs=arguments[e.qualname]) if e.qualname in arguments else e for e in self.entries
        )
        return replace(self, entries=entries)


@dataclass(frozen=True)
class Listing:
    """The Python files below some folders.

    `stamps` and `roots` map a path to its stamp and to the root that it was found in. `closed` are the folders that
    were not entered though a module's file might lie there.
    """

    folders: Sequence[str]
    stamps: Mapping[str, str]
    roots: Mapping[str, Root]
    closed: Sequence[str]


def discover_modules(
    *, roots: Iterable[Path | str], exclude: Iterable[str] = (), generated_dir: str = "__generated__"
) -> list[str]:
    """Return the sorted names of the modules below `roots`, each named from its root.

    `exclude` are glob patterns on the path, of a file or a folder, below the root; hidden folders, virtual
    environments, caches and `generated_dir` are never entered.
    """
    searched = [Root(Path(root), Path(root)) for root in roots]
    return sorted({file.name for file in find_files(searched, exclude=exclude, generated_dir=generated_dir)})


def import_and_collect(names: Iterable[str], *, kind: SpecKind) -> dict[str, list[SpecEntry]]:
    """Import modules into this process, where their decorators register, and return the specs of one kind.

    Raises JauntDiscoveryError that names the module that failed, with the error as its cause.
    """
    wanted = list(names)
    loaded = set(sys.modules)
    registered = get_specs_by_module(kind)
    importlib.invalidate_caches()  # the files may be newer than Python's listings of their folders
    for name in wanted:
        try:
            module = importlib.import_module(name)
            if name in loaded and name not in registered and _has_specs(module, kind):
                importlib.reload(module)  # the registry was cleared since it was first imported
        except (Exception, SystemExit) as error:  # user code may raise anything
            raise JauntDiscoveryError(
                f"{name}: cannot be imported: {type(error).__name__}: {error}",
                hint="run it with python to see more",
            ) from error
    return {module: specs for module, specs in get_specs_by_module(kind).items() if module in set(wanted)}


def find_files(roots: Sequence[Root], *, exclude: Iterable[str] = (), generated_dir: str) -> Iterator[ModuleFile]:
    """Yield every importable Python file below the roots; a root inside another one is left to itself."""
    return module_files(list_files(roots, generated_dir=generated_dir), exclude=exclude)


def list_files(roots: Sequence[Root], *, generated_dir: str, stamper: Stamper | None = None) -> Listing:
    """Return the Python files below the roots, with their stamps if there is a `stamper`."""
    folders: dict[str, Root] = {}
    for root in roots:
        folders.setdefault(os.path.realpath(root.folder), root)
    stamps: dict[str, str] = {}
    found_in: dict[str, Root] = {}
    closed: list[str] = []
    for root in folders.values():
        for entry in _walk(str(root.folder), folders.keys(), generated_dir, closed):
            stamps[entry.path] = _stamp(entry, stamper)
            found_in[entry.path] = root
    return Listing([str(root.folder) for root in folders.values()], stamps, found_in, closed)


def module_files(listing: Listing, *, exclude: Iterable[str] = ()) -> Iterator[ModuleFile]:
    """Yield the files that can be imported and that no pattern excludes."""
    patterns = [pattern.rstrip("/") for pattern in exclude]
    for path, root in listing.roots.items():
        file = module_file(path, root)
        if file is not None and not (patterns and _is_excluded(Path(path).relative_to(root.base), patterns)):
            yield file


def module_file(path: str, root: Root) -> ModuleFile | None:
    """Return the module that a file is, None if no name can be imported that means it."""
    below = path.removeprefix(os.path.join(root.base, ""))  # noqa: PTH118 - 10,000 files
    if below == path:
        below = str(Path(path).relative_to(root.base))  # the base is written in another way: "." for instance
    parts = below.removesuffix(".py").split(os.sep)  # noqa: PTH206 - a Path for each file would cost half the scan
    if parts[-1] == "__init__":
        parts.pop()
    if not parts or not all(map(str.isidentifier, parts)):
        return None
    return ModuleFile(".".join(parts), Path(path), root.base, root.kind)


def scan_modules(
    files: Iterable[ModuleFile], scan: Callable[[ModuleFile], SpecModule | None] | None = None
) -> list[SpecModule]:
    """Read files and return the spec modules among them, sorted by name, the ones with a problem included.

    `scan` reads one file (default: `scan_file`).
    """
    modules: dict[str, SpecModule] = {}
    paths_of: dict[str, list[Path]] = {}
    scan = scan or scan_file
    for file in files:
        paths_of.setdefault(file.name, []).append(file.path)
        module = scan(file)
        if module is not None:
            modules.setdefault(module.name, module)
    for name in modules:
        paths = paths_of[name]
        if len(paths) > 1:
            error = JauntDiscoveryError(
                f"{' and '.join(map(str, paths))}: both are the module {name!r}",
                hint="rename or remove one of them",
            )
            modules[name] = SpecModule(name, modules[name].file, modules[name].kind, problem=error)
    return [modules[name] for name in sorted(modules)]


def scan_file(file: ModuleFile) -> SpecModule | None:
    """Return the spec module that a file holds, None if it holds no spec."""
    try:
        data = file.path.read_bytes()
    except OSError as error:
        return _broken(file, JauntDiscoveryError(f"{file.path}: cannot be read: {error.strerror}"))
    if b"jaunt" not in data:
        return None
    try:
        return read_specs(file, parse_source(file.name, str(file.path), data))
    except JauntDiscoveryError as error:
        return _broken(file, error)


def read_specs(file: ModuleFile, source: ModuleSource) -> SpecModule | None:
    """Return the specs that a parsed module declares; raises JauntDiscoveryError for what can't be one."""
    entries: dict[str, SpecEntry] = {}
    unread: dict[str, str] = {}
    inner_decorators = _INNER_DECORATOR.search(source.text) is not None
    for node in source.statements:
        if not isinstance(node, Definition):
            continue
        if inner_decorators:
            _refuse_nested(source, node)
        found = next((d for d in map(source.spec_decorator, node.decorator_list) if d is not None), None)
        if found is None:
            continue
        kind, call = found
        try:
            kwargs = call_arguments(source, call) if call else {}
        except (Unreadable, RecursionError) as reason:
            kwargs, unread[node.name] = {}, str(reason)
        ref = SpecRef(f"{source.module}:{node.name}")
        entries[node.name] = SpecEntry(kind, ref, source.module, node.name, source.path, None, kwargs)
        _refuse_class(source, node, kind)
    if not entries:
        return None
    kinds = {entry.kind for entry in entries.values()}
    if len(kinds) > 1:
        raise JauntDiscoveryError(
            f"{source.path}: mixes @jaunt.magic and @jaunt.test specs",
            hint="move the tests to a module of their own",
        )
    contracts = {name: contract_of(source, name) for name in entries}
    ordered = tuple(entries[name] for name in sorted(entries))
    return SpecModule(source.module, file, kinds.pop(), ordered, contracts, unread, names=source.names)


def _has_specs(module: ModuleType, kind: SpecKind) -> bool:
    """Whether an imported module declares specs of a kind, so that running it again registers them."""
    return any(
        str(getattr(value, "__jaunt_spec_ref__", "")).startswith(f"{module.__name__}:")
        and getattr(value, "__jaunt_kind__", None) == kind
        for value in list(vars(module).values())
    )


def _is_excluded(below: Path, patterns: Iterable[str]) -> bool:
    names = [f"/{path.as_posix()}" for path in (below, *below.parents[:-1])]
    # With a slash before it, "**/x" means the "x" at the top too.
    return any(fnmatch.fnmatch(n, p) for p in patterns for name in names for n in (name, name[1:]))


def _walk(folder: str, roots: Collection[str], generated_dir: str, closed: list[str]) -> Iterator[os.DirEntry[str]]:
    """Yield the Python files in a folder and below; add to `closed` the folders that are not entered."""
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            with os.scandir(current) as found:
                entries = sorted(found, key=lambda e: e.name)
        except OSError:
            closed.append(current)
            continue  # a folder that vanished or can't be read holds no module that could be imported
        if current != folder and any(e.name == "pyvenv.cfg" for e in entries):
            closed.append(current)
            continue
        for entry in entries:
            if entry.name.endswith(".py"):
                if entry.is_file():
                    yield entry
            elif entry.name.isidentifier() and entry.is_dir():
                if _enters(entry, roots, generated_dir):
                    pending.append(entry.path)
                elif entry.name != "__pycache__":
                    closed.append(entry.path)


def _enters(entry: os.DirEntry[str], roots: Collection[str], generated_dir: str) -> bool:
    if entry.is_symlink() or entry.name == generated_dir or entry.name in _SKIPPED_FOLDERS:
        return False
    return os.path.realpath(entry.path) not in roots if len(roots) > 1 else True


def _stamp(entry: os.DirEntry[str], stamper: Stamper | None) -> str:
    try:
        return stamper.stamp(entry.stat()) if stamper else ""
    except OSError:  # it vanished, or is a symlink to itself
        return ""


def _broken(file: ModuleFile, problem: JauntDiscoveryError) -> SpecModule:
    return SpecModule(file.name, file, file.kind, problem=problem)


def _refuse_nested(source: ModuleSource, node: Definition) -> None:
    for inner in ast.walk(node):
        if inner is node or not isinstance(inner, Definition):
            continue
        if any(source.spec_decorator(d) for d in inner.decorator_list):
            raise JauntDiscoveryError(
                f"{source.path}:{inner.lineno}: {node.name}.{inner.name}: a spec must stand at module level",
                hint=f"decorate {node.name}, or move {inner.name} out of it",
            )


def _refuse_class(source: ModuleSource, node: Definition, kind: str) -> None:
    if not isinstance(node, ast.ClassDef):
        return
    where = f"{source.path}:{node.lineno}: {node.name}"
    if kind == "test":
        raise JauntDiscoveryError(f"{where}: a test spec must be a function", hint="make a function of each test in it")
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    if any(k.arg == "metaclass" for k in node.keywords) or any(source.dotted(b) in _METACLASS_BASES for b in bases):
        raise JauntDiscoveryError(
            f"{where}: a class spec can't have a metaclass",
            hint="write the class by hand, or make a plain class of it",
        )
