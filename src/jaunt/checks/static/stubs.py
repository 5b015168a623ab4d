"""Stubs in candidates: a required function whose body still stands for a body to come is no answer."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from jaunt.syntax.source import Definition, Function, ModuleSource, last_name
from jaunt.text.flaw import Flaw

_TODO = re.compile(
    r"\b(TODO|FIXME|XXX)\b|(?i:\b(not|to be) (yet )?implemented\b|\bimplement(ation)? (this|me|goes)\b|\byour code\b)"
)
_TODO_COMMENT = re.compile(rf"#.*(?:{_TODO.pattern}).*")
_DOES_NOTHING = re.compile(
    r"\b(do(es)?|doing) nothing\b(?! (if|when|for|unless|where|on|in|to)\b)|\bno-?op\b|\bnothing to do\b"
    r"|\bsubclass(es)? (may|can|override)|\boverrid(e|den) (by|in)\b|\bhook\b",
    re.I,
)
_IS_FOR_SUBCLASSES = re.compile(
    r"\bsubclass(es)? (must|should|has to|have to|needs? to|implements?)\b|\babstract\b"
    r"|\b(must|should|has to|have to|to) be (overridden|implemented) (by|in)\b",
    re.I,
)
_MAY_BE_EMPTY = {"__post_init__", "__del__", "__exit__", "__aexit__", "__init_subclass__"}

_BEGINNING = 8  # characters of a docstring


def stub_errors(candidate: ModuleSource, spec: ModuleSource, names: Sequence[str]) -> list[Flaw]:
    """Return an error for each function or method of the specs `names` that the candidate has no code for.

    No code: a body of `...`, `pass`, a docstring, `raise NotImplementedError` or a TODO alone, and one that only calls
    a function of the candidate that is such a stub. Abstract methods, members of protocols, and an exception that the
    spec's docstring names are no stubs, and so is an empty body where the spec says that nothing is done, or an
    exception where it leaves a method to subclasses.
    """
    errors = []
    for label, wanted, found in _required(candidate, spec, names):
        body = _Bodies(candidate, found.parent).stub(found.function)
        if body and not (_is_meant(wanted, body) or _is_left_to_subclasses(spec, wanted, body)):
            last = "; if it is to do nothing, its body is `return None`" if _returns_nothing(wanted.function) else ""
            message = (
                f"still has only a stub for its body (`{body}`): write the code that its docstring describes{last}"
            )
            errors.append(Flaw(message, line=found.function.lineno, symbol=label))
    return errors


class _Placed:
    """A function and the class that it is a method of."""

    def __init__(self, function: Function, parent: ast.ClassDef | None = None) -> None:
        self.function = function
        self.parent = parent


def _required(
    candidate: ModuleSource, spec: ModuleSource, names: Sequence[str]
) -> Iterator[tuple[str, _Placed, _Placed]]:
    """Yield each function and method that the specs name and the candidate defines: its name, in the spec, in it."""
    for name in names:
        wanted, found = spec.definitions.get(name), _aliased(candidate, name)
        if isinstance(wanted, Function) and isinstance(found, Function):
            yield name, _Placed(wanted), _Placed(found)
        elif isinstance(wanted, ast.ClassDef) and isinstance(found, ast.ClassDef):
            yield from _methods(wanted, found, name)


def _aliased(module: ModuleSource, name: str) -> Definition | None:
    alias = module.constants.get(name)
    return module.definitions.get(name) or module.definitions.get(alias.id if isinstance(alias, ast.Name) else "")


def _methods(wanted: ast.ClassDef, found: ast.ClassDef, label: str) -> Iterator[tuple[str, _Placed, _Placed]]:
    if any(last_name(base) == "Protocol" for base in wanted.bases):
        return
    own = dict(_members(found))
    for key, member in _members(wanted):
        given = own.get(key)
        if isinstance(member, ast.ClassDef) and isinstance(given, ast.ClassDef):
            yield from _methods(member, given, f"{label}.{member.name}")
        elif isinstance(member, Function) and isinstance(given, Function) and not _is_abstract(member):
            yield f"{label}.{member.name}", _Placed(member, wanted), _Placed(given, found)


def _members(node: ast.ClassDef) -> Iterator[tuple[tuple[str, str], Definition]]:
    """Yield the methods and inner classes, each by its name and whether it is a property's setter or deleter."""
    for member in node.body:
        if isinstance(member, Definition):
            marks = [last_name(decorator) for decorator in member.decorator_list]
            if "overload" not in marks:
                yield (member.name, next((mark for mark in marks if mark in {"setter", "deleter"}), "")), member


def _is_abstract(function: Function) -> bool:
    return any(last_name(decorator).startswith("abstract") for decorator in function.decorator_list)


class _Bodies:
    """The functions of a candidate and the methods of one of its classes, by what `f(...)` and `self.f(...)` name."""

    def __init__(self, candidate: ModuleSource, parent: ast.ClassDef | None) -> None:
        self._candidate = candidate
        members = dict(_members(parent)) if parent else {}
        self._methods: Mapping[str, Definition] = {
            name: node for (name, accessor), node in members.items() if not accessor
        }

    def stub(self, function: Function, above: tuple[Function, ...] = ()) -> str:
        """Return what stands in place of a function's body, "" if it has one."""
        body = [statement for statement in function.body if statement is not _docstring(function)]
        if not body:
            return ast.unparse(function.body[0]).splitlines()[0]
        if _raises_not_implemented(body[0]):
            return ast.unparse(body[0])
        if all(map(_is_placeholder, body)):
            return ast.unparse(body[0])
        if all(map(_is_trivial, body)) and (todo := self._todo(function)):
            return todo
        called = self._called(body[0]) if len(body) == 1 else None
        return self.stub(called, (*above, function)) if called and called not in above else ""

    def _todo(self, function: Function) -> str:
        """Return the TODO in a function that does nothing else, "" for none."""
        lines = self._candidate.text.split("\n")[function.lineno - 1 : function.end_lineno]
        if comment := _TODO_COMMENT.search("\n".join(lines)):
            return comment[0].strip()
        said = [ast.unparse(each) for each in function.body if isinstance(each, ast.Expr)]
        if _docstring(function):
            said[0] = said[0][:_BEGINNING]  # "TODO list" in the midst of a docstring is none
        return next((text for text in said if _TODO.search(text)), "")

    def _called(self, statement: ast.stmt) -> Function | None:
        """Return the function of the candidate that a statement does no more than call."""
        call = getattr(statement, "value", None)
        call = call.value if isinstance(call, ast.Await) else call
        if not (isinstance(statement, ast.Return | ast.Expr) and isinstance(call, ast.Call)):
            return None
        match call.func:
            case ast.Name(id=name):
                called = self._candidate.definitions.get(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                called = self._methods.get(name)
            case _:
                called = None
        # An abstract one stands for that of a subclass.
        return called if isinstance(called, Function) and not _is_abstract(called) else None


def _docstring(function: Function) -> ast.stmt | None:
    return None if ast.get_docstring(function, clean=False) is None else function.body[0]


def _is_placeholder(statement: ast.stmt) -> bool:
    """Whether a statement stands for one to come; a text of its own is a remark."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) and (statement.value.value is ... or _is_text(statement.value))
    return isinstance(statement, ast.Pass) or _raises_not_implemented(statement)


def _raises_not_implemented(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Raise):
        return False
    said = [each.value for each in ast.walk(statement) if isinstance(each, ast.Constant) and _is_text(each)]
    return last_name(statement.exc).startswith("NotImplemented") or any(map(_TODO.search, map(str, said)))


def _is_text(node: ast.Constant) -> bool:
    return isinstance(node.value, str)


def _is_trivial(statement: ast.stmt) -> bool:
    """Whether a statement computes nothing: it returns a constant, prints a text, or is a stub."""
    if _is_placeholder(statement):
        return True
    if isinstance(statement, ast.Return):
        return statement.value is None or _is_fixed(statement.value)
    if isinstance(statement, ast.Expr):
        return last_name(statement.value) == "print"
    return isinstance(statement, ast.Assert) and _is_fixed(statement.test)


def _is_fixed(node: ast.expr) -> bool:
    return not any(isinstance(each, ast.Name | ast.Call | ast.Attribute) for each in ast.walk(node))


def _is_meant(wanted: _Placed, body: str) -> bool:
    """Whether the spec asks for just such a body."""
    docstring = ast.get_docstring(wanted.function) or ""
    around = (ast.get_docstring(wanted.parent) or "") if wanted.parent else ""
    if body.startswith("raise"):
        raised = re.match(r"raise ([\w.]+)", body)
        return raised is not None and raised[1].rpartition(".")[2] in f"{docstring} {around}"
    if body == "..." or _TODO.search(body) or not _returns_nothing(wanted.function):
        return False
    has_nothing_to_keep = wanted.function.name == "__init__" and len(wanted.function.args.args) == 1
    return has_nothing_to_keep or wanted.function.name in _MAY_BE_EMPTY or bool(_DOES_NOTHING.search(docstring))


def _is_left_to_subclasses(spec: ModuleSource, wanted: _Placed, body: str) -> bool:
    """Whether a method may only raise: its docstring says so, or there is none, and classes of the module override it.

    A `_BaseReader.read` is such a one, say; without a docstring, `pass` does as well.
    """
    if wanted.parent is None or not body.startswith(("raise NotImplemented", "pass")):
        return False
    if body == "pass" and ast.get_docstring(wanted.function):
        return False
    if docstring := ast.get_docstring(wanted.function):
        return bool(_IS_FOR_SUBCLASSES.search(docstring))
    classes = (node for node in spec.definitions.values() if isinstance(node, ast.ClassDef))
    below = [node for node in classes if wanted.parent.name in map(last_name, node.bases)]
    return any(wanted.function.name == member.name for node in below for _, member in _members(node))


def _returns_nothing(function: Function) -> bool:
    return function.returns is None or (isinstance(function.returns, ast.Constant) and function.returns.value is None)
