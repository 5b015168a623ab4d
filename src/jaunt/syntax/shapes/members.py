"""The members of a class, as a shape has them: fields, methods, and what the methods give their object."""

import ast
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.source import Definition, Function, assignment_targets, clean_docstring, flattened

_STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)
_HOLD_STATEMENTS = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.If, ast.With,
    ast.AsyncWith, ast.Match, ast.match_case, ast.Try, ast.TryStar, ast.excepthandler,
)  # fmt: skip
_BINDING = (ast.Assign, ast.AnnAssign, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith)
_BLOCKS = (ast.If, ast.Try, ast.TryStar, ast.With, ast.For, ast.While, ast.Match)


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


def in_blocks(node: ast.ClassDef) -> list[ast.stmt]:
    """Return what the blocks in the body of a class hold, `if TYPE_CHECKING:` say: fields, methods, inner classes."""
    if not any(isinstance(statement, _BLOCKS) for statement in node.body):  # as nearly always
        return []
    members = (s for s in flattened(node.body) if isinstance(s, ast.Assign | ast.AnnAssign | Definition))
    return [member for member in members if not any(member is each for each in node.body)]


def slots_of(node: ast.ClassDef) -> list[str]:
    """Return the public names in the `__slots__` of a class, as far as its text tells."""
    values = (s.value for s in node.body if isinstance(s, ast.Assign) and "__slots__" in names_bound(s))
    texts = (text.value for value in values for text in ast.walk(value) if isinstance(text, ast.Constant))
    return [text for text in texts if isinstance(text, str) and text.isidentifier() and not text.startswith("_")]


def returned_classes(node: Function) -> list[ast.ClassDef]:
    """Return the classes that a function makes and hands out: what they have, nothing else tells."""
    classes = {each.name: each for each in node.body if isinstance(each, ast.ClassDef)}
    if not classes:
        return []
    returned = {getattr(each.value, "id", "") for each in flattened(node.body) if isinstance(each, ast.Return)}
    return [each for name, each in classes.items() if name in returned]


def is_shown(member: Definition) -> bool:
    return not member.name.startswith("_") or member.name.endswith("__")


class Attribute(NamedTuple):
    """A public attribute that a method gives its object, with what is known of its type.

    `is_unpacked` tells that it is one of several targets, or that of a `with` or a loop.
    """

    name: str
    annotation: ast.expr | None
    is_unpacked: bool


def attributes_of(method: Function) -> Iterator[Attribute]:
    """Yield the attributes that a method gives its object."""
    arguments = [*method.args.posonlyargs, *method.args.args]
    if not arguments or any(getattr(d, "id", "") == "staticmethod" for d in method.decorator_list):
        return
    annotations = {each.arg: each.annotation for each in [*arguments, *method.args.kwonlyargs]}
    for node in _binding_in(method):
        for target, is_unpacked in _targets_of(node):
            is_own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
            if is_own and target.value.id == arguments[0].arg and not target.attr.startswith("_"):
                value = getattr(getattr(node, "value", None), "id", "")
                known = node.annotation if isinstance(node, ast.AnnAssign) else annotations.get(value)
                yield Attribute(target.attr, None if is_unpacked else known, is_unpacked)


def _binding_in(function: Function) -> Iterator[ast.stmt]:
    """Yield the statements in a function that bind, in the order of `ast.walk`, which looks into expressions too."""
    pending: deque[ast.AST] = deque([function])
    while pending:
        node = pending.popleft()
        if isinstance(node, _BINDING):
            yield node
        if isinstance(node, _HOLD_STATEMENTS):
            pending.extend(child for child in child_nodes(node) if isinstance(child, _STATEMENTS))


def _targets_of(statement: ast.stmt) -> Iterator[tuple[ast.expr, bool]]:
    """Yield what a statement binds, and whether it is a part of a larger target, or that of a `with` or a loop."""
    is_plain = isinstance(statement, ast.Assign | ast.AnnAssign)
    found = (item.optional_vars for item in getattr(statement, "items", ()))
    for target in found if isinstance(statement, ast.With | ast.AsyncWith) else assignment_targets(statement):
        parts = [target]
        while parts:
            part = parts.pop(0)
            inner = getattr(part, "elts", [part.value] if isinstance(part, ast.Starred) else [])
            parts[:0] = inner
            if part is not None and not inner:
                yield part, not is_plain or part is not target


def first_line(node: Definition) -> str:
    return clean_docstring(ast.get_docstring(node, clean=False) or "").partition("\n")[0]
