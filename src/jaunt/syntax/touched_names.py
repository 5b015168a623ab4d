"""Which names of a module are bound or changed, and how often."""

import ast
from collections import Counter
from collections.abc import Callable, Iterable

from jaunt.syntax.nodes import child_nodes


def touched_names(tree: ast.Module, imports: Callable[[ast.Import | ast.ImportFrom], Iterable[str]]) -> Counter[str]:
    """Return name -> how often a module binds it, or does something with it that may change what it holds.

    `imports` gives the names that an import binds.
    """
    found: Counter[str] = Counter()
    pending: list[ast.AST] = [*tree.body]
    while pending:
        node = pending.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                declared = (n.names for n in ast.walk(node) if isinstance(n, ast.Global))
                found.update([node.name, *(name for names in declared for name in names)])
                continue
            case ast.Import() | ast.ImportFrom():
                found.update([*imports(node)])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found[name] += 1
            case ast.MatchMapping(rest=str(name)):
                found[name] += 1
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found[name] += 1
            case ast.Attribute(value=ast.Name(id=name)):  # `names.append`, say
                found[name] += 1
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                found[name] += 1
        pending += child_nodes(node)
    return found
