"""Decorators below jaunt's that keep the stub, or make something else than a function of it: they belong above.

What stands below is called with the stub, before there is any code. That is fine for what wraps it; what keeps it, such
as a framework's routes, would go on calling the stub.
"""

import ast
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeGuard

from jaunt import codes
from jaunt.errors import JauntDiscoveryError
from jaunt.specs.refused import BELONGS_ABOVE
from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.source import Definition, Function, ModuleSource, assignment_targets, last_name, own_decorators

_MAKES_NO_FUNCTION = {
    "click.command": "a click.Command",
    "click.group": "a click.Group",
    "functools.cache": "a cache",
    "functools.cached_property": "a cached_property",
    "functools.cmp_to_key": "a key",
    "functools.lru_cache": "a cache",
    "functools.partial": "a partial",
    "functools.partialmethod": "a partialmethod",
    "functools.singledispatch": "a dispatcher",
    "functools.singledispatchmethod": "a dispatcher",
    "toolz.curry": "a curry",
    "builtins.classmethod": "a classmethod",
    "builtins.property": "a property",
    "builtins.staticmethod": "a staticmethod",
}
_KEEPS = {
    *("callback", "command", "connect", "delete", "error_handler", "errorhandler", "event", "event_handler"),
    *("exception_handler", "get", "group", "head", "listener", "listens_for", "middleware", "on_event", "options"),
    *("patch", "post", "put", "receiver", "register", "route", "subcommand", "subscribe", "task", "tool"),
    *("websocket"),
}
"""Names of methods and functions that frameworks register with: `@app.get("/")`, `@main.command()`."""
KNOWN = {*sys.stdlib_module_names, "typing_extensions"}
"""Packages whose decorators and metaclasses are told apart by their names."""
_ADDS = frozenset({"add", "append", "appendleft", "insert", "setdefault", "put", "register"})


def refuse_keepers(source: ModuleSource, name: str) -> None:
    """Raise JauntDiscoveryError for a decorator below jaunt's that is known to keep a stub or to make no function.

    Known are those of the standard library and of frameworks, by their names, and those that the module itself defines.
    """
    node = source.definitions[name]
    for decorator in own_decorators(source, node):
        reason = _reason(source, decorator, is_class=isinstance(node, ast.ClassDef))
        if reason:
            raise JauntDiscoveryError(
                f"{source.path}:{decorator.lineno}: {name}: `@{_short(decorator)}` below @jaunt.magic {reason}",
                hint=BELONGS_ABOVE,
                code=codes.KEPT_STUB,
            )


def refuse_keeping_metaclass(source: ModuleSource, name: str) -> None:
    """Raise JauntDiscoveryError for a class spec whose metaclass, defined in the module, keeps the classes it makes."""
    node = source.definitions[name]
    metaclass = _metaclass(source, node, set())
    for method in metaclass.body if metaclass else ():
        made = _made_class(method)
        nodes = _outside_functions(getattr(method, "body", []))
        if made and any(_kept_by(each, {made}, set()) for each in nodes):
            raise JauntDiscoveryError(
                f"{source.path}:{node.lineno}: {name}: its metaclass, in line {method.lineno}, keeps the stub, not the "
                "generated code",
                hint="write the class by hand",
                code=codes.KEPT_STUB,
            )


def _metaclass(source: ModuleSource, node: ast.AST | None, seen: set[str]) -> ast.ClassDef | None:
    """Return the metaclass of a class as far as the module defines it, its bases looked through."""
    if not isinstance(node, ast.ClassDef) or node.name in seen:
        return None
    seen.add(node.name)
    own = next((keyword.value for keyword in node.keywords if keyword.arg == "metaclass"), None)
    found = source.definitions.get(last_name(own)) if own is not None else None
    if isinstance(found, ast.ClassDef):
        return found
    above = (_metaclass(source, source.definitions.get(last_name(base)), seen) for base in node.bases)
    return next((each for each in above if each is not None), None)


def _made_class(method: ast.stmt) -> str | None:
    """Return the name that a metaclass's `__init__` or `__new__` has for the class that is made."""
    if not isinstance(method, Function) or method.name not in {"__init__", "__new__"}:
        return None
    if method.name == "__init__":
        return next((each.arg for each in method.args.args), None)
    made = (n for n in _outside_functions(method.body) if isinstance(n, ast.Assign) and isinstance(n.value, ast.Call))
    targets = (target for each in made if last_name(each.value) == "__new__" for target in each.targets)
    return next((target.id for target in targets if isinstance(target, ast.Name)), None)


def _short(node: ast.expr) -> str:
    line = ast.unparse(node).splitlines()[0]
    return line if len(line) <= 60 else f"{line[:57]}..."


def _reason(source: ModuleSource, decorator: ast.expr, *, is_class: bool) -> str:
    """Return what is wrong with a decorator below jaunt's, "" if that is not known."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    path = source.dotted(called) or (f"builtins.{called.id}" if isinstance(called, ast.Name) else "")
    made = _MAKES_NO_FUNCTION.get(path) or _own_instance(source, decorator)
    if made and not is_class:
        return f"makes {made} of the stub"
    own = _own_function(source, called)
    if own is not None:
        keeps = _keeps(own, is_called=called is not decorator)
    else:
        keeps = isinstance(called, ast.Attribute) and called.attr in _KEEPS
    return "keeps the stub, not the generated code" if keeps else ""


def _own_instance(source: ModuleSource, decorator: ast.expr) -> str:
    """Return what a class of the module's own makes of what it decorates, "" if the decorator is none."""
    found = source.definitions.get(decorator.id) if isinstance(decorator, ast.Name) else None
    if not isinstance(found, ast.ClassDef):
        return ""
    is_plain = not any(isinstance(member, Function) and member.name == "__new__" for member in found.body)
    return f"an instance of {found.name}" if is_plain else ""


def _own_function(source: ModuleSource, called: ast.expr) -> Function | None:
    """Return the function of the module that a decorator is, or the method of an object of the module's own class."""
    if isinstance(called, ast.Name):
        found = source.definitions.get(called.id)
        return found if isinstance(found, Function) else None
    if not (isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name)):
        return None
    made = source.constants.get(called.value.id)
    maker = source.definitions.get(getattr(made.func, "id", "")) if isinstance(made, ast.Call) else None
    members = maker.body if isinstance(maker, ast.ClassDef) else []
    return next((m for m in members if isinstance(m, Function) and m.name == called.attr), None)


def hands_on(source: ModuleSource, decorator: ast.expr) -> bool:
    """Whether it shows of a decorator below jaunt's, without its call, that a function with the stub's name is made.

    That is so of those of the standard library, by `refuse_keepers`, and of the module's own that return what they
    decorate, or a function that `functools.wraps` marks.
    """
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    path = source.dotted(called)
    if path is not None and path.rpartition(".")[0] != source.module:
        return path.partition(".")[0] in KNOWN
    own = _own_function(source, called)
    if own is None:
        return isinstance(called, ast.Name)  # a builtin, or a class
    if called is decorator:
        return _returns_stub(own)
    return any(_returns_stub(each) for each in _outside_functions(own.body) if isinstance(each, Function))


def _returns_stub(function: Function) -> bool:
    """Whether all that a decorator's code returns is its first parameter, or a function in it that wraps that."""
    nodes = list(_outside_functions(function.body))
    wraps = {"wraps", "update_wrapper"}
    marked = [
        each.name for each in nodes if isinstance(each, Function) and wraps & {*map(last_name, each.decorator_list)}
    ]
    good = {*(each.arg for each in [*function.args.posonlyargs, *function.args.args]), *marked}
    returned = [each.value for each in nodes if isinstance(each, ast.Return)]
    return bool(returned) and all(isinstance(each, ast.Name) and each.id in good for each in returned)


def _keeps(function: Function, *, is_called: bool) -> bool:
    """Whether a decorator's code puts what it decorates somewhere; `is_called`: it is called with arguments first."""
    if is_called:
        inner = [each for each in _outside_functions(function.body) if isinstance(each, Function)]
        return any(_keeps(each, is_called=False) for each in inner)
    parameters = [each.arg for each in [*function.args.posonlyargs, *function.args.args]]
    stub = next((name for name in parameters if name not in {"self", "cls"}), None)
    if stub is None:
        return False
    nodes = list(_outside_functions(function.body))
    wrappers = [each for each in nodes if isinstance(each, Function)]
    own = {stub, *(each.name for each in wrappers), *(n.id for n in nodes if _is_bound(n))}
    handed = {stub, *(each.name for each in wrappers if _mentions(each, stub))}
    return any(_kept_by(each, handed, own) for each in nodes)


def _is_bound(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))


def _kept_by(node: ast.AST, handed: Collection[str], own: Collection[str]) -> bool:
    """Whether a statement or a call puts an object of the names `handed` into something of other names than `own`."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and _is_one(node.value, handed):
        return any(_is_outside(target, own) for target in assignment_targets(node))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ADDS:
        return any(_is_one(each, handed) for each in node.args) and _is_outside(node.func, own)
    return False


def _is_one(node: ast.expr | None, names: Collection[str]) -> bool:
    """Whether an expression is one of some names, or a tuple or list that has one."""
    parts: Sequence[ast.expr | None] = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
    return any(isinstance(part, ast.Name) and part.id in names for part in parts)


def _is_outside(node: ast.expr, own: Collection[str]) -> bool:
    """Whether an attribute or item is of something that a function has not made itself, nor was handed to decorate."""
    base = node
    while isinstance(base, ast.Attribute | ast.Subscript | ast.Call):
        base = base.func if isinstance(base, ast.Call) else base.value
    return base is not node and isinstance(base, ast.Name) and base.id not in own


def _outside_functions(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield nodes and what is in them, but nothing that stands in a function or class among them."""
    pending = list(nodes)[::-1]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, Definition):
            pending += child_nodes(node)[::-1]
