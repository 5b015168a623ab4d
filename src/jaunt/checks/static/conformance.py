"""Conformance: what a candidate defines, compared with what its specs declare.

Functions are compared in `signatures.py`. A class has the declared bases, keywords, methods, properties,
attributes and inner classes; it may have others besides. A method may stand in a base class
within the candidate, or be made by `@dataclass`.
"""

import ast
import builtins
from collections.abc import Iterator, Sequence
from functools import partial

from jaunt.checks.static.annotations import AnnotationReader
from jaunt.checks.static.signatures import (
    AnnotationComparison,
    Modules,
    both_shown,
    function_errors,
    same_value,
    signature,
    type_parameters,
)
from jaunt.header import Kind
from jaunt.syntax.source import Definition, Function, ModuleSource, assignment_targets, last_name
from jaunt.text.flaw import Flaw

_ACCESSORS = {"setter", "deleter"}
_FIELD_MAKERS = {"attrs", "dataclass", "define", "frozen", "mutable", "s"}
_DEFAULTS = {"default", "default_factory", "factory"}
"""The keywords by which `dataclasses.field`, `attrs.field` and their like give one."""
_MADE_BY_DATACLASS = {"__init__", "__repr__", "__eq__", "__hash__", "__lt__", "__le__", "__gt__", "__ge__"}


def conformance_errors(
    candidate: ModuleSource, spec: ModuleSource, names: Sequence[str], *, kind: Kind = "build"
) -> list[Flaw]:
    """Return in what the candidate departs from the specs `names` of the module `spec`, which all are in it.

    Each error begins with the line in the candidate and the symbol, and says what was expected. Names that
    the candidate doesn't define at all are left out.
    """
    modules = Modules(spec, candidate, kind)
    found = [error for name in names for error in _definition_errors(modules, name)]
    return [*found, *_redefinitions(modules, names)]


def _definition_errors(modules: Modules, name: str) -> Iterator[Flaw]:
    stub = modules.spec.stub(name)
    found = _find(modules.candidate, name)
    if stub is None or found is None:
        return
    if isinstance(found, Definition):
        method = modules.spec.methods.get(name)
        owner = method.owners[-1].name if method is not None and not method.is_static else None
        yield from _compare(modules, stub, found, name, owner)
        yield from _outer_field_errors(modules, stub, found)
    else:
        yield Flaw(f"is assigned, expected {_expected(stub)}", line=found.lineno, symbol=name)


def _find(module: ModuleSource, name: str) -> ast.stmt | None:
    """Return what defines a name: a function or class, that which it is an alias of, or another statement."""
    if name in module.definitions:
        return module.definitions[name]
    alias = module.constants.get(name)
    if isinstance(alias, ast.Name) and alias.id in module.definitions:
        return module.definitions[alias.id]
    for statement in module.statements:
        nodes = (node for target in assignment_targets(statement) for node in ast.walk(target))
        if any(isinstance(node, ast.Name) and node.id == name for node in nodes):
            return statement
    return None


def _compare(
    modules: Modules, stub: Definition, found: Definition, label: str, owner: str | None = None
) -> Iterator[Flaw]:
    flaw = partial(Flaw, line=found.lineno, symbol=label)
    if isinstance(stub, ast.ClassDef) != isinstance(found, ast.ClassDef):
        given = "class" if isinstance(found, ast.ClassDef) else "function"
        yield flaw(f"is a {given}, expected {_expected(stub)}")
    elif isinstance(stub, ast.ClassDef) and isinstance(found, ast.ClassDef):
        yield from map(flaw, _class_errors(modules, stub, found))
        yield from _member_errors(modules, stub, found, label)
    elif not isinstance(stub, ast.ClassDef) and not isinstance(found, ast.ClassDef):
        yield from map(flaw, function_errors(modules, stub, found, owner=owner))


def _expected(stub: Definition) -> str:
    return f"a class `{_header(stub)}`" if isinstance(stub, ast.ClassDef) else f"a function `{signature(stub)}`"


def _header(node: ast.ClassDef) -> str:
    inner = ", ".join([*map(ast.unparse, node.bases), *map(ast.unparse, node.keywords)])
    return f"class {node.name}({inner})" if inner else f"class {node.name}"


def _class_errors(modules: Modules, stub: ast.ClassDef, found: ast.ClassDef) -> Iterator[str]:
    expected, given = _bases(modules.spec, stub), _bases(modules.candidate, found, modules.spec)
    remaining = iter(given)
    is_other = _closed_kind(stub) is not None and len(given) != len(expected)
    if is_other or not all(
        base in remaining for base in expected if not (base.startswith("Generic[") and type_parameters(found))
    ):
        yield f"is `{_header(found)}`, expected `{_header(stub)}`"
    keywords = {k.arg: k.value for k in found.keywords}
    for keyword in stub.keywords:
        if keyword.arg not in keywords or not same_value(modules, keyword.value, keywords[keyword.arg]):
            yield f"lacks `{ast.unparse(keyword)}`, expected `{_header(stub)}`"
    yield from _dataclass_errors(modules, stub, found)
    yield from _closed_errors(stub, found)


_CLOSED = {
    **dict.fromkeys(["Enum", "Flag", "IntEnum", "IntFlag", "StrEnum", "ReprEnum"], "members"),
    **dict.fromkeys(["NamedTuple", "TypedDict", "BaseModel", "SQLModel", "Struct"], "fields"),
}
"""Bases of classes that are what they list: no member or field may come to it."""


def _closed_kind(node: ast.ClassDef) -> str | None:
    return next((kind for base in node.bases if (kind := _CLOSED.get(last_name(base)))), None)


def _closed_errors(stub: ast.ClassDef, found: ast.ClassDef) -> Iterator[str]:
    """Yield an error if an enum has other members, or a tuple, dict or model other fields, than the spec says."""
    kind = _closed_kind(stub)
    if kind == "members" and (names := _enum_members(stub)) and names != (own := _enum_members(found)):
        yield f"has the members {', '.join(own) or 'none'}, expected {', '.join(names)}"
    if kind == "fields" and _fields(stub):
        yield from _differing_fields(stub, found, private=False)


def _enum_members(node: ast.ClassDef) -> list[str]:
    return [n for s in node.body if isinstance(s, ast.Assign) for n in _declared_by(s) if not n.startswith("_")]


def _declared_by(statement: ast.Assign) -> Iterator[str]:
    yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def _bases(module: ModuleSource, node: ast.ClassDef, *named: ModuleSource) -> list[str]:
    reader = AnnotationReader(module, named, type_parameters=type_parameters(node))
    return [form for form in map(reader.normal, node.bases) if form != "object"]


def _dataclass_errors(modules: Modules, stub: ast.ClassDef, found: ast.ClassDef) -> Iterator[str]:
    expected, given = _dataclass(stub), _dataclass(found)
    if expected is None:
        return
    if given is None:
        yield f"lacks the decorator `@{ast.unparse(expected)}`"
        return
    arguments = {k.arg: k.value for k in getattr(given, "keywords", [])}
    for keyword in getattr(expected, "keywords", []):
        if keyword.arg not in arguments or not same_value(modules, keyword.value, arguments[keyword.arg]):
            yield f"is decorated `@{ast.unparse(given)}`, expected `@{ast.unparse(expected)}`"
    yield from _differing_fields(stub, found)


def _outer_field_errors(modules: Modules, stub: Definition, found: Definition) -> Iterator[Flaw]:
    """Yield an error if the spec module's own `@dataclass` would not find the fields that the spec has."""
    outer = modules.spec.outer_decorators(modules.spec.definitions[stub.name])
    makes_fields = not _FIELD_MAKERS.isdisjoint(map(last_name, outer))
    if makes_fields and isinstance(stub, ast.ClassDef) and isinstance(found, ast.ClassDef):
        yield from (Flaw(each, line=found.lineno, symbol=stub.name) for each in _differing_fields(stub, found))


def _differing_fields(stub: ast.ClassDef, found: ast.ClassDef, *, private: bool = True) -> Iterator[str]:
    names, own = ([n for n in _fields(node) if private or not n.startswith("_")] for node in (stub, found))
    if names != own:
        yield f"has the fields {', '.join(own) or 'none'}, expected {', '.join(names) or 'none'}"
    declared, given = _declared(stub), _declared(found)
    for name in [name for name in names if name in own]:
        expected, value = declared[name][1], given[name][1]
        if value and not expected and (not private or _gives_default(value)):
            yield f"gives {name} the default {ast.unparse(value)}, expected none"
        elif expected and not value:
            yield f"gives {name} no default, expected {ast.unparse(expected)}"


def _gives_default(value: ast.expr) -> bool:
    """Whether what a field is set to in its class is, or has, a default."""
    is_plain = not isinstance(value, ast.Call) or "field" not in last_name(value).lower() or value.args
    return bool(is_plain) or any(k.arg in _DEFAULTS for k in getattr(value, "keywords", []))


def _dataclass(node: ast.ClassDef) -> ast.expr | None:
    return next((d for d in node.decorator_list if last_name(d) in _FIELD_MAKERS), None)


def _fields(node: ast.ClassDef) -> list[str]:
    """Return the names of the fields that become parameters of a dataclass's `__init__`."""
    return [
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and last_name(statement.annotation) not in {"ClassVar", "KW_ONLY"}
        and not _is_left_out(statement.value)
    ]


def _is_left_out(value: ast.expr | None) -> bool:
    keywords = value.keywords if isinstance(value, ast.Call) else []
    return any(k.arg == "init" and isinstance(k.value, ast.Constant) and k.value.value is False for k in keywords)


def _member_errors(modules: Modules, stub: ast.ClassDef, found: ast.ClassDef, label: str) -> Iterator[Flaw]:
    family = _family(modules.candidate, found)
    given = {key: member for c in reversed(family) for key, member in _members(c).items()}
    bound = {name for c in family for name in _attributes(c)}
    for (name, accessor), member in _members(stub).items():
        inner = f"{label}.{name}"
        if (name, accessor) in given:
            yield from _compare(modules, member, given[name, accessor], inner, owner=stub.name)
        elif accessor or not (_is_made(member, family) or (name in bound and not isinstance(member, ast.ClassDef))):
            is_accessor = accessor and isinstance(member, Function)
            what = f"a {accessor} `{signature(member)}`" if is_accessor else _expected(member)
            yield Flaw(f"is not defined, expected {what}", line=found.lineno, symbol=inner)
        elif name == "__init__" and isinstance(member, Function) and (made := _made_parameters(family)) is not None:
            yield from (Flaw(each, line=found.lineno, symbol=inner) for each in _field_errors(member, made))
    yield from _attribute_errors(modules, stub, found, label, bound | {name for name, _ in given})


def _family(module: ModuleSource, node: ast.ClassDef) -> list[ast.ClassDef]:
    """Return a class and those of its bases that the module defines, the class first."""
    family = [node]
    for each in family:
        bases = (module.definitions.get(last_name(base)) for base in each.bases)
        family += [base for base in bases if isinstance(base, ast.ClassDef) and base not in family]
    return family


def _members(node: ast.ClassDef) -> dict[tuple[str, str], Definition]:
    """Return a class's methods and inner classes by name and accessor: "", or "setter", or "deleter"."""
    found: dict[tuple[str, str], Definition] = {}
    for member in (s for s in node.body if isinstance(s, Definition)):
        names = [last_name(decorator) for decorator in member.decorator_list]
        if "overload" not in names:
            found[member.name, next((n for n in names if n in _ACCESSORS), "")] = member
    return found


def _is_made(member: Definition, family: Sequence[ast.ClassDef]) -> bool:
    """Return whether a method that no class spells out is there all the same."""
    makes_fields = any(_dataclass(c) or "NamedTuple" in map(last_name, c.bases) for c in family)
    if makes_fields and member.name in _MADE_BY_DATACLASS:
        return True
    if isinstance(member, Function) and member.name == "__init__" and _takes_nothing(member):
        return True
    bases = (getattr(builtins, last_name(base), None) for c in family for base in c.bases)
    return any(isinstance(base, type) and base is not object and hasattr(base, member.name) for base in bases)


def _takes_nothing(function: Function) -> bool:
    args = function.args
    return len([*args.posonlyargs, *args.args]) <= 1 and not (args.kwonlyargs or args.vararg or args.kwarg)


def _made_parameters(family: Sequence[ast.ClassDef]) -> list[str] | None:
    """Return the parameters of the `__init__` that `@dataclass` makes; None if it has bases."""
    own = family[0]
    if len(family) > 1 or own.bases or _dataclass(own) is None:
        return None
    return _fields(own)


def _field_errors(stub: Function, fields: list[str]) -> Iterator[str]:
    args = stub.args
    expected = [a.arg for a in [*args.posonlyargs, *args.args][1:] + args.kwonlyargs]
    if expected != fields:
        yield f"is made by the fields {', '.join(fields) or 'none'}, expected `{signature(stub)}`"


def _attributes(node: ast.ClassDef) -> Iterator[str]:
    """Yield the names that a class's body assigns, and the attributes that its methods assign."""
    for statement in node.body:
        for target in assignment_targets(statement):
            yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))
        if isinstance(statement, Function):
            stores = (n for n in ast.walk(statement) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store))
            yield from (n.attr for n in stores if isinstance(n.value, ast.Name))


def _attribute_errors(
    modules: Modules, stub: ast.ClassDef, found: ast.ClassDef, label: str, bound: set[str]
) -> Iterator[Flaw]:
    given = _declared(found)
    compare = AnnotationComparison(modules, stub.name, [*type_parameters(stub), *type_parameters(found)])
    for name, (annotation, value) in _declared(stub).items():
        own_annotation, own_value = given.get(name, (None, None))
        flaw = partial(Flaw, line=found.lineno, symbol=f"{label}.{name}")
        if name not in bound:
            yield flaw("is not defined, expected the attribute that the spec declares")
        elif annotation and own_annotation and not compare.same(annotation, own_annotation):
            shown = both_shown(modules, own_annotation, annotation)
            yield flaw(f"is annotated {shown[0]}, expected {shown[1]}")
        elif value and own_value and not same_value(modules, value, own_value) and not _is_open(value):
            yield flaw("is {}, expected {}".format(*both_shown(modules, own_value, value)))


def _declared(node: ast.ClassDef) -> dict[str, tuple[ast.expr | None, ast.expr | None]]:
    """Return the attributes that a class's body declares: name -> annotation and value."""
    declared: dict[str, tuple[ast.expr | None, ast.expr | None]] = {}
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            declared[statement.target.id] = (statement.annotation, statement.value)
        elif isinstance(statement, ast.Assign):
            declared.update({t.id: (None, statement.value) for t in statement.targets if isinstance(t, ast.Name)})
    return declared


def _is_open(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is ...


def _redefinitions(modules: Modules, names: Sequence[str]) -> Iterator[Flaw]:
    """Yield an error for each class that the spec module has already, written by hand or imported.

    The candidate's instances would be of another class than those of everybody else. The same goes for what a spec
    takes from another module: a copy of it would be compared by its name alone, and stay when that one moves.
    """
    for name, node in modules.candidate.definitions.items():
        path = modules.spec.bindings.get(name)
        if isinstance(node, ast.ClassDef) and path and name not in names and not name.startswith("_"):
            home = path.rpartition(".")[0] or modules.spec.module
            yield Flaw(f"is defined anew, expected `from {home} import {name}`", line=node.lineno, symbol=name)
    spec, copies = modules.spec, modules.candidate.constants.keys() & modules.spec.bindings.keys() - {*names}
    for name in sorted(copies):
        home = spec.bindings[name].rpartition(".")[0]
        used = (n for each in names if each in spec.definitions for n in ast.walk(spec.definitions[each]))
        if home not in {"", spec.module} and any(isinstance(n, ast.Name) and n.id == name for n in used):
            line = modules.candidate.constants[name].lineno
            yield Flaw(f"is defined anew, expected `from {home} import {name}`", line=line, symbol=name)
