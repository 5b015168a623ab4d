"""Decorators that seem to be meant as jaunt's and are none, so that what is below them is no spec."""

import ast
from collections.abc import Iterator, Sequence

from jaunt.syntax.source import Definition, ModuleSource
from jaunt.syntax.touched_names import touched_names
from jaunt.text.nearest import nearest

_NAMES = ("magic", "test")
_HOMES = {"jaunt", "jaunt.runtime"}


def misread_decorators(source: ModuleSource) -> list[str]:
    """Return a line, with file, line and what to do, for each decorator that only seems to be jaunt's."""
    return [
        f"{source.path}:{decorator.lineno}: {node.name} is no spec: {fault}"
        for node in _definitions(source.statements)
        for decorator in node.decorator_list
        if source.spec_decorator(decorator) is None and (fault := _fault(source, decorator))
    ]


def _definitions(statements: Sequence[ast.stmt]) -> Iterator[Definition]:
    for statement in statements:
        if isinstance(statement, Definition):
            yield statement
        if isinstance(statement, ast.ClassDef):
            yield from _definitions(statement.body)


def _fault(source: ModuleSource, decorator: ast.expr) -> str:
    """Return why a decorator is not jaunt's, and what to do; "" for one that is meant as another's."""
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(node, ast.Name) and isinstance(value := source.constant(node.id), ast.Call):
        node = value.func  # brief = jaunt.magc(prompt="Be brief.")
    path = source.dotted(node)
    if path is not None:
        home, _, name = path.rpartition(".")
        return _unknown(name) if home in _HOMES else ""
    match node:
        case ast.Name(id=root) if root in _NAMES:
            is_meant, way = not source.star_imports, f"from jaunt import {root}"
        case ast.Attribute(value=ast.Name(id=root), attr=name):
            is_meant = root == "jaunt" or bool(name in _NAMES and nearest(root, ["jaunt"]))
            way = "import jaunt" if root == "jaunt" else f"did you mean 'jaunt.{name}'?"
        case _:
            return ""
    is_bound = is_meant and touched_names(source.tree, source.imports)[root]
    return f"nothing in the file imports `{root}` ({way})" if is_meant and not is_bound else ""


def _unknown(name: str) -> str:
    near = nearest(name, _NAMES)
    way = f"did you mean {near!r}?" if near else "the decorators are jaunt.magic and jaunt.test"
    return f"jaunt has no decorator `{name}` ({way})"
