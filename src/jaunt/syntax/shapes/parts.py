"""What of a shape is compared: the parts that it is made of, by name."""

import ast
import hashlib
from collections.abc import Sequence

from jaunt.syntax.canonical import canonical
from jaunt.syntax.shapes.members import (
    attributes_of,
    fields_of,
    first_line,
    in_blocks,
    is_shown,
    methods_of,
    names_bound,
    returned_classes,
    slots_of,
)
from jaunt.syntax.source import Function

VALUE = "value"
"""The part of a shape that is neither a class nor a function: a constant, or another name for a type."""


def class_parts(node: ast.ClassDef) -> dict[str, str]:
    """Return what of a class is compared."""
    parts = {
        "bases": canonical([*node.bases, *node.keywords, *getattr(node, "type_params", [])]),
        "decorators": canonical(node.decorator_list),
        "docstring": first_line(node),
    }
    found = dict[str, str]()
    for name, statement in fields_of(node):
        found[f"field {name}"] = found.get(f"field {name}", "") + canonical([statement])
    for method in methods_of(node):
        for name, annotation, is_unpacked in attributes_of(method):
            if is_unpacked:
                parts[f"attribute {name}"] = ""
            else:
                found.setdefault(f"field {name}", canonical([annotation] if annotation is not None else []))
    parts |= found
    if slots := slots_of(node):
        parts["slots"] = " ".join(slots)
    for member in in_blocks(node):
        for name, part in _in_block(member).items():
            parts[name] = parts.get(name, "") + part
    if len(found) > 1:
        parts["order of fields"] = "\n".join(found)
    for member in node.body:
        if isinstance(member, Function) and is_shown(member):
            name = f"method {member.name}"  # a property's getter and setter share it, as do overloads
            parts[name] = parts.get(name, "") + repr(sorted(function_parts([member]).items()))
        elif isinstance(member, ast.ClassDef):
            parts[f"class {member.name}"] = repr(sorted(class_parts(member).items()))
    return parts


def _in_block(member: ast.stmt) -> dict[str, str]:
    if isinstance(member, Function):
        return {f"conditional method {member.name}": repr(function_parts([member]))} if is_shown(member) else {}
    if isinstance(member, ast.ClassDef):
        return {f"conditional class {member.name}": repr(class_parts(member))}
    return {f"conditional field {name}": canonical([member]) for name in names_bound(member)}


def function_parts(functions: Sequence[Function]) -> dict[str, str]:
    """Return what of a function is compared, its overloads included."""
    signatures = [
        [type(f).__name__, canonical(f.args), canonical(f.returns), canonical(getattr(f, "type_params", []))]
        for f in functions
    ]
    made = {f"returned class {c.name}": repr(class_parts(c)) for f in functions for c in returned_classes(f)}
    return {
        "signature": repr(signatures),
        "decorators": canonical([decorator for f in functions for decorator in f.decorator_list]),
        "docstring": first_line(functions[-1]),
        **made,
    }


def value_parts(nodes: Sequence[ast.stmt]) -> dict[str, str]:
    """Return what of statements that define neither is compared."""
    return {VALUE: canonical([*nodes])} if nodes else {}


def digest(text: str) -> str:
    """Return what is kept of a part."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
