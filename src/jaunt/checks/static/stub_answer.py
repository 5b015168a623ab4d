"""A spec module read as if it were an answer: what is wrong with it then is wrong with every answer."""

import ast
from collections.abc import Iterator, Sequence

from jaunt.process.frozen import frozen
from jaunt.syntax.source import Definition, ModuleSource


@frozen
class Head:
    """The lines of a definition that come from its spec: decorators, signature, docstring; or a class attribute.

    `first` and `last` are lines, counted from 1; `end` is the column, from 0, that the last one ends before.
    """

    symbol: str
    first: int
    last: int
    end: int

    def has(self, line: int, column: int = 0) -> bool:
        """Return whether a position, a line from 1 and a column from 0, is in it."""
        return self.first <= line < self.last or (line == self.last >= self.first and column < self.end)


def stub_answer(spec: ModuleSource, names: Sequence[str]) -> str:
    """Return the spec module without jaunt's decorators, those above them, and jaunt's import; no line moves."""
    lines = spec.text.split("\n")
    for node in ast.walk(spec.tree):  # those of other platforms, too, which stand in other branches
        if not isinstance(node, Definition) or node.name not in names:
            continue
        outer = spec.outer_decorators(node)
        for decorator in node.decorator_list:
            if decorator in outer or spec.spec_decorator(decorator) is not None:
                _put(lines, decorator, "")
    for method in spec.methods.values():
        for decorator in method.node.decorator_list:
            if spec.spec_decorator(decorator) is not None:
                _put(lines, decorator, "")
    for statement in spec.statements:
        others = _other_imports(spec, statement)
        if others is not None:
            _put(lines, statement, others or "pass")
    return "\n".join(lines)


def heads(source: ModuleSource, names: Sequence[str], *, docstrings: bool = False) -> list[Head]:
    """Return the heads of the definitions `names` and of all that is in them, with their docstrings if wanted."""
    nodes = (node for name in names if (node := source.definitions.get(name)) is not None)
    overloads = (node for name in names for node in source.overloads_of(name))
    return [head for node in [*nodes, *overloads] for head in _heads(node, node.name, source, docstrings)]


def symbol_at(found: Sequence[Head], line: int, column: int = 0) -> str:
    """Return the symbol in whose head a position is, "" for none."""
    return next((head.symbol for head in found if head.has(line, column)), "")


def _heads(node: Definition, symbol: str, source: ModuleSource, docstrings: bool) -> Iterator[Head]:
    outer = source.outer_decorators(node)
    for decorator in node.decorator_list:
        if decorator not in outer and source.spec_decorator(decorator) is None:
            yield Head(
                symbol, decorator.lineno, decorator.end_lineno or decorator.lineno, decorator.end_col_offset or 0
            )
    body = node.body[0]
    begins_with = body if not isinstance(body, Definition) else None
    if docstrings and ast.get_docstring(node, clean=False) is not None:
        yield Head(symbol, node.lineno, body.end_lineno or body.lineno, (body.end_col_offset or 0) + 1)
    elif begins_with is not None:
        yield Head(symbol, node.lineno, body.lineno, body.col_offset)
    else:
        yield Head(symbol, node.lineno, body.lineno - 1, 1 << 20)
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            if isinstance(member, Definition):
                yield from _heads(member, f"{symbol}.{member.name}", source, docstrings)
            elif isinstance(member, ast.AnnAssign | ast.Assign):
                yield Head(symbol, member.lineno, member.end_lineno or member.lineno, member.end_col_offset or 0)


def _other_imports(spec: ModuleSource, statement: ast.stmt) -> str | None:
    """Return what is left of a statement without what is jaunt's; None if it has nothing of jaunt's."""
    if isinstance(statement, ast.ImportFrom):
        is_jaunts = not statement.level and (statement.module or "").partition(".")[0] == "jaunt"
        return "" if is_jaunts else None
    if isinstance(statement, ast.Import):
        others = [alias for alias in statement.names if alias.name.partition(".")[0] != "jaunt"]
        if len(others) < len(statement.names):
            return ast.unparse(ast.Import(others)) if others else ""
    if statement in spec.module_calls:
        return ""
    if isinstance(statement, ast.Assign) and spec.spec_decorator(statement.value) is not None:
        return ""
    return None


def _put(lines: list[str], node: ast.stmt | ast.expr, text: str) -> None:
    """Put a text in the place of a node, blank lines after it; a decorator's `@` goes as well."""
    first, last = node.lineno, node.end_lineno or node.lineno
    start = lines[first - 1].encode()[: node.col_offset].decode().rstrip("@ \t")
    lines[first - 1] = f"{start or ' ' * node.col_offset}{text}".rstrip() if text else start
    for number in range(first, last):
        lines[number] = ""
