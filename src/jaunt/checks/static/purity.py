"""Which calls of a candidate have no effects: those that are listed, and of its own functions that only compute."""

import ast
import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence

from jaunt.checks.names import CandidateNames
from jaunt.checks.static.allowed_calls import (
    ALL,
    CALLERS,
    CHANGES,
    CLASS_MAKERS,
    DECORATOR_MAKERS,
    PURE_CALLS,
    PURE_CALLS_IN_TESTS,
    PURE_METHODS,
    VIEWS,
)
from jaunt.checks.static.forbidden_calls import SKIPS
from jaunt.header import Kind
from jaunt.syntax.nodes import child_nodes
from jaunt.syntax.source import Definition, Function, ModuleSource, assignment_targets

_REACHING_OUT = (
    ast.Global | ast.Nonlocal | ast.Import | ast.ImportFrom | ast.With | ast.AsyncWith | ast.AsyncFor | ast.Await
)
_SETTERS = {f"builtins.{kind}.{name}" for kind in ("object", "type") for name in ("__setattr__", "__delattr__")}
"""What changes its first argument."""
_MAKERS = {"__init__", "__new__", "__post_init__"}


class Purity:
    """Judges the calls of one candidate; `kind` is "build" or "test".

    `given` is the spec module, whose handwritten part may be called: its author answers for what that does. `allowed`
    are patterns of the dotted paths that the project allows besides.
    """

    def __init__(
        self,
        candidate: ModuleSource,
        names: CandidateNames,
        kind: Kind,
        *,
        given: str = "",
        allowed: Sequence[str] = (),
    ) -> None:
        self._candidate = candidate
        self._names = names
        self._kind = kind
        self._given = given
        self._allowed = allowed
        self._listed = {**PURE_CALLS, **PURE_CALLS_IN_TESTS} if kind == "test" else PURE_CALLS
        self._known: dict[ast.AST, bool] = {}
        self._changes = Changes(candidate, names)

    def is_pure_call(self, call: ast.Call, local: frozenset[str] = frozenset()) -> bool:
        """Whether a call has no effect that outlasts it; `local` are the names of the function that it stands in."""
        function = call.func
        if isinstance(function, ast.Call):
            return self._names.path(function.func) in DECORATOR_MAKERS
        path = self._names.path(function)
        if path in _SETTERS:
            return bool(call.args) and not self._changes.is_imported(call.args[0])
        if isinstance(function, ast.Attribute) and self._is_pure_method(function, local):
            return True
        if path in CALLERS:
            arguments = [*call.args, *(k.value for k in call.keywords)]
            return all(self._is_pure_callable(argument, local) for argument in arguments)
        if self.is_allowed(path) or self._makes_foreign(path):
            return True
        return self._is_pure_definition(path) and not self._changes.reach_imported(call, path)

    def is_allowed(self, path: str) -> bool:
        """Whether a call of a dotted path is listed, allowed by the project, or of what the spec module has by hand."""
        by_hand = bool(self._given) and path.startswith(f"{self._given}.")
        return by_hand or self.is_listed(path) or any(fnmatch.fnmatchcase(path, each) for each in self._allowed)

    def _is_pure_method(self, method: ast.Attribute, local: frozenset[str]) -> bool:
        if method.attr in VIEWS or (self._kind == "test" and isinstance(method.value, ast.Call)):
            return True
        return method.attr in PURE_METHODS and self._names.is_own(method.value, local)

    def _is_pure_callable(self, node: ast.expr, local: frozenset[str]) -> bool:
        """Whether a `map` or the like may call an argument; what can't be called is fine as well."""
        if isinstance(node, ast.Lambda):
            inner = local | {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
            calls = (n for n in evaluated([node.body]) if isinstance(n, ast.Call))
            return all(self.is_pure_call(call, inner) for call in calls)
        if not isinstance(node, ast.Name | ast.Attribute) or (isinstance(node, ast.Name) and node.id in local):
            return True
        path = self._names.path(node)
        if isinstance(node, ast.Attribute) and self._is_pure_method(node, local):
            return True
        is_data = isinstance(node, ast.Name) and (node.id in self._candidate.constants or node.id.isupper())
        return is_data or self.is_allowed(path) or self._is_pure_definition(path) or self._makes_foreign(path)

    def _is_pure_definition(self, path: str) -> bool:
        """Whether a path is a function or class of the candidate that only computes when it is called."""
        own = self._names.own(path)
        made = self._candidate.constants.get(path if own is None else own)
        if isinstance(made, ast.Lambda):
            return self._is_pure_callable(made, frozenset())
        if isinstance(made, ast.Call):
            maker = self._names.path(made.func)
            partial = maker == "functools.partial" and self._is_pure_callable(made.args[0], frozenset())
            return partial or maker in CLASS_MAKERS
        definition = self._names.definition(path)
        if isinstance(definition, ast.ClassDef):
            return self._makes_purely(definition)
        if own is not None and "." in own:  # a method of a class of the candidate's, which may make an instance
            holder = self._names.definition(path.rpartition(".")[0])
            if not (isinstance(holder, ast.ClassDef) and self._makes_purely(holder)):
                return False
        return definition is not None and self.is_pure_function(definition)

    def _makes_purely(self, node: ast.ClassDef) -> bool:
        makers = [m for m in node.body if isinstance(m, Function) and m.name in _MAKERS]
        return not node.keywords and all(map(self.is_pure_function, [*makers, *self._metaclass_calls(node, set())]))

    def _metaclass_calls(self, node: ast.ClassDef, seen: set[str]) -> Iterator[Function]:
        """Yield the `__call__` of each metaclass of the candidate's own that a class has by itself or by a base."""
        seen.add(node.name)
        for keyword in node.keywords:
            found = self._names.definition(self._names.path(keyword.value))
            members = found.body if isinstance(found, ast.ClassDef) and keyword.arg == "metaclass" else []
            yield from (each for each in members if isinstance(each, Function) and each.name == "__call__")
        for base in map(self._names.definition, map(self._names.path, node.bases)):
            if isinstance(base, ast.ClassDef) and base.name not in seen:
                yield from self._metaclass_calls(base, seen)

    def _makes_foreign(self, path: str) -> bool:
        """Whether a call makes an instance of a class of the project or a dependency; in a test, any does."""
        name = path.rpartition(".")[2]
        tested = self._kind == "test" and not path.startswith("pytest.") and name not in SKIPS
        return self._names.is_foreign(path) and (name.lstrip("_")[:1].isupper() or tested)

    def is_listed(self, path: str) -> bool:
        """Whether a call of a dotted path is listed: a function, a class or a method of it."""
        parts = path.split(".")
        for length in range(len(parts) - 1, 0, -1):
            names = self._listed.get(".".join(parts[:length]))
            if names is None:
                continue
            last = parts[-1]
            if last in SKIPS or not (names == ALL or parts[length] in names):
                return False
            is_method = last in PURE_METHODS or last in names or parts[0] in PURE_CALLS_IN_TESTS
            return len(parts) == length + 1 or is_method
        return False

    def is_pure_function(self, node: ast.AST) -> bool:
        """Whether calling a function of the candidate does no more than compute."""
        if node not in self._known:
            self._known[node] = True  # so that recursion ends
            self._known[node] = isinstance(node, Function) and self._computes(node)
        return self._known[node]

    def _computes(self, function: Function) -> bool:
        nodes = list(evaluated(function.body))
        inner = {n.name: n for n in nodes if isinstance(n, Function)}
        local = _parameters(function) | {n.name for n in nodes if isinstance(n, Definition)}
        local |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        if not changed_names(nodes).isdisjoint(self._changes.imported_in(nodes)):
            return False
        for node in nodes:
            if isinstance(node, _REACHING_OUT):
                return False
            if isinstance(node, ast.Call) and not (
                self.is_pure_call(node, frozenset(local)) or self._calls_own(node, inner)
            ):
                return False
            if isinstance(node, ast.Attribute | ast.Subscript) and not self._names.is_harmless(node, local):
                return False
        return True

    def _calls_own(self, call: ast.Call, inner: Mapping[str, Function]) -> bool:
        """Whether a call is of an inner function, or a method of the candidate's classes, that only computes."""
        function = call.func
        if isinstance(function, ast.Name) and function.id in inner:
            return self.is_pure_function(inner[function.id])
        if isinstance(function, ast.Name) and function.id == "cls":
            return True  # what makes an instance is looked at where the class is called
        if not (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)):
            return False
        if function.value.id not in {"self", "cls"}:
            return False
        classes = (d for d in self._candidate.definitions.values() if isinstance(d, ast.ClassDef))
        members = [m for c in classes for m in c.body if isinstance(m, Function)]
        found = [member for member in members if member.name == function.attr]
        return bool(found) and all(map(self.is_pure_function, found))


class Changes:
    """What the functions of a candidate change that is not its own: imported objects, by a name or an argument."""

    def __init__(self, candidate: ModuleSource, names: CandidateNames) -> None:
        self._candidate = candidate
        self._names = names
        self._changing: dict[ast.AST, bool] = {}

    def reach_imported(self, call: ast.Call, path: str) -> bool:
        """Whether a call hands what is imported to a function of the candidate's that changes what it is handed."""
        if not any(map(self.is_imported, [*call.args, *(k.value for k in call.keywords)])):
            return False
        definition = self._names.definition(path)
        members = definition.body if isinstance(definition, ast.ClassDef) else [definition]
        return any(self._of_arguments(m) for m in members if isinstance(m, Function) and m.name != "__call__")

    def imported_in(self, nodes: Iterable[ast.AST]) -> set[str]:
        """Return the names that are assigned what is imported: `m` of `m = sys.modules`."""
        assigned = (node for node in nodes if isinstance(node, ast.Assign | ast.AnnAssign) and node.value)
        found = (node for node in assigned if node.value and self.is_imported(node.value))
        return {target.id for node in found for target in assignment_targets(node) if isinstance(target, ast.Name)}

    def is_imported(self, node: ast.expr) -> bool:
        """Return whether an expression has what is not the candidate's own, other than to call it."""
        named = {id(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
        names = (n.id for n in ast.walk(node) if isinstance(n, ast.Name) and id(n) not in named)
        paths = (self._candidate.bindings.get(name) for name in names)
        return any(path is not None and self._names.own(path) is None for path in paths)

    def _of_arguments(self, function: Function) -> bool:
        """Whether a function changes an argument, or hands it to one of the candidate's that does."""
        if function not in self._changing:
            self._changing[function] = False  # so that recursion ends
            nodes = list(evaluated(function.body))
            handed = _handed(function, nodes)
            self._changing[function] = not handed.isdisjoint(changed_names(nodes)) or any(
                self._of_arguments(inner)
                for node in nodes
                if isinstance(node, ast.Call) and not handed.isdisjoint(map(_root, node.args))
                if isinstance(inner := self._names.definition(self._names.path(node.func)), Function)
            )
        return self._changing[function]


def _root(node: ast.expr) -> str:
    """Return the name that a chain of attributes and items begins with, "" if it begins with something else."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _parameters(function: Function) -> set[str]:
    return {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}


def _handed(function: Function, nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names of a function that have its arguments, or parts of them; not the object of a method."""
    names = _parameters(function) - {"self", "cls"}
    for node in nodes:  # in the order of the text
        value = node.iter if isinstance(node, ast.For) else getattr(node, "value", None)
        if isinstance(node, ast.For | ast.Assign | ast.AnnAssign) and isinstance(value, ast.expr):
            parts = (part for target in assignment_targets(node) for part in ast.walk(target))
            if _root(value) in names:
                names |= {each.id for each in parts if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return names


def changed_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names whose attributes or items are set, or which a method is called on that changes its object."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            found.add(_root(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
            found.add(_root(node.func.value))
    return found


def evaluated(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes that run when these do: the bodies of inner functions and lambdas don't."""
    pending: list[ast.AST] = list(nodes)[::-1]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.Lambda):
            pending += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, Function):
            pending += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        else:
            pending += reversed(child_nodes(node))
