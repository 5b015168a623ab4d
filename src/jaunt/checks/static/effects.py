"""What importing a candidate does: at module level stand only imports, definitions and constants.

Constants may be computed, by calls that have no effects: those of `allowed_calls.py`, methods such as `str.join`,
constructors of the project's and its dependencies' classes (told by their capital letter), and functions of
the candidate itself that do no more than that. Decorators of the standard library are those of that list,
others are taken as they come: they are how their libraries' definitions are written.
"""

import ast
import builtins
import copy
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from jaunt.checks.names import READS, CandidateNames
from jaunt.checks.static.forbidden_calls import ENDS_A_RUN, SKIPS
from jaunt.checks.static.imports import all_bindings, all_statements
from jaunt.checks.static.purity import Purity, evaluated
from jaunt.header import Kind
from jaunt.syntax.canonical import canonical
from jaunt.syntax.source import Definition, Function, ModuleSource, assignment_targets, dotted_path, flattened
from jaunt.text.flaw import Flaw

_CLASS_HOOKS = {"__init_subclass__", "__set_name__"}
_CLASS_CALLS = {"builtins.type", "types.new_class", "dataclasses.make_dataclass"}
"""What makes a class of its first argument's name, and of the bases among the others."""


def effect_errors(
    candidate: ModuleSource, *, spec: ModuleSource | None = None, kind: Kind = "build", allowed: Sequence[str] = ()
) -> list[Flaw]:
    """Return what a candidate does on import besides importing, defining and computing constants.

    `kind` is "build" or "test"; a test module may use pytest's marks and fixtures, and call what it tests for
    its data. What stands by hand in the spec module may be called, and repeated word for word, as may what a class spec
    gives its fields, and puts on its methods, by an installed package; and what the module makes its own constants by,
    of the project or a package. `allowed` are patterns of dotted paths that may be called besides.
    """
    names = CandidateNames(candidate)
    makers = _makers_of_constants(spec) if spec else []
    purity = Purity(candidate, names, kind, given=spec.module if spec else "", allowed=[*allowed, *makers])
    errors = list(_Effects(candidate, names, purity, spec).module())
    if kind == "test":
        errors += _skips(candidate)
    return list(dict.fromkeys(errors))


class _Effects:
    """What the statements at the module level of one candidate do."""

    def __init__(
        self, candidate: ModuleSource, names: CandidateNames, purity: Purity, spec: ModuleSource | None
    ) -> None:
        self._candidate = candidate
        self._names = names
        self._purity = purity
        self._spec = spec

    @cached_property
    def _read_by_spec(self) -> set[str]:
        """What the spec module itself reads as it is imported: `file: TextIO = sys.stdout`, say."""
        if (spec := self._spec) is None:
            return set()
        return {spec.dotted(each) or "" for each in evaluated(spec.tree.body) if isinstance(each, ast.Attribute)}

    def module(self) -> Iterator[Flaw]:
        """Yield what is wrong with the statements of the module, those aside that stand in the spec as they are."""
        by_hand: set[str] | None = None
        for statement in self._candidate.tree.body:
            errors = list(self._statement(statement))
            if errors and self._spec is not None:
                by_hand = {canonical(each) for each in self._spec.tree.body} if by_hand is None else by_hand
                errors = [] if canonical(statement) in by_hand else errors
            yield from errors

    def body(self, statements: Sequence[ast.stmt]) -> Iterator[Flaw]:
        """Yield what is wrong with the statements of a module or a class."""
        for statement in statements:
            yield from self._statement(statement)

    def _statement(self, node: ast.stmt) -> Iterator[Flaw]:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                is_method = bool(self._names.scopes)
                stub = self._spec.definitions.get(node.name) if self._spec is not None and not is_method else None
                yield from self._function(_less_given_of(node, stub, self._spec))
            case ast.ClassDef():
                yield from self._decorators(node)
                yield from self._values([*node.bases, *(k.value for k in node.keywords)])
                self._names.scopes.append({m.name: m for m in flattened(node.body) if isinstance(m, Definition)})
                yield from self.body(_less_given(node, self._spec))
                self._names.scopes.pop()
                yield from self._hooks(node)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                yield from self._assignment(node)
            case ast.If(test=test) if ast.unparse(test) == "__name__ == '__main__'":
                yield from self.body(node.orelse)  # the rest never runs on import
            case ast.If(test=test) | ast.While(test=test):
                yield from self._values([test])
                yield from self.body([*node.body, *node.orelse])
            case ast.For():
                yield from self._targets(node)
                yield from self._values([node.iter])
                yield from self.body([*node.body, *node.orelse])
            case ast.Try() if all(isinstance(each, ast.Import | ast.ImportFrom) for each in node.body):
                handled = [each for handler in node.handlers for each in handler.body]
                yield from self.body([*handled, *node.orelse, *node.finalbody])
            case ast.Delete(targets=targets) if all(isinstance(t, ast.Name) for t in targets):
                pass
            case ast.Expr(value=ast.Call() as call):  # of a constant's own method: `__all__.append(...)`
                yield from self._values([call])
            case _ if type(node).__name__ == "TypeAlias":  # `type X = ...`, of Python 3.12
                pass
            case _:
                yield Flaw(f"{_shown(node)} runs on import, expected {_ALLOWED}", line=node.lineno)

    def _hooks(self, node: ast.ClassDef) -> Iterator[Flaw]:
        """Yield an error for each method with an effect that Python calls when a class is made.

        A metaclass's `__call__` is called where its classes are, which counts there, and so do its methods that Python
        has no use for; what a class does for those that derive from it counts where the candidate makes one.
        """
        makes_classes = any(self._names.path(base) == "builtins.type" for base in node.bases)
        for member in (m for m in node.body if isinstance(m, Function)):
            is_pythons = member.name == "mro" or (member.name.startswith("__") and member.name.endswith("__"))
            called = member.name in _CLASS_HOOKS or (makes_classes and is_pythons and member.name != "__call__")
            called = called and (
                member.name != "__init_subclass__" or _may_be_derived_from(node, self._candidate, self._names)
            )
            if called and not self._purity.is_pure_function(member):
                text = f"does more than compute when a class is made, expected {_ALLOWED}"
                yield Flaw(text, line=member.lineno, symbol=f"{node.name}.{member.name}")

    def _function(self, node: Function) -> Iterator[Flaw]:
        yield from self._decorators(node)
        yield from self._values([*node.args.defaults, *filter(None, node.args.kw_defaults)])
        args = node.args
        arguments = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
        annotations = [a.annotation for a in arguments if a is not None]
        yield from self._values(filter(None, [*annotations, node.returns]))

    def _assignment(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> Iterator[Flaw]:
        yield from self._targets(node)
        yield from self._values(filter(None, [node.value, getattr(node, "annotation", None)]))

    def _targets(self, node: ast.stmt) -> Iterator[Flaw]:
        """Yield an error for each thing that a statement changes though it isn't the candidate's own."""
        for target in assignment_targets(node):
            for part in ast.walk(target):
                if isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.ctx, ast.Store):
                    if not self._is_own_target(part):
                        yield Flaw(f"changes `{_short(part)}` on import, expected its own names", line=part.lineno)
                elif isinstance(part, ast.Name) and part.id == "pytest_plugins":
                    yield Flaw("loads plugins into pytest, expected a test module only", line=part.lineno)

    def _is_own_target(self, node: ast.Attribute | ast.Subscript) -> bool:
        """Whether an item of a table, or an attribute of a class, is set that the candidate itself has made."""
        base: ast.expr = node
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        if not isinstance(base, ast.Name):
            return False
        path = self._names.path(base)
        if isinstance(node, ast.Attribute):
            return isinstance(self._names.definition(path), ast.ClassDef) and node.value is base
        value = self._candidate.constants.get(self._names.own(path) or path)
        # What a call returned may be somebody else's.
        return value is not None and not isinstance(value, ast.Name | ast.Attribute | ast.Subscript)

    def _decorators(self, node: Function | ast.ClassDef) -> Iterator[Flaw]:
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            path = self._names.path(call.func if call else decorator)
            if not self._may_decorate(path):
                text = f"the decorator `@{_short(decorator)}` runs on import, expected {_ALLOWED}"
                yield Flaw(text, line=decorator.lineno, symbol=node.name)
            if call:
                yield from self._values([*call.args, *(k.value for k in call.keywords)])

    def _may_decorate(self, path: str) -> bool:
        registers = path.startswith("collections.abc.") and path.endswith(".register")  # a class of the candidate's own
        if registers or self._purity.is_allowed(path) or path.rpartition(".")[2] in {"setter", "getter", "deleter"}:
            return True
        own = self._names.own(path) or ""
        local = self._candidate.definitions.get(own.partition(".")[0]) or self._names.definition(path)
        if local is not None:  # a decorator of the candidate's own, or `@dispatch.register`
            is_registering = own.endswith(".register")
            return is_registering or isinstance(local, ast.ClassDef) or self._purity.is_pure_function(local)
        return self._names.is_foreign(path)

    def _values(self, nodes: Iterable[ast.AST]) -> Iterator[Flaw]:
        """Yield an error for each call with an effect in the expressions."""
        for node in evaluated(nodes):
            if isinstance(node, ast.Call) and not self._purity.is_pure_call(node):
                yield Flaw(f"`{_short(node)}` is called on import, expected {_ALLOWED}", line=node.lineno)
            elif isinstance(node, ast.Attribute) and (path := self._names.path(node)) in READS - self._read_by_spec:
                yield Flaw(f"reads `{path}` on import, expected {_ALLOWED}", line=node.lineno)


_ALLOWED = "imports, definitions and constants only at module level; move it into a function"


def _may_be_derived_from(node: ast.ClassDef, candidate: ModuleSource, names: CandidateNames) -> bool:
    """Whether a candidate has a class that may derive from one of its own, or makes classes by a call."""
    for each in ast.walk(candidate.tree):
        if isinstance(each, ast.ClassDef) and each is not node:
            bases = map(names.path, each.bases)
            if any(names.definition(path) is not None or names.is_foreign(path) for path in bases):
                return True
        elif isinstance(each, ast.Call) and len(each.args) > 1 and names.path(each.func) in _CLASS_CALLS:
            return True
    return False


def _less_given(node: ast.ClassDef, spec: ModuleSource | None) -> list[ast.stmt]:
    """Return the statements of a class without what the class spec of that name has in it, by a package, word for word:
    its fields, and the decorators and defaults of its methods.
    """
    stub = spec.definitions.get(node.name) if spec is not None else None
    if spec is None or not isinstance(stub, ast.ClassDef):
        return node.body
    given = {canonical(each) for each in stub.body if not isinstance(each, Function) and _is_by_package(each, spec)}
    stubs = {each.name: each for each in stub.body if isinstance(each, Function)}
    found: list[ast.stmt] = []
    for each in node.body:
        if isinstance(each, Function):
            found.append(_less_given_of(each, stubs.get(each.name), spec))
        elif canonical(each) not in given:
            found.append(each)
    return found


def _less_given_of(node: Function, stub: ast.stmt | None, spec: ModuleSource | None) -> Function:
    """Return a function without the decorators and defaults that its stub has, by a package or the project."""
    if spec is None or not isinstance(stub, Function):
        return node
    parts = [*stub.decorator_list, *stub.args.defaults, *filter(None, stub.args.kw_defaults)]
    given = {canonical(each) for each in parts if _is_by_package(each, spec)}
    less = copy.copy(node)
    less.decorator_list = [each for each in node.decorator_list if canonical(each) not in given]
    less.args = copy.copy(node.args)
    less.args.defaults = [each for each in node.args.defaults if canonical(each) not in given]
    less.args.kw_defaults = [each if each and canonical(each) not in given else None for each in node.args.kw_defaults]
    return less


def _makers_of_constants(spec: ModuleSource) -> list[str]:
    """Return the dotted paths of what a spec module calls for the values of its handwritten names, the standard
    library's aside: `log = structlog.get_logger()` has a candidate make a logger of its own by the same function.
    """
    assignments = (each for each in flattened(spec.tree.body) if isinstance(each, ast.Assign | ast.AnnAssign))
    calls = (each for each in evaluated(each.value for each in assignments if each.value) if isinstance(each, ast.Call))
    paths = (spec.dotted(call.func) or "" for call in calls)
    return [path for path in paths if "." in path and path.partition(".")[0] not in sys.stdlib_module_names]


def _is_by_package(node: ast.AST, spec: ModuleSource) -> bool:
    """Whether nothing of the standard library is called, or read, in a part of a class."""
    paths = (spec.dotted(each) or "" for each in ast.walk(node) if isinstance(each, ast.Name | ast.Attribute))
    heads = {path.partition(".")[0] for path in paths if path.rpartition(".")[0] not in _HARMLESS}
    called = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    if any(isinstance(each, ast.Name) and hasattr(builtins, each.id) and not spec.dotted(each) for each in called):
        return False
    return heads.isdisjoint(sys.stdlib_module_names)


_HARMLESS = {"", "typing", "collections.abc", "datetime", "decimal", "uuid", "enum"}
"""Modules whose names stand in annotations, or make values."""


def _skips(candidate: ModuleSource) -> Iterator[Flaw]:
    """Yield an error for each way in which a test would not run, and for an end of the process."""
    bindings = all_bindings(candidate, all_statements(candidate.tree))
    for node in (n for n in ast.walk(candidate.tree) if isinstance(n, ast.Attribute | ast.Name)):
        path = dotted_path(node, bindings)
        head, _, rest = (path or "").partition(".")
        if head == "pytest" and rest.rpartition(".")[2] in SKIPS:
            yield Flaw(f"`{path}` keeps a test from running, expected one that asserts", line=node.lineno)
        elif path in ENDS_A_RUN:
            yield Flaw(f"`{path}` ends the test run, expected a test that asserts", line=node.lineno)


def _shown(node: ast.stmt) -> str:
    if isinstance(node, ast.Try):
        return "a `try` statement"
    return f"`{_short(node)}`"


def _short(node: ast.AST) -> str:
    line = ast.unparse(node).splitlines()[0]
    return line if len(line) <= 60 else f"{line[:57]}..."
