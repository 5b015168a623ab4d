"""What is changed in code to see whether its tests notice it: the operators of mutation testing.

They are written over Python's own syntax tree, and give edits of the text. No library is used for them: cosmic-ray
(8.7) has none for results, deleted statements and defaults, and brings 13 packages, SQLAlchemy and aiohttp among them;
those of mutmut (3.8) are a part of its runner and bring libcst and textual. Both write changed files into a project's
folder, and mutmut's positions differ by release. Edits of single tokens are the same on each Python: so nothing inside
an f-string is changed, which 3.11 has no positions for, and nothing that tests have no say in: annotations,
decorators, docstrings, the texts of errors, logging.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.source import Function, assignment_targets, last_name, without_warnings

OperatorKind = Literal[
    "comparison", "boundary", "arithmetic", "boolean", "constant", "return", "statement", "exception", "default"
]


class Place(NamedTuple):
    """Where an edit is: the definition at module level, and the lines whose run reaches it; None: it runs on import."""

    owner: str
    lines: tuple[int, int] | None


class Edit(NamedTuple):
    """One change: the bytes from `start` to `end` of the UTF-8 text become `text`."""

    kind: OperatorKind
    start: int
    end: int
    text: str
    place: Place


_COMPARISONS: dict[type[ast.cmpop], tuple[str, Sequence[tuple[OperatorKind, str]]]] = {
    ast.Lt: ("<", [("boundary", "<="), ("comparison", ">=")]),
    ast.LtE: ("<=", [("boundary", "<"), ("comparison", ">")]),
    ast.Gt: (">", [("boundary", ">="), ("comparison", "<=")]),
    ast.GtE: (">=", [("boundary", ">"), ("comparison", "<")]),
    ast.Eq: ("==", [("comparison", "!=")]),
    ast.NotEq: ("!=", [("comparison", "==")]),
    ast.Is: ("is", [("comparison", "is not")]),
    ast.IsNot: (r"is\s+not", [("comparison", "is")]),
    ast.In: ("in", [("comparison", "not in")]),
    ast.NotIn: (r"not\s+in", [("comparison", "in")]),
}
_ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "&"),
}
_UNARY: dict[type[ast.unaryop], tuple[OperatorKind, str, str]] = {
    ast.Not: ("boolean", "not", "not not"),
    ast.USub: ("arithmetic", "-", "+"),
    ast.Invert: ("arithmetic", "~", "+"),
}
_NO_BEHAVIOUR = {"__all__", "__slots__", "__match_args__"}
_NAMING = {
    "TypeVar",
    "ParamSpec",
    "TypeVarTuple",
    "NewType",
    "namedtuple",
    "NamedTuple",
    "TypedDict",
    "cast",
    "Literal",
}
_SPEAKING = {"logging", "logger", "log", "_log", "_logger", "LOG", "LOGGER", "warnings"}
_COMMENT = re.compile(rb"#[^\n]*")


def edits_of(tree: ast.Module, data: bytes) -> Iterator[Edit]:
    """Yield all edits of a module, whose UTF-8 text is `data`."""
    yield from _Edits(data).in_block(tree.body, "", is_run_late=False)


class _Edits:
    """Finds the edits of one text."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = [0, *(found.end() for found in re.finditer(rb"\n", data))]

    def in_block(self, body: Iterable[ast.stmt], owner: str, *, is_run_late: bool) -> Iterator[Edit]:
        """Yield the edits of statements; `is_run_late`: they stand in a function."""
        for statement in body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue  # a docstring, or `...`
            named = owner or _name_of(statement)
            place = Place(named, _header_lines(statement) if is_run_late else None)
            late = is_run_late or isinstance(statement, Function)
            yield from self._of_statement(statement, place)
            for inner in _bodies(statement):
                yield from self.in_block(inner, named, is_run_late=late)

    def _of_statement(self, node: ast.stmt, place: Place) -> Iterator[Edit]:
        match node:
            case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
                for default in [*args.defaults, *filter(None, args.kw_defaults)]:
                    for edit in self._in_expression(default, place):
                        yield edit._replace(kind="default")
                return
            case ast.ClassDef() | ast.Import() | ast.ImportFrom():
                return
            case _ if type(node).__name__ == "TypeAlias":  # of Python 3.12
                return
            case ast.Assign() | ast.AnnAssign() if _NO_BEHAVIOUR & set(map(last_name, assignment_targets(node))):
                return
            case ast.Return(value=ast.expr() as value) if not _is_none(value):
                yield self._whole(value, "return", "None", place)
            case ast.Raise():
                yield from self._of_raise(node, place)
                return
            case ast.Break() | ast.Continue():
                yield self._whole(node, "statement", "continue" if isinstance(node, ast.Break) else "break", place)
            case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
                for each in handlers:
                    if each.type is not None and place.lines is not None:
                        yield self._whole(each.type, "exception", "()", _lines_of(each.type, place))
                return
            case ast.Match(cases=cases):
                yield from self._in_expression(node.subject, _lines_of(node.subject, place))
                for case in cases:
                    for part in filter(None, (case.pattern, case.guard)):
                        yield from self._in_expression(part, _lines_of(part, place))
                return
        if _can_go(node):
            yield self._whole(node, "statement", "pass", place)
        if isinstance(node, ast.AugAssign):
            yield from self._of_operator(node.op, node.target, node.value, place, after="=")
        for expression in _expressions(node):
            yield from self._in_expression(expression, place)

    def _of_raise(self, node: ast.Raise, place: Place) -> Iterator[Edit]:
        yield self._whole(node, "exception", "pass", place)
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        name = last_name(raised) if isinstance(raised, ast.Name | ast.Attribute) else ""
        if raised is not None and name[:1].isupper() and name not in ("Exception", "BaseException"):
            yield self._whole(raised, "exception", "Exception", place)

    def _in_expression(self, node: ast.AST, place: Place) -> Iterator[Edit]:
        match node:
            case ast.JoinedStr():
                return
            case ast.Call(func=func) if last_name(func) in _NAMING:
                return
            case ast.Subscript(value=value) if last_name(value) in _NAMING:
                return
            case ast.Compare():
                yield from self._of_comparison(node, place)
            case ast.BinOp(op=ast.BitOr()) if place.lines is None:
                return  # a union of types
            case ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str())):
                pass  # a text that is filled in
            case ast.BinOp():
                yield from self._of_operator(node.op, node.left, node.right, place)
            case ast.BoolOp():
                word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
                for left, right in zip(node.values, node.values[1:], strict=False):
                    yield from self._between(left, right, rf"\b{word}\b", "boolean", other, place)
            case ast.UnaryOp():
                if found := _UNARY.get(type(node.op)):
                    kind, word, text = found
                    start = self._start(node)
                    yield Edit(kind, start, start + len(word), text, place)
            case ast.Constant():
                yield from self._of_constant(node, place)
        for child in child_nodes(node):
            yield from self._in_expression(child, place)

    def _of_comparison(self, node: ast.Compare, place: Place) -> Iterator[Edit]:
        sides = [node.left, *node.comparators]
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            pattern, others = _COMPARISONS[type(operator)]
            for kind, text in others:
                yield from self._between(left, right, pattern, kind, text, place)

    def _of_operator(
        self, operator: ast.operator, left: ast.expr, right: ast.expr, place: Place, *, after: str = ""
    ) -> Iterator[Edit]:
        if found := _ARITHMETIC.get(type(operator)):
            sign, other = found
            yield from self._between(left, right, re.escape(sign + after), "arithmetic", other + after, place)

    def _of_constant(self, node: ast.Constant, place: Place) -> Iterator[Edit]:
        match node.value:
            case bool() as value:
                text = repr(not value)
            case int() | float() as value:
                text = repr(value + 1)
            case str() as value:
                text = self._longer(node, value)
            case _:
                return
        if text not in ("inf", "nan"):
            yield self._whole(node, "constant", text, place)

    def _longer(self, node: ast.Constant, value: str) -> str:
        """Return a text, as it is written, with one more character; what `repr` gives depends on the Python."""
        written = self._data[self._start(node) : self._end(node)].decode()
        for quote in (3, 1):
            longer = f"{written[:-quote]}_{written[-quote:]}"
            if _is_text(longer, f"{value}_"):
                return longer
        return ascii(f"{value}_")

    def _between(
        self, left: ast.expr, right: ast.expr, pattern: str, kind: OperatorKind, text: str, place: Place
    ) -> Iterator[Edit]:
        """Yield the edit of the operator between two expressions, which parentheses and comments may stand beside."""
        start, end = self._end(left), self._start(right)
        gap = _COMMENT.sub(lambda comment: b" " * len(comment[0]), self._data[start:end])
        if found := re.search(pattern.encode(), gap):
            yield Edit(kind, start + found.start(), start + found.end(), text, place)

    def _whole(self, node: ast.expr | ast.stmt, kind: OperatorKind, text: str, place: Place) -> Edit:
        return Edit(kind, self._start(node), self._end(node), text, place)

    def _start(self, node: ast.expr | ast.stmt) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr | ast.stmt) -> int:
        return self._starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)


def _name_of(statement: ast.stmt) -> str:
    """Return the name that a statement at module level binds, "" if it is none or several."""
    if isinstance(statement, Function | ast.ClassDef):
        return statement.name
    targets = assignment_targets(statement)
    return last_name(targets[0]) if len(targets) == 1 else ""


def _bodies(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks in a statement; that of `if TYPE_CHECKING:` is run by nobody."""
    if not (isinstance(statement, ast.If) and last_name(statement.test) == "TYPE_CHECKING"):
        yield getattr(statement, "body", [])
    for handler in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
        yield handler.body
    yield getattr(statement, "orelse", [])
    yield getattr(statement, "finalbody", [])


def _header_lines(statement: ast.stmt) -> tuple[int, int]:
    """Return the first and the last line of a statement that are no block of it."""
    body: list[ast.stmt] = getattr(statement, "body", [])
    if not body:
        return statement.lineno, statement.end_lineno or statement.lineno
    first = min([body[0].lineno, *(each.lineno for each in getattr(body[0], "decorator_list", []))])
    return statement.lineno, max(statement.lineno, first - 1)


def _expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield the expressions of a statement itself, without annotations, and what an assertion says."""
    if isinstance(statement, ast.Assert):
        yield statement.test
        return
    for child in child_nodes(statement):
        if isinstance(child, ast.expr | ast.withitem) and child is not getattr(statement, "annotation", None):
            yield child


def _lines_of(node: ast.expr | ast.pattern, place: Place) -> Place:
    """Return the place of a part that has lines of its own in a statement that is made of blocks."""
    return place._replace(lines=place.lines and (node.lineno, node.end_lineno or node.lineno))


def _can_go(statement: ast.stmt) -> bool:
    """Whether code without a statement still has all its names: a call, or a change of something that is there."""
    match statement:
        case ast.Expr(value=ast.Call(func=func) | ast.Await(value=ast.Call(func=func))):
            return not _SPEAKING & {each.id for each in ast.walk(func) if isinstance(each, ast.Name)}
        case ast.AugAssign() | ast.Delete():
            return True
        case ast.Assign(targets=targets):
            return all(isinstance(each, ast.Attribute | ast.Subscript) for each in targets)
    return False


def _is_text(written: str, value: str) -> bool:
    try:
        with without_warnings():
            return ast.literal_eval(written) == value
    except (SyntaxError, ValueError):
        return False


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
