"""Assertions whose failure nobody hears of: a handler, or a `suppress`, catches it."""

import ast
from collections.abc import Callable, Iterator

from jaunt.syntax.source import Function, last_name

_CATCH = {"AssertionError", "Exception", "BaseException"}
_CATCHING_CALLS = {"suppress", "raises", "assertRaises"}

IsAssertion = Callable[[ast.AST], bool]


def swallowed(function: Function, is_assertion: IsAssertion) -> dict[ast.AST, int]:
    """Return the assertions of a function whose failure is caught and not told, each with the line that catches it."""
    found: dict[ast.AST, int] = {}
    for node in ast.walk(function):
        for body, line in _catching(node, is_assertion):
            inner = (each for statement in body for each in ast.walk(statement))
            found.update({each: line for each in inner if is_assertion(each)})
    return found


def _catching(node: ast.AST, is_assertion: IsAssertion) -> Iterator[tuple[list[ast.stmt], int]]:
    """Yield the blocks below a statement from which an AssertionError doesn't get out."""
    if isinstance(node, ast.Try | ast.TryStar):
        quiet = (h for h in node.handlers if _catches(h.type) and not _tells(h.body, is_assertion))
        yield from ((node.body, handler.lineno) for handler in quiet)
        leaving = (n for statement in node.finalbody for n in ast.walk(statement) if isinstance(n, ast.Return))
        yield from ((node.body, each.lineno) for each in leaving)
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and last_name(call) in _CATCHING_CALLS and any(map(_catches, call.args)):
                yield [each for each in node.body if isinstance(each, ast.Assert)], call.lineno


def _catches(kind: ast.expr | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(map(_catches, kind.elts))
    return kind is None or last_name(kind) in _CATCH


def _tells(body: list[ast.stmt], is_assertion: IsAssertion) -> bool:
    """Whether a handler lets the test fail: it raises, or asserts something itself."""
    nodes = [each for statement in body for each in ast.walk(statement)]
    return any(isinstance(each, ast.Raise) or is_assertion(each) for each in nodes)
