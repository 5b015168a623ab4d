"""Shapes: what others need to know of a name that a module binds by hand, without the bodies.

Of a class these are its bases, fields, methods and inner classes; of a function its signature; of each the first line
of the docstring; of anything else its value. A shape is shown as text, and compared part by part.
"""

import ast
import copy
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from jaunt.process.frozen import frozen
from jaunt.syntax.canonical import canonical
from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.source import (
    Definition,
    Function,
    ModuleSource,
    assignment_targets,
    clean_docstring,
    dotted_path,
    parse_annotation,
)

VALUE = "value"
"""The part of a shape that is neither a class nor a function: a constant, or another name for a type."""

_MOST_OF_VALUE = 1_500  # characters of a value, and of a docstring, that are shown
_LONGEST_QUOTED = 200  # characters of an annotation in quotes
_INDENT = "    "


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
            return "\n".join(_class_lines(definition, ""))
        if definition is not None:
            functions = (node for node in self.nodes if isinstance(node, Function))
            return "\n".join(line for node in functions for line in _function_lines(node, "", whole=True))
        return "\n".join(_cut(ast.unparse(node)) for node in self.nodes)


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
        for name in _names_bound(statement):
            if not (name.startswith("__") and name.endswith("__")):
                found.setdefault(name, []).append(statement)
    specs = {name for name, node in source.definitions.items() if source.is_spec(node)}
    return {name: nodes for name, nodes in found.items() if name not in specs}


def _names_bound(statement: ast.stmt) -> Iterator[str]:
    if type(statement).__name__ == "TypeAlias":  # Python 3.12: `type Rows = list[Row]`
        yield getattr(statement, "name").id  # noqa: B009 - 3.11 knows of no such node
    elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        for target in assignment_targets(statement):
            names = (node for node in ast.walk(target) if isinstance(node, ast.Name))
            yield from (name.id for name in names if isinstance(name.ctx, ast.Store))


def shape_of(source: ModuleSource, nodes: Sequence[ast.stmt]) -> Shape:
    """Return the shape of a name that `nodes` bind, as `handwritten_nodes` gives them."""
    paths = _Paths(source)
    nodes = [_without_jaunt(source, each) if isinstance(each, ast.ClassDef) else each for each in nodes]
    definition = _definition(nodes)
    if isinstance(definition, ast.ClassDef):
        members = _class_parts(_without_specs(source, definition))
        same = paths.of([*definition.bases, *(keyword.value for keyword in definition.keywords)])
        types = paths.of(_typed(definition))
    elif definition is not None:
        functions = [node for node in nodes if isinstance(node, Function)]
        members = {**_function_parts(functions), **_values([n for n in nodes if not isinstance(n, Definition)])}
        same, types = [], paths.of([each for node in functions for each in _typed(node)])
    else:
        members = _values(nodes)
        values = [getattr(node, "value", None) for node in nodes]
        same = paths.of([value for value in values if isinstance(value, _TYPES)])
        types = paths.of(nodes)
    digests = {name: _digest(part) for name, part in members.items()}
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
        fields = [field for _, field in _fields(node)]
        inner = [member for member in node.body if isinstance(member, Definition) and _is_shown(member)]
        return [*fields, *(each for member in inner for each in _typed(member)), *_attributes_typed(node)]
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    annotations = [each.annotation for each in arguments if each is not None and each.annotation is not None]
    defaults = [each for each in [*node.args.defaults, *node.args.kw_defaults] if each is not None]
    return [*annotations, *([node.returns] if node.returns else []), *defaults]


def _attributes_typed(node: ast.ClassDef) -> list[ast.AST]:
    return [annotation for method in _methods(node) for _, annotation in _attributes(method) if annotation is not None]


# --- what is compared ---


def _class_parts(node: ast.ClassDef) -> dict[str, str]:
    parts = {
        "bases": canonical([*node.bases, *node.keywords, *getattr(node, "type_params", [])]),
        "decorators": canonical(node.decorator_list),
        "docstring": _first_line(node),
    }
    fields = dict[str, str]()
    for name, statement in _fields(node):
        fields[f"field {name}"] = fields.get(f"field {name}", "") + canonical([statement])
    for method in _methods(node):
        for name, annotation in _attributes(method):
            fields.setdefault(f"field {name}", canonical([annotation] if annotation is not None else []))
    parts |= fields
    if len(fields) > 1:
        parts["order of fields"] = "\n".join(fields)
    for member in node.body:
        if isinstance(member, Function) and _is_shown(member):
            name = f"method {member.name}"  # a property's getter and setter share it, as do overloads
            parts[name] = parts.get(name, "") + repr(sorted(_function_parts([member]).items()))
        elif isinstance(member, ast.ClassDef):
            parts[f"class {member.name}"] = repr(sorted(_class_parts(member).items()))
    return parts


def _function_parts(functions: Sequence[Function]) -> dict[str, str]:
    """Return what of a function is compared, its overloads included."""
    signatures = [
        [type(f).__name__, canonical(f.args), canonical(f.returns), canonical(getattr(f, "type_params", []))]
        for f in functions
    ]
    return {
        "signature": repr(signatures),
        "decorators": canonical([decorator for f in functions for decorator in f.decorator_list]),
        "docstring": _first_line(functions[-1]),
    }


def _values(nodes: Sequence[ast.stmt]) -> dict[str, str]:
    return {VALUE: canonical([*nodes])} if nodes else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _first_line(node: Definition) -> str:
    return clean_docstring(ast.get_docstring(node, clean=False) or "").partition("\n")[0]


# --- the members of a class ---


def _fields(node: ast.ClassDef) -> list[tuple[str, ast.stmt]]:
    """Return the names that a class assigns in its body, in order, each with the statement."""
    statements = (s for s in node.body if isinstance(s, ast.Assign | ast.AnnAssign))
    return [(name, s) for s in statements for name in _names_bound(s) if name != "__slots__"]


def _methods(node: ast.ClassDef) -> list[Function]:
    return [member for member in node.body if isinstance(member, Function)]


def _is_shown(member: Definition) -> bool:
    return not member.name.startswith("_") or member.name.endswith("__")


def _attributes(method: Function) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield the public attributes that a method gives its object, with what is known of their types."""
    arguments = [*method.args.posonlyargs, *method.args.args]
    if not arguments or any(getattr(d, "id", "") == "staticmethod" for d in method.decorator_list):
        return
    annotations = {each.arg: each.annotation for each in [*arguments, *method.args.kwonlyargs]}
    for node in ast.walk(method):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        for target in assignment_targets(node):
            is_own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
            if is_own and target.value.id == arguments[0].arg and not target.attr.startswith("_"):
                value = node.value.id if isinstance(node.value, ast.Name) else ""
                yield target.attr, node.annotation if isinstance(node, ast.AnnAssign) else annotations.get(value)


# --- what is shown ---


def _class_lines(node: ast.ClassDef, indent: str) -> Iterator[str]:
    head = copy.copy(node)
    head.body = [ast.Pass()]
    yield from _indented(ast.unparse(head).rpartition("\n")[0], indent)
    inner = f"{indent}{_INDENT}"
    body = [*_docstring_lines(_first_line(node), inner)]
    known = {name for name, _ in _fields(node)}
    for statement in dict.fromkeys(statement for _, statement in _fields(node)):
        body += _indented(_cut(ast.unparse(statement)), inner)
    for member in node.body:
        if isinstance(member, ast.ClassDef):
            body += [*_class_lines(member, inner)]
        elif isinstance(member, Function):
            attributes = {name: annotation for name, annotation in _attributes(member) if name not in known}
            known |= attributes.keys()
            if _is_shown(member) or attributes:
                body += _function_lines(member, inner, attributes=attributes)
    yield from body or [f"{inner}..."]


def _function_lines(
    node: Function, indent: str, *, whole: bool = False, attributes: Mapping[str, ast.expr | None] | None = None
) -> Iterator[str]:
    """Yield a function's signature and docstring, and the `attributes` that a method sets."""
    head = copy.copy(node)
    head.body = [ast.Pass()]
    signature = ast.unparse(head).rpartition("\n")[0]
    docstring = clean_docstring(ast.get_docstring(node, clean=False) or "") if whole else _first_line(node)
    inner = f"{indent}{_INDENT}"
    body = [*_docstring_lines(_cut(docstring), inner)]
    first = [*node.args.posonlyargs, *node.args.args][:1]
    for name, annotation in (attributes or {}).items():
        known = f": {ast.unparse(annotation)}" if annotation is not None else " = ..."
        body.append(f"{inner}{first[0].arg}.{name}{known}")
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


def _cut(text: str) -> str:
    """Return a text with a mark where it is too long to be shown whole."""
    return text if len(text) <= _MOST_OF_VALUE else f"{text[:_MOST_OF_VALUE]} ...  # cut here"
