"""What a test expects to fail: where it says that an error is raised, a wrong type is what the test is about."""

import ast
from collections.abc import Iterator

from jaunt.checks.tools.document import Diagnostic
from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.source import last_name

_RAISING = {"raises", "assertRaises", "assertRaisesRegex"}
_NEVER_EXPECTED = {"invalid-syntax", "import-not-found", "unresolved-import", "unresolved-reference"}
"""The rules of ty whose errors are mistakes whatever a test expects: a name that nothing defines fails by itself."""
_OF_ATTRIBUTES = {"missing-attribute", "missing-module-member", "unresolved-attribute"}  # by versions of ty
_ANY_ATTRIBUTE = {"AttributeError", "Exception", "BaseException"}


def unexpected(findings: list[Diagnostic], source: str) -> list[Diagnostic]:
    """Return the findings in a test module but for those in what it expects to raise an error."""
    candidate = parse_candidate(source)[0] if findings else None
    if candidate is None:
        return findings
    places = [place for node in ast.walk(candidate.tree) for place in _expecting(node)]
    return [each for each in findings if not any(_is_expected(each, node, errors) for node, errors in places)]


def _is_expected(finding: Diagnostic, node: ast.stmt | ast.expr, errors: set[str]) -> bool:
    if finding.rule in _NEVER_EXPECTED or not node.lineno <= finding.line <= (node.end_lineno or node.lineno):
        return False
    return finding.rule not in _OF_ATTRIBUTES or not errors.isdisjoint(_ANY_ATTRIBUTE)


def _expecting(node: ast.AST) -> Iterator[tuple[ast.stmt | ast.expr, set[str]]]:
    """Yield what is to raise an error, with the names of the errors that it may be."""
    match node:
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            for item in items:
                if isinstance(item.context_expr, ast.Call) and last_name(item.context_expr) in _RAISING:
                    errors = _names(item.context_expr.args[:1])
                    yield from ((statement, errors) for statement in body)
        case ast.Call(args=[error, *called]) if last_name(node) in _RAISING:
            yield from ((each, _names([error])) for each in called)
        case ast.Try(body=body, handlers=[_, *_] as handlers):
            errors = _names([handler.type for handler in handlers if handler.type])
            if "AssertionError" not in errors:
                yield from ((statement, errors) for statement in body)


def _names(expressions: list[ast.expr]) -> set[str]:
    """Return the last names of the classes that expressions name, in tuples too."""
    nodes = [node for expression in expressions for node in ast.walk(expression)]
    return {n.attr if isinstance(n, ast.Attribute) else n.id for n in nodes if isinstance(n, ast.Attribute | ast.Name)}
