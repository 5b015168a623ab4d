"""What the body of a generated file says, as a digest: what a formatter does to it is no change."""

import ast
import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from jaunt.syntax.canonical import canonical
from jaunt.syntax.source import clean_docstring, without_warnings

_STRING_OR_COMMENT = re.compile(
    r"""\'{3}(?:\\.|[^\\])*?\'{3}|"{3}(?:\\.|[^\\])*?"{3}|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|#(?P<comment>[^\n]*)""",
    re.DOTALL,
)

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def syntax_digest(body: str) -> str | None:
    """Return the digest, "sha256:" and 64 hex digits, of what a body says; None if it can't be parsed.

    Layout, quote marks, the indentation of docstrings and the order of imports that stand together do not count: what
    `ruff format`, black and isort change. The words of comments do.
    """
    try:
        with without_warnings():
            tree = ast.parse(body)
        text = "\n".join([canonical(_plain(tree)), *sorted(_comments(body))])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _comments(body: str) -> Iterator[str]:
    """Yield the text of each comment; a regular expression is twenty times as fast as `tokenize`."""
    for found in _STRING_OR_COMMENT.finditer(body) if "#" in body else ():
        if found["comment"] is not None:
            yield found["comment"].strip("# \t")


def _plain(tree: ast.Module) -> ast.Module:
    """Return a tree with clean docstrings, and each run of imports as single ones in order; the tree is changed."""
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            text = node.body[0]
            assert isinstance(text, ast.Expr)
            assert isinstance(text.value, ast.Constant)
            text.value = ast.Constant(clean_docstring(str(text.value.value)).strip())
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                setattr(node, name, _with_sorted_imports(statements))
        if isinstance(node, ast.Delete) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Tuple):
            node.targets = node.targets[0].elts  # `del (a, b)`, of which black makes `del a, b`
    return tree


def _with_sorted_imports(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for are_imports, run in groupby(statements, key=lambda each: isinstance(each, ast.Import | ast.ImportFrom)):
        if are_imports:
            singles = {canonical(single): single for each in run for single in _single_imports(each)}
            out += [singles[text] for text in sorted(singles)]
        else:
            out += run
    return out


def _single_imports(statement: ast.stmt) -> list[ast.stmt]:
    if isinstance(statement, ast.ImportFrom):
        return [ast.ImportFrom(statement.module, [alias], statement.level) for alias in statement.names]
    assert isinstance(statement, ast.Import)
    return [ast.Import([alias]) for alias in statement.names]
