"""What code takes from elsewhere: the dotted paths that it imports, and those that it reaches by them."""

import ast

from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.source import ModuleSource, dotted_path


def imported_paths(source: ModuleSource) -> set[str]:
    """Return the dotted paths that a module imports, at its top and in functions, and those that it reaches by them.

    `import app.a` and `app.a.RATE` further down give `app.a.RATE`, as `from app.a import RATE` does.
    """
    imported: dict[str, str] = {}
    chains: list[ast.Attribute] = []
    pending: list[ast.AST] = [source.tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            imported |= source.imports(node)
        elif isinstance(node, ast.Attribute):
            chains.append(node)
        pending += child_nodes(node)
    return {*imported.values(), *(path for chain in chains if (path := dotted_path(chain, imported)))}
