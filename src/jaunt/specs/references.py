"""What a spec mentions: the dotted paths in it, from which dependencies are inferred."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from jaunt.process.frozen import frozen
from jaunt.spec_ref import code_name
from jaunt.syntax.methods import class_head
from jaunt.syntax.nodes import child_nodes, docstring_of
from jaunt.syntax.source import Definition, Function, ModuleSource, dotted_path, parse_annotation

MENTION = re.compile(r"`([^\W\d][\w.]*)(?:\(\))?`|\b([^\W\d][\w.]*)\(")
"""A docstring speaks of another name as `name`, `name()` or name(...)."""


def references_of(source: ModuleSource, name: str) -> tuple[str, ...]:
    """Return the dotted paths that the function or class `name`, or an overload of it, mentions, each once.

    They are what a name stands for in the module, or in a function that imports it: parameters and local
    variables stand for nothing. Quoted annotations count, other strings don't, the arguments of jaunt's
    decorators neither.
    """
    scope = _Scope(source.bindings, frozenset(), source.star_imports)
    name = code_name(name)
    nodes: list[Definition] = [*source.overloads_of(name), source.definitions[name]]
    if name in source.methods:  # of its class the bases and fields count: it has them all
        nodes += map(class_head, source.methods[name].owners)
    return tuple(dict.fromkeys(path for node in nodes for path in _references(source, node, scope)))


@frozen
class _Scope:
    bindings: Mapping[str, str]
    hidden: frozenset[str]
    star_imports: Sequence[str]

    def paths(self, node: ast.Name | ast.Attribute) -> list[str]:
        """Return what a name or an attribute chain may stand for; nothing, unless it begins with a name."""
        found = dotted_path(node, self.bindings)
        if found is not None or not self.star_imports:
            return [found] if found is not None else []
        chain = dotted_path(node, _Anything())
        if chain is None or chain.partition(".")[0] in self.hidden:
            return []
        return [f"{module}.{chain}" for module in self.star_imports]

    def inside(self, source: ModuleSource, function: Function | ast.Lambda) -> "_Scope":
        """Return the scope of a function's body."""
        imported: dict[str, str] = {}
        local = _parameters(function.args)
        for node in _own_nodes(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                imported.update(source.imports(node))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                local.add(node.id)
            elif isinstance(node, Definition):
                local.add(node.name)
        if not imported and local.isdisjoint(self.bindings):
            return _Scope(self.bindings, self.hidden | local, self.star_imports)
        kept = {name: path for name, path in self.bindings.items() if name not in local}
        return _Scope({**kept, **imported}, self.hidden | local, self.star_imports)


class _Anything(dict[str, str]):
    """Bindings in which each name stands for itself."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return name


def _parameters(arguments: ast.arguments) -> set[str]:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return {argument.arg for argument in [*named, arguments.vararg, arguments.kwarg] if argument is not None}


def _own_nodes(function: Function | ast.Lambda) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, those inside inner functions and classes left out."""
    pending: list[ast.AST] = [*function.body] if isinstance(function.body, list) else [function.body]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _SCOPES):
            pending += child_nodes(node)


# Tuples, as this is the innermost loop of a scan: a union takes three times as long to look into.
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NAMES = (ast.Name, ast.Attribute)
_WITH_PARTS = (*_SCOPES, ast.AnnAssign, ast.Subscript)  # whose parts are not all alike


def _references(source: ModuleSource, root: Definition, outermost: _Scope) -> Iterator[str]:
    pending: list[tuple[ast.AST, _Scope, bool]] = [(root, outermost, False)]
    while pending:
        node, scope, is_annotation = pending.pop()
        if isinstance(node, _NAMES):
            paths = scope.paths(node)
            yield from paths
            if isinstance(node, ast.Attribute) and not paths:
                pending.append((node.value, scope, is_annotation))
        elif isinstance(node, ast.Constant):
            parsed = parse_annotation(node.value) if is_annotation and isinstance(node.value, str) else None
            if parsed is not None:
                pending.append((parsed, scope, True))
        else:
            if isinstance(node, _DEFINITIONS):
                yield from _mentions(source, docstring_of(node) or "")
            pending += _children(source, node, scope, is_annotation)


def _children(
    source: ModuleSource, node: ast.AST, scope: _Scope, is_annotation: bool
) -> list[tuple[ast.AST, _Scope, bool]]:
    """Return what is inside a node, each with its scope and whether a string there is a quoted annotation."""
    if isinstance(node, ast.arg):
        return [(node.annotation, scope, True)] if node.annotation else []
    if not isinstance(node, _WITH_PARTS):
        return [(child, scope, is_annotation) for child in child_nodes(node)]
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            body = [s for s in node.body if not _is_text(s)]
            inner = scope.inside(source, node) if body else scope  # nearly all specs have a docstring alone
            outside = [node.args, *_other_decorators(source, node), *getattr(node, "type_params", [])]
            returns = [(node.returns, scope, True)] if node.returns else []
            return [*((n, scope, False) for n in outside), *returns, *((s, inner, False) for s in body)]
        case ast.Lambda():
            return [(node.args, scope, False), (node.body, scope.inside(source, node), False)]
        case ast.ClassDef():
            outside = [*_other_decorators(source, node), *node.keywords, *node.body]
            return [*((n, scope, False) for n in outside), *((base, scope, True) for base in node.bases)]
        case ast.AnnAssign():
            value = [(node.value, scope, False)] if node.value else []
            return [(node.target, scope, False), (node.annotation, scope, True), *value]
        case ast.Subscript() if (source.dotted(node.value) or "").endswith("typing.Literal"):
            return []
    return [(child, scope, is_annotation) for child in child_nodes(node)]


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring, or the dots of a stub: it mentions nothing by itself."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _other_decorators(source: ModuleSource, node: Definition) -> list[ast.expr]:
    return [decorator for decorator in node.decorator_list if source.spec_decorator(decorator) is None]


def _mentions(source: ModuleSource, docstring: str) -> Iterator[str]:
    for quoted, called in MENTION.findall(docstring):
        path = mentioned_path(source.bindings, quoted or called)
        if path is not None:
            yield path


def mentioned_path(bindings: Mapping[str, str], word: str) -> str | None:
    """Return the dotted path that a word of a docstring, which `MENTION` found, means; None if it means nothing."""
    head, _, rest = word.strip(".").partition(".")
    path = bindings.get(head, head if rest else None)
    return f"{path}.{rest}" if path is not None and rest else path
