"""The canonical form of syntax: the same text on every Python version, as that of `ast.dump` is not."""

import ast
from functools import cache
from typing import Any

_UNCOUNTED_FIELDS = {"ctx", "kind", "type_comment", "type_ignores"}


def canonical(value: Any) -> str:
    """Return the syntax of a node, or a list of them, as text that is the same on every Python version."""
    if value is None or value == []:  # as half of what is asked for
        return "None" if value is None else "[]"
    out: list[str] = []
    pending: list[Any] = [value]  # a stack, as a sum of 1,000 terms is nested 1,000 deep
    while pending:
        item = pending.pop()
        kind = type(item)
        if kind is _Text:
            out.append(item)
        elif kind is list:
            out.append("[")
            pending.append(_CLOSE_LIST)
            pending += reversed(item)
        elif kind is ast.Name:
            out.append(f"(Name id={item.id!a})")
        elif isinstance(item, ast.AST):
            out.append(f"({kind.__name__}")
            pending.append(_CLOSE_NODE)
            for name, label in _labels(kind):
                field = getattr(item, name, None)
                if kind is ast.JoinedStr:
                    pending += (_without_empty_texts(item.values), label)
                elif field or not (field is None or field == []):  # left out, as newer Pythons add some (`type_params`)
                    pending += (field, label)
        else:
            # repr refuses integers of more than 4,300 digits
            out.append(hex(item) if kind is int else ascii(item))
    return "".join(out)


class _Text(str):
    """Finished text, unlike a string in the syntax."""

    __slots__ = ()


_CLOSE_NODE, _CLOSE_LIST = _Text(")"), _Text("]")


def _without_empty_texts(values: list[ast.expr]) -> list[ast.expr]:
    """Return what an f-string is made of: Python 3.12 puts empty strings into one, others don't."""
    return [v for v in values if not (isinstance(v, ast.Constant) and v.value == "")]


@cache  # saves 30 % of the time that `canonical` takes
def _labels(kind: type[ast.AST]) -> list[tuple[str, _Text]]:
    """Return the fields that count, each with its label, the last one first."""
    return [(name, _Text(f" {name}=")) for name in reversed(kind._fields) if name not in _UNCOUNTED_FIELDS]
