"""Shapes: what others need to know of a name that a module binds by hand, without the bodies.

Of a class these are its bases, fields, methods and inner classes; of a function its signature; of each the first line
of the docstring; of anything else its value. A shape is shown as text, and compared part by part.
"""

import ast
import copy
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from jaunt.process.frozen import frozen
from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.shapes.members import (
    attributes_of,
    fields_of,
    in_blocks,
    is_shown,
    methods_of,
    names_bound,
    returned_classes,
)
from jaunt.syntax.shapes.parts import class_parts, digest, function_parts, value_parts
from jaunt.syntax.shapes.shown import class_lines, cut, function_lines
from jaunt.syntax.source import Definition, Function, ModuleSource, dotted_path, parse_annotation

_LONGEST_QUOTED = 200  # characters of an annotation in quotes


@frozen
class Shape:
    """The shape of a name that `nodes` bind, as `handwritten_nodes` gives them.

    `parts` maps what it is made of ("bases", "field number", "method add", "signature", "docstring", "value") to
    digests of 12 hex digits, so that a change can be named: they are compared with those of the same part alone. `same`
    are the dotted paths that are a part of what it means, such as its bases; `types` are those of its fields,
    parameters and results.
    """

    nodes: Sequence[ast.stmt]
    parts: Mapping[str, str]
    same: Sequence[str]
    types: Sequence[str]

    @property
    def line(self) -> int:
        """The line where it stands."""
        return self.nodes[0].lineno

    @cached_property
    def text(self) -> str:
        """What is shown of it."""
        definition = _definition(self.nodes)
        if isinstance(definition, ast.ClassDef):
            return "\n".join(class_lines(definition, ""))
        if definition is not None:
            functions = (node for node in self.nodes if isinstance(node, Function))
            return "\n".join(line for node in functions for line in function_lines(node, "", whole=True))
        return "\n".join(cut(ast.unparse(node)) for node in self.nodes)


def _definition(nodes: Sequence[ast.stmt]) -> Definition | None:
    return next((node for node in reversed(nodes) if isinstance(node, Definition)), None)


def handwritten_nodes(source: ModuleSource) -> dict[str, list[ast.stmt]]:
    """Return the names that a module binds by hand, with the statements that bind them.

    Specs, imports and names with two underscores at both ends are left out; of several definitions, that which the
    module ends up with is there, its overloads before it.
    """
    found: dict[str, list[ast.stmt]] = {}
    for statement in source.statements:
        if isinstance(statement, Definition):
            if source.definitions[statement.name] is statement and not source.is_spec(statement):
                overloads = [each for each in source.overloads_of(statement.name) if each is not statement]
                found.setdefault(statement.name, []).extend([*overloads, statement])
            continue
        for name in names_bound(statement):
            if not (name.startswith("__") and name.endswith("__")):
                found.setdefault(name, []).append(statement)
    specs = {name for name, node in source.definitions.items() if source.is_spec(node)}
    return {name: nodes for name, nodes in found.items() if name not in specs}


def shape_of(source: ModuleSource, nodes: Sequence[ast.stmt]) -> Shape:
    """Return the shape of a name that `nodes` bind, as `handwritten_nodes` gives them."""
    paths = _Paths(source)
    nodes = [_without_jaunt(source, each) if isinstance(each, ast.ClassDef) else each for each in nodes]
    definition = _definition(nodes)
    if isinstance(definition, ast.ClassDef):
        members = class_parts(_without_specs(source, definition))
        same = paths.of([*definition.bases, *(keyword.value for keyword in definition.keywords)])
        types = paths.of(_typed(definition))
    elif definition is not None:
        functions = [node for node in nodes if isinstance(node, Function)]
        members = {**function_parts(functions), **value_parts([n for n in nodes if not isinstance(n, Definition)])}
        same, types = [], paths.of([each for node in functions for each in _typed(node)])
    else:
        members = value_parts(nodes)
        values = [getattr(node, "value", None) for node in nodes]
        same = paths.of([value for value in values if isinstance(value, _TYPES)])
        types = paths.of(nodes)
    digests = {name: digest(part) for name, part in members.items()}
    return Shape(nodes, digests, same, [path for path in types if path not in same])


def _without_jaunt(source: ModuleSource, node: ast.ClassDef) -> ast.ClassDef:
    """Return a class without jaunt's decorators on its methods: nobody who uses it sees them."""

    def plain(member: ast.stmt) -> ast.stmt:
        if isinstance(member, ast.ClassDef):
            return _without_jaunt(source, member)
        if isinstance(member, Function):
            member = copy.copy(member)
            member.decorator_list = [d for d in member.decorator_list if source.spec_decorator(d) is None]
        return member

    return _with_body(node, map(plain, node.body)) if source.methods else node


def _without_specs(source: ModuleSource, node: ast.ClassDef) -> ast.ClassDef:
    """Return a class without the methods that are specs: their contracts are known, and count where they are used."""
    lines = {method.node.lineno for method in source.methods.values()}
    if not lines:
        return node
    kept = (each for each in node.body if not (isinstance(each, Function) and each.lineno in lines))
    inner = (_without_specs(source, each) if isinstance(each, ast.ClassDef) else each for each in kept)
    return _with_body(node, inner)


def _with_body(node: ast.ClassDef, body: Iterable[ast.stmt]) -> ast.ClassDef:
    node = copy.copy(node)
    node.body = [*body]
    return node


_TYPES = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.Constant)  # what another name for a type is made of


class _Paths:
    """Finds the dotted paths that syntax mentions, quoted annotations included."""

    def __init__(self, source: ModuleSource) -> None:
        self._source = source

    def of(self, nodes: Iterable[ast.AST]) -> list[str]:
        found: dict[str, None] = {}
        pending = list(nodes)[::-1]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Name | ast.Attribute):
                found |= dict.fromkeys(self._at(node))
            if isinstance(node, ast.Constant):
                quoted = _quoted(node.value)
                pending += [quoted] if quoted is not None else []
            elif not (isinstance(node, ast.Subscript) and self._is_literal(node)):
                pending += child_nodes(node)[::-1]
        return [*found]

    def _at(self, node: ast.Name | ast.Attribute) -> list[str]:
        path = self._source.dotted(node)
        if path is None and isinstance(node, ast.Name):  # a constant of the module, which is no binding, or a builtin
            return [f"{module}.{node.id}" for module in (self._source.module, *self._source.star_imports)]
        return [path] if path is not None else []

    def _is_literal(self, node: ast.Subscript) -> bool:
        return (dotted_path(node.value, self._source.bindings) or "").endswith("typing.Literal")


def _quoted(value: object) -> ast.expr | None:
    is_short = isinstance(value, str) and len(value) < _LONGEST_QUOTED and "\n" not in value
    return parse_annotation(value) if is_short and isinstance(value, str) else None


def _typed(node: Definition) -> list[ast.AST]:
    """Return the parts of a definition that name types and values: of fields, parameters, results."""
    if isinstance(node, ast.ClassDef):
        fields = [
            *(field for _, field in fields_of(node)),
            *(s for s in in_blocks(node) if not isinstance(s, Definition)),
        ]
        members = (member for member in [*node.body, *in_blocks(node)] if isinstance(member, Definition))
        inner = [each for member in members if is_shown(member) for each in _typed(member)]
        return [*fields, *inner, *_attributes_typed(node), *getattr(node, "type_params", [])]
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    annotations = [each.annotation for each in arguments if each is not None and each.annotation is not None]
    defaults = [each for each in [*node.args.defaults, *node.args.kw_defaults] if each is not None]
    made = [each for cls in returned_classes(node) for each in _typed(cls)]
    return [
        *annotations,
        *([node.returns] if node.returns else []),
        *defaults,
        *getattr(node, "type_params", []),
        *made,
    ]


def _attributes_typed(node: ast.ClassDef) -> list[ast.AST]:
    found = (annotation for method in methods_of(node) for _, annotation, _ in attributes_of(method))
    return [annotation for annotation in found if annotation is not None]
