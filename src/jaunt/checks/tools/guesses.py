"""Guesses: what ty finds in code that has no annotations, and in how a method that the spec gives overrides another.

mypy looks into no function without annotations either, unless it is told to (`check_untyped_defs`).
"""

import ast

from jaunt.checks.tools.document import Diagnostic
from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.source import Function

SURE_RULES = frozenset(
    {
        "invalid-syntax",
        "missing-argument",
        "too-many-positional-arguments",
        "unknown-argument",
        "unresolved-import",
        "unresolved-reference",
    }
)
"""The rules of ty that need no annotations to be right."""

_OF_SIGNATURES = frozenset(
    {"incompatible-method-override", "invalid-method-override", "lost-keyword-for-regular-parameter"}
)
"""Rules about signatures, which are the spec's own: a candidate can't answer for them."""


def is_of_spec(finding: Diagnostic, source: str) -> bool:
    """Whether what ty has found is a guess, or about a signature that the candidate has from its spec."""
    if finding.rule in _OF_SIGNATURES:
        return True
    candidate = parse_candidate(source)[0]
    function = None if candidate is None else _function_at(candidate.tree.body, finding.line)
    return function is not None and not _is_annotated(function)


def _function_at(statements: list[ast.stmt], line: int) -> Function | None:
    """Return the outermost function or method that a line, counted from 1, stands in."""
    for statement in statements:
        if statement.lineno <= line <= (statement.end_lineno or statement.lineno):
            if isinstance(statement, ast.ClassDef):
                return _function_at(statement.body, line)
            return statement if isinstance(statement, Function) else None
    return None


def _is_annotated(function: Function) -> bool:
    arguments = (each for each in ast.walk(function.args) if isinstance(each, ast.arg))
    return function.returns is not None or any(each.annotation is not None for each in arguments)
