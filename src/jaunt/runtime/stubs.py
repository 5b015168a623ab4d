"""What a stub is at the top level of a module: by syntax, for those who read a module and for those who import it."""

TYPE_CHECKING = False  # see spec_ref.py
if TYPE_CHECKING:
    from typing import Any

ONLY_AST = 0x400
"""The flag of `compile` by which it parses alone, as in `ast`, which takes 6 ms to import."""

_FUNCTIONS = {"FunctionDef", "AsyncFunctionDef"}
_NO_CODE_TO_COME = {"Protocol", "TypedDict"}  # a protocol's methods have no bodies
_BINDING = {
    *(
        "property",
        "cached_property",
        "classmethod",
        "staticmethod",
        "setter",
        "deleter",
        "overload",
        "override",
        "final",
    )
}
"""Decorators of methods in a class that is a stub: one that is abstract, or a spec itself, is in a class that stays."""


def stub_names(tree: "Any") -> "list[str]":
    """Return the names of the stubs without decorators at the top level of a module, given its syntax tree."""
    return [node.name for node in tree.body if is_stub_definition(node)]


def is_stub_definition(node: "Any") -> bool:
    """Whether a statement defines, without decorators, a function without a body, or a class of such methods alone."""
    kind = type(node).__name__
    if kind in _FUNCTIONS:
        return not node.decorator_list and _has_no_body(node)
    if kind != "ClassDef" or node.decorator_list or not _NO_CODE_TO_COME.isdisjoint(map(_last, node.bases)):
        return False
    methods = [each for each in node.body if type(each).__name__ in _FUNCTIONS]
    is_plain = all(_last(each) in _BINDING for method in methods for each in method.decorator_list)
    return bool(methods) and is_plain and all(map(_has_no_body, methods))


def _has_no_body(function: "Any") -> bool:
    """Whether a function is a stub; one that only yields constants is one if its docstring says what it is to yield."""
    first, *rest = function.body
    is_documented = _is_constant(first, str)
    statements = rest if is_documented else function.body
    yields = bool(statements) and all(map(_is_yield, statements))
    return all(map(_stands_for_code, statements)) and (is_documented or not yields)


def _stands_for_code(node: "Any") -> bool:
    """Whether a statement is `...`, `pass`, `raise NotImplementedError`, or a `yield` that tells of a generator."""
    kind = type(node).__name__
    if kind == "Raise":
        raised = getattr(node.exc, "func", node.exc)
        return getattr(raised, "id", "") == "NotImplementedError"
    return kind == "Pass" or _is_constant(node, type(...)) or _is_yield(node)


def _is_constant(node: "Any", kind: type) -> bool:
    return type(node).__name__ == "Expr" and isinstance(getattr(node.value, "value", None), kind)


def _is_yield(node: "Any") -> bool:
    """Whether a statement yields nothing, or a constant."""
    if type(node).__name__ != "Expr" or type(node.value).__name__ != "Yield":
        return False
    return node.value.value is None or type(node.value.value).__name__ == "Constant"


def _last(node: "Any") -> str:
    """Return the last part of a name, of a subscript or a call too."""
    while type(node).__name__ in {"Subscript", "Call"}:
        node = node.value if type(node).__name__ == "Subscript" else node.func
    return getattr(node, "attr", None) or getattr(node, "id", "")
