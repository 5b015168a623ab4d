"""Guesses: what ty finds in code that has no annotations, and in how a method that the spec gives overrides another.

And where Python itself finds what ty doesn't: the class that a method's function names, a module that a member hides.

mypy looks into no function without annotations either, unless it is told to (`check_untyped_defs`), and takes any
callable for a function, which has a name.
"""

import ast
import re
from collections.abc import Collection, Iterator
from types import FunctionType

from jaunt.checks.tools.document import Diagnostic
from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.source import Definition, Function, assignment_targets

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
    {
        "incompatible-method-override",
        "inconsistent-overload-implementation",
        "invalid-method-override",
        "lost-keyword-for-regular-parameter",
    }
)
"""Rules about signatures, which are the spec's own: a candidate can't answer for them."""


_FUNCTION = r"`(?:[^`]* -> [^`]*|\w+@\w+)`"  # a callable, or a type variable, which may be bound to one
_OF_FUNCTIONS = re.compile(
    rf"{_FUNCTION} has no attribute `(?P<read>\w+)`"
    rf"|[Aa]ttribute `(?P<part>\w+)` is not defined on {_FUNCTION} in union"
    rf"|attribute `(?P<set>\w+)` (?:on|of) type {_FUNCTION}"
)


def _is_of_function(message: str) -> bool:
    """Whether a message is that a callable has no name, or the like, which every function has."""
    found = _OF_FUNCTIONS.search(message)
    return found is not None and any(each in vars(FunctionType) for each in found.groups())


def is_of_spec(finding: Diagnostic, source: str) -> bool:
    """Whether what ty has found is a guess, or about a signature that the candidate has from its spec."""
    if finding.rule in _OF_SIGNATURES or _is_of_function(finding.message):
        return True
    candidate = parse_candidate(source)[0]
    around = None if candidate is None else _around(candidate.tree, finding.line)
    return around is not None and not _is_annotated(around)


def is_of_own_class(finding: Diagnostic, source: str, methods: Collection[str]) -> bool:
    """Whether ty takes the class that the function of a method names in its head for no type.

    So it is below a decorator that is annotated to return any `type`: nobody could write `self: Cart` then.
    """
    candidate = parse_candidate(source)[0] if finding.rule == "invalid-type-form" else None
    found = candidate.definitions.items() if candidate is not None else ()
    return any(name in methods and node.lineno <= finding.line < node.body[0].lineno for name, node in found)


def is_of_hidden_module(finding: Diagnostic, source: str) -> bool:
    """Whether ty looks for a module's attribute at the member of a class that has the module's name: `re.Match`, say.

    So it does in an annotation, which Python evaluates in the module or not at all; where it does so in the class, the
    import fails.
    """
    if finding.rule not in {"missing-attribute", "missing-union-attribute"}:
        return False
    candidate = parse_candidate(source)[0]
    line = source.split("\n")[finding.line - 1]
    name = line[finding.column :].partition(".")[0]
    if candidate is None or not name.isidentifier():
        return False
    imports = (statement for statement in ast.walk(candidate.tree) if isinstance(statement, ast.Import))
    modules = {each.asname or each.name.partition(".")[0] for statement in imports for each in statement.names}
    classes = (node for node in ast.walk(candidate.tree) if isinstance(node, ast.ClassDef))
    around = (node for node in classes if node.lineno <= finding.line <= (node.end_lineno or 0))
    return name in modules and any(
        name in _members(node) and any(_is_in(finding, line, each) for each in _annotations(node)) for node in around
    )


def _members(node: ast.ClassDef) -> set[str]:
    targets = (target for statement in node.body for target in assignment_targets(statement))
    return {each.name for each in node.body if isinstance(each, Definition)} | {
        target.id for target in targets if isinstance(target, ast.Name)
    }


def _annotations(node: ast.ClassDef) -> Iterator[ast.expr]:
    """Yield the annotations that stand in the body of a class itself: of attributes, and in the heads of methods."""
    for each in node.body:
        if isinstance(each, ast.AnnAssign):
            yield each.annotation
        elif isinstance(each, Function):
            arguments = (n.annotation for n in ast.walk(each.args) if isinstance(n, ast.arg))
            yield from (annotation for annotation in (*arguments, each.returns) if annotation is not None)


def _is_in(finding: Diagnostic, line: str, node: ast.expr) -> bool:
    at = finding.line, len(line[: finding.column].encode())
    return (node.lineno, node.col_offset) <= at < (node.end_lineno or 0, node.end_col_offset or 0)


def _around(tree: ast.Module, line: int) -> Definition | None:
    """Return the outermost function that a line, counted from 1, stands in; the innermost class if it is in none."""
    found: Definition | None = None
    pending: list[ast.AST] = [*tree.body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.expr) or not getattr(node, "lineno", line) <= line <= getattr(node, "end_lineno", line):
            continue
        if isinstance(node, Function):
            return node
        found = node if isinstance(node, ast.ClassDef) else found
        pending = child_nodes(node)
    return found


def _is_annotated(node: Definition) -> bool:
    """Whether a function, or anything in a class, has an annotation."""
    if isinstance(node, ast.ClassDef):
        parts = [*ast.walk(node)]
        return any(isinstance(n, ast.AnnAssign) or (isinstance(n, Function) and _is_annotated(n)) for n in parts)
    arguments = (each for each in ast.walk(node.args) if isinstance(each, ast.arg))
    return node.returns is not None or any(each.annotation is not None for each in arguments)
