"""Demonstrations: calls, assertions and a main guard that a model adds below its code, to show that it works."""

import ast
import re
from collections.abc import Collection, Sequence

from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.edits import Edits
from jaunt.syntax.source import Definition

_MAY_DEMONSTRATE = re.compile(r"^(?:print\(|assert\b|if __name__\b|\w+\()", re.MULTILINE)


def without_demonstrations(code: str, names: Sequence[str]) -> str:
    """Return code without the statements at its end that only try it out.

    These are calls of `print` and of `names`, assertions, and `if __name__ == "__main__":`. A module that is imported
    must not do any of it. Code that can't be parsed, or in which something follows them, stays as it is.
    """
    if not _MAY_DEMONSTRATE.search(code):
        return code
    source = parse_candidate(code)[0]
    if source is None:
        return code
    edits, found = Edits(code), False
    for statement in reversed(source.tree.body):
        if not _demonstrates(statement, names):
            break
        edits.replace_statement(statement, [])
        found = True
    return edits.applied().strip("\n") + "\n" if found else code


def _demonstrates(statement: ast.stmt, names: Collection[str]) -> bool:
    if isinstance(statement, Definition):
        return False
    if isinstance(statement, ast.If):
        return ast.unparse(statement.test) in ("__name__ == '__main__'", "'__main__' == __name__")
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = ast.unparse(statement.value.func)
        return called == "print" or called in names
    return isinstance(statement, ast.Assert)
