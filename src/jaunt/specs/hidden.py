"""Specs that nobody would get, or not as they are written: hidden by another name, or without their docstring."""

import ast
from collections.abc import Collection, Iterator
from functools import cache
from itertools import pairwise

from jaunt import codes
from jaunt.errors import JauntDiscoveryError
from jaunt.syntax.branches import Placed, imports_work, parted
from jaunt.syntax.source import Definition, ModuleSource, assignment_targets, dotted_path


def refuse_hidden(source: ModuleSource, specs: Collection[str]) -> None:
    """Raise JauntDiscoveryError, with both lines, for a spec whose name the module binds to something else as well.

    Branches that exclude each other, such as `if sys.platform == ...: else:`, may bind one name each; of those that
    only running the module tells apart, one alone may have a spec.
    """
    for name, placed in source.repeated.items():
        if name in specs:
            _refuse(source, name, placed)
    if _binds_anew(source, specs):
        for name, line, other in _hidden_by_others(source, specs):
            raise JauntDiscoveryError(
                f"{source.path}:{line}: {name}: what line {other} binds to this name hides the spec",
                hint="rename one of them, or remove it",
                code=codes.HIDDEN_SPEC,
            )


def refuse_rebound(source: ModuleSource) -> None:
    """Raise JauntDiscoveryError for a spec whose decorator can't be seen, as its name is bound to something else too.

    Such is `@jaunt.magic` above a function that is called `jaunt` itself.
    """
    decorators = (d for s in source.statements if isinstance(s, Definition) for d in s.decorator_list)
    if all(map(source.spec_decorator, decorators)):  # as nearly always
        return
    imported: dict[str, str] = {}
    for statement in source.statements:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imported |= source.imports(statement)
            continue
        for decorator in statement.decorator_list if isinstance(statement, Definition) else ():
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if dotted_path(called, imported) in source.spec_decorators and source.spec_decorator(decorator) is None:
                head = ast.unparse(called).partition(".")[0]
                line = max(s.lineno for s in source.statements if head in _names_bound(source, s))
                raise JauntDiscoveryError(
                    f"{source.path}:{statement.lineno}: {getattr(statement, 'name', '')}: line {line} binds {head} to "
                    "something else, so that jaunt can't see this spec",
                    hint=f"give that another name than {head}",
                    code=codes.HIDDEN_SPEC,
                )
        for name in _names_bound(source, statement):
            imported.pop(name, None)  # what is below has no spec's decorator by this name


def refuse_lost_docstrings(source: ModuleSource, specs: Collection[str]) -> None:
    """Raise JauntDiscoveryError for what stands where a docstring should, and that Python takes for none."""
    for name in specs:
        for node in _statements_of(source.definitions[name]):
            first = node.body[0] if isinstance(node, Definition) else None
            what = _no_docstring(first.value) if isinstance(first, ast.Expr) else ""
            if what and first is not None:
                raise JauntDiscoveryError(
                    f"{source.path}:{first.lineno}: {name}: {what} is no docstring: Python drops it",
                    hint="write a plain string literal",
                    code=codes.NO_DOCSTRING,
                )


def _statements_of(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield a statement and those in it: a walk of all nodes would take a tenth of reading a module."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        yield node
        for block in _blocks(type(node)):
            pending += getattr(node, block)


@cache
def _blocks(kind: type[ast.AST]) -> list[str]:
    """Return the fields of a kind of statement, handler or case that hold statements, handlers or cases."""
    return [name for name in kind._fields if name in {"body", "orelse", "finalbody", "handlers", "cases"}]


def _no_docstring(value: ast.expr) -> str:
    """Return what an expression is that seems to be meant as a docstring, "" for any other."""
    match value:
        case ast.JoinedStr():
            return "an f-string"
        case ast.Constant(value=bytes()):
            return "a bytes literal"
        case ast.BinOp(left=ast.Constant(value=str())) | ast.BinOp(left=ast.JoinedStr()):
            return "a string that is put together"
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()))):
            return "what a call makes of a string"
    return ""


def _refuse(source: ModuleSource, name: str, placed: list[Placed]) -> None:
    own = next(each for each in placed if each.statement is source.definitions[name])
    line = own.statement.lineno
    for other in placed:
        if other is own or other.runs is False:
            continue
        number = other.statement.lineno
        if source.is_spec(other.statement):
            if not own.excludes(other):
                raise JauntDiscoveryError(
                    f"{source.path}:{max(line, number)}: {name}: line {min(line, number)} has a spec of this name too",
                    hint="rename one of them, or remove it",
                    code=codes.HIDDEN_SPEC,
                )
            if not _told_apart(own, other):
                raise JauntDiscoveryError(
                    f"{source.path}:{max(line, number)}: {name}: line {min(line, number)} has a spec of this name too, "
                    "and only running the module tells which of them counts",
                    hint="decide by sys.platform, sys.version_info or an import, or give each a name of its own",
                    code=codes.HIDDEN_SPEC,
                )
        elif number > line and other.runs and not own.excludes(other):
            raise JauntDiscoveryError(
                f"{source.path}:{line}: {name}: the definition in line {number} hides the spec",
                hint="rename one of them, or remove it",
                code=codes.HIDDEN_SPEC,
            )


def _told_apart(own: Placed, other: Placed) -> bool:
    """Whether it is known which of two specs, in branches that exclude each other, is bound."""
    block, names = parted(own, other)
    return "try" in names and imports_work(block) is not None


def decided_by_packages(source: ModuleSource, specs: Collection[str]) -> bool:
    """Whether it depends on what is installed which of a name's specs counts: no record of that would hold."""
    for name, placed in source.repeated.items():
        found = [each for each in placed if each.runs is not False and source.is_spec(each.statement)]
        if name in specs and any(one.excludes(other) for one, other in pairwise(found)):
            return True
    return False


def _binds_anew(source: ModuleSource, specs: Collection[str]) -> bool:
    """Whether a statement that is no definition binds the name of a spec: nearly never, and this is quick to tell."""
    return any(name in specs for s in source.statements for name in _bound(source, s))


def _hidden_by_others(source: ModuleSource, specs: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the name and line of specs that an import or an assignment below hides, and the line of that."""
    for each in source.placed:
        for name in _bound(source, each.statement):
            node = source.definitions.get(name) if name in specs else None
            if node is not None and each.runs and each.statement.lineno > node.lineno and not _uses(each, name):
                yield name, node.lineno, each.statement.lineno


def _bound(source: ModuleSource, statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        yield from source.imports(statement)
    elif not isinstance(statement, Definition):
        yield from (target.id for target in assignment_targets(statement) if isinstance(target, ast.Name))


def _names_bound(source: ModuleSource, statement: ast.stmt) -> set[str]:
    own = {statement.name} if isinstance(statement, Definition) else set[str]()
    return own | {*_bound(source, statement)}


def _uses(placed: Placed, name: str) -> bool:
    """Whether a statement makes what it binds from the spec: `slugify = cached(slugify)`."""
    nodes = ast.walk(placed.statement)
    return any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in nodes)
