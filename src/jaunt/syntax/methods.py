"""Specs that are methods of a handwritten class, each as the module-level function that generated code has for it.

The method `total` of `Cart` is `def Cart__total(self: Cart)` there: what it is bound by, `@property` say, stays with
the class. What its head names is there what it is outside of the class: `Self` is `Cart`, a name that the class binds
is `Cart.NAME`.
"""

import ast
import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from jaunt.spec_ref import code_name
from jaunt.syntax.nodes import child_nodes

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_INNER_DECORATOR = re.compile(r"^[ \t]+@", re.MULTILINE)
_ACCESSORS = {"setter", "deleter", "getter"}
_BINDING = {
    *("classmethod", "staticmethod", "property", "cached_property", "overload", "override", "final"),
    *("abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"),
}
"""Decorators that say how a class has a method, and nothing of what its body does."""
_OF_CLASS = {"__init_subclass__", "__class_getitem__"}
_CLASSES_OF_PARAMETERS = {"Generic", "Protocol"}

IsSpec = Callable[[ast.expr], object]
"""Takes a decorator; returns something true for one of jaunt's."""


class Method(NamedTuple):
    """A spec that is a method.

    `qualname` is "Cart.total", or "Cart.total.setter" for what sets a property; `owners` are the classes that it stands
    in, the outermost first; `node` is the stub as it stands there, and `function` as generated code has to define it;
    `declared` and `overloads` are its overloads, in these two forms. `binding` are the decorators that say how the
    class has it.
    """

    qualname: str
    owners: tuple[ast.ClassDef, ...]
    node: _Function
    function: _Function
    declared: Sequence[_Function]
    overloads: Sequence[_Function]
    binding: Sequence[ast.expr]

    @property
    def owner(self) -> str:
        """The dotted name of its class in the module."""
        return ".".join(each.name for each in self.owners)

    @property
    def is_static(self) -> bool:
        """Whether it is given neither an instance nor a class."""
        return any(_last(decorator) == "staticmethod" for decorator in self.binding)


def find_methods(text: str, classes: Mapping[str, ast.stmt], is_spec: IsSpec) -> Iterator[Method]:
    """Yield the methods below a decorator of jaunt's in the classes among a module's definitions, by place."""
    if not _INNER_DECORATOR.search(text):  # as in most modules
        return
    for node in classes.values():
        if isinstance(node, ast.ClassDef):
            yield from _methods_in((node,), is_spec)


def plain_methods(classes: Mapping[str, ast.stmt], is_spec: IsSpec) -> Iterator[Method]:
    """Yield the methods of classes that are written by hand, by place, each as if it were a spec.

    Overloads are none, nor what is in a class that is a spec itself.
    """
    for node in classes.values():
        if isinstance(node, ast.ClassDef):
            yield from _plain_in((node,), is_spec)


def _plain_in(owners: tuple[ast.ClassDef, ...], is_spec: IsSpec) -> Iterator[Method]:
    if any(map(is_spec, owners[-1].decorator_list)):
        return
    for statement in owners[-1].body:
        if isinstance(statement, ast.ClassDef):
            yield from _plain_in((*owners, statement), is_spec)
        elif isinstance(statement, _Function) and not _is_overload(statement):
            method = _method(owners, statement, lambda _: False)
            method.function.decorator_list = []
            yield method


def inner_statements(node: ast.ClassDef) -> Iterator[ast.stmt]:
    """Yield the statements of a class, those in blocks such as `if` included, but none of functions and classes."""
    pending: list[ast.AST] = [*reversed(node.body)]
    while pending:
        each = pending.pop()
        if isinstance(each, ast.stmt):
            yield each
        if not isinstance(each, _Function | ast.ClassDef | ast.expr):
            pending += [child for child in child_nodes(each) if not isinstance(child, ast.expr)][::-1]


def class_head(node: ast.ClassDef) -> ast.ClassDef:
    """Return a class with its bases, decorators and fields alone."""
    head = copy.copy(node)
    fields = [each for each in inner_statements(node) if isinstance(each, ast.Assign | ast.AnnAssign)]
    head.body = [*fields, ast.Pass()]
    return head


def _methods_in(owners: tuple[ast.ClassDef, ...], is_spec: IsSpec) -> Iterator[Method]:
    for statement in inner_statements(owners[-1]):
        if isinstance(statement, ast.ClassDef):
            yield from _methods_in((*owners, statement), is_spec)
        elif isinstance(statement, _Function) and any(map(is_spec, statement.decorator_list)):
            yield _method(owners, statement, is_spec)


def _method(owners: tuple[ast.ClassDef, ...], node: _Function, is_spec: IsSpec) -> Method:
    accessor = next((_last(d) for d in node.decorator_list if _is_accessor(d, node.name)), "")
    names = [*(each.name for each in owners), node.name, *([accessor] if accessor in {"setter", "deleter"} else [])]
    qualname = ".".join(names)
    declared = [
        each
        for each in inner_statements(owners[-1])
        if isinstance(each, _Function) and each.name == node.name and each is not node and _is_overload(each)
    ]
    form = _Form(owners, code_name(qualname), is_spec)
    binding = [d for d in node.decorator_list if _is_binding(d, node.name)]
    return Method(qualname, owners, node, form.of(node), declared, [form.of(each) for each in declared], binding)


def _is_overload(node: _Function) -> bool:
    return any(_last(decorator) == "overload" for decorator in node.decorator_list)


def _is_binding(decorator: ast.expr, name: str) -> bool:
    return _last(decorator) in _BINDING or _is_accessor(decorator, name)


def _is_accessor(decorator: ast.expr, name: str) -> bool:
    """Whether a decorator is `@size.setter` on a method `size`."""
    is_attribute = isinstance(decorator, ast.Attribute) and decorator.attr in _ACCESSORS
    return is_attribute and isinstance(decorator.value, ast.Name) and decorator.value.id == name


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


class _Form:
    """Makes functions of methods of one class."""

    def __init__(self, owners: tuple[ast.ClassDef, ...], name: str, is_spec: IsSpec) -> None:
        self._owners = owners
        self._name = name
        self._is_spec = is_spec

    def of(self, node: _Function) -> _Function:
        """Return a method as a function of the module, with the decorators below jaunt's that are no binding ones."""
        function = copy.copy(node)
        function.name = self._name
        first = next((i for i, d in enumerate(node.decorator_list) if self._is_spec(d)), 0)
        function.decorator_list = [d for d in node.decorator_list[first:] if not _is_binding(d, node.name)]
        function.decorator_list += [d for d in node.decorator_list if _last(d) == "overload"]
        outside = _Outside(self._owners, self._type())
        function.args = outside.visit(copy.deepcopy(node.args))
        function.returns = outside.visit(copy.deepcopy(node.returns)) if node.returns else None
        parameters = [each for owner in self._owners for each in getattr(owner, "type_params", [])]
        if parameters:  # Python 3.11 knows of none
            setattr(function, "type_params", [*parameters, *getattr(node, "type_params")])  # noqa: B009, B010
        self._annotate_first(function, node)
        return function

    def _annotate_first(self, function: _Function, node: _Function) -> None:
        marks = {_last(decorator) for decorator in node.decorator_list}
        arguments = [*function.args.posonlyargs, *function.args.args]
        if not arguments or "staticmethod" in marks or arguments[0].annotation is not None:
            return
        is_of_class = "classmethod" in marks or node.name in {*_OF_CLASS, "__new__"}
        own = self._type()
        kind = ast.Subscript(ast.Name("type", ast.Load()), own, ast.Load()) if is_of_class else own
        arguments[0].annotation = _placed(copy.deepcopy(kind), arguments[0])

    def _type(self) -> ast.expr:
        """Return the class as an annotation outside of it has it: `Outer.Inner`, `Box[T]`."""
        own = _path(self._owners)
        parameters = _parameters(self._owners[-1])
        if not parameters:
            return own
        inner = parameters[0] if len(parameters) == 1 else ast.Tuple(parameters, ast.Load())
        return ast.Subscript(own, inner, ast.Load())


def _path(owners: Sequence[ast.ClassDef]) -> ast.expr:
    """Return the expression that means a class at module level: `Outer.Inner`."""
    own: ast.expr = ast.Name(owners[0].name, ast.Load())
    for each in owners[1:]:
        own = ast.Attribute(own, each.name, ast.Load())
    return own


def _parameters(node: ast.ClassDef) -> list[ast.expr]:
    """Return the type parameters that a class declares, as expressions."""
    if declared := getattr(node, "type_params", []):
        return [_parameter(each) for each in declared]
    for base in node.bases:
        if isinstance(base, ast.Subscript) and _last(base.value) in _CLASSES_OF_PARAMETERS:
            return [*base.slice.elts] if isinstance(base.slice, ast.Tuple) else [base.slice]
    return []


def _parameter(declared: ast.AST) -> ast.expr:
    name = ast.Name(getattr(declared, "name", ""), ast.Load())
    return ast.Starred(name, ast.Load()) if type(declared).__name__ == "TypeVarTuple" else name


class _Outside(ast.NodeTransformer):
    """Turns what the head of a method names into what that is outside of its class."""

    def __init__(self, owners: tuple[ast.ClassDef, ...], own: ast.expr) -> None:
        self._own = own
        self._owners = owners
        self._values, self._types = _bound_in(owners[-1])
        self._is_value = False

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        """Replace names in annotations and, of more kinds, in defaults."""
        self.generic_visit(node)
        self._is_value = True
        node.defaults = [self.visit(each) for each in node.defaults]
        node.kw_defaults = [self.visit(each) if each is not None else None for each in node.kw_defaults]
        self._is_value = False
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace `Self`, and a name that the class binds."""
        if node.id == "Self":
            return _placed(copy.deepcopy(self._own), node)
        if node.id in (self._values if self._is_value else self._types):
            return _placed(ast.Attribute(_path(self._owners), node.id, ast.Load()), node)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """Replace a quoted `Self`."""
        return _placed(copy.deepcopy(self._own), node) if node.value == "Self" and not self._is_value else node


def _placed(node: ast.expr, at: ast.expr | ast.arg) -> ast.expr:
    for each in ast.walk(node):
        if isinstance(each, ast.expr):
            ast.copy_location(each, at)
    return node


def _bound_in(node: ast.ClassDef) -> tuple[set[str], set[str]]:
    """Return the names that the body of a class assigns, and those that may be types: methods are no part of a head.

    A field `date: date` is no type.
    """
    values, types = set[str](), set[str]()
    for statement in inner_statements(node):
        if isinstance(statement, ast.ClassDef):
            types.add(statement.name)
        elif isinstance(statement, ast.Assign):
            types |= {each.id for each in statement.targets if isinstance(each, ast.Name)}
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            values.add(statement.target.id)
    return values | types, types
