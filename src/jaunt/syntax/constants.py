"""The values of a module's constants, as far as they can be told without running anything."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from jaunt.syntax.source import ModuleSource

_DEEPEST = 50  # constants of constants; a chain may lead back to itself
_LARGEST = 2**64  # squares of squares grow without bound


def _power(base: int, exponent: int) -> int:
    return base**exponent if 0 <= exponent <= 64 and abs(base) <= 1024 else _LARGEST


def _shifted(number: int, bits: int) -> int:
    return number << bits if 0 <= bits <= 64 else _LARGEST


_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: _power,
    ast.LShift: _shifted,
}


def constant_value(node: ast.expr, module: ModuleSource, depth: int = 0) -> str | None:
    """Return the value of an expression as text, with its type; None if only running the module would tell.

    It is made of literals, of other constants of the module, of what whole numbers are computed to, and of calls such
    as `tuple()` of a builtin class, with nothing or with one of these.
    """
    if isinstance(node, ast.Name) and node.id in module.constants and depth < _DEEPEST:
        return constant_value(module.constants[node.id], module, depth + 1)
    number = whole_number(node, module, depth)
    if number is not None:
        return f"int {number}"
    if isinstance(node, ast.Constant):
        return f"{type(node.value).__name__} {node.value!r}"
    if isinstance(node, ast.Tuple | ast.List):
        parts = [constant_value(each, module, depth + 1) for each in node.elts]
        return None if None in parts else f"{type(node).__name__} {parts}"
    return _other_value(node, module, depth)


def _other_value(node: ast.expr, module: ModuleSource, depth: int) -> str | None:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Constant(value=value)):
            return f"bool {not value}"
        case ast.Dict(keys=[]):
            return "Dict []"
        case ast.Attribute() if module.dotted(node) in _ATTRIBUTES:
            return _ATTRIBUTES[module.dotted(node) or ""]
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str(text))], keywords=[]):
            return f"float {text.strip().lower()}" if text.strip().lower() in {"inf", "-inf", "nan"} else None
        case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if name in _EMPTY and name not in module.bindings:
            return f"{_EMPTY[name]} []"
        case ast.Call(func=ast.Name(id="frozenset" | "set" as name), args=[ast.Tuple(elts=[]) | ast.List(elts=[])]):
            return f"{_EMPTY[name]} []"
    return None


_EMPTY = {"tuple": "Tuple", "list": "List", "dict": "Dict", "set": "Set", "frozenset": "FrozenSet"}
_ATTRIBUTES = {"math.inf": "float inf", "math.nan": "float nan"}


def whole_number(node: ast.expr, module: ModuleSource, depth: int = 0) -> int | None:
    """Return the whole number that an expression is, by literals and constants of the module; None for all else."""
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return value
        case ast.Name(id=name) if name in module.constants and depth < _DEEPEST:
            return whole_number(module.constants[name], module, depth + 1)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = whole_number(operand, module, depth + 1)
            return None if value is None else -value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS and depth < _DEEPEST:
            values = [whole_number(each, module, depth + 1) for each in (left, right)]
            if None in values or (isinstance(op, ast.FloorDiv) and not values[1]):
                return None
            result = _OPERATORS[type(op)](*values)
            return result if abs(result) < _LARGEST else None
    return None
