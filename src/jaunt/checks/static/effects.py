"""What importing a candidate does: at module level stand only imports, definitions and constants.

Constants may be computed, by calls that have no effects: those of `PURE_CALLS`, methods such as `str.join`,
constructors of the project's and its dependencies' classes (told by their capital letter), and functions of
the candidate itself that do no more than that. Decorators of the standard library are those of `PURE_CALLS`,
others are taken as they come: they are how their libraries' definitions are written.
"""

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

from jaunt.checks.static.imports import all_bindings, all_statements
from jaunt.checks.static.purity import (
    CALLERS,
    CLASS_MAKERS,
    DECORATOR_MAKERS,
    PURE_CALLS,
    PURE_CALLS_IN_TESTS,
    PURE_METHODS,
    READS,
    SKIPS,
    VIEWS,
)
from jaunt.syntax.source import Function, ModuleSource, assignment_targets, child_nodes, dotted_path, written_name

_CLASS_HOOKS = {"__init_subclass__", "__set_name__"}
_REACHING_OUT = (
    ast.Global | ast.Nonlocal | ast.Import | ast.ImportFrom | ast.With | ast.AsyncWith | ast.AsyncFor | ast.Await
)
_MAKERS = {"__init__", "__new__", "__post_init__"}


def effect_errors(candidate: ModuleSource, *, kind: str = "build") -> list[str]:
    """Return what a candidate does on import besides importing, defining and computing constants.

    `kind` is "build" or "test"; a test module may use pytest's marks and fixtures, and call what it tests for
    its data. Each error begins with the line.
    """
    checker = _Checker(candidate, kind)
    errors = list(checker.body(candidate.tree.body))
    if kind == "test":
        errors += _skips(candidate)
    return list(dict.fromkeys(errors))


class _Checker:
    def __init__(self, candidate: ModuleSource, kind: str) -> None:
        self._candidate = candidate
        self._kind = kind
        self._pure = {**PURE_CALLS, **PURE_CALLS_IN_TESTS} if kind == "test" else PURE_CALLS
        self._known: dict[ast.AST, bool] = {}

    def body(self, statements: Sequence[ast.stmt]) -> Iterator[str]:
        """Yield what is wrong with the statements of a module or a class."""
        for statement in statements:
            yield from self._statement(statement)

    def _statement(self, node: ast.stmt) -> Iterator[str]:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self._function(node)
            case ast.ClassDef():
                yield from self._decorators(node)
                yield from self._values([*node.bases, *(k.value for k in node.keywords)])
                yield from self.body(node.body)
                yield from self._hooks(node)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                yield from self._assignment(node)
            case ast.If(test=test) if self._is_static(test):
                yield from self.body([*node.body, *node.orelse])
            case ast.Delete(targets=targets) if all(isinstance(t, ast.Name) for t in targets):
                pass
            case ast.Expr(value=ast.Call() as call):  # of a constant's own method: `__all__.append(...)`
                yield from self._values([call])
            case _ if type(node).__name__ == "TypeAlias":  # `type X = ...`, of Python 3.12
                pass
            case _:
                yield f"line {node.lineno}: {_shown(node)} runs on import, expected {_ALLOWED}"

    def _hooks(self, node: ast.ClassDef) -> Iterator[str]:
        """Yield an error for each method with an effect that Python calls when a class is made."""
        makes_classes = any(self._path(base) == "builtins.type" for base in node.bases)
        for member in (m for m in node.body if isinstance(m, Function)):
            called = member.name in _CLASS_HOOKS or makes_classes
            if called and not self._is_pure_function(member):
                where = f"line {member.lineno}: {node.name}.{member.name}"
                yield f"{where}: does more than compute when a class is made, expected {_ALLOWED}"

    def _function(self, node: Function) -> Iterator[str]:
        yield from self._decorators(node)
        yield from self._values([*node.args.defaults, *filter(None, node.args.kw_defaults)])
        args = node.args
        arguments = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
        annotations = [a.annotation for a in arguments if a is not None]
        yield from self._values(filter(None, [*annotations, node.returns]))

    def _assignment(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> Iterator[str]:
        for target in assignment_targets(node):
            for part in ast.walk(target):
                if isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.ctx, ast.Store):
                    yield f"line {part.lineno}: changes `{_short(part)}` on import, expected its own names"
                elif isinstance(part, ast.Name) and part.id == "pytest_plugins":
                    yield f"line {part.lineno}: loads plugins into pytest, expected a test module only"
        yield from self._values(filter(None, [node.value, getattr(node, "annotation", None)]))

    def _is_static(self, test: ast.expr) -> bool:
        """Return whether a condition is TYPE_CHECKING or compares the Python version or platform."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test = test.operand
        if self._path(test).rpartition(".")[2] == "TYPE_CHECKING":
            return True
        names = [self._path(n) for n in [test.left, *test.comparators]] if isinstance(test, ast.Compare) else []
        return any(name.startswith(("sys.version_info", "sys.platform", "os.name")) for name in names)

    def _decorators(self, node: Function | ast.ClassDef) -> Iterator[str]:
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            path = self._path(call.func if call else decorator)
            if not self._may_decorate(path):
                where = f"line {decorator.lineno}: {node.name}"
                yield f"{where}: the decorator `@{_short(decorator)}` runs on import, expected {_ALLOWED}"
            if call:
                yield from self._values([*call.args, *(k.value for k in call.keywords)])

    def _may_decorate(self, path: str) -> bool:
        own = path.removeprefix(f"{self._candidate.module}.")
        if self._is_pure_path(path) or own.rpartition(".")[2] in {"setter", "getter", "deleter"}:
            return True
        local = self._candidate.definitions.get(own.partition(".")[0]) if own != path else None
        if local is not None:  # a decorator of the candidate's own, or `@dispatch.register`
            is_registering = own.endswith(".register")
            return is_registering or isinstance(local, ast.ClassDef) or self._is_pure_function(local)
        return self._is_foreign(path)

    def _is_foreign(self, path: str) -> bool:
        """Whether a path leads into the project or a dependency, by way of an import."""
        head, _, rest = path.partition(".")
        if not rest or head in sys.stdlib_module_names or path.startswith(f"{self._candidate.module}."):
            return False
        return any(bound.partition(".")[0] == head for bound in self._candidate.bindings.values())

    def _values(self, nodes: Iterable[ast.AST]) -> Iterator[str]:
        """Yield an error for each call with an effect in the expressions."""
        for node in _evaluated(nodes):
            if isinstance(node, ast.Call) and not self._is_pure_call(node):
                yield f"line {node.lineno}: `{_short(node)}` is called on import, expected {_ALLOWED}"
            elif isinstance(node, ast.Attribute) and self._path(node) in READS:
                yield f"line {node.lineno}: reads `{ast.unparse(node)}` on import, expected {_ALLOWED}"

    def _is_pure_call(self, call: ast.Call, local: frozenset[str] = frozenset()) -> bool:
        function = call.func
        if isinstance(function, ast.Call):
            return self._path(function.func) in DECORATOR_MAKERS
        if isinstance(function, ast.Attribute) and self._is_pure_method(function, local):
            return True
        path = self._path(function)
        if path in CALLERS:
            arguments = [*call.args, *(k.value for k in call.keywords)]
            return all(self._is_pure_callable(argument, local) for argument in arguments)
        return self._is_pure_path(path) or self._is_pure_definition(path) or self._makes_foreign(path)

    def _is_pure_method(self, method: ast.Attribute, local: frozenset[str]) -> bool:
        if method.attr in VIEWS or (self._kind == "test" and isinstance(method.value, ast.Call)):
            return True
        return method.attr in PURE_METHODS and self._is_own(method.value, local)

    def _is_pure_callable(self, node: ast.expr, local: frozenset[str]) -> bool:
        """Whether a `map` or the like may call an argument; what can't be called is fine as well."""
        if isinstance(node, ast.Lambda):
            inner = local | {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
            calls = (n for n in _evaluated([node.body]) if isinstance(n, ast.Call))
            return all(self._is_pure_call(call, inner) for call in calls)
        if not isinstance(node, ast.Name | ast.Attribute) or (isinstance(node, ast.Name) and node.id in local):
            return True
        path = self._path(node)
        if isinstance(node, ast.Attribute) and self._is_pure_method(node, local):
            return True
        is_data = isinstance(node, ast.Name) and (node.id in self._candidate.constants or node.id.isupper())
        return is_data or self._is_pure_path(path) or self._is_pure_definition(path) or self._makes_foreign(path)

    def _is_pure_definition(self, path: str) -> bool:
        """Whether a path is a function or class of the candidate that only computes when it is called."""
        own = path.removeprefix(f"{self._candidate.module}.")
        made = self._candidate.constants.get(own)
        if isinstance(made, ast.Lambda):
            return self._is_pure_callable(made, frozenset())
        if isinstance(made, ast.Call):
            maker = self._path(made.func)
            partial = maker == "functools.partial" and self._is_pure_callable(made.args[0], frozenset())
            return partial or maker in CLASS_MAKERS
        definition = self._candidate.definitions.get(own) if own != path else None
        if isinstance(definition, ast.ClassDef):
            makers = [m for m in definition.body if isinstance(m, Function) and m.name in _MAKERS]
            return not definition.keywords and all(map(self._is_pure_function, makers))
        return definition is not None and self._is_pure_function(definition)

    def _makes_foreign(self, path: str) -> bool:
        """Whether a call makes an instance of a class of the project or a dependency; in a test, any does."""
        name = path.rpartition(".")[2]
        tested = self._kind == "test" and not path.startswith("pytest.") and name not in SKIPS
        return self._is_foreign(path) and (name[:1].isupper() or tested)

    def _is_pure_path(self, path: str) -> bool:
        """Whether a call of a dotted path is in the lists of `purity.py`: a function, a class or a method of it."""
        parts = path.split(".")
        for length in range(len(parts) - 1, 0, -1):
            listed = self._pure.get(".".join(parts[:length]))
            if listed is None:
                continue
            names, last = listed.split(), parts[-1]
            if last in SKIPS or not (listed == "*" or parts[length] in names):
                return False
            is_method = last in PURE_METHODS or last in names or parts[0] in PURE_CALLS_IN_TESTS
            return len(parts) == length + 1 or is_method
        return False

    def _is_own(self, node: ast.expr, local: frozenset[str]) -> bool:
        """Whether a method's object was made here: a literal, a constant, the result of a pure call."""
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        if not isinstance(node, ast.Name):
            return True  # calls within it are looked at as well
        path = self._candidate.bindings.get(node.id)
        if node.id in local or path is None:
            return True
        return path.startswith(f"{self._candidate.module}.") or path.rpartition(".")[2][:1].isupper()

    def _is_pure_function(self, node: ast.AST) -> bool:
        """Whether calling a function of the candidate does no more than compute."""
        if node not in self._known:
            self._known[node] = True  # so that recursion ends
            self._known[node] = isinstance(node, Function) and self._computes(node)
        return self._known[node]

    def _computes(self, function: Function) -> bool:
        nodes = list(_evaluated(function.body))
        local = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
        local |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        inner = {n.name: n for n in nodes if isinstance(n, Function)}
        for node in nodes:
            if isinstance(node, _REACHING_OUT):
                return False
            if isinstance(node, ast.Call) and not (
                self._is_pure_call(node, frozenset(local)) or self._calls_own(node, inner)
            ):
                return False
            if isinstance(node, ast.Attribute | ast.Subscript) and not self._is_harmless(node, local):
                return False
        return True

    def _calls_own(self, call: ast.Call, inner: Mapping[str, Function]) -> bool:
        """Whether a call is of an inner function, or a method of the candidate's classes, that only computes."""
        function = call.func
        if isinstance(function, ast.Name) and function.id in inner:
            return self._is_pure_function(inner[function.id])
        if not (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)):
            return False
        if function.value.id not in {"self", "cls"}:
            return False
        classes = (d for d in self._candidate.definitions.values() if isinstance(d, ast.ClassDef))
        members = [m for c in classes for m in c.body if isinstance(m, Function)]
        found = [member for member in members if member.name == function.attr]
        return bool(found) and all(map(self._is_pure_function, found))

    def _is_harmless(self, node: ast.Attribute | ast.Subscript, local: set[str]) -> bool:
        """Whether reading, or setting, an attribute or an item changes nothing outside of the candidate."""
        if isinstance(node.ctx, ast.Load):
            return self._path(node) not in READS
        base = node.value
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        if not isinstance(base, ast.Name) or base.id in self._candidate.bindings:
            return False
        return base.id in local or base.id in self._candidate.constants

    def _path(self, node: ast.AST) -> str:
        """Return the dotted path that a name stands for; names that nothing binds are built in."""
        path = self._candidate.dotted(node)
        if path is None and isinstance(node, ast.Name | ast.Attribute):
            text = written_name(node)
            head = text.partition(".")[0]
            is_builtin = hasattr(builtins, head) and head not in self._candidate.constants
            return f"builtins.{text}" if is_builtin else text
        return path or ""


_ALLOWED = "imports, definitions and constants only at module level; move it into a function"


def _evaluated(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
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


def _skips(candidate: ModuleSource) -> Iterator[str]:
    """Yield an error for each way in which a test would not run, and for an end of the process."""
    bindings = all_bindings(candidate, all_statements(candidate.tree))
    for node in (n for n in ast.walk(candidate.tree) if isinstance(n, ast.Attribute | ast.Name)):
        path = dotted_path(node, bindings)
        head, _, rest = (path or "").partition(".")
        if head == "pytest" and rest.rpartition(".")[2] in SKIPS:
            yield f"line {node.lineno}: `{path}` keeps a test from running, expected one that asserts"
        elif path in {"os._exit", "os.abort", "os.kill", "signal.raise_signal"}:
            yield f"line {node.lineno}: `{path}` ends the test run, expected a test that asserts"


def _shown(node: ast.stmt) -> str:
    if isinstance(node, ast.Try):
        return "a `try` statement"
    return f"`{_short(node)}`"


def _short(node: ast.AST) -> str:
    line = ast.unparse(node).splitlines()[0]
    return line if len(line) <= 60 else f"{line[:57]}..."
