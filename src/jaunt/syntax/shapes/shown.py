"""What of a shape is shown: its text, without the bodies."""

import ast
import copy
from collections.abc import Iterator, Mapping

from jaunt.syntax.shapes.members import (
    attributes_of,
    fields_of,
    first_line,
    in_blocks,
    is_shown,
    names_bound,
    returned_classes,
    slots_of,
)
from jaunt.syntax.source import Definition, Function, clean_docstring

_MOST_OF_VALUE = 1_500  # characters of a value, and of a docstring, that are shown
_INDENT = "    "


def class_lines(node: ast.ClassDef, indent: str) -> Iterator[str]:
    """Yield a class with its fields, public methods and inner classes."""
    head = copy.copy(node)
    head.body = [ast.Pass()]
    yield from _indented(ast.unparse(head).rpartition("\n")[0], indent)
    inner = f"{indent}{_INDENT}"
    body = [*_docstring_lines(first_line(node), inner)]
    members = [*node.body, *in_blocks(node)]
    fields = [
        *fields_of(node),
        *((n, s) for s in in_blocks(node) if not isinstance(s, Definition) for n in names_bound(s)),
    ]
    known = {name for name, _ in fields}
    for statement in dict.fromkeys(statement for _, statement in fields):
        body += _indented(cut(ast.unparse(statement)), inner)
    for member in members:
        if isinstance(member, ast.ClassDef):
            body += [*class_lines(member, inner)]
        elif isinstance(member, Function):
            attributes = {name: annotation for name, annotation, _ in attributes_of(member) if name not in known}
            known |= attributes.keys()
            if is_shown(member) or attributes:
                body += function_lines(member, inner, attributes=attributes)
    if not known.issuperset(slots := slots_of(node)):
        body.insert(0, f"{inner}__slots__ = {tuple(slots)}")
    yield from body or [f"{inner}..."]


def function_lines(
    node: Function, indent: str, *, whole: bool = False, attributes: Mapping[str, ast.expr | None] | None = None
) -> Iterator[str]:
    """Yield a function's signature and docstring, and the `attributes` that a method sets."""
    head = copy.copy(node)
    head.body = [ast.Pass()]
    signature = ast.unparse(head).rpartition("\n")[0]
    docstring = clean_docstring(ast.get_docstring(node, clean=False) or "") if whole else first_line(node)
    inner = f"{indent}{_INDENT}"
    body = [*_docstring_lines(cut(docstring), inner)]
    first = [*node.args.posonlyargs, *node.args.args][:1]
    for name, annotation in (attributes or {}).items():
        known = f": {ast.unparse(annotation)}" if annotation is not None else " = ..."
        body.append(f"{inner}{first[0].arg}.{name}{known}")
    body += [line for each in returned_classes(node) for line in class_lines(each, inner)]
    *above, last = _indented(signature, indent)
    yield from [*above, *([last, *body] if body else [f"{last} ..."])]


def _docstring_lines(text: str, indent: str) -> list[str]:
    if not text:
        return []
    first, *rest = text.replace('"""', r"\"\"\"").split("\n")
    if not rest:
        return [f'{indent}"""{first}"""']
    return [f'{indent}"""{first}', *(f"{indent}{line}" if line else "" for line in rest), f'{indent}"""']


def _indented(text: str, indent: str) -> list[str]:
    return [f"{indent}{line}" if line else "" for line in text.split("\n")]


def cut(text: str) -> str:
    """Return a text with a mark where it is too long to be shown whole."""
    return text if len(text) <= _MOST_OF_VALUE else f"{text[:_MOST_OF_VALUE]} ...  # cut here"
