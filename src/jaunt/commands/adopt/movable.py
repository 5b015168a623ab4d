"""What can be moved into a generated module, and why the rest can't: each reason with its line."""

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from jaunt.commands.adopt.compose import code_of, is_async_generator, used_names
from jaunt.commands.adopt.homes import Homes, bound_names
from jaunt.commands.adopt.methods import as_function, attributes_made, methods_in, methods_of, what_a_class_means
from jaunt.commands.eject.scopes import Names, names_of
from jaunt.spec_ref import code_name
from jaunt.syntax.methods import Method
from jaunt.syntax.source import Definition, Function, ModuleSource, first_line, is_stub, last_name, without_warnings
from jaunt.text.nearest import did_you_mean

_OF_THE_MODULE = {"__name__", "__file__", "__package__", "__spec__", "__loader__", "__doc__", "__path__", "__cached__"}
_OF_ITS_NAMESPACE = {"globals", "eval", "exec"}
_CALLED_BY_SUBCLASSES = (".__init_subclass__", ".__class_getitem__", ".__set_name__", ".__mro_entries__")
_ASYNC_ITERATORS = {"AsyncIterator", "AsyncIterable", "AsyncGenerator"}


class Refusal(NamedTuple):
    """Why something is left where it is, and the line that says so, counted from 1; 0 if none does."""

    line: int
    reason: str


def choose(source: ModuleSource, wanted: Collection[str] = ()) -> tuple[list[str], dict[str, Refusal]]:
    """Return the functions and methods of a module that can be moved, in order, and why others can't: name -> refusal.

    `wanted` are the names that are asked for, of methods ("Cart.total") and of classes, for all their methods, too;
    none stands for all functions, and all methods of classes, that are no specs.
    """
    homes = Homes(source)
    asked = [each for name in dict.fromkeys(wanted) for each in _members(source, name) or [name]]
    asked = asked or list(_all(source))
    refused = {name: found for name in asked if (found := _refusal(homes, name))}
    names = [name for name in asked if name not in refused]
    while late := _too_late(homes, names):
        refused |= late
        names = [name for name in names if name not in late]
    return names, refused


def _all(source: ModuleSource) -> Iterator[str]:
    """Yield the functions at a module's top level and the methods of its classes, in order, that are no specs."""
    for node in source.tree.body:
        if not isinstance(node, Definition) or source.definitions[node.name] is not node or source.is_spec(node):
            continue
        yield from methods_in(source, node.name) if isinstance(node, ast.ClassDef) else [node.name]


def _members(source: ModuleSource, name: str) -> list[str]:
    """Return the methods of the class that has a name, none if there is no such class or it is a spec."""
    return methods_in(source, name) if isinstance(source.definitions.get(name), ast.ClassDef) or "." in name else []


def _refusal(homes: Homes, name: str) -> Refusal | None:
    """Return why a function or a method can't be moved by itself, None if it can."""
    source = homes.source
    if "." in name and (method := methods_of(source).get(name)) is not None:
        return _refusal_of_method(homes, method)
    node = source.definitions.get(name)
    if node is None:
        return _not_there(source, name)
    if source.is_spec(node):
        return Refusal(node.lineno, "it is a spec already")
    if not isinstance(node, Function):
        return Refusal(node.lineno, "it is a class that has no method to adopt")
    return next(chain(_of_place(homes, node), _of_form(source, node), _of_names(homes, name, node)), None)


def _refusal_of_method(homes: Homes, method: Method) -> Refusal | None:
    source, node = homes.source, method.node
    if any(map(source.spec_decorator, node.decorator_list)):
        return Refusal(node.lineno, "it is a spec already")
    if method.owners[0] not in source.tree.body:
        return Refusal(node.lineno, f"{method.owners[0].name} stands in a block; move it to the top level first")
    if code_name(method.qualname) in homes.binders:
        return Refusal(homes.line(code_name(method.qualname)), f"{code_name(method.qualname)} is its name in the code")
    of_class = (Refusal(*each) for each in what_a_class_means(method))
    return next(
        chain(
            of_class, _of_attributes(source, method), _of_form(source, node), _of_names(homes, method.qualname, node)
        ),
        None,
    )


def _of_attributes(source: ModuleSource, method: Method) -> Iterator[Refusal]:
    """Yield which attributes the class would have no more for a reader, a type checker above all."""
    made = attributes_made(source, method)
    if made:
        names = ", ".join(made)
        line = next(iter(made.values()))
        yield Refusal(line, f"it tells which attributes the class has: {names}; to move it, declare them in the class")


def _not_there(source: ModuleSource, name: str) -> Refusal:
    last = name.rpartition(".")[2]
    for outer in (node for node in ast.walk(source.tree) if isinstance(node, Definition)):
        inner = next((each for each in outer.body if isinstance(each, Definition) and each.name == last), None)
        if inner is not None and "." in name:
            what = "a method" if isinstance(outer, ast.ClassDef) else "a closure"
            return Refusal(inner.lineno, f"it is {what} of {outer.name}, which no code at module level can be")
    owner = source.definitions.get(name.partition(".")[0])
    other = next((each for each in _assigned(owner) if each.id == last), None)
    if other is not None:
        return Refusal(other.lineno, "it is another name for what stands elsewhere: that can be adopted")
    what = "method" if "." in name else "function"
    near = did_you_mean(name, [*source.definitions, *methods_of(source)])
    return Refusal(0, f"there is no {what} of that name{f' ({near})' if near else ''}")


def _assigned(node: ast.AST | None) -> Iterator[ast.Name]:
    body = node.body if isinstance(node, ast.ClassDef) else []
    targets = (t for s in body if isinstance(s, ast.Assign) for t in s.targets)
    return (target for target in targets if isinstance(target, ast.Name))


def _of_place(homes: Homes, node: Function) -> Iterator[Refusal]:
    """Yield what is wrong with where a function stands, and what else has its name."""
    source, name = homes.source, node.name
    if node not in source.tree.body:
        yield Refusal(node.lineno, "it stands in a block; move it to the top level first")
    others = [each for each in homes.binders[name] if each is not node]
    if others:
        yield Refusal(others[0].lineno, f"{name} is bound here, and in line {node.lineno} too")
    if name in homes.reassigned:
        yield Refusal(homes.reassigned[name], f"a function binds {name} anew (`global {name}`)")
    if name[:2] == name[-2:] == "__":
        yield Refusal(node.lineno, "Python itself looks for it in the module")
    lines = Counter(line for s in source.tree.body for line in {s.lineno, s.end_lineno})
    if lines[node.lineno] > 1 or lines[node.end_lineno] > 1:
        yield Refusal(node.lineno, "another statement shares a line with it")


def _of_form(source: ModuleSource, node: Function) -> Iterator[Refusal]:
    code = code_of(node)
    if not code or all(is_stub(statement) for statement in code):
        yield Refusal(node.lineno, "it has no code of its own")
    if is_async_generator(node) and last_name(node.returns) not in _ASYNC_ITERATORS:
        yield Refusal(node.lineno, "an async generator's stub is one by its annotation: add `-> AsyncIterator[...]`")
    bound = source.bindings.get("jaunt", "jaunt")
    if bound != "jaunt":
        yield Refusal(node.lineno, f"the module means {bound} by the name jaunt")


def _of_names(homes: Homes, function: str, node: Function) -> Iterator[Refusal]:
    """Yield which of the names that a function uses it could not use elsewhere as it does here."""
    declared = [each for each in ast.walk(node) if isinstance(each, ast.Global)]
    if declared:
        yield Refusal(declared[0].lineno, f"its body assigns module globals: {', '.join(declared[0].names)}")
    lines: dict[str, int] = {}
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            lines.setdefault(each.id, each.lineno)
    for name in sorted(used_names(as_function(homes.source, function)) - {function}):
        line, home = lines.get(name, node.lineno), homes.home(name)
        if name in _OF_THE_MODULE and name not in homes.binders:
            yield Refusal(line, f"it uses {name}, which says of the module that it stands in")
        elif name in _OF_ITS_NAMESPACE and home == "builtin":
            yield Refusal(line, f"it uses {name}(), which looks into the module that it stands in")
        elif name in homes.reassigned:
            yield Refusal(line, f"it uses {name}, which line {homes.reassigned[name]} lets a function bind anew")
        elif home == "maybe":
            yield Refusal(line, f"it uses {name}, which line {homes.line(name)} binds only some of the time")
        elif home == "nowhere":
            yield Refusal(line, f"it uses {name}, which the module does not bind")


def _too_late(homes: Homes, names: Sequence[str]) -> dict[str, Refusal]:
    """Return those functions that the module calls while it is imported, where the code needs what comes below.

    The first such call loads the code of all of them, which imports what it needs from the module.
    """
    source = homes.source
    needed = {n for name in names for n in used_names(as_function(source, name))} - {*names}
    lines = {name: homes.line(name) for name in needed if homes.home(name) == "own"}
    found: dict[str, Refusal] = {}
    if not lines:
        return found
    for line, reached in _runs_on_import(source, names):
        late = min((name for name, bound in lines.items() if bound >= line), default=None)
        if late is not None:
            reason = f"the module uses it while it is imported, above what its code needs ({late}, line {lines[late]})"
            found |= {name: Refusal(line, reason) for name in reached if name not in found}
    return found


def _runs_on_import(source: ModuleSource, names: Collection[str]) -> Iterator[tuple[int, set[str]]]:
    """Yield the line of each statement that may call functions while the module is imported, and which of `names`."""
    texts = {s: _whole_text(source, s) for s in source.tree.body}
    used = {s: names_of(text) for s, text in texts.items()}
    at_once = {s: _used_at_once(source, s) for s in source.tree.body if isinstance(s, _NAMES_TYPES)}
    deep = {name: used[s] for s in source.tree.body if isinstance(s, Definition) for name in bound_names(s)}
    for statement in source.tree.body:
        if _may_call(statement):
            bases = _plain_bases(statement)
            now = at_once.get(statement, used[statement].now)
            only_named = used[statement].now - now  # in annotations: to subscript a class calls one of its methods
            uses, above = _closure(now - bases, deep), _closure(bases | only_named, deep)
            tops = {name: name.partition(".")[0] for name in names}
            reached = {n for n in names if tops[n] in uses or (tops[n] in above and n.endswith(_CALLED_BY_SUBCLASSES))}
            if reached:
                yield statement.lineno, reached


_HARMLESS = frozenset(
    """dataclasses.dataclass attr.s attr.attrs attr.define attr.frozen attr.mutable attrs.define attrs.frozen
    attrs.mutable enum.unique functools.total_ordering functools.wraps functools.cache functools.lru_cache
    typing.final typing.runtime_checkable typing.overload abc.abstractmethod contextlib.contextmanager""".split()  # noqa: SIM905
)
"""Decorators that call nothing of what they are handed."""


_NAMES_TYPES = Definition | ast.AnnAssign | ast.Assign
"""Statements that may name a class without a call of its methods."""


def _used_at_once(source: ModuleSource, statement: ast.stmt) -> frozenset[str]:
    """Return the names that a statement uses as it is run, without those that it only names, in annotations say."""
    with without_warnings():
        tree = ast.parse(_whole_text(source, statement))
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.annotation is not None and not _calls(node.annotation):
            node.annotation = None
        elif isinstance(node, Function) and node.returns is not None and not _calls(node.returns):
            node.returns = None
        elif isinstance(node, ast.AnnAssign) and not _calls(node.annotation):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.Subscript) and _are_classes(source, node.slice):
            node.slice = ast.Constant(None)  # `Crops = dict[str, Crop]`
        elif isinstance(node, ast.Call) and source.dotted(node.func) in _OF_TYPES:
            node.args, node.keywords = [], []
        elif isinstance(node, ast.Call) and source.dotted(node.func) in _OF_FIELDS:
            for argument in node.keywords:
                argument.value = _without_members(source, argument.value)
        elif isinstance(node, ast.arguments):
            node.defaults = [_without_members(source, each) for each in node.defaults]
            node.kw_defaults = [_without_members(source, each) if each else None for each in node.kw_defaults]
        if isinstance(node, ast.AnnAssign | ast.Assign) and node.value is not None:
            node.value = _without_members(source, node.value)
        if isinstance(node, Definition):
            node.decorator_list = [each for each in node.decorator_list if not _is_harmless(source, each)]
    return names_of(ast.unparse(tree)).now


_OF_FIELDS = frozenset({"dataclasses.field", "attr.ib", "attrs.field", "pydantic.Field"})


def _without_members(source: ModuleSource, value: ast.expr) -> ast.expr:
    """Return a default, or what else is only kept, without the members of enums that it reads: that calls nothing."""
    match value:
        case ast.Attribute(value=ast.Name(id=name), attr=member):
            owner = source.definitions.get(name)
            is_enum = isinstance(owner, ast.ClassDef) and any(map(_is_enums, owner.bases))
            if is_enum and any(each.id == member for each in _assigned(owner)):
                return ast.Constant(None)
        case ast.Tuple() | ast.List():
            value.elts = [_without_members(source, each) for each in value.elts]
        case ast.Dict():
            value.values = [_without_members(source, each) for each in value.values]
    return value


def _is_enums(base: ast.expr) -> bool:
    return (last_name(base) or "").endswith(("Enum", "Flag"))


_OF_TYPES = frozenset({"typing.TypeVar", "typing.NewType", "typing.ParamSpec"})


def _are_classes(source: ModuleSource, node: ast.expr) -> bool:
    """Whether an expression is made of names of classes: to stand between brackets calls none of their methods."""
    parts = [each for each in ast.walk(node) if not isinstance(each, ast.expr_context)]
    names = [each for each in parts if isinstance(each, ast.Name)]
    return all(isinstance(each, ast.Name | ast.Tuple | ast.Subscript | ast.Constant) for each in parts) and all(
        isinstance(source.definitions.get(each.id), ast.ClassDef | None) for each in names
    )


def _calls(annotation: ast.expr) -> bool:
    return any(isinstance(node, ast.Call) for node in ast.walk(annotation))


def _is_harmless(source: ModuleSource, decorator: ast.expr) -> bool:
    """Whether a decorator calls nothing, with arguments that are no more than literals."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    arguments = [*decorator.args, *(k.value for k in decorator.keywords)] if isinstance(decorator, ast.Call) else []
    return source.dotted(called) in _HARMLESS and all(isinstance(each, ast.Constant) for each in arguments)


def _plain_bases(statement: ast.stmt) -> set[str]:
    """Return the names that a class statement has as bases alone: to derive from a class calls few of its methods."""
    if not isinstance(statement, ast.ClassDef):
        return set()
    names = {node.id for node in statement.bases if isinstance(node, ast.Name)}
    rest = [*statement.decorator_list, *statement.keywords, *(s for s in statement.body if not isinstance(s, Function))]
    return names - {n.id for each in rest for n in ast.walk(each) if isinstance(n, ast.Name)}


def _whole_text(source: ModuleSource, statement: ast.stmt) -> str:
    first = first_line(statement) if isinstance(statement, Definition) else statement.lineno
    lines = source.lines[first - 1 : statement.end_lineno]
    if lines and statement.col_offset:  # after a semicolon
        lines[0] = ast.unparse(statement)
        del lines[1:]
    return "\n".join(lines)


def _closure(start: Collection[str], deep: Mapping[str, Names]) -> set[str]:
    """Return names, and all that the functions and classes among them use, these looked through in turn."""
    found, pending = {*start}, [*start]
    while pending:
        known = deep.get(pending.pop())
        new = known.used - found if known else set()
        found |= new
        pending += new
    return found


def _may_call(statement: ast.stmt) -> bool:
    """Whether a statement may call something while the module is imported: what only names functions does not."""
    if isinstance(statement, ast.If) and ast.unparse(statement.test).startswith("__name__"):
        return False  # `if __name__ == "__main__":`
    if isinstance(statement, ast.ClassDef):
        return True
    if isinstance(statement, Function):
        arguments = statement.args
        defaults = [*arguments.defaults, *(d for d in arguments.kw_defaults if d)]
        return bool(statement.decorator_list) or any(isinstance(n, ast.Call) for d in defaults for n in ast.walk(d))
    return any(
        isinstance(node, ast.Call | ast.BinOp | ast.Subscript | ast.With | ast.For) for node in ast.walk(statement)
    )
