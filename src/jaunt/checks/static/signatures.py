"""Signature conformance: a candidate's function compared with the stub that it answers, as syntax.

Parameters have the stub's names, kinds, order, defaults and annotations, but for the order of keyword-only
ones. The return annotation and `async` are the stub's too, with what type checkers take for equal:

- a plain `def` that returns an AsyncIterator may be an async generator, one that returns an Awaitable an
  `async def`, one that returns a context manager a generator below `@contextmanager`;
- a generator may be annotated as one where the stub returns an Iterator or Iterable. Whether a function is a
  generator is left to it, but a coroutine function is awaited, so it can't be an async generator. An `async`
  stub that returns an AsyncIterator is one of an async generator, whether it yields or has no body.
"""

import ast
from collections.abc import Collection, Iterator
from functools import partial

from jaunt.checks.static.annotations import AnnotationReader, as_iterator, inner_type
from jaunt.header import Kind
from jaunt.process.frozen import frozen
from jaunt.syntax.constants import constant_value
from jaunt.syntax.source import Definition, Function, ModuleSource, is_stub, last_name, written_name

POSITIONAL_ONLY = "positional-only"
POSITIONAL = "positional or keyword"
VARIADIC = "variadic positional"
KEYWORD_ONLY = "keyword-only"
KEYWORDS = "variadic keyword"
_MANAGER_MAKERS = {"contextmanager", "asynccontextmanager"}
_ROLES = {"property", "staticmethod", "classmethod", "abstractmethod", *_MANAGER_MAKERS}
_MANAGERS = {"AbstractContextManager", "ContextManager", "AbstractAsyncContextManager", "AsyncContextManager"}
_ASYNC_ITERATORS = {"AsyncIterator", "AsyncIterable", "AsyncGenerator"}
_AWAITABLES = {"Awaitable", "Coroutine"}


@frozen
class Modules:
    """The spec module and the candidate; `kind` is "build" or "test"."""

    spec: ModuleSource
    candidate: ModuleSource
    kind: Kind = "build"


@frozen
class Parameter:
    """One parameter of a function."""

    name: str
    kind: str
    annotation: ast.expr | None
    default: ast.expr | None

    def __str__(self) -> str:
        annotation = f": {ast.unparse(self.annotation)}" if self.annotation else ""
        return f"{self.name}{annotation}{f' = {ast.unparse(self.default)}' if self.default else ''}"


def function_errors(modules: Modules, stub: Function, found: Function, *, owner: str | None = None) -> Iterator[str]:
    """Yield what sets `found`, in the candidate, apart from `stub`, in the spec; `owner` is their class."""
    # pytest alone doesn't await a test: a plain function may run the coroutine of an `async` spec itself.
    if modules.kind != "test" or isinstance(found, ast.AsyncFunctionDef):
        yield from _async_errors(stub, found)
    yield from _role_errors(stub, found)
    expected, given = (_parameters(f, is_method=owner is not None) for f in (stub, found))
    if modules.kind == "test":
        # pytest gives a test its arguments by name: fixtures may be added, and nobody else calls it.
        yield from (f"has no parameter {name!r}, expected as in the spec" for name in expected if name not in given)
        return
    yield from _parameter_errors(stub, expected, given)
    shared = [(expected[name], given[name]) for name in expected if name in given]
    yield from (error for pair in shared for error in _default_errors(modules, *pair))
    if not modules.spec.overloads_of(stub.name) or (owner and stub.name not in modules.spec.methods):
        # Callers see the overloads, so the annotations of what is below them are left to the candidate.
        yield from _annotation_errors(modules, stub, found, shared, owner)


def roles(function: Function) -> set[str]:
    """Return which decorators change what a function is: "property", "classmethod" and the like."""
    names = {last_name(d) for d in function.decorator_list}
    return {*(names & _ROLES), *(["property"] if "cached_property" in names else [])}


def is_generator(function: Function) -> bool:
    """Return whether a function yields."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, Definition | ast.Lambda):
            pending += ast.iter_child_nodes(node)
    return False


def same_value(modules: Modules, expected: ast.expr, given: ast.expr) -> bool:
    """Return whether two values are the same, also by way of a module-level constant or a qualified name.

    A constant that the candidate has itself is another one where its value is known to be, whatever its name.
    """
    wanted, own = constant_value(expected, modules.spec), constant_value(given, modules.candidate)
    if None not in (wanted, own) and (wanted == own or isinstance(given, ast.Name)):
        return wanted == own
    forms = _value_forms(expected, modules.spec)
    return not forms.isdisjoint(_value_forms(given, modules.candidate, modules.spec)) or _is_taken(
        modules, expected, given
    )


def _is_taken(modules: Modules, expected: ast.AST, given: ast.AST) -> bool:
    """Return whether a value is written as in the spec, with names that the candidate takes from the spec module.

    What they are there needs not be known: it may depend on a branch, or come by `*`.
    """
    if isinstance(expected, ast.Name | ast.Attribute) and isinstance(given, ast.Name | ast.Attribute):
        path = modules.candidate.dotted(given)
        if path == f"{modules.spec.module}.{written_name(expected)}":
            return True
        if path is not None or modules.spec.dotted(expected) is not None:
            return _value_form(expected, modules.spec) == _value_form(given, modules.candidate)
    if type(expected) is not type(given):
        return False
    if isinstance(expected, ast.Constant):
        return _value_form(expected, modules.spec) == _value_form(given, modules.candidate)
    names = [(getattr(expected, each, None), getattr(given, each, None)) for each in ("id", "attr", "arg")]
    children = [[*ast.iter_child_nodes(each)] for each in (expected, given)]
    return all(mine == own for mine, own in names) and (
        len(children[0]) == len(children[1]) and all(_is_taken(modules, *pair) for pair in zip(*children, strict=True))
    )


def both_shown(modules: Modules, given: ast.expr, expected: ast.expr) -> tuple[str, str]:
    """Return an expression of the candidate and one of the spec as text; where that is the same, what sets them apart.

    That is where the names in them are from.
    """
    pairs = [(given, modules.candidate), (expected, modules.spec)]
    texts = [ast.unparse(node) for node, _ in pairs]
    if texts[0] == texts[1]:
        homes = [{n.id: _home(n, module) for n in ast.walk(node) if isinstance(n, ast.Name)} for node, module in pairs]
        other = [name for name, path in homes[0].items() if path != homes[1].get(name)]
        texts = [
            f"{text}{' with ' if other else ''}{' and '.join(f'{name} from {home[name]}' for name in other)}"
            for text, home in zip(texts, homes, strict=True)
        ]
    return texts[0], texts[1]


def _home(name: ast.Name, module: ModuleSource) -> str:
    path = module.dotted(name)
    if path is not None:
        return path.rpartition(".")[0]
    return "`import *`" if module.star_imports and name.id not in module.constants else f"{module.module} itself"


def signature(function: Function) -> str:
    """Return a function's signature as it is written."""
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    prefix = "async def" if isinstance(function, ast.AsyncFunctionDef) else "def"
    return f"{prefix} {function.name}({ast.unparse(function.args)}){returns}"


def type_parameters(node: ast.AST) -> list[str]:
    """Return the names that `def f[T]` or `class C[T]` declares."""
    return [parameter.name for parameter in getattr(node, "type_params", [])]


def _async_errors(stub: Function, found: Function) -> Iterator[str]:
    wanted, is_async = isinstance(stub, ast.AsyncFunctionDef), isinstance(found, ast.AsyncFunctionDef)
    if wanted and not is_async:
        yield f"is a plain function, expected `{signature(stub)}`"
    elif wanted and not roles(stub) & _MANAGER_MAKERS and is_generator(found) != _yields(stub):
        kinds = ("an async generator", "a coroutine function, which is awaited")
        given, expected = kinds if is_generator(found) else kinds[::-1]
        yield f"is {given}, expected {expected}: `{signature(stub)}`"
    elif is_async and not wanted and not _may_be_async(stub, found):
        yield f"is `async`, expected `{signature(stub)}`"


def _yields(stub: Function) -> bool:
    """Return whether an `async` stub is a generator's: it yields, or has no body and returns an async iterator."""
    body = stub.body if ast.get_docstring(stub, clean=False) is None else stub.body[1:]
    return is_generator(stub) or (all(map(is_stub, body)) and last_name(stub.returns) in _ASYNC_ITERATORS)


def _may_be_async(stub: Function, found: Function) -> bool:
    returned = last_name(stub.returns)
    if is_generator(found):
        return returned in _ASYNC_ITERATORS or _manages(stub, found)
    return returned in _AWAITABLES


def _manages(stub: Function, found: Function) -> bool:
    """Return whether `found` is made the context manager that the stub returns by a decorator."""
    return last_name(stub.returns) in _MANAGERS and bool(roles(found) & _MANAGER_MAKERS)


def _role_errors(stub: Function, found: Function) -> Iterator[str]:
    expected, given = roles(stub), roles(found)
    yield from (f"lacks the decorator `@{role}`, expected as in the spec" for role in sorted(expected - given))
    extra = given - expected - (_MANAGER_MAKERS if _manages(stub, found) else set())
    yield from (f"has the decorator `@{role}`, expected none: the spec has no such" for role in sorted(extra))


def _parameters(function: Function, *, is_method: bool) -> dict[str, Parameter]:
    """Return a function's parameters by name, without the `self` or `cls` of a method."""
    args = function.args
    positional = [(a, POSITIONAL_ONLY) for a in args.posonlyargs] + [(a, POSITIONAL) for a in args.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
    found = [
        Parameter(a.arg, kind, a.annotation, default)
        for (a, kind), default in zip(positional, [*defaults, *args.defaults], strict=True)
    ]
    if is_method and "staticmethod" not in roles(function):
        found = found[1:]
    if args.vararg:
        found.append(Parameter(args.vararg.arg, VARIADIC, args.vararg.annotation, None))
    found += [
        Parameter(a.arg, KEYWORD_ONLY, a.annotation, default)
        for a, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
    ]
    if args.kwarg:
        found.append(Parameter(args.kwarg.arg, KEYWORDS, args.kwarg.annotation, None))
    return {parameter.name: parameter for parameter in found}


def _parameter_errors(stub: Function, expected: dict[str, Parameter], given: dict[str, Parameter]) -> Iterator[str]:
    if [(p.name, p.kind) for p in expected.values()] == [(p.name, p.kind) for p in given.values()]:
        return  # as nearly always, and what an error says takes longer
    whole = f"expected `{signature(stub)}`"
    yield from (f"has no parameter {name!r}, {whole}" for name in expected if name not in given)
    yield from (f"has a parameter {name!r} that is not in the spec, {whole}" for name in given if name not in expected)
    for name, parameter in expected.items():
        if name in given and given[name].kind != parameter.kind:
            yield f"parameter {name!r} is {given[name].kind}, expected {parameter.kind}: `{signature(stub)}`"
    ordered, order = _positional(expected), _positional(given)
    if ordered != order and sorted(ordered) == sorted(order):
        yield f"parameters are in the order {', '.join(order)}, {whole}"


def _positional(parameters: dict[str, Parameter]) -> list[str]:
    return [p.name for p in parameters.values() if p.kind in {POSITIONAL_ONLY, POSITIONAL}]


def _default_errors(modules: Modules, expected: Parameter, given: Parameter) -> Iterator[str]:
    if expected.default is None and given.default is not None:
        yield f"parameter {given.name!r} has the default {ast.unparse(given.default)}, expected none"
    elif expected.default is not None and given.default is None:
        yield f"parameter {given.name!r} has no default, expected {ast.unparse(expected.default)}"
    elif expected.default is not None and given.default is not None:
        left_open = isinstance(expected.default, ast.Constant) and expected.default.value is ...
        if not left_open and not same_value(modules, expected.default, given.default):
            shown = both_shown(modules, given.default, expected.default)
            yield f"parameter {given.name!r} has the default {shown[0]}, expected {shown[1]}"


def _annotation_errors(
    modules: Modules,
    stub: Function,
    found: Function,
    parameters: list[tuple[Parameter, Parameter]],
    owner: str | None,
) -> Iterator[str]:
    classes = [module.definitions.get(owner or "") for module in (modules.spec, modules.candidate)]
    declaring = [stub, found, *(node for node in classes if node is not None)]
    compare = AnnotationComparison(modules, owner, [name for node in declaring for name in type_parameters(node)])
    for expected, given in parameters:
        if expected.annotation is None:
            continue
        if given.annotation is None:
            yield f"parameter {given.name!r} has no annotation, expected `{expected}`"
        elif not compare.same(expected.annotation, given.annotation):
            shown = both_shown(modules, given.annotation, expected.annotation)
            yield f"parameter {given.name!r} is annotated {shown[0]}, expected {shown[1]}"
    if stub.returns is None or _manages(stub, found):
        return
    if found.returns is None:
        if found.name not in {"__init__", "__init_subclass__"}:
            yield f"has no return annotation, expected `-> {ast.unparse(stub.returns)}`"
    elif not compare.same_return(stub, found, stub.returns, found.returns):
        yield "returns {}, expected {}".format(*both_shown(modules, found.returns, stub.returns))


class AnnotationComparison:
    """Compares annotations of one signature, in its order: type variables may have other names."""

    def __init__(self, modules: Modules, owner: str | None, parameters: Collection[str] = ()) -> None:
        def readers(*, expand: bool) -> tuple[AnnotationReader, AnnotationReader]:
            # The candidate may use the spec module's aliases, never the other way round.
            return (
                AnnotationReader(modules.spec, owner=owner, type_parameters=parameters, expand=expand),
                AnnotationReader(
                    modules.candidate, [modules.spec], owner=owner, type_parameters=parameters, expand=expand
                ),
            )

        self._bound = [names for m in (modules.spec, modules.candidate) for names in (m.bindings, m.constants)]
        self._bound.append(dict.fromkeys(parameters, ""))
        self._as_written = readers(expand=False)
        self._expanding = partial(readers, expand=True)
        self._compared: list[tuple[ast.expr, ast.expr]] = []

    def same(self, expected: ast.expr, given: ast.expr) -> bool:
        """Return whether two annotations mean the same; a bare generic leaves its parameters open."""
        if self._is_same_builtin(expected, given):
            return True  # as most are
        self._compared.append((expected, given))
        if _same_form(*self._as_written, expected, given):
            return True
        # Few differ as they are written. Type variables are counted, so all that was compared before counts as well.
        spec, candidate = self._expanding()
        return [_same_form(spec, candidate, *pair) for pair in self._compared][-1]

    def _is_same_builtin(self, expected: ast.expr, given: ast.expr) -> bool:
        if not (isinstance(expected, ast.Name) and isinstance(given, ast.Name) and expected.id == given.id):
            return False
        return not any(expected.id in names for names in self._bound)

    def same_return(self, stub: Function, found: Function, expected: ast.expr, given: ast.expr) -> bool:
        """Return whether two return annotations promise the same to a caller."""
        if isinstance(found, ast.AsyncFunctionDef) and not isinstance(stub, ast.AsyncFunctionDef):
            expected = inner_type(expected, _AWAITABLES) or expected
        return any(self.same(expected, each) for each in [given, *as_iterator(given)])


def _same_form(spec: AnnotationReader, candidate: AnnotationReader, expected: ast.expr, given: ast.expr) -> bool:
    wanted, form = spec.normal(expected), candidate.normal(given)
    return wanted == form or form.startswith(f"{wanted}[")


def _value_forms(node: ast.expr, *modules: ModuleSource) -> set[str]:
    """Return a value's form, and that of what it is assigned, if it is a module-level constant."""
    forms = {_value_form(node, modules[0])}
    path = modules[0].dotted(node) or ""
    for module in modules:
        name = (
            node.id if isinstance(node, ast.Name) and module is modules[0] else path.removeprefix(f"{module.module}.")
        )
        if name in module.constants:
            forms.add(_value_form(module.constants[name], module))
    return forms


def _value_form(node: ast.AST, module: ModuleSource) -> str:
    if isinstance(node, ast.Constant):
        return f"{type(node.value).__name__} {node.value!a}"
    if isinstance(node, ast.Name | ast.Attribute):
        path = module.dotted(node)
        if path or isinstance(node, ast.Name):
            return (path or written_name(node)).rpartition(".")[2]
    children = ", ".join(_value_form(child, module) for child in ast.iter_child_nodes(node))
    name = node.attr if isinstance(node, ast.Attribute) else ""
    return f"{type(node).__name__} {name}({children})"
