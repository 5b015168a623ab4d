"""A spec module's source, parsed once: what its names are bound to and what it defines."""

import ast
import copy
import io
import textwrap
import threading
import tokenize
import warnings
from collections import Counter
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from jaunt import codes
from jaunt.errors import JauntDiscoveryError
from jaunt.files.plain import read_plain
from jaunt.registry import SpecKind
from jaunt.runtime.stubs import is_stub_definition
from jaunt.spec_ref import code_name, import_name
from jaunt.syntax.branches import Placed, imports_work, parted, placed_statements
from jaunt.syntax.methods import Method, find_methods
from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.touched_names import touched_names

Function = ast.FunctionDef | ast.AsyncFunctionDef

Definition = Function | ast.ClassDef

_CONFLICT_MARK = b"\n<<<<<<< "
SPEC_DECORATORS: dict[str, SpecKind] = {
    "jaunt.magic": "magic",
    "jaunt.test": "test",
    "jaunt.runtime.magic": "magic",
    "jaunt.runtime.test": "test",
}
"""Dotted path -> the kind of the specs that it makes."""

_MODULE_CALLS = {"jaunt.module", "jaunt.runtime.module", "jaunt.runtime.governed.module"}

Handed = frozenset[tuple[str, SpecKind]]
"""Further such paths, with the kind: names of jaunt's decorators in modules of the project that hand them on."""

NOTHING_HANDED: Handed = frozenset()

_OVERLOADS = {"typing.overload", "typing_extensions.overload"}


class Names(NamedTuple):
    """What a module's names are bound to (name -> dotted path), and the modules that it imports `*` from.

    `choices` are the names for which there may be several things, or that no statement binds: the likeliest come first.
    `exported` are those that an import of `*` takes: None for all public ones, "*" for any.
    """

    bindings: Mapping[str, str]
    star_imports: Sequence[str]
    choices: Mapping[str, Sequence[str]] = MappingProxyType({})
    exported: Sequence[str] | None = None

    def exports(self, name: str) -> bool:
        """Whether an import of `*` takes a name."""
        return not name.startswith("_") if self.exported is None else name in self.exported or "*" in self.exported


@dataclass(frozen=True, eq=False)
class ParsedModule:
    """One parsed module, and what its names mean: a dotted path, `app.slug.slugify` for `slugify`."""

    module: str
    path: str
    text: str
    tree: ast.Module

    @cached_property
    def statements(self) -> list[ast.stmt]:
        """The module-level statements, those in blocks such as `if` and `try` included, in order."""
        return list(flattened(self.tree.body))

    @cached_property
    def bindings(self) -> dict[str, str]:
        """Module-level name -> the dotted path that it stands for: imports, definitions, `a = b.c`."""
        bound: dict[str, str] = {}
        for statement in self.statements:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                bound.update(self.imports(statement))
            elif isinstance(statement, Definition):
                bound[statement.name] = f"{self.module}.{statement.name}"
            elif isinstance(statement, ast.Assign):
                path = dotted_path(statement.value, bound)
                names = (target.id for target in statement.targets if isinstance(target, ast.Name))
                bound.update(dict.fromkeys(names, path) if path else {})
        return bound

    @cached_property
    def star_imports(self) -> list[str]:
        """The modules that `*` is imported from, the last one first, as its names hide those of the others."""
        found = [s for s in self.statements if isinstance(s, ast.ImportFrom) and s.names[0].name == "*"]
        return [self.absolute(statement) for statement in reversed(found)]

    @property
    def names(self) -> Names:
        """What other modules can find in this one."""
        return Names(self.bindings, self.star_imports)

    def imports(self, statement: ast.Import | ast.ImportFrom) -> dict[str, str]:
        """Return what an import binds: name -> dotted path."""
        return _imported(statement, self)

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """Name -> value of the module-level names that are assigned exactly once."""
        return _constants(self)

    def constant(self, name: str) -> ast.expr | None:
        """Return the value of a module-level name that nothing else binds, and nothing changes; None for any other."""
        return self.constants[name] if name in self.constants and self._touched[name] == 1 else None

    @cached_property
    def _touched(self) -> Counter[str]:
        return touched_names(self.tree, self.imports)

    @property
    def is_package(self) -> bool:
        """Whether this is a package's `__init__.py`."""
        return Path(self.path).name == "__init__.py"

    def absolute(self, statement: ast.ImportFrom) -> str:
        """Return the absolute name of the module that a `from` import names."""
        if not statement.level:
            return statement.module or ""
        parts = self.module.split(".")
        parts = parts[: len(parts) - statement.level + self.is_package]
        return ".".join([*parts, *([statement.module] if statement.module else [])])

    def dotted(self, node: ast.AST) -> str | None:
        """Return the dotted path that a name or an attribute chain stands for, None for anything else."""
        return dotted_path(node, self.bindings)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of its text."""
        return self.text.split("\n")


@dataclass(frozen=True, eq=False)
class ModuleSource(ParsedModule):
    """One parsed module with its definitions, and which of them are specs."""

    handed: Handed = NOTHING_HANDED

    def __getstate__(self) -> dict[str, Any]:
        """Return what `pickle` takes: what was found out meanwhile is left out, as more of it may come in the midst."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @cached_property
    def spec_decorators(self) -> Mapping[str, SpecKind]:
        """Dotted path -> the kind of the specs that it makes, jaunt's own and those that others hand on."""
        return {**SPEC_DECORATORS, **dict(self.handed)}

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """Name -> the function or class that the module ends up with, as far as its text tells: of several, a spec in
        a branch that runs on this platform, else the last one that does. Methods that are specs are there as functions.
        """
        return {**self.top_definitions, **{name: method.function for name, method in self.methods.items()}}

    @cached_property
    def methods(self) -> dict[str, Method]:
        """Name in generated code (`Cart__total`) -> the method that is a spec."""
        found = find_methods(self.text, self.top_definitions, self.spec_decorator)
        return {code_name(method.qualname): method for method in found}

    @cached_property
    def top_definitions(self) -> dict[str, Definition]:
        """The `definitions` that stand at module level."""
        return _top_definitions(self)

    @cached_property
    def placed(self) -> list[Placed]:
        """The simple statements and definitions of the module, in order, each with the branches that it stands in."""
        return list(placed_statements(self.tree, self))

    @cached_property
    def repeated(self) -> dict[str, list[Placed]]:
        """Name -> its definitions, in order, where there are several, `@overload` declarations left out."""
        return _repeated(self)

    def is_spec(self, statement: ast.stmt) -> bool:
        """Whether a statement is a definition below one of jaunt's decorators, or one governed by `jaunt.module()`."""
        decorated = isinstance(statement, Definition) and any(map(self.spec_decorator, statement.decorator_list))
        return decorated or statement in self.governed

    @cached_property
    def module_calls(self) -> list[ast.Expr]:
        """The calls of `jaunt.module()`, of which a module has one at its top level."""
        return [s for s in self.statements if isinstance(s, ast.Expr) and _is_module_call(self, s.value)]

    @cached_property
    def governed(self) -> frozenset[ast.stmt]:
        """The stubs that are specs by `jaunt.module()`, without a decorator."""
        return frozenset(filter(is_stub_definition, self.tree.body)) if self.module_calls else frozenset()

    def spec_call(self, name: str) -> ast.Call | None:
        """Return the call that has the arguments of the spec `name`, its decorator's or `jaunt.module()`, if any."""
        node = self.definitions[name]
        if node in self.governed:
            call = self.module_calls[0].value
            return call if isinstance(call, ast.Call) else None
        return next((found[1] for found in map(self.spec_decorator, node.decorator_list) if found is not None), None)

    def outer_decorators(self, node: Definition) -> list[ast.expr]:
        """Return the decorators above jaunt's: the spec module itself applies them to what the spec stands for."""
        return _outer_decorators(self, node)

    def stub(self, name: str) -> Definition | None:
        """Return the definition of a name as a candidate has to answer it, with its own decorators alone."""
        node = self.definitions.get(name)
        if node is not None and self.is_spec(node):
            node = copy.copy(node)
            node.decorator_list = own_decorators(self, node)
        return node

    def spec_decorator(self, node: ast.expr) -> tuple[SpecKind, ast.Call | None] | None:
        """Return (kind, call) if a decorator is jaunt's, bare, called, or called before; None if it is another's."""
        if node not in self._decorators_read:
            self._decorators_read[node] = _read_decorator(self, node)
        return self._decorators_read[node]

    @cached_property
    def _decorators_read(self) -> dict[ast.expr, tuple[SpecKind, ast.Call | None] | None]:
        """What each decorator was found to be: reading a spec asks for its decorators some ten times."""
        return {}

    def overloads_of(self, name: str) -> list[Function]:
        """Return the `@overload` declarations of a function, in order."""
        method = self.methods.get(name)
        return [*method.overloads] if method else self._overloads.get(name, [])

    @cached_property
    def _overloads(self) -> dict[str, list[Function]]:
        return _overload_declarations(self)

    def segment(self, name: str, *, without: Collection[int] = ()) -> str:
        """Return the source text of a definition with its decorators, its overloads before it.

        The lines `without`, counted from 1, are left out.
        """
        return _segment(self, name, without)


def _segment(source: ModuleSource, name: str, without: Collection[int]) -> str:
    nodes: list[Definition] = [*source.overloads_of(name), source.definitions[name]]
    if name in source.methods:
        nodes = [*source.methods[name].declared, source.methods[name].node]
    unique = {first_line(node): node for node in nodes}
    spans = [(start, node.end_lineno or start) for start, node in sorted(unique.items())]
    found = (_kept(source.lines, start, end, without) for start, end in spans)
    return "\n\n".join(map(textwrap.dedent, found) if name in source.methods else found)


def _is_module_call(source: ModuleSource, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and source.dotted(node.func) in _MODULE_CALLS


def _kept(lines: Sequence[str], start: int, end: int, without: Collection[int]) -> str:
    """Return the lines from `start` to `end`, counted from 1, but for those `without`."""
    span = lines[start - 1 : end]
    kept = [line for number, line in enumerate(span, start) if number not in without] if without else span
    return "\n".join(kept).rstrip()


def _read_decorator(source: ModuleSource, node: ast.expr) -> tuple[SpecKind, ast.Call | None] | None:
    call = node if isinstance(node, ast.Call) else None
    kind = source.spec_decorators.get(source.dotted(call.func if call else node) or "")
    if kind is None and isinstance(node, ast.Name) and isinstance(value := source.constant(node.id), ast.Call):
        return source.spec_decorator(value)  # brief = jaunt.magic(prompt="Be brief.")
    return (kind, call) if kind else None


def _imported(statement: ast.Import | ast.ImportFrom, source: ParsedModule) -> dict[str, str]:
    if isinstance(statement, ast.ImportFrom):
        base = source.absolute(statement)
        named = {a.asname or a.name: f"{base}.{a.name}" for a in statement.names if a.name != "*"}
        # Of `from jaunt import *`, the names that matter here are known without a look into jaunt.
        return named or {name: f"{base}.{name}" for name in ("magic", "test") if f"{base}.{name}" in SPEC_DECORATORS}
    heads = {a.name.partition(".")[0] for a in statement.names if not a.asname}
    return {head: head for head in heads} | {a.asname: a.name for a in statement.names if a.asname}


def _top_definitions(source: ModuleSource) -> dict[str, Definition]:
    found = {s.name: s for s in source.statements if isinstance(s, Definition)}
    for name, placed in source.repeated.items():
        live = [each for each in placed if each.runs is not False]
        specs = [each for each in live if source.is_spec(each.statement)]
        if len(specs) > 1 and specs[-2].excludes(specs[-1]) and _counts_first(specs[-2], specs[-1]):
            specs.pop()
        dead = [each for each in placed if source.is_spec(each.statement)]  # for another platform alone
        chosen = (specs or live or dead or placed)[-1].statement
        assert isinstance(chosen, Definition)  # `repeated` has nothing else
        found[name] = chosen
    return found


def _constants(source: ParsedModule) -> dict[str, ast.expr]:
    values: dict[str, list[ast.expr]] = {}
    for statement in source.statements:
        value = getattr(statement, "value", None)
        for target in assignment_targets(statement):
            if isinstance(target, ast.Name) and isinstance(value, ast.expr):
                values.setdefault(target.id, []).append(value)
    return {name: found[0] for name, found in values.items() if len(found) == 1}


def _repeated(source: ModuleSource) -> dict[str, list[Placed]]:
    counts = Counter(s.name for s in source.statements if isinstance(s, Definition))
    if not counts or max(counts.values()) < 2:  # as nearly always
        return {}
    found: dict[str, list[Placed]] = {}
    overloads = _overload_declarations(source)
    for each in source.placed:
        if isinstance(each.statement, Definition) and each.statement not in overloads.get(each.statement.name, ()):
            found.setdefault(each.statement.name, []).append(each)
    return {name: placed for name, placed in found.items() if len(placed) > 1}


def _overload_declarations(source: ModuleSource) -> dict[str, list[Function]]:
    found: dict[str, list[Function]] = {}
    for node in source.statements:
        if isinstance(node, Function) and any(source.dotted(d) in _OVERLOADS for d in node.decorator_list):
            found.setdefault(node.name, []).append(node)
    return found


def _counts_first(first: Placed, second: Placed) -> bool:
    """Whether the installed packages decide for the first of two definitions that exclude each other."""
    block, names = parted(first, second)
    works = imports_work(block)
    return works is not None and (names[0] == "try") == works


def first_line(node: Definition) -> int:
    """Return the line, counted from 1, at which a definition starts, its decorators included."""
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def _outer_decorators(source: ModuleSource, node: Definition) -> list[ast.expr]:
    """Return the decorators above jaunt's; a test has none: what pytest runs is generated, so all marks are its own."""
    for index, found in enumerate(map(source.spec_decorator, node.decorator_list)):
        if found is not None:
            return node.decorator_list[:index] if found[0] == "magic" else []
    return []


def own_decorators(source: ModuleSource, node: Definition) -> list[ast.expr]:
    """Return the decorators of a definition that are neither jaunt's nor above it."""
    if all(map(source.spec_decorator, node.decorator_list)):  # as nearly always
        return []
    below = node.decorator_list[len(source.outer_decorators(node)) :]
    return [decorator for decorator in below if source.spec_decorator(decorator) is None]


def read_source(module: str, path: str, handed: Handed = NOTHING_HANDED) -> ModuleSource:
    """Read and parse a module's file, under the name that it is imported by.

    `handed` are decorators that other modules hand on.

    Raises JauntDiscoveryError that names the file, and the line where there is one, for a file that can't be
    read, decoded or parsed.
    """
    try:
        data = read_plain(path)
    except OSError as error:
        raise JauntDiscoveryError(f"{path}: cannot be read: {error.strerror}", code=codes.UNREADABLE_SOURCE) from error
    return parse_source(import_name(module), path, data, handed)


# Few: a syntax tree takes some 40 times the space of its source, and every garbage collection goes through it.
@lru_cache(maxsize=32)
def parse_source(module: str, path: str, data: bytes, handed: Handed = NOTHING_HANDED) -> ModuleSource:
    """Parse a module from its bytes; the last few are remembered, as the specs of a module come in a row."""
    try:
        text = decode_source(data)
        with without_warnings():
            return ModuleSource(module, path, text, ast.parse(text), handed)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise JauntDiscoveryError(
            f"{path}:{line}: not valid {error.encoding}: {error.reason}",
            hint="save the file as UTF-8",
            code=codes.UNREADABLE_SOURCE,
        ) from error
    except SyntaxError as error:
        where = f"{path}:{error.lineno}" if error.lineno else path
        if _CONFLICT_MARK in data:
            raise JauntDiscoveryError(
                f"{where}: has git conflict markers", hint="merge it by hand first", code=codes.UNREADABLE_SOURCE
            ) from error
        where += f":{error.offset}" if error.lineno and (error.offset or 0) > 0 else ""
        raise JauntDiscoveryError(
            f"{where}: syntax error: {error.msg}", hint="correct the file", code=codes.UNREADABLE_SOURCE
        ) from error
    except LookupError as error:  # `# coding: hex` names a codec that is not for text
        raise JauntDiscoveryError(
            f"{path}: syntax error: {error}", hint="save the file as UTF-8", code=codes.UNREADABLE_SOURCE
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise JauntDiscoveryError(
            f"{path}: cannot be parsed: {error or type(error).__name__}", code=codes.UNREADABLE_SOURCE
        ) from error


def parse_or_none(text: str | bytes) -> ast.Module | None:
    """Parse a module's text; None if that can't be done."""
    try:
        with without_warnings():
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def parse_annotation(text: str) -> ast.expr | None:
    """Parse a quoted annotation; None if that can't be done, which the type checker reports."""
    try:
        with without_warnings():
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def decode_source(data: bytes) -> str:
    """Decode Python source as PEP 263 says, line ends normalised.

    Raises UnicodeDecodeError, SyntaxError or LookupError.
    """
    encoding = "utf-8" if data.isascii() else tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


_warnings_lock = threading.Lock()


@contextmanager
def without_warnings() -> Generator[None, None, None]:
    r"""Compile or parse within this: an odd escape such as `"\d"` must not print into a build's output."""
    # The filters belong to the whole process: two threads that restored them in turn would leave wrong ones. And the
    # parser of Python 3.11 counts the depth of all threads' trees in one place: two at once can end in a SystemError.
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def dotted_path(node: ast.AST, bindings: Mapping[str, str]) -> str | None:
    """Return the dotted path that a name or an attribute chain stands for under `bindings`, or None."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in bindings:
        return None
    return ".".join([bindings[node.id], *reversed(attributes)])


def written_name(node: ast.Name | ast.Attribute) -> str:
    """Return a name or an attribute chain as it is written; for a name, `ast.unparse` takes 20 times as long."""
    return node.id if isinstance(node, ast.Name) else ast.unparse(node)


def assignment_targets(statement: ast.stmt) -> list[ast.expr]:
    """Return what a statement assigns to, annotated, augmented and loop targets and `type X = ...` included."""
    if isinstance(statement, ast.Assign):
        return statement.targets
    is_alias = type(statement).__name__ == "TypeAlias"  # of Python 3.12
    target = getattr(statement, "name" if is_alias else "target", None)
    return [] if target is None else [target]


def flattened(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a body, those in blocks such as `if` and `try` included, in order."""
    pending: list[ast.AST] = [*reversed(body)]  # a stack: each `elif` is one level deeper
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, _LEAVES):
            pending += [c for c in child_nodes(node) if not isinstance(c, ast.expr)][::-1]


_LEAVES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr, ast.alias)


def last_name(node: ast.expr | None) -> str:
    """Return the last part of a name, an attribute chain, a subscript of one or a call of one; else ""."""
    node = unquoted(node)
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def unquoted(node: ast.expr | None) -> ast.expr | None:
    return parse_annotation(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else node


def is_stub(statement: ast.stmt) -> bool:
    """Return whether a statement stands for a body to come: `...`, `pass`, `raise NotImplementedError`."""
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) and statement.value.value is ...
    return isinstance(statement, ast.Pass)


def clean_docstring(docstring: str) -> str:
    """Return a docstring without indentation, trailing blanks and the empty lines around it.

    What `inspect.cleandoc` takes for indentation differs from one Python version to the next.
    """
    if "\n" not in docstring:
        return docstring.expandtabs().rstrip().lstrip(" ")
    first, *rest = [line.rstrip() for line in docstring.expandtabs().split("\n")]
    margin = min((len(line) - len(line.lstrip(" ")) for line in rest if line), default=0)
    return "\n".join([first.lstrip(" "), *(line[margin:] for line in rest)]).strip("\n")
