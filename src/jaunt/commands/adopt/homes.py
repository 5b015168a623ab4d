"""Where the names of a module come from: what code that moves out of it has to import, and from where."""

import ast
import builtins
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Literal

from jaunt.process.frozen import frozen
from jaunt.syntax.source import ModuleSource, assignment_targets, flattened

Import = ast.Import | ast.ImportFrom
Home = Literal["import", "typing", "own", "builtin", "maybe", "nowhere"]
"""How moved code gets a name: by the module's own import, copied ("import"); from the module, for type checkers alone
("typing"), or at run time ("own"); not at all ("builtin"). A name that is bound in one branch only is there "maybe"."""


@frozen
class Homes:
    """The module-level names of one module."""

    source: ModuleSource

    def home(self, name: str) -> Home:
        """Return where moved code gets a name of the module from."""
        binders = self.binders.get(name, [])
        if not binders and hasattr(builtins, name):
            return "builtin"
        if not binders:
            return "own" if self.source.star_imports else "nowhere"
        if all(id(each) in self._for_type_checkers for each in binders):
            return "typing"
        if name not in self._sure:
            return "maybe"
        in_body = all(each in self.source.tree.body for each in binders)
        alike = len(binders) == 1 or all(isinstance(each, ast.Import) for each in binders)  # `import a`, `import a.b`
        return "import" if in_body and alike and all(isinstance(each, Import) for each in binders) else "own"

    def line(self, name: str) -> int:
        """Return the first line that binds a name, 0 if none does."""
        return min((each.lineno for each in self.binders.get(name, [])), default=0)

    @cached_property
    def binders(self) -> dict[str, list[ast.stmt]]:
        """Name -> the statements that bind it, in order, those in blocks too; declarations of overloads left out."""
        found: dict[str, list[ast.stmt]] = {}
        for statement in self.source.statements:
            for name in bound_names(statement):
                if statement not in self.source.overloads_of(name):
                    found.setdefault(name, []).append(statement)
        return found

    @cached_property
    def reassigned(self) -> dict[str, int]:
        """Name -> the line of a `global` statement by which a function of the module can bind it anew."""
        nodes = [node for node in ast.walk(self.source.tree) if isinstance(node, ast.Global)]
        return {name: node.lineno for node in nodes for name in node.names}

    @cached_property
    def _for_type_checkers(self) -> set[int]:
        return {id(each) for block in self._guarded_blocks for each in flattened(block.body)}

    @property
    def _guarded_blocks(self) -> list[ast.If]:
        return [s for s in self.source.statements if isinstance(s, ast.If) and is_type_checking(s.test)]

    @property
    def type_checking(self) -> ast.expr | None:
        """The condition under which the module imports for type checkers alone, None if it has none."""
        return next((block.test for block in self._guarded_blocks), None)

    @cached_property
    def _sure(self) -> set[str]:
        return surely_bound(self.source.tree.body)


def is_type_checking(test: ast.expr) -> bool:
    """Whether a condition is that of a block for type checkers alone."""
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def bound_names(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a simple statement, a definition, or the head of a block binds."""
    match statement:
        case ast.Import(names=names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
        case ast.ImportFrom(module=module, names=names):
            yield from (a.asname or a.name for a in names if a.name != "*" and module != "__future__")
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.With(items=items) | ast.AsyncWith(items=items):
            yield from _stored([item.optional_vars for item in items if item.optional_vars])
        case _:
            yield from _stored(assignment_targets(statement))


def _stored(targets: Sequence[ast.expr]) -> Iterator[str]:
    for target in targets:
        yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def surely_bound(body: Sequence[ast.stmt]) -> set[str]:
    """Return the names that are bound once some statements have run to their end, whichever way they took."""
    found: set[str] = set()
    for statement in body:
        match statement:
            case ast.If(test=test, body=then, orelse=other):
                found |= surely_bound(other) if is_type_checking(test) else _in_all([then, other])
            case ast.Try() | ast.TryStar():
                tried = [*statement.body, *statement.orelse]
                ways = [tried, *(each.body for each in statement.handlers)]
                found |= _in_all(ways) | surely_bound(statement.finalbody)
            case ast.With(body=inside) | ast.AsyncWith(body=inside):
                found |= {*bound_names(statement)} | surely_bound(inside)
            case ast.Delete(targets=targets):
                found -= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.For() | ast.AsyncFor() | ast.While() | ast.Match():
                pass
            case _:
                found |= {*bound_names(statement)}
    return found


def _in_all(ways: Sequence[Sequence[ast.stmt]]) -> set[str]:
    """Return what is bound by each of several ways; one that raises an error ends the import, and counts for none."""
    sets = [surely_bound(way) for way in ways if not (way and isinstance(way[-1], ast.Raise))]
    return set.intersection(*sets) if sets else set()


def text_of(source: ModuleSource, node: ast.stmt) -> str:
    """Return the lines of a statement at module level, the decorators of a definition left out."""
    return "\n".join(source.lines[node.lineno - 1 : node.end_lineno])
