"""From the source of a module that is there to a spec module, and to the code that answers it; nothing is run.

The spec module is the module itself with some definitions made specs: signature, decorators and docstring stay, the
bodies become `...`. The answer is the code of those definitions as it was, below the imports that it needs.
"""

import ast
import builtins
import symtable
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


_RUNS_AT_ONCE = {"genexpr", "listcomp", "setcomp", "dictcomp"}


class Edit(NamedTuple):
    """A piece of a text, from one (line, column in bytes) to another, and what is to stand there."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


class Binding(NamedTuple):
    """A statement that binds a name at module level; `under` is the condition or block that it stands in, if any."""

    statement: ast.stmt
    under: ast.stmt | None


@dataclass(frozen=True)
class Module:
    """The source of one module: its dotted name, whether it is a package's `__init__`, its text."""

    name: str
    is_package: bool
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed text."""
        return ast.parse(self.text)

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """The functions and classes that are statements of the module, the last one of each name."""
        return {node.name: node for node in self.tree.body if isinstance(node, Definition)}

    @cached_property
    def bindings(self) -> dict[str, list[Binding]]:
        """What binds each name at module level, in order."""
        found: dict[str, list[Binding]] = {}
        for binding in _bindings(self.tree.body, None):
            for name in _bound_names(binding.statement):
                found.setdefault(name, []).append(binding)
        return found

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @cached_property
    def has_star(self) -> bool:
        """Whether names come from elsewhere by `from x import *`."""
        return "*" in self.bindings


# --- which definitions can be specs ------------------------------------------------------------------


def public_definitions(module: Module) -> tuple[list[str], dict[str, str]]:
    """Return the public functions and the classes that can be specs, and why the others can't: name -> reason."""
    fit, unfit = [], {}
    for name, node in module.definitions.items():
        if name.startswith("_") and isinstance(node, Function):
            continue
        reason = _why_unfit(module, name, node)
        if reason:
            unfit[name] = reason
        else:
            fit.append(name)
    return fit, unfit


def _why_unfit(module: Module, name: str, node: Definition) -> str:
    implementations = [b for b in module.bindings[name] if not _is_overload(b.statement)]
    if len(implementations) > 1:
        return "the module binds the name more than once"
    if any(isinstance(inner, ast.Global) for inner in ast.walk(node)):
        return "it sets global names of its module"
    if isinstance(node, Function) and not _code_of(node):
        return "it has no code"
    return ""


def _is_overload(statement: ast.stmt) -> bool:
    decorators = statement.decorator_list if isinstance(statement, Function) else []
    return any(ast.unparse(decorator).rpartition(".")[2] == "overload" for decorator in decorators)


def _code_of(node: Function) -> list[ast.stmt]:
    """Return the statements of a function but its docstring, none if they are a stub's."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    stub = all(isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)) for s in body)
    return [] if stub else body


# --- the spec module ---------------------------------------------------------------------------------


def spec_text(module: Module, names: Collection[str], *, below: bool = False) -> str:
    """Return the module's text with the definitions `names` made specs, their decorators the spec's own.

    With `below`, jaunt's stands below them: they are the spec module's.
    """
    edits = []
    for name in names:
        node = module.definitions[name]
        start = (node.lineno if below else _start(node)[0], 0)
        edits.append(Edit(start, start, "@jaunt.magic\n"))
        edits += (_stubbed(function) for function in _outer_functions(node) if _code_of(function))
    start = (_first_line(module), 0)
    return _edited(module.text, [*edits, Edit(start, start, "import jaunt\n")])


def _first_line(module: Module) -> int:
    """Return the line of the first statement that is no docstring and no import from `__future__`."""
    body = module.tree.body[1:] if ast.get_docstring(module.tree, clean=False) is not None else module.tree.body
    return next(_start(s)[0] for s in body if not (isinstance(s, ast.ImportFrom) and s.module == "__future__"))


def _stubbed(function: Function) -> Edit:
    code = _code_of(function)
    return Edit(_start(code[0]), (code[-1].end_lineno or 0, code[-1].end_col_offset or 0), "...")


def _outer_functions(node: ast.stmt) -> Iterator[Function]:
    """Yield a function, or the functions of a class and of the classes in it."""
    if isinstance(node, Function):
        yield node
    else:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                yield from _outer_functions(child)


# --- the answer --------------------------------------------------------------------------------------


def answer_text(module: Module, names: Collection[str], spec_module: str) -> str:
    """Return the code of the definitions `names`, as the answer to the module `spec_module` that has them as specs.

    What stands in the handwritten part is imported from it: within the functions that use it where it isn't there yet
    when the answer is loaded. Relative imports are written out, as the answer stands in another package.
    """
    nodes = _chosen(module, names)
    used = set[str]().union(*(_used_names(_segment(module.text, node)) for node in nodes)) - set(names)
    late = _late_names(module, nodes)
    parts = []
    for node in nodes:
        edits = [*_late_imports(module, node, late & used, spec_module), *_absolute_imports(module, node)]
        parts.append(_segment(module.text, node, edits))
    shown = set[str]().union(*map(_names_in_annotations, nodes)) & late  # which no function's import binds
    return "\n".join(_imports(module, sorted(used - late), spec_module, shown)) + "\n\n\n" + "\n\n\n".join(parts) + "\n"


def fit_together(module: Module, names: Collection[str]) -> list[str]:
    """Return those of the definitions `names` that can all be specs at once.

    The others need something as soon as they are defined, in a base or a default, that the handwritten part binds only
    below where the answer is loaded.
    """
    fit = list(names)
    while True:
        nodes = _chosen(module, fit)
        late = _late_names(module, nodes)
        kept = [
            n.name for n in nodes if not late & _used_names(_deferred(module, _segment(module.text, n)), at_once=True)
        ]
        if len(kept) == len(nodes):
            return kept
        fit = kept


def _chosen(module: Module, names: Collection[str]) -> list[Definition]:
    """Return the definitions in order, those of `@overload` as well."""
    return [s for s in module.tree.body if isinstance(s, Definition) and s.name in names]


def _late_names(module: Module, specs: Sequence[Definition]) -> set[str]:
    """Return the names of the handwritten part that are bound below where the answer is loaded.

    That is at the first class among the specs, or where the module itself uses a spec while it is imported.
    """
    names = {node.name for node in specs}
    first = min((s.lineno for s in module.tree.body if _loads(module, s, names)), default=None)
    if first is None:
        return set()
    bound = {name: found for name, found in module.bindings.items() if _is_bound(module, name)}
    lines = {name: min(b.statement.lineno for b in found) for name, found in bound.items()}
    below = {name for name, line in lines.items() if line >= first} - names
    return {name for name in below if not (line := _plain_import(module, name)) or _is_of_own(module, line[0])}


def _deferred(module: Module, code: str) -> str:
    """Return a piece of a module's code below its import from `__future__`, which decides when annotations are read."""
    future = [ast.unparse(s) for s in module.tree.body if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
    return "\n".join([*future, code])


def _is_of_own(module: Module, line: str) -> bool:
    """Whether an import is of the module's own package: if it stands low in the module, there is a reason."""
    return line.split()[1].partition(".")[0] == module.name.partition(".")[0]


def _loads(module: Module, statement: ast.stmt, specs: Collection[str]) -> bool:
    if isinstance(statement, Definition) and statement.name in specs:
        return isinstance(statement, ast.ClassDef)
    lines = _lines(module.text)[_start(statement)[0] - 1 : statement.end_lineno]
    return any(name in line for line in lines for name in specs) and bool(
        _used_names(_deferred(module, _segment(module.text, statement)), at_once=True) & set(specs)
    )


def _absolute_imports(module: Module, node: Definition) -> Iterator[Edit]:
    """Yield an edit for each relative import in a definition."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.ImportFrom) and inner.level:
            text = ast.unparse(ast.ImportFrom(_absolute(module, inner), inner.names, 0))
            yield Edit(_start(inner), (inner.end_lineno or 0, inner.end_col_offset or 0), text)


def _late_imports(module: Module, node: Definition, names: Collection[str], spec_module: str) -> Iterator[Edit]:
    """Yield, for each function that uses some of the names, the edit that imports them in its first line."""
    lines = _lines(module.text)
    for function in _outer_functions(node):
        nodes = (n for statement in function.body for n in ast.walk(statement))  # what the head needs, it needs before
        used = {n.id for n in nodes if isinstance(n, ast.Name)} & set(names)
        if used and (code := _code_of(function)):
            line, column = _start(code[0])
            before = lines[line - 1].encode()[:column].decode()
            gap = "; " if before.strip() else f"\n{before}"
            yield Edit((line, column), (line, column), f"from {spec_module} import {', '.join(sorted(used))}{gap}")


def _imports(module: Module, names: Sequence[str], spec_module: str, shown: Collection[str]) -> Iterator[str]:
    """Yield the lines that bind names as the module has them: its own imports, or an import from the spec module.

    The names `shown` are bound for type checkers alone.
    """
    yield from (ast.unparse(s) for s in module.tree.body if isinstance(s, ast.ImportFrom) and s.module == "__future__")
    plain = {name: found for name in names if (found := _plain_import(module, name))}
    by_hand = [n for n in names if n not in plain and (_is_bound(module, n) or _comes_by_star(module, n))]
    guarded = [name for name in by_hand if all(map(_is_guarded, module.bindings.get(name, [None])))] + sorted(shown)
    lines = [line for line, is_guarded in plain.values() if is_guarded]
    lines += [f"from {spec_module} import {', '.join(guarded)}"] if guarded else []
    if lines and "TYPE_CHECKING" not in plain:
        yield "from typing import TYPE_CHECKING"
    yield from dict.fromkeys(line for line, is_guarded in plain.values() if not is_guarded)
    by_version = [name for name in by_hand if all(map(_is_by_version, module.bindings.get(name, [None])))]
    if by_version:
        yield "import sys"
        yield from (ast.unparse(under) for name in by_version if (under := module.bindings[name][0].under))
    by_hand = [name for name in by_hand if name not in by_version]
    if handwritten := [name for name in by_hand if name not in guarded]:
        yield f"from {spec_module} import {', '.join(handwritten)}"
    if lines:
        yield "\nif TYPE_CHECKING:"
        yield from (f"    {line}" for line in dict.fromkeys(lines))


def _is_guarded(binding: Binding | None) -> bool:
    """Whether a statement is for type checkers alone."""
    under = binding.under if binding else None
    return isinstance(under, ast.If) and ast.unparse(under.test).rpartition(".")[2] == "TYPE_CHECKING"


def _is_by_version(binding: Binding | None) -> bool:
    """Whether a statement is an import for some versions of Python alone, and all of what stands below its `if`."""
    under = binding.under if binding else None
    if not (isinstance(under, ast.If) and ast.unparse(under.test).startswith("sys.version_info")):
        return False
    return all(isinstance(each, ast.Import) for each in [*under.body, *under.orelse])


def _is_bound(module: Module, name: str) -> bool:
    """Whether a module binds a name; for a builtin one, not only under a condition, as for an old Python."""
    found = module.bindings.get(name, [])
    return bool(found) and not (hasattr(builtins, name) and all(each.under is not None for each in found))


def _comes_by_star(module: Module, name: str) -> bool:
    return module.has_star and not hasattr(builtins, name) and not name.startswith("__")


def _plain_import(module: Module, name: str) -> tuple[str, bool] | None:
    """Return the line that imports a name, and whether for type checkers alone; None if nothing so simple binds it."""
    found = module.bindings.get(name, [])
    together = len(found) == 1 or all(isinstance(each.statement, ast.Import) for each in found)  # `import a`, `a.b`
    if not found or not together or any(each.under is not None and not _is_guarded(each) for each in found):
        return None
    lines = [_import_line(module, each.statement, name) for each in found]
    return ("\n".join(lines), _is_guarded(found[0])) if all(lines) else None


def _import_line(module: Module, statement: ast.stmt, name: str) -> str:
    """Return the import of one name, "" if the statement is none."""
    if not isinstance(statement, ast.Import | ast.ImportFrom):
        return ""
    alias = next(a for a in statement.names if name == (a.asname or a.name.partition(".")[0]))
    if isinstance(statement, ast.ImportFrom):
        return ast.unparse(ast.ImportFrom(_absolute(module, statement), [alias], 0))
    return ast.unparse(ast.Import([alias]))


def _absolute(module: Module, statement: ast.ImportFrom) -> str:
    if not statement.level:
        return statement.module or ""
    parts = module.package.split(".")
    above = parts[: len(parts) - statement.level + 1]
    return ".".join([*above, *filter(None, [statement.module])])


# --- names -------------------------------------------------------------------------------------------


def _bindings(statements: Sequence[ast.stmt], under: ast.stmt | None) -> Iterator[Binding]:
    """Yield the statements that run with the module, those in blocks too; what is guarded as a whole stays that."""
    for statement in statements:
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "__name__ == '__main__'":
            continue
        yield Binding(statement, under)
        if not isinstance(statement, Definition):
            other = (
                statement.orelse if isinstance(statement, ast.If) and _is_guarded(Binding(statement, statement)) else []
            )
            yield from _bindings(other, under)  # which is there at run time
            inner = [n for n in ast.iter_child_nodes(statement) if isinstance(n, ast.stmt) and n not in other]
            inner += [s for n in ast.iter_child_nodes(statement) if isinstance(n, _BLOCKS) for s in n.body]
            yield from _bindings(
                inner, under if under is not None and _is_guarded(Binding(statement, under)) else statement
            )


_BLOCKS = (ast.ExceptHandler, ast.match_case)


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Import(names=names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
        case ast.ImportFrom(module=module, names=names) if module != "__future__":
            yield from (alias.asname or alias.name for alias in names)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.With():
            targets = [n for n in ast.iter_child_nodes(statement) if isinstance(n, ast.expr | ast.withitem)]
            stored = (n for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))
            yield from (n.id for n in stored if isinstance(n.ctx, ast.Store))


def _used_names(code: str, *, at_once: bool = False) -> set[str]:
    """Return the names that a definition takes from its module, those in quoted annotations too.

    With `at_once`, those that it needs as soon as it is defined.
    """
    used = set(_names_in(symtable.symtable(code, "<definition>", "exec"), at_once=at_once)) | _rebound_in_class(code)
    return used if at_once else used | _names_in_annotations(ast.parse(code), quoted=True)


def _rebound_in_class(code: str) -> set[str]:
    """Return the names that a class body binds to what it makes of the module's of that name: `f = staticmethod(f)`."""
    classes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ClassDef)]
    found = set[str]()
    for node in classes:
        own = {name for statement in node.body if isinstance(statement, Definition) for name in [statement.name]}
        for each in (statement for statement in node.body if isinstance(statement, ast.Assign)):
            loaded = {n.id for n in ast.walk(each.value) if isinstance(n, ast.Name)}
            found |= {t.id for t in each.targets if isinstance(t, ast.Name) and t.id in loaded - own}
    return found


def _names_in_annotations(tree: ast.AST, *, quoted: bool = False) -> set[str]:
    """Return the names in the annotations of a tree; with `quoted`, those in quotes alone, in casts too."""
    names = set[str]()
    for node in ast.walk(tree):
        is_cast = isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "cast"
        cast = node.args[0] if isinstance(node, ast.Call) and is_cast and quoted else None
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None), cast):
            for part in ast.walk(annotation) if annotation is not None else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    names |= _names_in_text(part.value)
                elif isinstance(part, ast.Name) and not quoted:
                    names.add(part.id)
    return names


def _names_in(table: symtable.SymbolTable, *, at_once: bool) -> Iterator[str]:
    is_top = table.get_type() == "module"
    yield from (s.get_name() for s in table.get_symbols() if s.is_referenced() and (is_top or s.is_global()))
    for child in table.get_children():
        if not (at_once and child.get_type() == "function" and child.get_name() not in _RUNS_AT_ONCE):
            yield from _names_in(child, at_once=at_once)


def _names_in_text(annotation: str) -> set[str]:
    try:
        tree = ast.parse(annotation, mode="eval")
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


# --- text --------------------------------------------------------------------------------------------


def _start(node: ast.stmt) -> tuple[int, int]:
    """Return the line and column of a statement's beginning, its decorators included."""
    decorators = node.decorator_list if isinstance(node, Definition) else []
    return min([node.lineno, *(d.lineno for d in decorators)]), node.col_offset


def _segment(text: str, node: ast.stmt, edits: Iterable[Edit] = ()) -> str:
    """Return the text of a statement at module level, with its decorators, after some edits."""
    first, last = _start(node)[0], node.end_lineno or 0
    shifted = [Edit((e.start[0] - first + 1, e.start[1]), (e.end[0] - first + 1, e.end[1]), e.text) for e in edits]
    return _edited("\n".join(_lines(text)[first - 1 : last]), shifted)


def _edited(text: str, edits: Sequence[Edit]) -> str:
    """Return a text after some edits; of two that put something in in one place, the later one comes first."""
    lines = [line.encode() for line in _lines(text)]
    for edit in sorted(edits, key=lambda each: (each.start, each.end), reverse=True):
        (first, left), (last, right) = edit.start, edit.end
        lines[first - 1 : last] = [lines[first - 1][:left] + edit.text.encode() + lines[last - 1][right:]]
    return b"\n".join(lines).decode()


@lru_cache(maxsize=8)  # asked for each statement of a module in turn
def _lines(text: str) -> list[str]:
    """Return the lines as Python's parser counts them: a form feed, say, ends none."""
    return text.replace("\r\n", "\n").split("\n")
