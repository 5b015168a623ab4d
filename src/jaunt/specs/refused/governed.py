"""Stubs that `jaunt.module()` can't replace in time: what uses them as their module is imported gets the stubs."""

import ast
from collections.abc import Iterable, Iterator

from jaunt import codes
from jaunt.errors import JauntDiscoveryError
from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.source import Definition, Function, ModuleSource, assignment_targets

_HINT = "decorate it with @jaunt.magic, which has it replaced at once"


def refuse_governed(source: ModuleSource) -> None:
    """Raise JauntDiscoveryError for a second call, one in a block, and stubs that the module's own import uses."""
    calls = source.module_calls
    misplaced = next((each for each in calls if each not in source.tree.body), calls[1] if calls[1:] else None)
    if misplaced is not None:
        raise JauntDiscoveryError(
            f"{source.path}:{misplaced.lineno}: jaunt.module() is called once, at the top level of a module",
            hint="remove this call",
            code=codes.GOVERNED,
        )
    stubs = {node.name: node for node in source.governed if isinstance(node, Definition)}
    for statement in source.tree.body if stubs else ():
        for target in assignment_targets(statement):
            if isinstance(target, ast.Name) and target.id in stubs:
                raise _used(source, statement.lineno, target.id, "binds the name again")
        for node in _run_on_import([statement]):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in stubs:
                raise _used(source, node.lineno, node.func.id, "calls it")
            if isinstance(node, ast.Name) and isinstance(stubs.get(node.id), ast.ClassDef):
                raise _used(source, node.lineno, node.id, "uses the class")
        for name in _decorators(statement):
            if name in stubs:
                raise _used(source, statement.lineno, name, "decorates by it")


def _used(source: ModuleSource, line: int, name: str, what: str) -> JauntDiscoveryError:
    return JauntDiscoveryError(
        f"{source.path}:{line}: {name}: is a stub until the module's import is over, and this line {what} before that",
        hint=_HINT,
        code=codes.GOVERNED,
    )


def _decorators(statement: ast.stmt) -> list[str]:
    found = statement.decorator_list if isinstance(statement, Definition) else []
    return [each.id for each in found if isinstance(each, ast.Name)]


def _run_on_import(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield what is evaluated as a module is imported: no bodies of functions, and no annotations."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, Function):
            args = node.args
            pending += [*node.decorator_list, *args.defaults, *(each for each in args.kw_defaults if each is not None)]
        elif isinstance(node, ast.If) and _is_for_programs(node.test):
            pending += node.orelse
        elif isinstance(node, ast.AnnAssign):
            pending += [node.value] if node.value else []
        elif not isinstance(node, ast.Lambda):
            pending += child_nodes(node)


def _is_for_programs(test: ast.expr) -> bool:
    """Whether a condition is `__name__ == "__main__"`: such a module is run, and `jaunt.module()` refuses that."""
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"
