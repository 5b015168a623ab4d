"""Expressions whose value is plain from their own text: an assertion of one says nothing of the code under test."""

import ast
import builtins
from collections.abc import Collection, Iterable, Iterator

from jaunt.syntax.source import Function

_REACHING = {"open", "input", "eval", "exec", "__import__", "globals", "locals", "vars", "breakpoint"}
_BUILTIN = {name for name in dir(builtins) if name not in _REACHING}
_LOOKERS = {"callable", "isinstance", "issubclass", "hasattr", "type", "id", "repr", "str", "bool", "hash", "dir"}
"""Functions that look at what they are given without calling it."""

_Inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class Closed:
    """The names of a function whose values are made of constants alone.

    `tested` are the names of functions and classes under test: to name one is not to call it. `constants` are the names
    of the module that have such values.
    """

    def __init__(self, function: Function, tested: Collection[str] = (), constants: Collection[str] = ()) -> None:
        self._tested = tested
        self._values = _bindings(function)
        self._names = {name for name, values in self._values.items() if None not in values} - set(_kept_open(function))
        self._outer = {*constants} - self._values.keys()
        nodes = [*_own_nodes(function)]
        while open_ones := self._open(nodes):
            self._names -= open_ones

    def is_vacuous(self, test: ast.expr) -> bool:
        """Whether an assertion of `test` says nothing: its value is plain, or a thing is compared with itself."""
        if isinstance(test, ast.Constant):
            return bool(test.value)  # `assert False` fails where it is reached
        return self._holds(test) or self._compares_with_itself(test)

    def _open(self, nodes: Iterable[ast.AST]) -> set[str]:
        """Return the names, so far taken for closed, that depend on something else."""
        found = {name for name in self._names if not all(map(self._holds, filter(None, self._values[name])))}
        for node in nodes:
            if isinstance(node, ast.Call) and not self._holds(node):
                found |= {*_named([node.func, *node.args, *(keyword.value for keyword in node.keywords)])}
            elif isinstance(node, ast.Assign) and not self._holds(node.value):
                found |= {*_named(t for t in node.targets if isinstance(t, ast.Attribute | ast.Subscript))}
        return found & self._names

    def _holds(self, node: ast.expr) -> bool:
        """Whether an expression's value is plain from the text."""
        if any(isinstance(each, ast.Await | ast.Yield | ast.YieldFrom) for each in ast.walk(node)):
            return False
        used = {id(each) for each in self._used_tested(node)}
        made_here = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        made_here |= {
            a.arg
            for n in ast.walk(node)
            if isinstance(n, ast.Lambda)
            for a in ast.walk(n.args)
            if isinstance(a, ast.arg)
        }
        return all(
            name.id in self._names
            or name.id in made_here
            or name.id in self._outer
            or (name.id in self._tested and id(name) not in used)
            or (name.id in _BUILTIN and name.id not in self._values)
            for name in ast.walk(node)
            if isinstance(name, ast.Name)
        )

    def _used_tested(self, node: ast.expr) -> Iterator[ast.Name]:
        """Yield the mentions of what is under test that are more than a look at it: it, or what it gives, is called."""
        for each in ast.walk(node):
            if isinstance(each, ast.Attribute | ast.Subscript):
                yield from (n for n in ast.walk(each.value) if isinstance(n, ast.Name) and n.id in self._tested)
            if isinstance(each, ast.Call) and not (isinstance(each.func, ast.Name) and each.func.id in _LOOKERS):
                yield from (n for n in ast.walk(each) if isinstance(n, ast.Name) and n.id in self._tested)

    def _compares_with_itself(self, test: ast.expr) -> bool:
        match test:
            case ast.BoolOp(op=ast.And(), values=values):
                return all(map(self.is_vacuous, values))
            case ast.UnaryOp(op=ast.Not(), operand=ast.Compare(left=left, ops=[ast.NotEq()], comparators=[right])):
                return self._is_same(left, right)
            case ast.Compare(left=left, ops=[ast.Eq() | ast.LtE() | ast.GtE()], comparators=[right]):
                return self._is_same(left, right)
            case ast.Compare(left=left, ops=[ast.In()], comparators=[ast.List() | ast.Tuple() | ast.Set() as right]):
                return any(self._is_same(left, each) for each in right.elts)
            case ast.Compare(left=left, ops=[ast.Is()], comparators=[right]):  # two calls may give one object, or two
                return not any(isinstance(n, ast.Call) for n in ast.walk(test)) and ast.dump(left) == ast.dump(right)
        return False

    def _is_same(self, left: ast.expr, right: ast.expr) -> bool:
        """Whether two expressions are the same, names that stand for one call of what is under test resolved."""
        return ast.dump(self._resolved(left)) == ast.dump(self._resolved(right))

    def _resolved(self, node: ast.expr) -> ast.expr:
        values = self._values.get(node.id, []) if isinstance(node, ast.Name) else []
        match values:
            case [ast.Call(func=ast.Name(id=name)) as call] if name in self._tested:
                return call
        return node


def closed_constants(tree: ast.Module) -> set[str]:
    """Return the names that a module assigns once, at its top, to a value made of constants alone."""
    found: dict[str, list[ast.expr]] = {}
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.expr):
                found.setdefault(target.id, []).append(value)
    return {
        name
        for name, values in found.items()
        if len(values) == 1 and not any(isinstance(n, ast.Name | ast.Call) for n in ast.walk(values[0]))
    }


def _bindings(function: Function) -> dict[str, list[ast.expr | None]]:
    """Return the values that a function binds each of its names to; None for one that its text doesn't tell."""
    found: dict[str, list[ast.expr | None]] = {}

    def bind(target: ast.AST | None, value: ast.expr | None) -> None:
        for each in ast.walk(target) if target else ():
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                found.setdefault(each.id, []).append(value)

    for argument in ast.walk(function.args):
        if isinstance(argument, ast.arg):
            found.setdefault(argument.arg, []).append(None)
    for node in _own_nodes(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    bind(target, value)
            case ast.AnnAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
                bind(target, value)
            case ast.AugAssign(target=target, value=value):
                bind(target, value)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                bind(target, value)
            case ast.AsyncFor(target=target):
                bind(target, None)
            case ast.withitem(context_expr=value, optional_vars=target):
                bind(target, None)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.setdefault(name, []).append(None)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.setdefault(name, []).append(None)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    found.setdefault(alias.asname or alias.name.partition(".")[0], []).append(None)
    return found


def _kept_open(function: Function) -> Iterator[str]:
    """Yield the names that an inner function mentions, which may change them, or that are not the function's own."""
    for node in ast.walk(function):
        if isinstance(node, _Inner) and node is not function:
            yield from _named([node])
        elif isinstance(node, ast.Global | ast.Nonlocal):
            yield from node.names


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    """Yield the nodes of a function, inner functions and classes themselves, but nothing of what is in them."""
    pending: list[ast.AST] = [*function.body]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _Inner):
            pending += ast.iter_child_nodes(node)


def _named(nodes: Iterable[ast.AST]) -> Iterator[str]:
    return (each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name))
