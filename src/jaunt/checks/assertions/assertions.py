"""Assertions in generated tests: a test that asserts nothing is refused, by its source, before it is run."""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from jaunt.checks.assertions.closed import Closed, closed_constants
from jaunt.checks.assertions.swallowing import swallowed
from jaunt.syntax.source import Function, last_name, parse_or_none
from jaunt.text.flaw import Flaw

_RAISING = {"raises", "warns", "deprecated_call", "fail"}  # pytest's, and unittest's `fail`
_SPEAKING = ("assert", "check", "verify", "expect")  # what the name of a helper that asserts begins with


def assertion_free_tests(source: str, expected_names: Sequence[str], tested: Collection[str] = ()) -> list[Flaw]:
    """Return an error for each of the expected tests that asserts nothing, or that hides what its assertions find.

    An assertion is an `assert` whose outcome isn't plain from its own text, `pytest.raises` and its like,
    `raise AssertionError`, a call of a function of this module that asserts, or of one from elsewhere whose
    name says so (`assert_called_once`, `check_order`). An `assert` that compares a thing with itself is none, nor is
    one that only looks whether a name of `tested`, what is under test, is there. Source that can't be parsed, and names
    that it doesn't define, give no error here: other checks see to them.
    """
    tree = parse_or_none(source)
    if tree is None:
        return []
    found = _Assertions(tree, tested)
    errors = []
    for name in expected_names:
        tests = [each for each in found.functions if each == name or _is_method(each, name)]
        errors += [error for test in tests for error in found.errors(test)]
    return errors


def _definitions(body: Iterable[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Yield the functions at module level and the methods of classes, each with its dotted name."""
    for statement in body:
        if isinstance(statement, Function):
            yield f"{prefix}{statement.name}", statement
        elif isinstance(statement, ast.ClassDef):
            yield from _definitions(statement.body, f"{prefix}{statement.name}.")
        elif isinstance(statement, ast.If | ast.Try | ast.With):
            for block in ("body", "orelse", "finalbody"):
                yield from _definitions(getattr(statement, block, []), prefix)


def _is_method(function: str, expected: str) -> bool:
    owner, _, name = function.rpartition(".")
    return owner != "" and ((owner == expected and name.startswith("test")) or function == expected.replace("::", "."))


class _Assertions:
    """The assertions of one module's functions."""

    def __init__(self, tree: ast.Module, tested: Collection[str]) -> None:
        self.functions = dict(_definitions(tree.body))
        constants = closed_constants(tree)
        self._closed = {name: Closed(node, tested, constants) for name, node in self.functions.items()}
        self._by_name: dict[str, set[str]] = {}  # a call names a method by its last part
        for function in self.functions:
            self._by_name.setdefault(function.rpartition(".")[2], set()).add(function)
        self._asserting: set[str] = set()
        while more := {name for name in self.functions.keys() - self._asserting if self._asserts(name)}:
            self._asserting |= more

    def errors(self, test: str) -> Iterator[Flaw]:
        """Yield what keeps a test from failing."""
        if lines := self._hidden(test).values():
            message = f"{test} catches the failures of its own assertions: let them out"
            yield Flaw(message, line=min(lines), about=test)
        elif _has_no_case(self.functions[test]):
            yield Flaw(f"{test} has no case to run with: its `parametrize` lists none", about=test)
        elif test not in self._asserting:
            yield Flaw(f"{test} asserts nothing: a test must fail if what it tests is wrong", about=test)

    def _hidden(self, function: str) -> Mapping[ast.AST, int]:
        return swallowed(self.functions[function], partial(self._is_assertion, function))

    def _asserts(self, function: str) -> bool:
        hidden = self._hidden(function)
        nodes = _live(self.functions[function].body)
        return any(self._is_assertion(function, node) and node not in hidden for node in nodes)

    def _is_assertion(self, function: str, node: ast.AST) -> bool:
        match node:
            case ast.Assert(test=test):
                return not (_is_always_true(test) or self._closed[function].is_vacuous(test))
            case ast.Raise(exc=ast.Name(id="AssertionError") | ast.Call(func=ast.Name(id="AssertionError"))):
                return True
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                if name in self._by_name:
                    return bool(self._by_name[name] & self._asserting)
                return name in _RAISING or name.lstrip("_").lower().startswith(_SPEAKING)
        return False


def _has_no_case(function: Function) -> bool:
    """Whether a test is parametrized by a list without an item: pytest then skips it."""
    calls = (each for each in function.decorator_list if isinstance(each, ast.Call))
    values = (
        value
        for call in calls
        if last_name(call) == "parametrize"
        for value in [*call.args[1:2], *(k.value for k in call.keywords if k.arg == "argvalues")]
    )
    return any(isinstance(value, ast.List | ast.Tuple | ast.Set) and not value.elts for value in values)


def _live(body: Sequence[ast.stmt], used: set[str] | None = None) -> Iterator[ast.AST]:
    """Yield the nodes of a block that can run: nothing after a `return`, no nested function never named."""
    if used is None:
        used = {node.id for statement in body for node in ast.walk(statement) if isinstance(node, ast.Name)}
    for statement in body:
        yield from _live_in(statement, used)
        if isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break):
            return


def _live_in(node: ast.AST, used: set[str]) -> Iterator[ast.AST]:
    yield node
    if isinstance(node, Function) and not (node.name in used or node.decorator_list):
        return
    if isinstance(node, ast.If | ast.While) and isinstance(node.test, ast.Constant):
        yield from _live(node.body if node.test.value else node.orelse, used)
        return
    for _, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        if children and isinstance(children[0], ast.stmt):
            yield from _live(children, used)
        else:
            for child in children:
                if isinstance(child, ast.AST):
                    yield from _live_in(child, used)


_ANY_LENGTH = {
    ("0", ast.GtE, True),
    ("-1", ast.Gt, True),
    ("-1", ast.NotEq, True),
    ("0", ast.LtE, False),
    ("-1", ast.Lt, False),
    ("-1", ast.NotEq, False),
}
"""What holds of every length: the number, the comparison, and whether the length stands on its left."""


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _is_always_true(test: ast.expr) -> bool:
    match test:
        case ast.Tuple(elts=[_, *_]) | ast.Lambda() | ast.JoinedStr(values=[ast.Constant(), *_]):
            return True
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(map(_is_always_true, values))
        case ast.BoolOp(op=ast.And(), values=values):
            return all(map(_is_always_true, values))
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, ast.Name(id="object")]):
            return True
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if _is_length(left) or _is_length(right):
            return (ast.unparse(right if _is_length(left) else left), type(operator), _is_length(left)) in _ANY_LENGTH
    # Without a name in it, nothing that is tested has a part in it.
    depends = any(isinstance(node, ast.Name | ast.Call | ast.Await) for node in ast.walk(test))
    return not depends and not (isinstance(test, ast.Constant) and not test.value)
