"""Branches: under which conditions a module-level statement runs, and which of them hold on this platform."""

import ast
import operator
import os
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol


class Scope(Protocol):
    """What is asked of a module about its names."""

    def dotted(self, node: ast.AST) -> str | None:
        """Return the dotted path that a name or an attribute chain stands for, None for anything else."""
        ...

    def constant(self, name: str) -> ast.expr | None:
        """Return the value of a module-level name that is assigned once, None for any other."""
        ...


_FACTS: dict[str, Any] = {
    "sys.platform": sys.platform,
    "sys.version_info": tuple(sys.version_info),
    "sys.version_info.major": sys.version_info.major,
    "sys.version_info.minor": sys.version_info.minor,
    "sys.hexversion": sys.hexversion,
    "sys.maxsize": sys.maxsize,
    "sys.byteorder": sys.byteorder,
    "sys.implementation.name": sys.implementation.name,
    "os.name": os.name,
    "typing.TYPE_CHECKING": False,
    "typing_extensions.TYPE_CHECKING": False,
    "__debug__": True,
    "TYPE_CHECKING": False,
}
_CALLS: dict[str | None, str | None] = {
    "platform.system": {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}.get(sys.platform),
    "platform.python_implementation": {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name),
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_IMPORT_FAILURES = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


class Branch(NamedTuple):
    """One of the branches of a block that exclude each other; `runs` is None where only running it tells."""

    block: ast.stmt
    name: str
    runs: bool | None


class Placed(NamedTuple):
    """A module-level statement, and the branches that it stands in, the outermost first."""

    statement: ast.stmt
    branches: tuple[Branch, ...]

    @property
    def runs(self) -> bool | None:
        """Whether it runs on this platform; None where only running it tells."""
        found = {branch.runs for branch in self.branches}
        return False if False in found else None if None in found else True

    def excludes(self, other: "Placed") -> bool:
        """Whether the two stand in different branches of one block."""
        own = {id(branch.block): branch.name for branch in self.branches}
        return any(own.get(id(branch.block), branch.name) != branch.name for branch in other.branches)


def placed_statements(tree: ast.Module, scope: Scope) -> Iterator[Placed]:
    """Yield the simple statements and definitions of a module, those in blocks included, in order."""
    pending = [Placed(statement, ()) for statement in reversed(tree.body)]
    while pending:
        placed = pending.pop()
        inside = [
            Placed(statement, (*placed.branches, *branch))
            for body, branch in _bodies(placed.statement, scope)
            for statement in body
        ]
        if inside:
            pending += reversed(inside)
        else:
            yield placed


def parted(first: Placed, second: Placed) -> tuple[ast.stmt, tuple[str, str]]:
    """Return the outermost block that two statements which exclude each other part at, and the branch of each."""
    names = {id(branch.block): branch.name for branch in second.branches}
    apart = next(b for b in first.branches if names.get(id(b.block), b.name) != b.name)
    return apart.block, (apart.name, names[id(apart.block)])


def imports_work(block: ast.stmt) -> bool | None:
    """Return whether the modules that a `try` imports are installed; None for any other block, or relative imports."""
    if not isinstance(block, ast.Try) or not any(map(catches_import_error, block.handlers)):
        return None
    heads: list[str] = []
    for statement in block.body:
        if isinstance(statement, ast.Import):
            heads += [alias.name.partition(".")[0] for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            heads.append((statement.module or "").partition(".")[0] if not statement.level else "")
    if not heads or "" in heads:
        return None
    return all(map(_is_installed, heads))


def _bodies(statement: ast.stmt, scope: Scope) -> Iterator[tuple[list[ast.stmt], tuple[Branch, ...]]]:
    """Yield the bodies of a block, each with the branch that it is, if it is one of several."""
    match statement:
        case ast.If(test=test, body=body, orelse=orelse):
            holds = truth(test, scope)
            yield body, (Branch(statement, "if", holds),)
            yield orelse, (Branch(statement, "else", None if holds is None else not holds),)
        case ast.Try() | ast.TryStar():
            yield statement.body, (Branch(statement, "try", None),)
            for number, handler in enumerate(statement.handlers):
                yield handler.body, (Branch(statement, f"except {number}", None),)
            yield statement.orelse, (Branch(statement, "try", None),)
            yield statement.finalbody, ()
        case ast.Match(cases=cases):
            for number, case in enumerate(cases):
                yield case.body, (Branch(statement, f"case {number}", None),)
        case ast.With() | ast.AsyncWith():
            yield statement.body, ()
        case ast.For() | ast.AsyncFor() | ast.While():
            yield statement.body, (Branch(statement, "loop", None),)
            yield statement.orelse, ()


def truth(test: ast.expr, scope: Scope) -> bool | None:
    """Return whether a condition on platform and version holds here; None for any other."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            holds = truth(operand, scope)
            return None if holds is None else not holds
        case ast.BoolOp(op=op, values=values):
            found = {truth(value, scope) for value in values}
            decisive = isinstance(op, ast.Or)
            return decisive if decisive in found else None if None in found else not decisive
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _compared([left, *others], ops, scope)
    try:
        return bool(_value(test, scope))
    except (_UnknownError, TypeError):
        return None


def _compared(operands: list[ast.expr], ops: list[ast.cmpop], scope: Scope) -> bool | None:
    try:
        values = [_value(operand, scope) for operand in operands]
        steps = zip(ops, values, values[1:], strict=False)
        return all(_COMPARISONS[type(op)](left, right) for op, left, right in steps)
    except (_UnknownError, TypeError):
        return None


class _UnknownError(Exception):
    """Only running the module tells the value."""


def _value(node: ast.expr, scope: Scope) -> Any:
    """Return what an expression comes to on this platform; raises _UnknownError, TypeError for a wrong one."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return tuple(_value(element, scope) for element in elements)
        case ast.Name(id=name):
            path = scope.dotted(node) or name
            if path in _FACTS:
                return _FACTS[path]
            if (constant := scope.constant(name)) is not None and not isinstance(constant, ast.Name):
                holds = truth(constant, scope)  # WINDOWS = sys.platform == "win32"
                if holds is not None:
                    return holds
        case ast.Attribute():
            if (path := scope.dotted(node)) in _FACTS:
                return _FACTS[path]
        case ast.Subscript(value=value, slice=ast.Constant(value=int(index))):
            return _item(_value(value, scope), index)
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=ast.Constant(value=int(end)), step=None)):
            return _item(_value(value, scope), slice(end))
        case ast.Call(func=function, args=arguments, keywords=[]):
            return _called(function, arguments, scope)
    raise _UnknownError


def _item(value: Any, index: int | slice) -> Any:
    try:
        return value[index]
    except IndexError:
        raise _UnknownError from None


def _called(function: ast.expr, arguments: list[ast.expr], scope: Scope) -> Any:
    """Return what a call comes to: `sys.platform.startswith("linux")`, `platform.system()`, `hasattr(os, "fork")`."""
    path = scope.dotted(function)
    if _CALLS.get(path) and not arguments:
        return _CALLS[path]
    match function, arguments:
        case ast.Attribute(value=value, attr="startswith" | "endswith" | "lower" as method), _:
            text = _value(value, scope)
            if isinstance(text, str):
                return getattr(text, method)(*(_value(argument, scope) for argument in arguments))
        case ast.Name(id="hasattr"), [module, ast.Constant(value=str(name))] if scope.dotted(module) in {"os", "sys"}:
            return hasattr({"os": os, "sys": sys}[scope.dotted(module) or ""], name)
    raise _UnknownError


def catches_import_error(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches an import that fails."""
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(error, ast.Name) and error.id in _IMPORT_FAILURES for error in caught)


def _is_installed(module: str) -> bool:
    try:
        return module in sys.modules or find_spec(module) is not None
    except (ImportError, ValueError):
        return False
