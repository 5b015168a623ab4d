"""Methods that can't be specs, with the reason."""

import ast

from jaunt import codes
from jaunt.errors import JauntDiscoveryError
from jaunt.spec_ref import code_name
from jaunt.syntax.methods import Method, find_methods, inner_statements
from jaunt.syntax.source import Definition, Function, ModuleSource, is_stub, last_name


def refuse_methods(source: ModuleSource) -> None:
    """Raise JauntDiscoveryError for a method, or anything in a class or function, that can't be a spec."""
    own = {id(method.node) for method in source.methods.values()}
    for node in source.statements:
        if isinstance(node, Definition):
            _refuse_nested(source, node, own)
    for name, method in source.methods.items():
        _refuse(source, name, method)
    for method in find_methods(source.text, source.top_definitions, source.spec_decorator):
        known = source.methods[code_name(method.qualname)]
        if known.node is not method.node:
            raise JauntDiscoveryError(
                f"{source.path}:{method.node.lineno}: {method.qualname}: its code has the name of that of "
                f"{known.qualname} in line {known.node.lineno}",
                hint="rename one of them",
                code=codes.METHOD_SPEC,
            )


def _refuse_nested(source: ModuleSource, node: Definition, methods: set[int]) -> None:
    for inner in ast.walk(node):
        if inner is node or not isinstance(inner, Definition) or id(inner) in methods:
            continue
        if any(map(source.spec_decorator, inner.decorator_list)):
            raise JauntDiscoveryError(
                f"{source.path}:{inner.lineno}: {node.name}.{inner.name}: a spec stands at module level, or is a "
                "method of a class there",
                hint=f"decorate {node.name}, or move {inner.name} out of it",
                code=codes.METHOD_SPEC,
            )


def refuse_makers_of_members(source: ModuleSource, node: ast.ClassDef) -> None:
    """Raise JauntDiscoveryError for a stub in an enum that Python calls for its members, while it makes the class."""
    if not any(last_name(base) in _ENUMS for base in node.bases):
        return
    for member in node.body:
        if isinstance(member, Function) and member.name in _MAKERS and all(map(_is_open, _body(member))):
            raise JauntDiscoveryError(
                f"{source.path}:{member.lineno}: {node.name}.{member.name}: makes the members of {node.name} as soon "
                "as it is defined, so it can't be a stub",
                hint="write its body by hand; it stays as it is",
                code=codes.SPEC,
            )


_ENUMS = {"Enum", "Flag", "IntEnum", "IntFlag", "StrEnum", "ReprEnum"}
_MAKERS = {"__new__", "_generate_next_value_"}


def _refuse(source: ModuleSource, name: str, method: Method) -> None:
    where = f"{source.path}:{method.node.lineno}: {method.qualname}"
    whole = next((each.name for each in method.owners if source.is_spec(each)), None)
    kinds = {found[0] for d in method.node.decorator_list if (found := source.spec_decorator(d))}
    if whole:
        raise JauntDiscoveryError(
            f"{where}: {whole}, which it stands in, is a spec itself: all of it is generated",
            hint=f"decorate {whole}, or its methods, not both",
            code=codes.METHOD_SPEC,
        )
    if kinds != {"magic"}:
        raise JauntDiscoveryError(
            f"{where}: a test spec must be a function: each is generated, judged and told by itself",
            hint="move it out of its class, without `self`, and into a fixture of this module what setup_method does",
            code=codes.METHOD_SPEC,
        )
    below = [d for d in method.binding if d.lineno > max(_jaunts_lines(source, method), default=0)]
    made = next((last_name(d) for d in below if last_name(d) in _PROPERTIES), None)
    if made:
        raise JauntDiscoveryError(
            f"{where}: `@{made}` below @jaunt.magic makes no function of the stub",
            hint="write it above @jaunt.magic",
            code=codes.METHOD_SPEC,
        )
    statement = next((each for each in _body(method.node) if not _is_open(each)), None)
    if statement is not None:
        raise JauntDiscoveryError(
            f"{source.path}:{statement.lineno}: {method.qualname}: has a body, which generated code would replace",
            hint="write `...` in its place, or take @jaunt.magic away",
            code=codes.METHOD_SPEC,
        )
    _refuse_repeated(source, name, method, where)


_PROPERTIES = {"property", "cached_property", "setter", "deleter", "getter"}


def _jaunts_lines(source: ModuleSource, method: Method) -> list[int]:
    return [d.lineno for d in method.node.decorator_list if source.spec_decorator(d) is not None]


def _body(node: Function) -> list[ast.stmt]:
    return node.body if ast.get_docstring(node, clean=False) is None else node.body[1:]


def _is_open(statement: ast.stmt) -> bool:
    """Whether a statement stands for a body to come; a `yield` tells that it is a generator's."""
    if isinstance(statement, ast.If) and isinstance(statement.test, ast.Constant) and not statement.test.value:
        return all(map(_is_open, statement.body)) and not statement.orelse
    is_yield = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield)
    return is_stub(statement) or is_yield


def _refuse_repeated(source: ModuleSource, name: str, method: Method, where: str) -> None:
    """Raise JauntDiscoveryError for a method that another one of its class hides, or whose code has a name in use."""
    kind = _accessor(method.node)
    for other in inner_statements(method.owners[-1]):
        same = isinstance(other, Definition) and other.name == method.node.name and other is not method.node
        if same and other not in method.declared and _accessor(other) == kind:
            raise JauntDiscoveryError(
                f"{where}: line {other.lineno} has another {method.node.name} of the class",
                hint="rename one of them, or remove it",
                code=codes.METHOD_SPEC,
            )
    if name in source.top_definitions or name in source.bindings:
        raise JauntDiscoveryError(
            f"{where}: its code is called {name}, as something else in the module is",
            hint="rename one of them",
            code=codes.METHOD_SPEC,
        )


def _accessor(node: Definition) -> str:
    names = map(last_name, node.decorator_list)
    return next((name for name in names if name in {"setter", "deleter"}), "")
