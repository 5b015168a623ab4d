"""How an example calls a function or a method: on which instance, in which form, with which arguments."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from jaunt.checks.static.signatures import is_generator
from jaunt.commands.adopt.arguments import arguments_for, constructed, drawn_for, members_of_enum, without_first
from jaunt.commands.adopt.methods import methods_of
from jaunt.project.project import Project
from jaunt.syntax.methods import Method
from jaunt.syntax.source import Function, ModuleSource, last_name

_MOST_INSTANCES, _MOST_CALLS = 4, 60
_ALONE: Mapping[str, str] = {
    **{f"__{name}__": f"{name}({{it}})" for name in ("str", "repr", "len", "bool", "abs", "int", "float", "bytes")},
    "__iter__": "list({it})",
    "__reversed__": "list(reversed({it}))",
    "__neg__": "-{it}",
    "__pos__": "+{it}",
    "__invert__": "~{it}",
}
"""Methods that Python calls on an instance alone -> the expression that does so."""
_WITH_ONE: Mapping[str, str] = {
    "__contains__": "{other} in {it}", "__getitem__": "{it}[{other}]",
    **{f"__{name}__": f"{{it}} {sign} {{other}}" for name, sign in (
        *(("eq", "=="), ("ne", "!="), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">=")),
        *(("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("floordiv", "//"), ("mod", "%"), ("pow", "**")),
        *(("and", "&"), ("or", "|"), ("xor", "^"), ("matmul", "@"), ("lshift", "<<"), ("rshift", ">>")),
    )},
}  # fmt: skip
"""Methods that Python calls on an instance and one other thing -> the expression that does so."""


class Call(NamedTuple):
    """A call to try: of which spec, the expression as an example shows it, and how it is run.

    `given` are its arguments as text, which `run`, the expression, has by the names `args` and `named`; `instance` is
    the text of what it is called on, "" if that is nothing.
    """

    name: str
    text: str
    given: str
    run: str
    instance: str = ""


def calls_of(project: Project, source: ModuleSource, name: str) -> list[Call] | str:
    """Return the calls by which examples of a function or a method are sought; a text if there are none: why not."""
    method = methods_of(source).get(name)
    found = _of_method(project, source, method) if method else _of_function(project, source, name)
    return found if isinstance(found, str) else found[:_MOST_CALLS]


def _of_function(project: Project, source: ModuleSource, name: str) -> list[Call] | str:
    node = source.definitions[name]
    assert isinstance(node, Function)
    if isinstance(node, ast.AsyncFunctionDef):
        return "it is asynchronous, and an example can't wait for it"
    texts = arguments_for(project, source, name, node)
    return [_called(name, name, each, node) for each in texts] or _no_arguments(name)


def _no_arguments(name: str) -> str:
    return f"no arguments for {name} can be drawn by its annotations, nor taken from calls in the project"


def _called(name: str, path: str, arguments: str, node: Function, instance: str = "") -> Call:
    form = "list({})" if is_generator(node) else "{}"
    return Call(name, form.format(f"{path}({arguments})"), arguments, form.format(f"{path}(*args, **named)"), instance)


def _of_method(project: Project, source: ModuleSource, method: Method) -> list[Call] | str:
    node, name, owner = method.node, method.qualname, method.owner
    binding = {last_name(each) for each in method.binding}
    is_dunder = node.name[:2] == node.name[-2:] == "__"
    if isinstance(node, ast.AsyncFunctionDef):
        return "it is asynchronous, and an example can't wait for it"
    if binding & {"setter", "deleter"}:
        return "it gives nothing back"
    if is_dunder and node.name not in {*_ALONE, *_WITH_ONE, "__call__"}:
        return "it is called by Python, at its own time"
    if node.name.startswith("__") and not is_dunder:
        return "its name is another one outside of its class"
    without_self = without_first(node)
    if binding & {"classmethod", "staticmethod"}:
        rest = node if "staticmethod" in binding else without_self
        texts = arguments_for(project, source, name, rest)
        return [_called(name, f"{owner}.{node.name}", each, node) for each in texts] or _no_arguments(name)
    instances = list(islice(_instances(project, source, method), _MOST_INSTANCES))
    if not instances:
        return _no_arguments(owner)
    if binding & {"property", "cached_property"}:
        return [Call(name, f"{each}.{node.name}", "", f"{each}.{node.name}", each) for each in instances]
    if form := _ALONE.get(node.name):
        return [Call(name, form.format(it=each), "", form.format(it=each), each) for each in instances]
    texts = drawn_for(source, without_self)
    if form := _WITH_ONE.get(node.name):
        texts = [*(instances if node.name in ("__eq__", "__ne__") else ()), *texts]
        return [_operator(name, form, *each) for each in _pairs(instances, texts)] or _no_arguments(name)
    path = "" if node.name == "__call__" else f".{node.name}"
    return [_called(name, f"{i}{path}", t, node, i) for i, t in _pairs(instances, texts)] or _no_arguments(name)


def _operator(name: str, form: str, instance: str, other: str) -> Call:
    text = form.format(it=instance, other=other)
    return Call(name, text, other, form.format(it=instance, other="args[0]"), instance)


def _pairs(instances: Sequence[str], texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield all instances with all arguments; of the first ones, each instance once first."""
    for turn in range(len(instances)):
        for number, text in enumerate(texts):
            yield instances[(number + turn) % len(instances)], text


def _instances(project: Project, source: ModuleSource, method: Method) -> Iterator[str]:
    """Yield texts that make an instance of a method's class: members of an enum, else calls of the class."""
    owner = method.owners[-1]
    members = members_of_enum(owner)
    if members:
        yield from (f"{method.owner}.{each}" for each in members)
    else:
        yield from (f"{method.owner}({each})" for each in constructed(project, source, method.owner, owner))
