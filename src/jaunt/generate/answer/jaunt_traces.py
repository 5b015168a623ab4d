"""Leftovers of the spec: what a model took over from it into its code, though it belongs to the spec alone."""

import ast
from collections.abc import Collection, Sequence

from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.edits import Edits
from jaunt.syntax.source import SPEC_DECORATORS, ModuleSource, dotted_path

_NAMES = {"jaunt": "jaunt", "magic": "jaunt.magic", "test": "jaunt.test"}


def without_jaunt(code: str, names: Sequence[str]) -> str:
    """Return code without jaunt's decorators on `names`, and without imports of jaunt that nothing else uses.

    Code that can't be parsed stays as it is.
    """
    may_have = any(word in code for word in ("jaunt", "@magic", "@test"))
    source = parse_candidate(code, module="app.answer")[0] if may_have else None
    if source is None:
        return code
    edits = Edits(code)
    decorators = [d for name in names for d in _spec_decorators(source, name)]
    inside = {id(node) for decorator in decorators for node in ast.walk(decorator)}
    used = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name) and id(node) not in inside}
    for decorator in decorators:
        edits.replace_lines(decorator.lineno, decorator.end_lineno or decorator.lineno, [])
    for statement in source.tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            kept = [alias for alias in statement.names if not _is_leftover(statement, alias, used)]
            if len(kept) < len(statement.names):
                edits.replace_statement(statement, [_import_of(statement, kept)] if kept else [])
    return edits.applied().strip("\n") + "\n"


def _spec_decorators(source: ModuleSource, name: str) -> list[ast.expr]:
    """Return jaunt's decorators of a definition, by names that are imported or bound to nothing at all."""
    nodes = [node for node in ast.walk(source.tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    known = {k: v for k, v in _NAMES.items() if k not in bound} | source.bindings
    found = []
    for node in [*source.overloads_of(name), source.definitions.get(name)]:
        for decorator in node.decorator_list if node else []:
            function = decorator.func if isinstance(decorator, ast.Call) else decorator
            if dotted_path(function, known) in SPEC_DECORATORS:
                found.append(decorator)
    return found


def _is_leftover(statement: ast.Import | ast.ImportFrom, alias: ast.alias, used: Collection[str]) -> bool:
    """Whether an import is one of jaunt's that nothing uses; a `*` may be used."""
    module = statement.module or "" if isinstance(statement, ast.ImportFrom) else alias.name
    if getattr(statement, "level", 0) or module.partition(".")[0] != "jaunt" or alias.name == "*":
        return False
    return (alias.asname or alias.name.partition(".")[0]) not in used


def _import_of(statement: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> str:
    if isinstance(statement, ast.ImportFrom):
        return ast.unparse(ast.ImportFrom(statement.module, names, statement.level))
    return ast.unparse(ast.Import(names))
