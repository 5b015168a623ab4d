"""The values of a module's constants, as far as they can be told without running anything."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from jaunt.syntax.source import ModuleSource

_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}
_DEEPEST = 50  # constants of constants; a chain may lead back to itself
_LARGEST = 2**64  # squares of squares grow without bound


def constant_value(node: ast.expr, module: ModuleSource, depth: int = 0) -> str | None:
    """Return the value of an expression as text, with its type; None if only running the module would tell.

    It is made of literals, of other constants of the module, and of sums and products of whole numbers.
    """
    if isinstance(node, ast.Name) and node.id in module.constants and depth < _DEEPEST:
        return constant_value(module.constants[node.id], module, depth + 1)
    number = _whole_number(node, module, depth)
    if number is not None:
        return f"int {number}"
    if isinstance(node, ast.Constant):
        return f"{type(node.value).__name__} {node.value!r}"
    if isinstance(node, ast.Tuple | ast.List):
        parts = [constant_value(each, module, depth + 1) for each in node.elts]
        return None if None in parts else f"{type(node).__name__} {parts}"
    return None


def _whole_number(node: ast.expr, module: ModuleSource, depth: int) -> int | None:
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return value
        case ast.Name(id=name) if name in module.constants and depth < _DEEPEST:
            return _whole_number(module.constants[name], module, depth + 1)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = _whole_number(operand, module, depth + 1)
            return None if value is None else -value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS and depth < _DEEPEST:
            values = [_whole_number(each, module, depth + 1) for each in (left, right)]
            if None in values or (isinstance(op, ast.FloorDiv) and not values[1]):
                return None
            result = _OPERATORS[type(op)](*values)
            return result if abs(result) < _LARGEST else None
    return None
