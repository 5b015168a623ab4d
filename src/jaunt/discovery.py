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

from jaunt.contract import Contract, contract_of
from jaunt.errors import JauntDiscoveryError
from jaunt.registry import SpecEntry, SpecKind, get_specs_by_module
from jaunt.scan_cache import Stamper
from jaunt.source import Definition, ModuleSource, Names, parse_source
from jaunt.spec_ref import SpecRef, normalize_spec_ref

_INNER_DECORATOR = re.compile(r"^[ \t]+@", re.MULTILINE)
_SKIPPED_FOLDERS = {"__pycache__", "node_modules"}
# Bases whose metaclass is not `type`; others are found when the module is imported.
_METACLASS_BASES = {
    *("abc.ABC", "typing.Protocol", "typing_extensions.Protocol", "typing.NamedTuple", "typing.TypedDict"),
    *("enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag", "pydantic.BaseModel"),
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
    """The Python files below some folders: path -> stamp, and path -> the root that it was found in.

    `closed` are the folders in them that were not entered though a module's file might lie there.
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
    files = list(files)
    scan = scan or scan_file
    for file in files:
        module = scan(file)
        if module is not None:
            modules.setdefault(module.name, module)
    by_name: dict[str, list[Path]] = {}
    for file in files:
        if file.name in modules:
            by_name.setdefault(file.name, []).append(file.path)
    for name, paths in by_name.items():
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
            kwargs = _arguments(source, call) if call else {}
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
    """Whether a module that was imported declares specs, so that it is worth to be run again."""
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


# Returns the module that assigns what a dotted path means to a name, None if it is no constant of a module.
LookUp = Callable[[str], ModuleSource | None]


def read_arguments(source: ModuleSource, name: str, look_up: LookUp) -> dict[str, Any]:
    """Return the decorator arguments of the spec `name`, constants of other modules included; raises Unreadable."""
    decorators = map(source.spec_decorator, source.definitions[name].decorator_list)
    call = next(found[1] for found in decorators if found is not None)
    return _arguments(source, call, look_up) if call else {}


def read_deps(source: ModuleSource, name: str) -> list[str]:
    """Return the references in a module-level constant that is given as `deps`; raises Unreadable."""
    return _deps(source, ast.Name(name, ast.Load())) or []


class Unreadable(Exception):
    """A decorator argument that only an import can tell."""


def _arguments(source: ModuleSource, call: ast.Call, look_up: LookUp = lambda _: None) -> dict[str, Any]:
    where = f"{source.path}:{call.lineno}"
    if call.args:
        raise JauntDiscoveryError(f"{where}: the decorator takes keyword arguments only", hint="write deps=[...]")
    arguments: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise Unreadable(f"**{ast.unparse(keyword.value)}")
        if keyword.arg not in _READERS:
            raise JauntDiscoveryError(
                f"{where}: unknown decorator argument {keyword.arg!r}",
                hint=f"it takes {', '.join(sorted(_READERS))}",
            )
        arguments[keyword.arg] = _READERS[keyword.arg](source, keyword.value, look_up)
    return {name: value for name, value in arguments.items() if value is not None}


def _deps(source: ModuleSource, node: ast.expr, _: LookUp | None = None) -> list[str] | None:
    """Read `deps`: references as strings, specs by name, lists and module-level constants of such.

    A path to another module's constant is a reference here: only who knows all modules can tell it from a spec.
    """
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [dep for element in node.elts for dep in _deps(source, element) or []]
    if isinstance(node, ast.Constant) and node.value is None:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return [normalize_spec_ref(node.value)]
        except ValueError as error:
            raise JauntDiscoveryError(f"{source.path}:{node.lineno}: deps: {error}") from error
    home, meant = _constant(source, node)
    if meant is not node:
        return _deps(home, meant)
    path = source.dotted(node)
    if path is None or "." not in path:
        raise Unreadable(f"deps={ast.unparse(node)}")
    return [normalize_spec_ref(path)]


def _prompt(source: ModuleSource, node: ast.expr, look_up: LookUp) -> str | None:
    """Read `prompt`: a string, strings joined by `+`, or a module-level constant."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _prompt(source, node.left, look_up), _prompt(source, node.right, look_up)
        if left is None or right is None:
            raise Unreadable(f"prompt={ast.unparse(node)}")
        return left + right
    home, meant = _constant(source, node, look_up)
    if meant is not node:
        return _prompt(home, meant, look_up)
    value = _literal(node)
    if value is None or isinstance(value, str):
        return value
    raise JauntDiscoveryError(f"{source.path}:{node.lineno}: prompt must be a string, not {value!r}")


def _infer_deps(source: ModuleSource, node: ast.expr, look_up: LookUp) -> bool | None:
    home, meant = _constant(source, node, look_up)
    if meant is not node:
        return _infer_deps(home, meant, look_up)
    value = _literal(node)
    if value is None or isinstance(value, bool):
        return value
    raise JauntDiscoveryError(f"{source.path}:{node.lineno}: infer_deps must be True or False, not {value!r}")


def _constant(source: ModuleSource, node: ast.expr, look_up: LookUp = lambda _: None) -> tuple[ModuleSource, ast.expr]:
    """Return the value of the constant that a name or an attribute means, and its module; the node for anything else.

    Raises Unreadable for a name that may be bound to something else.
    """
    if isinstance(node, ast.Name) and node.id in source.constants:
        home, name = source, node.id
    else:
        path = source.dotted(node) or ""
        home, name = look_up(path), path.rpartition(".")[2]
    if home is None:
        return source, node
    value = home.constant(name)
    if value is None:
        raise Unreadable(ast.unparse(node))
    return home, value


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    raise Unreadable(ast.unparse(node))


_READERS: dict[str, Callable[[ModuleSource, ast.expr, LookUp], Any]] = {
    "deps": _deps,
    "prompt": _prompt,
    "infer_deps": _infer_deps,
}
