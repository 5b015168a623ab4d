"""The source texts of specs, and of what is written by hand beside them."""

import ast
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from jaunt.errors import JauntDiscoveryError
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef, code_name, import_name
from jaunt.syntax.method_texts import as_function, decorator_lines, method_in_class
from jaunt.syntax.source import NOTHING_HANDED, Definition, Handed, ModuleSource, first_line, read_source


def entry_source(entry: SpecEntry) -> ModuleSource:
    """Return the source that a registered spec stands in; raises as `entry_contract` does."""
    return entry_sources([entry])[entry.spec_ref]


def entry_sources(entries: Iterable[SpecEntry]) -> dict[SpecRef, ModuleSource]:
    """Return the source that each registered spec stands in, each file read once; raises as `entry_contract` does."""
    read: dict[tuple[str, str], ModuleSource] = {}
    sources: dict[SpecRef, ModuleSource] = {}
    for entry in entries:
        file = (entry.module, str(entry.source_file))
        source = read[file] = read[file] if file in read else read_source(*file)
        if code_name(entry.qualname) not in source.definitions:
            raise not_defined(entry)
        sources[entry.spec_ref] = source
    return sources


def not_defined(entry: SpecEntry) -> JauntDiscoveryError:
    """Return the error for a spec that its file doesn't define."""
    return JauntDiscoveryError(f"{entry.source_file}: does not define {entry.qualname!r} at module level")


def place_of(entry: SpecEntry, saying: str = "") -> str:
    """Return a registered spec's file and the line of its definition, or the line of its decorators that says a word.

    The file alone if that can't be read any more.
    """
    try:
        source = entry_source(entry)
    except JauntDiscoveryError:
        return str(entry.source_file)
    node = source.definitions[code_name(entry.qualname)]
    lines = source.text.split("\n")
    above = range(min([node.lineno, *(d.lineno for d in node.decorator_list)]), node.lineno)
    line = next((number for number in above if saying and saying in lines[number - 1]), node.lineno)
    return f"{entry.source_file}:{line}"


_LATE = "# What follows is imported inside the function that uses it, for annotations below `if TYPE_CHECKING:`."

_BLOCKS = (ast.If, ast.Try, ast.TryStar, ast.With, ast.For, ast.While)


def plain_segment(source: ModuleSource, name: str, *, outer: bool = True) -> str:
    """Return what `source.segment` does, without the lines of jaunt's own decorators.

    With `outer`, what stands above those is there, as others see the definition; without, as a candidate has to be.
    """
    if name in source.methods:
        return method_in_class(source, name) if outer else as_function(source, name)
    nodes = [*source.overloads_of(name), source.definitions[name]]
    left_out = [d for node in nodes for d in node.decorator_list if source.spec_decorator(d) is not None]
    left_out += [] if outer else source.outer_decorators(source.definitions[name])
    lines = {line for d in left_out for line in range(d.lineno, (d.end_lineno or d.lineno) + 1)}
    return source.segment(name, without=lines)


def outer_decorators(source: ModuleSource, name: str) -> list[str]:
    """Return the decorators above jaunt's as they are written, `@` included."""
    found = source.outer_decorators(source.definitions[name])
    return [f"@{ast.get_source_segment(source.text, decorator)}" for decorator in found]


def handwritten_part(source: ModuleSource) -> str:
    """Return what is left of a module without its specs and all that it has of jaunt; "" if that is nothing.

    A comment tells from where on there are names that are not there yet when a class spec is made.
    """
    specs = {s.name for s in source.statements if isinstance(s, Definition) and _is_spec(source, s)}
    replaced = {id(s): text for s in source.statements if (text := _without_jaunt(source, s, specs)) is not None}
    left_out = decorator_lines(source)
    lines = {number: line for number, line in enumerate(source.text.split("\n"), 1) if number not in left_out}
    kept: list[ast.stmt] = []
    class_line = 0
    for statement in source.tree.body:
        parts = _parts(source, statement)
        if all(replaced.get(id(part)) == "" for part in parts):
            class_line = class_line or (statement.lineno if isinstance(statement, ast.ClassDef) else 0)
            _remove(lines, statement)
            continue
        if class_line and not any(s.lineno > class_line for s in kept):
            line = _first_line(statement)
            lines[line] = f"{_LATE}\n{lines[line]}"
        kept.append(statement)
        for part in parts:
            if id(part) in replaced:
                _replace(lines, part, replaced[id(part)] or "...")
    if all(isinstance(s, ast.ImportFrom) and s.module == "__future__" for s in kept):
        return ""
    return "\n".join(lines.values()).strip("\n")


def _is_spec(source: ModuleSource, node: Definition) -> bool:
    return source.is_spec(node)


def _without_jaunt(source: ModuleSource, statement: ast.stmt, specs: Collection[str]) -> str | None:
    """Return what is shown in place of a statement, "" for nothing; None if it has nothing to do with jaunt."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return "" if name in specs else None
        case ast.Assign(value=value):  # brief = jaunt.magic(prompt="Be brief.")
            return "" if source.spec_decorator(value) is not None else None
        case ast.Expr() if statement in source.module_calls:
            return ""
        case ast.ImportFrom() if {*source.imports(statement).values()} <= source.spec_decorators.keys():
            return "" if source.imports(statement) else None
        case ast.ImportFrom(level=0, module=str(module)):
            return "" if _is_jaunt(module) else None
        case ast.Import(names=names):
            others = [alias for alias in names if not _is_jaunt(alias.name)]
            if len(others) < len(names):
                return ast.unparse(ast.Import(others)) if others else ""
    return None


def _is_jaunt(module: str) -> bool:
    return module.partition(".")[0] == "jaunt"


def _parts(source: ModuleSource, statement: ast.stmt) -> list[ast.stmt]:
    """Return the simple statements and definitions of a module-level statement."""
    if not isinstance(statement, _BLOCKS):
        return [statement]
    last = statement.end_lineno or statement.lineno
    inside = [s for s in source.statements if statement.lineno <= s.lineno <= last and not isinstance(s, _BLOCKS)]
    return [s for s in inside if s is not statement]


def _first_line(statement: ast.stmt) -> int:
    return first_line(statement) if isinstance(statement, Definition) else statement.lineno


def _remove(lines: dict[int, str], statement: ast.stmt) -> None:
    """Remove a statement's lines, the blank ones after it, and the comment right above a definition."""
    first, last = _first_line(statement), statement.end_lineno or statement.lineno
    while isinstance(statement, Definition) and lines.get(first - 1, "").startswith("#"):
        first -= 1
    while lines.get(last + 1, "x").strip() == "":
        last += 1
    for line in range(first, last + 1):
        lines.pop(line, None)


def _replace(lines: dict[int, str], statement: ast.stmt, text: str) -> None:
    first = _first_line(statement)
    for line in range(first + 1, (statement.end_lineno or first) + 1):
        lines.pop(line, None)
    lines[first] = " " * statement.col_offset + text


def extract_source_segment(entry: SpecEntry) -> str:
    """Return a spec's source text, decorators and overloads included.

    Raises JauntDiscoveryError if the file can't be read or doesn't define the spec at module level.
    """
    return SpecTexts().segment(entry)


class SpecTexts:
    """The source texts of specs; each file is read and parsed once, and only the last one's syntax tree is kept."""

    def __init__(self, last: ModuleSource | None = None, handed: Handed = NOTHING_HANDED) -> None:
        self._known: dict[str, _FileTexts] = {}
        self._last = last
        self._handed = handed

    def add(self, source: ModuleSource) -> None:
        """Take the texts from a file that was parsed already."""
        segments = {name: source.segment(name) for name in source.definitions}
        plain = {name: plain_segment(source, name) for name in source.definitions}
        outer = {name: text for name in source.definitions if (text := "\n".join(outer_decorators(source, name)))}
        own = {name: plain_segment(source, name, outer=False) for name in [*outer, *source.methods]}
        imported = [*source.bindings.values(), *source.star_imports]
        packages = frozenset(path.partition(".")[0] for path in imported)
        self._known[source.path] = _FileTexts(segments, plain, own, outer, handwritten_part(source), packages)

    def source(self, entry: SpecEntry) -> ModuleSource:
        """Return the file that a spec stands in, parsed, of which the texts are made; raises as `read_source` does."""
        path = str(entry.source_file)
        if self._last is None or (self._last.module, self._last.path) != (import_name(entry.module), path):
            self._last = read_source(entry.module, path, self._handed)
        return self._last

    def handwritten(self, entry: SpecEntry) -> str:
        """Return what is no spec in the file that a spec stands in; raises as `extract_source_segment` does."""
        return self._read(entry).handwritten

    def packages(self, entry: SpecEntry) -> frozenset[str]:
        """Return the top packages, or modules, that the file that a spec stands in has names of."""
        return self._read(entry).packages

    def segment(self, entry: SpecEntry) -> str:
        """Return what `extract_source_segment` does."""
        return _text_of(entry, self._read(entry).segments)

    def segments(self, entries: Iterable[SpecEntry]) -> dict[SpecRef, str]:
        """Return the source text of each spec."""
        return {entry.spec_ref: self.segment(entry) for entry in entries}

    def plain_segments(self, entries: Iterable[SpecEntry]) -> dict[SpecRef, str]:
        """Return the source text of each spec as those who use it see it, without jaunt's decorators."""
        return {entry.spec_ref: _text_of(entry, self._read(entry).plain) for entry in entries}

    def own_segments(self, entries: Iterable[SpecEntry]) -> dict[SpecRef, str]:
        """Return the source text of each spec as a candidate has to answer it, without what is above jaunt's too."""
        texts = self.plain_segments(entries)
        return {e.spec_ref: self._read(e).own.get(code_name(e.qualname), texts[e.spec_ref]) for e in entries}

    def outer_decorators(self, entries: Iterable[SpecEntry]) -> dict[SpecRef, str]:
        """Return the decorators above jaunt's, a line each, of those specs that have some."""
        found = ((entry.spec_ref, self._read(entry).outer.get(code_name(entry.qualname))) for entry in entries)
        return {ref: text for ref, text in found if text}

    def _read(self, entry: SpecEntry) -> "_FileTexts":
        path = str(entry.source_file)
        if path not in self._known:
            self.add(self.source(entry))
        return self._known[path]


class _FileTexts(NamedTuple):
    """The texts of a file: by name, each definition, and the same without jaunt's decorators; and what is no spec.

    `packages` are those that it has names of.
    Of definitions with decorators above jaunt's, `outer` has those and `own` the text without them.
    """

    segments: Mapping[str, str]
    plain: Mapping[str, str]
    own: Mapping[str, str]
    outer: Mapping[str, str]
    handwritten: str
    packages: frozenset[str]


def _text_of(entry: SpecEntry, texts: Mapping[str, str]) -> str:
    name = code_name(entry.qualname)
    if name not in texts:
        raise not_defined(entry)
    return texts[name]
