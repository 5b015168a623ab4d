"""The members of a class, as a shape has them: fields, methods, and what the methods give their object."""

import ast
from collections import deque
from collections.abc import Iterator

from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.source import Definition, Function, assignment_targets, clean_docstring

_STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)
_HOLD_STATEMENTS = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.If, ast.With,
    ast.AsyncWith, ast.Match, ast.match_case, ast.Try, ast.TryStar, ast.excepthandler,
)  # fmt: skip


def names_bound(statement: ast.stmt) -> Iterator[str]:
    if type(statement).__name__ == "TypeAlias":  # Python 3.12: `type Rows = list[Row]`
        yield getattr(statement, "name").id  # noqa: B009 - 3.11 knows of no such node
    elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        for target in assignment_targets(statement):
            names = (node for node in ast.walk(target) if isinstance(node, ast.Name))
            yield from (name.id for name in names if isinstance(name.ctx, ast.Store))


def fields_of(node: ast.ClassDef) -> list[tuple[str, ast.stmt]]:
    """Return the names that a class assigns in its body, in order, each with the statement."""
    statements = (s for s in node.body if isinstance(s, ast.Assign | ast.AnnAssign))
    return [(name, s) for s in statements for name in names_bound(s) if name != "__slots__"]


def methods_of(node: ast.ClassDef) -> list[Function]:
    return [member for member in node.body if isinstance(member, Function)]


def is_shown(member: Definition) -> bool:
    return not member.name.startswith("_") or member.name.endswith("__")


def attributes_of(method: Function) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield the public attributes that a method gives its object, with what is known of their types."""
    arguments = [*method.args.posonlyargs, *method.args.args]
    if not arguments or any(getattr(d, "id", "") == "staticmethod" for d in method.decorator_list):
        return
    annotations = {each.arg: each.annotation for each in [*arguments, *method.args.kwonlyargs]}
    for node in _assignments_in(method):
        for target in assignment_targets(node):
            is_own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
            if is_own and target.value.id == arguments[0].arg and not target.attr.startswith("_"):
                value = node.value.id if isinstance(node.value, ast.Name) else ""
                yield target.attr, node.annotation if isinstance(node, ast.AnnAssign) else annotations.get(value)


def _assignments_in(function: Function) -> Iterator[ast.Assign | ast.AnnAssign]:
    """Yield the assignments in a function, in the order of `ast.walk`, which would look into each expression too."""
    pending: deque[ast.AST] = deque([function])
    while pending:
        node = pending.popleft()
        if isinstance(node, ast.Assign | ast.AnnAssign):
            yield node
        elif isinstance(node, _HOLD_STATEMENTS):
            pending.extend(child for child in child_nodes(node) if isinstance(child, _STATEMENTS))


def first_line(node: Definition) -> str:
    return clean_docstring(ast.get_docstring(node, clean=False) or "").partition("\n")[0]
