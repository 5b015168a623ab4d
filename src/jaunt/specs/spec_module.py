"""One spec module as its source tells it; no user code is imported here."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from jaunt import codes
from jaunt.errors import JauntDiscoveryError
from jaunt.files.listing import ModuleFile
from jaunt.files.plain import read_plain
from jaunt.process.frozen import frozen
from jaunt.registry import SpecEntry, SpecKind
from jaunt.spec_ref import SpecRef, code_name, import_name
from jaunt.specs.arguments import Unreadable, call_arguments
from jaunt.specs.contract import Contract, contract_of
from jaunt.specs.hidden import decided_by_packages, refuse_hidden, refuse_lost_docstrings, refuse_rebound
from jaunt.specs.mentions import Mentions
from jaunt.specs.refused.governed import refuse_governed
from jaunt.specs.refused.inner_decorators import refuse_keepers, refuse_keeping_metaclass
from jaunt.specs.refused.methods import refuse_makers_of_members, refuse_methods
from jaunt.specs.refused.misread import misread_decorators
from jaunt.syntax.source import NOTHING_HANDED, Definition, Handed, ModuleSource, Names, parse_source

_INNER_DECORATOR = re.compile(r"^[ \t]+@", re.MULTILINE)


@frozen
class SpecModule:
    """One spec module as its source tells it.

    `unread` names the specs whose decorator arguments only an import can tell, `elsewhere` those for which another
    module's source was read; `computed` are those among the first that only linking finds, as their `deps` name
    constants of other modules. `problem` is what is wrong with the module as a whole, in which case `entries` may be
    empty. `fleeting` tells that what is installed decides which of its definitions count: it is read at each scan.
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
    computed: frozenset[str] = frozenset()
    fleeting: bool = False

    @cached_property
    def path(self) -> str:
        """The path of the module's file."""
        return str(self.file.path)

    @cached_property
    def base(self) -> Path:
        """The folder that the module's name starts from."""
        return self.file.base

    def named(self, name: str) -> "SpecModule":
        """Return the module, and its specs, under another name in the project; it is imported by the same one."""
        if name == self.name:
            return self
        specs = (e._replace(spec_ref=SpecRef(f"{name}:{e.qualname}"), module=name) for e in self.entries)
        return replace(self, name=name, entries=tuple(specs))

    def with_arguments(self, arguments: Mapping[str, dict[str, Any]]) -> "SpecModule":
        """Return the module with the decorator arguments of some of its specs, by name."""
        entries = tuple(
            e._replace(decorator_kwargs=arguments[e.qualname]) if e.qualname in arguments else e for e in self.entries
        )
        return replace(self, entries=entries)


class Reading(NamedTuple):
    """What a file holds: a spec module, if any; without specs, the decorators that it hands on; and warnings."""

    module: SpecModule | None
    handed: Handed = NOTHING_HANDED
    warnings: Sequence[str] = ()


def scan_modules(
    files: Iterable[ModuleFile],
    scan: Callable[[ModuleFile], SpecModule | None] | None = None,
    tag_of: Callable[[Path], str] = lambda _: "",
) -> list[SpecModule]:
    """Read files and return the spec modules among them, sorted by name, the ones with a problem included.

    `scan` reads one file (default: `scan_file`). `tag_of` returns what tells modules of one name apart, by the folder
    that the name starts from: where several files have the name, it is added to it.
    """
    found: list[SpecModule] = []
    files_of: dict[str, list[ModuleFile]] = {}
    scan = scan or scan_file
    for file in files:
        files_of.setdefault(file.name, []).append(file)
        module = scan(file)
        if module is not None:
            found.append(module)
    modules: dict[str, SpecModule] = {}
    for module in found:
        alike = files_of[module.name]
        tag = tag_of(module.base) if len(alike) > 1 else ""
        name = f"{module.name}@{tag}" if tag else module.name
        paths = [file.path for file in alike if len(alike) == 1 or tag_of(file.base) == tag]
        modules.setdefault(name, module.named(name))
        if len(paths) > 1:
            error = JauntDiscoveryError(
                f"{' and '.join(map(str, paths))}: both are the module {import_name(name)!r}",
                hint="rename or remove one of them",
                code=codes.SAME_MODULE,
            )
            modules[name] = SpecModule(name, modules[name].file, modules[name].kind, problem=error)
    return [modules[name] for name in sorted(modules)]


def scan_file(file: ModuleFile, handed: Handed = NOTHING_HANDED) -> SpecModule | None:
    """Return the spec module that a file holds, None if it holds no spec.

    `handed` are the decorators of jaunt's that modules of the project hand on.
    """
    return read_file(file, handed).module


def read_file(file: ModuleFile, handed: Handed) -> Reading:
    """Return what a file holds; `handed` are the decorators of jaunt's that modules of the project hand on."""
    try:
        data = read_plain(file.path)
    except OSError as error:
        return Reading(
            _broken(
                file,
                JauntDiscoveryError(f"{file.path}: cannot be read: {error.strerror}", code=codes.UNREADABLE_SOURCE),
            )
        )
    if b"jaunt" not in data and not any(_names(data, path) for path, _ in handed):
        return Reading(_in_other_encoding(file, data) if b"\0" in data else None)
    try:
        source = parse_source(file.name, str(file.path), data, handed)
        module = read_specs(file, source)
    except JauntDiscoveryError as error:
        return Reading(_broken(file, error))
    warnings = misread_decorators(source)
    if module is not None:
        return Reading(module, warnings=warnings)
    kinds = source.spec_decorators
    on = ((f"{file.name}.{name}", kinds[path]) for name, path in source.bindings.items() if path in kinds)
    return Reading(None, frozenset(on), warnings)


def _names(data: bytes, path: str) -> bool:
    """Whether a file's bytes have what importing a dotted path takes: its last name, and the one before or a dot."""
    home, _, name = path.rpartition(".")
    return name.encode() in data and (home.rpartition(".")[2].encode() in data or b"from ." in data)


def _in_other_encoding(file: ModuleFile, data: bytes) -> SpecModule | None:
    """Return the problem of a file that seems to hold specs, in two or four bytes a character; None if it does not."""
    if b"jaunt" not in data.replace(b"\0", b""):
        return None
    encoding = "UTF-32" if b"j\0\0\0a" in data or b"\0\0\0j" in data else "UTF-16"
    return _broken(
        file,
        JauntDiscoveryError(
            f"{file.path}:1: is saved as {encoding}, which Python can't import",
            hint="save the file as UTF-8",
            code=codes.UNREADABLE_SOURCE,
        ),
    )


def first_spec_line(source: ModuleSource) -> int:
    """Return the line of the first spec in a module, 0 if it has none."""
    return next((statement.lineno for statement in source.statements if source.is_spec(statement)), 0)


def read_specs(file: ModuleFile, source: ModuleSource) -> SpecModule | None:
    """Return the specs that a parsed module declares; raises JauntDiscoveryError for what can't be one."""
    entries: dict[str, SpecEntry] = {}
    unread: dict[str, str] = {}
    if _INNER_DECORATOR.search(source.text):
        refuse_methods(source)
    for name, node in _declared(source):
        found = next((d for d in map(source.spec_decorator, node.decorator_list) if d is not None), None)
        if found is None and node not in source.governed:
            continue
        kind, call = found or ("magic", source.spec_call(name))
        try:
            kwargs = call_arguments(source, call) if call else {}
        except (Unreadable, RecursionError) as reason:
            kwargs, unread[name] = {}, str(reason)
        entries[name] = SpecEntry(
            kind, SpecRef(f"{source.module}:{name}"), source.module, name, source.path, None, kwargs
        )
        _refuse_class(source, node, kind)
    refuse_rebound(source)
    refuse_governed(source)
    if not entries:
        return None
    names = [*map(code_name, entries)]
    refuse_hidden(source, names)
    refuse_lost_docstrings(source, names)
    for entry in entries.values():
        if entry.kind == "magic":
            refuse_keepers(source, code_name(entry.qualname))
            refuse_keeping_metaclass(source, code_name(entry.qualname))
    kinds = {entry.kind for entry in entries.values()}
    if len(kinds) > 1:
        raise JauntDiscoveryError(
            f"{source.path}: mixes @jaunt.magic and @jaunt.test specs",
            hint="move the tests to a module of their own",
        )
    mentions = Mentions(source)
    contracts = {name: contract_of(source, name) for name in entries}
    contracts |= {name: replace(contracts[name], handwritten=found) for name in entries if (found := mentions.of(name))}
    ordered = tuple(entries[name] for name in sorted(entries))
    fleeting = decided_by_packages(source, entries)
    return SpecModule(
        source.module, file, kinds.pop(), ordered, contracts, unread, names=source.names, fleeting=fleeting
    )


def _broken(file: ModuleFile, problem: JauntDiscoveryError) -> SpecModule:
    return SpecModule(file.name, file, file.kind, problem=problem)


def _declared(source: ModuleSource) -> Iterator[tuple[str, Definition]]:
    """Yield the definitions that may be specs, by their names in the module, those for other platforms left out."""
    for node in source.statements:
        if isinstance(node, Definition) and (node.name not in source.repeated or source.definitions[node.name] is node):
            yield node.name, node
    yield from ((method.qualname, method.function) for method in source.methods.values())


def _refuse_class(source: ModuleSource, node: Definition, kind: SpecKind) -> None:
    if not isinstance(node, ast.ClassDef):
        return
    refuse_makers_of_members(source, node)
    where = f"{source.path}:{node.lineno}: {node.name}"
    if kind == "test":
        raise JauntDiscoveryError(
            f"{where}: a test spec must be a function: each is generated, judged and told by itself",
            hint="put @jaunt.test on a function for each test, and in a fixture of this module what setup_method does",
        )
