"""What code takes from elsewhere: the dotted paths that it imports, and those that it reaches by them."""

import ast
import re

from jaunt.syntax.nodes import child_nodes, column_of
from jaunt.syntax.source import ModuleSource, dotted_path, parse_or_none


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


_RELATIVE = re.compile(r"from\s*\.[.\w\s]*?\s*\bimport\b")


def with_absolute_imports(text: str, source: ModuleSource) -> str:
    """Return text of a module with its relative imports made absolute, for a reader who stands elsewhere.

    Text that can't be parsed stays as it is.
    """
    if not _RELATIVE.search(text):
        return text
    tree = parse_or_none(text) or ast.Module([], [])
    lines = text.split("\n")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            line = lines[node.lineno - 1]
            start = column_of(node, line)
            absolute = f"from {source.absolute(node)} import"
            lines[node.lineno - 1] = line[:start] + _RELATIVE.sub(absolute, line[start:], count=1)
    return "\n".join(lines)
