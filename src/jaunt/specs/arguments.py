"""A spec's decorator arguments, read from its source."""

import ast
from collections.abc import Callable, Mapping
from typing import Any

from jaunt import codes
from jaunt.errors import JauntDiscoveryError
from jaunt.spec_ref import code_name, normalize_spec_ref
from jaunt.syntax.source import ModuleSource

LookUp = Callable[[str], ModuleSource | None]
"""Returns the module that assigns what a dotted path means to a name, None if it is no constant of a module."""


_TYPES = {"prompt": (str, "a string"), "infer_deps": (bool, "True or False")}


class Unreadable(Exception):
    """A decorator argument that only an import can tell; `expression` is what it is given."""

    def __init__(self, expression: str, argument: str = "") -> None:
        super().__init__(f"{argument}={expression}" if argument else expression)
        self.expression = expression


def wrong_type(arguments: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the type of a decorator's `prompt` or `infer_deps`, None if nothing is."""
    for name, (wanted, phrase) in _TYPES.items():
        value = arguments.get(name)
        if value is not None and not isinstance(value, wanted):
            return f"{name} must be {phrase}, not {value!r}"
    return None


def read_arguments(source: ModuleSource, name: str, look_up: LookUp) -> dict[str, Any]:
    """Return the decorator arguments of the spec `name`, constants of other modules included; raises Unreadable."""
    call = source.spec_call(code_name(name))
    return call_arguments(source, call, look_up) if call else {}


def read_deps(source: ModuleSource, name: str) -> list[str]:
    """Return the references in a module-level constant that is given as `deps`; raises Unreadable."""
    return _deps(source, ast.Name(name, ast.Load())) or []


def call_arguments(source: ModuleSource, call: ast.Call, look_up: LookUp = lambda _: None) -> dict[str, Any]:
    """Return the arguments of a decorator's call; raises Unreadable, or JauntDiscoveryError for wrong ones."""
    where = f"{source.path}:{call.lineno}"
    if call.args:
        raise JauntDiscoveryError(
            f"{where}: the decorator takes keyword arguments only",
            hint="write deps=[...]",
            code=codes.DECORATOR_ARGUMENTS,
        )
    arguments: dict[str, Any] = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise Unreadable(f"**{ast.unparse(keyword.value)}")
        if keyword.arg not in _READERS:
            raise JauntDiscoveryError(
                f"{where}: unknown decorator argument {keyword.arg!r}",
                hint=f"it takes {', '.join(sorted(_READERS))}",
                code=codes.DECORATOR_ARGUMENTS,
            )
        arguments[keyword.arg] = _READERS[keyword.arg](source, keyword.value, look_up)
    return {name: value for name, value in arguments.items() if value is not None}


def _deps(source: ModuleSource, node: ast.expr, _: LookUp | None = None) -> list[str] | None:
    """Read `deps`: references as strings, specs by name, lists and module-level constants of such.

    A path to another module's constant is a reference here: only linking, which knows all modules, can tell it from a
    spec.
    """
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [dep for element in node.elts for dep in _deps(source, element) or []]
    if isinstance(node, ast.Constant) and node.value is None:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return [normalize_spec_ref(node.value)]
        except ValueError as error:
            raise JauntDiscoveryError(
                f"{source.path}:{node.lineno}: deps: {error}", code=codes.DECORATOR_ARGUMENTS
            ) from error
    home, meant = _constant(source, node)
    if meant is not node:
        return _deps(home, meant)
    path = source.dotted(node)
    if path is None or "." not in path:
        raise Unreadable(ast.unparse(node), "deps")
    return [normalize_spec_ref(path)]


def _prompt(source: ModuleSource, node: ast.expr, look_up: LookUp) -> str | None:
    """Read `prompt`: a string, strings joined by `+`, or a module-level constant."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _prompt(source, node.left, look_up), _prompt(source, node.right, look_up)
        if left is None or right is None:
            raise Unreadable(ast.unparse(node), "prompt")
        return left + right
    home, meant = _constant(source, node, look_up)
    if meant is not node:
        return _prompt(home, meant, look_up)
    return _literal(source, node, "prompt")


def _infer_deps(source: ModuleSource, node: ast.expr, look_up: LookUp) -> bool | None:
    home, meant = _constant(source, node, look_up)
    if meant is not node:
        return _infer_deps(home, meant, look_up)
    return _literal(source, node, "infer_deps")


def _constant(source: ModuleSource, node: ast.expr, look_up: LookUp = lambda _: None) -> tuple[ModuleSource, ast.expr]:
    """Return the value of the constant that a name or an attribute means, and its module; the node for anything else.

    Raises Unreadable for a name that may be bound to something else.
    """
    if isinstance(node, ast.Name) and node.id in source.constants:
        home, name = source, node.id
    else:
        path = source.dotted(node) or ""
        home, name = look_up(path), path.rpartition(".")[2]
    if home is None:
        return source, node
    value = home.constant(name)
    if value is None:
        raise Unreadable(ast.unparse(node))
    return home, value


def _literal(source: ModuleSource, node: ast.expr, argument: str) -> Any:
    if not isinstance(node, ast.Constant):
        raise Unreadable(ast.unparse(node))
    problem = wrong_type({argument: node.value})
    if problem:
        raise JauntDiscoveryError(f"{source.path}:{node.lineno}: {problem}", code=codes.DECORATOR_ARGUMENTS)
    return node.value


_READERS: dict[str, Callable[[ModuleSource, ast.expr, LookUp], Any]] = {
    "deps": _deps,
    "prompt": _prompt,
    "infer_deps": _infer_deps,
}
