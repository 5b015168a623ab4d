"""The texts of specs that are methods: as code has to define them, and as those who use them see them."""

import ast
import copy

from jaunt.syntax.source import Definition, Function, ModuleSource, clean_docstring

_INDENT = "    "
REST_OF_CLASS = f"{_INDENT}...\n\n"
"""What stands for the rest of a class, above the method that is shown."""


def as_function(source: ModuleSource, name: str) -> str:
    """Return the method spec `name` as the function that answers it, its overloads before it."""
    method = source.methods[name]
    return "\n\n".join(_text(each) for each in [*method.overloads, _without_jaunt(source, method.function)])


def method_in_class(source: ModuleSource, name: str) -> str:
    """Return the method spec `name` in its classes, of which nothing else is shown."""
    method = source.methods[name]
    nodes = [*method.declared, _without_jaunt(source, method.node)]
    lines = [line for node in nodes for line in _text(node).split("\n")]
    for owner in reversed(method.owners):
        head = copy.copy(owner)
        head.body = [ast.Pass()]
        head.decorator_list = []
        first = ast.unparse(head).rpartition("\n")[0]
        lines = [first, *REST_OF_CLASS.split("\n")[:-1], *(f"{_INDENT}{line}" if line else "" for line in lines)]
    return "\n".join(lines)


def decorator_lines(source: ModuleSource) -> set[int]:
    """Return the lines, counted from 1, of jaunt's decorators on methods."""
    nodes = [d for m in source.methods.values() for d in m.node.decorator_list if source.spec_decorator(d) is not None]
    return {line for node in nodes for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def _without_jaunt(source: ModuleSource, node: Function) -> Function:
    node = copy.copy(node)
    node.decorator_list = [d for d in node.decorator_list if source.spec_decorator(d) is None]
    return node


def _text(node: Definition) -> str:
    """Return a function with a docstring of its own indentation; comments are lost."""
    docstring = ast.get_docstring(node, clean=False)
    if docstring is not None:
        node = copy.copy(node)
        shown = clean_docstring(docstring)
        lines = [f"{_INDENT}{line}" if line and number else line for number, line in enumerate(shown.split("\n"))]
        text = "\n".join(lines) + (f"\n{_INDENT}" if len(lines) > 1 else "")
        node.body = [ast.Expr(ast.Constant(text)), *node.body[1:]]
    return ast.unparse(ast.fix_missing_locations(node))
