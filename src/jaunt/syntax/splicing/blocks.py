"""Blocks: the statements of a module one by one, each with its own text, so that some can be replaced alone."""

import ast
import re
from collections.abc import Iterator

from jaunt.process.frozen import frozen
from jaunt.syntax.source import parse_or_none

_WORD = re.compile(r"[^\W\d]\w*")


@frozen
class Block:
    """A statement at module level, with the comments right above it.

    `before` is the text between the block before it and this one, `text` its own, with the line break at its end.
    `binds` are the names that it gives a value, `uses` those whose value it may need. Statements that share a line are
    one block; `node` is the first of them.
    """

    node: ast.stmt
    before: str
    text: str
    binds: frozenset[str]
    uses: frozenset[str]

    @property
    def is_import(self) -> bool:
        """Whether it imports, and does nothing else."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)

    @property
    def is_future(self) -> bool:
        """Whether it imports from `__future__`."""
        return isinstance(self.node, ast.ImportFrom) and self.node.module == "__future__"

    @property
    def is_docstring(self) -> bool:
        """Whether it is a string alone."""
        return isinstance(self.node, ast.Expr) and isinstance(self.node.value, ast.Constant)

    @property
    def is_main_guard(self) -> bool:
        """Whether it is `if __name__ == "__main__":`, with what stands in it."""
        return (
            isinstance(self.node, ast.If) and ast.unparse(self.node.test).replace("'", '"') == '__name__ == "__main__"'
        )


def blocks_of(text: str) -> tuple[list[Block], str]:
    """Return the blocks of a module, and the text after the last one: joined, they are the whole text.

    Raises ValueError for a text that can't be parsed.
    """
    text = text if text.endswith("\n") or not text else f"{text}\n"
    tree = parse_or_none(text)
    if tree is None:
        raise ValueError("the text can't be parsed")
    lines = text.splitlines(keepends=True)
    found: list[Block] = []
    end = 0
    for node in tree.body:
        start = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))]) - 1
        last = node.end_lineno or node.lineno
        before = found.pop() if start < end else None
        if before is not None:  # it begins in the last line of the one before it
            start = end - before.text.count("\n")
            end = start
        while before is None and start > end and lines[start - 1].startswith("#"):
            start -= 1
        found.append(
            Block(
                before.node if before else node,
                before.before if before else "".join(lines[end:start]),
                "".join(lines[start:last]),
                _bound_by(node) | (before.binds if before else frozenset()),
                _used_by(node) | (before.uses if before else frozenset()),
            )
        )
        end = last
    return found, "".join(lines[end:])


def _bound_by(statement: ast.stmt) -> frozenset[str]:
    """Return the names that a statement binds at module level, in whatever branch of it."""
    return frozenset(_names_bound(statement))


def _names_bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
            return
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return
        case ast.Import() | ast.ImportFrom():
            yield from (bound_name(alias) for alias in node.names)
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
    for child in ast.iter_child_nodes(node):
        yield from _names_bound(child)


def bound_name(alias: ast.alias) -> str:
    """Return the name that a part of an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def _used_by(statement: ast.stmt) -> frozenset[str]:
    """Return the names that a statement may need: those it names, and the words of texts, annotations say."""
    nodes = [*ast.walk(statement)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    prose = {id(text) for node in nodes if (text := _docstring(node)) is not None}
    texts = (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in prose)
    return frozenset(names.union(*(_WORD.findall(text) for text in texts)))


def _docstring(node: ast.AST) -> ast.Constant | None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.body:
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            return first.value
    return None
