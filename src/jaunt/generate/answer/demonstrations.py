"""Demonstrations: calls, assertions and a main guard that a model adds below its code, to show that it works."""

import ast
import re
from collections.abc import Collection, Sequence

from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.edits import Edits
from jaunt.syntax.source import Definition

_MAY_DEMONSTRATE = re.compile(r"^(?:print\(|assert\b|if __name__\b|(?:for|with|try)\b|\w+\()", re.MULTILINE)


def without_demonstrations(code: str, names: Sequence[str]) -> str:
    """Return code without the statements at its end that only try it out.

    These are calls of `print` and of `names`, assertions, what is assigned for them, loops and blocks of nothing but
    these that print or assert, and `if __name__ == "__main__":`. A module that is imported must not do any of it. Code
    that can't be parsed, or in which something follows them, stays as it is.
    """
    if not _MAY_DEMONSTRATE.search(code):
        return code
    source = parse_candidate(code)[0]
    if source is None:
        return code
    edits, found = Edits(code), list[ast.stmt]()
    for statement in reversed(source.tree.body):
        if not (_demonstrates(statement, names) or _is_assigned_for(statement, found, names)):
            break
        edits.replace_statement(statement, [])
        found.append(statement)
    return edits.applied().strip("\n") + "\n" if found else code


def _is_assigned_for(statement: ast.stmt, demonstrations: Sequence[ast.stmt], names: Collection[str]) -> bool:
    """Whether a statement keeps what a call of `names` gives for demonstrations below it: `result = slugify("A")`."""
    if not (isinstance(statement, ast.Assign) and demonstrations and isinstance(statement.value, ast.Call)):
        return False
    targets = {target.id for target in statement.targets if isinstance(target, ast.Name)}
    used = {node.id for each in demonstrations for node in ast.walk(each) if isinstance(node, ast.Name)}
    return ast.unparse(statement.value.func) in names and bool(targets) and targets <= used and not targets & {*names}


def _demonstrates(statement: ast.stmt, names: Collection[str]) -> bool:
    if isinstance(statement, Definition):
        return False
    if isinstance(statement, ast.If):
        return ast.unparse(statement.test) in ("__name__ == '__main__'", "'__main__' == __name__")
    if isinstance(statement, ast.For | ast.With | ast.Try):
        handled = [each for handler in getattr(statement, "handlers", ()) for each in handler.body]
        inside = [*statement.body, *handled, *getattr(statement, "orelse", ()), *getattr(statement, "finalbody", ())]
        tells = any(
            isinstance(n, ast.Assert) or (isinstance(n, ast.Name) and n.id == "print") for n in ast.walk(statement)
        )
        return tells and all(isinstance(each, ast.Pass) or _demonstrates(each, names) for each in inside)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = ast.unparse(statement.value.func)
        return called == "print" or called in names
    return isinstance(statement, ast.Assert)
