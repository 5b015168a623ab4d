"""Methods that a class spec has a body for are written by hand: in a candidate they are put back as they are."""

import ast
from collections.abc import Iterator, Sequence

from jaunt import codes
from jaunt.checks.severity import Severity
from jaunt.checks.static.rewriting import RewritingCheck
from jaunt.plan.module_work import ModuleWork
from jaunt.project.project import Project
from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.canonical import canonical
from jaunt.syntax.edits import Edits
from jaunt.syntax.source import Function, ModuleSource, first_line, is_stub, last_name

NAME = "bodies"
DEFAULT = None
CODE = codes.HANDWRITTEN_BODY


def make_check(project: Project, severity: Severity) -> "HandwrittenBodyChecks":
    """Return the check for a run."""
    return HandwrittenBodyChecks()


class HandwrittenBodyChecks:
    """Puts the handwritten bodies of class specs back."""

    def for_module(self, work: ModuleWork) -> RewritingCheck | None:
        """Return the check of a module's candidates, None if no class spec of it has a method with a body."""
        has_some = any(True for name in work.class_names for _ in _handwritten(work.spec, name))
        names = tuple(sorted(work.class_names))
        return RewritingCheck(NAME, with_handwritten_bodies, work.spec, names) if has_some else None


def with_handwritten_bodies(source: str, spec: ModuleSource, names: Sequence[str]) -> str:
    """Return a candidate in which the methods that the class specs `names` have bodies for have those very bodies.

    One that the candidate leaves out is put in whole. A class that the candidate doesn't define, or defines on one
    line, is left to the other checks, and so is what can't be parsed.
    """
    candidate, _ = parse_candidate(source, module=spec.module)
    if candidate is None:
        return source
    edits = Edits(source)
    changed = False
    for name in names:
        found = candidate.definitions.get(name)
        if not isinstance(found, ast.ClassDef) or found.body[0].lineno == found.lineno:
            continue
        own = {_key(member): member for member in _methods(found)}
        for method in _handwritten(spec, name):
            member = own.get(_key(method))
            if member is None:
                edits.insert_lines(
                    _line_before(method, _methods(spec.definitions[name]), found), _whole(spec, method, found)
                )
            elif canonical(_body(member)) != canonical(_body(method)):
                _put(edits, member, _text(spec, method))
            else:
                continue
            changed = True
    return edits.applied() if changed else source


def _line_before(method: Function, ordered: Sequence[Function], found: ast.ClassDef) -> int:
    """Return the line of a candidate's class below which a method is put that it leaves out.

    That is above the first of those that follow it in the spec, as a setter stands below its property; else at the end.
    """
    following = {_key(each) for each in ordered[ordered.index(method) + 1 :]}
    first = next((first_line(each) for each in _methods(found) if _key(each) in following), None)
    return first - 1 if first else found.body[-1].end_lineno or found.body[-1].lineno


def _whole(spec: ModuleSource, method: Function, found: ast.ClassDef) -> list[str]:
    """Return the lines of a method as they stand in the spec module, at the depth of a candidate's class."""
    lines = spec.text.split("\n")
    before = " " * method.col_offset
    indent = " " * found.body[0].col_offset
    shown = [line.removeprefix(before) for line in lines[first_line(method) - 1 : method.end_lineno]]
    return ["", *(f"{indent}{line}" if line.strip() else "" for line in shown), ""]


def _methods(node: ast.AST | None) -> list[Function]:
    """Return the methods of a class, `@overload` declarations left out."""
    members = node.body if isinstance(node, ast.ClassDef) else []
    functions = [member for member in members if isinstance(member, Function)]
    return [each for each in functions if "overload" not in map(last_name, each.decorator_list)]


def _key(method: Function) -> tuple[str, str]:
    """Return a method's name and, of a property's setter or deleter, which of them it is."""
    marks = [last_name(decorator) for decorator in method.decorator_list]
    return method.name, next((mark for mark in marks if mark in {"setter", "deleter"}), "")


def _handwritten(spec: ModuleSource, name: str) -> Iterator[Function]:
    """Yield the methods of a class spec whose bodies are more than stubs."""
    yield from filter(is_handwritten, _methods(spec.definitions.get(name)))


def is_handwritten(function: Function) -> bool:
    """Whether the body of a spec's function is more than a stub; a lone `yield` only tells of a generator."""
    return not all(is_stub(each) or _is_bare_yield(each) for each in _body(function))


def _is_bare_yield(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield)


def _body(function: Function) -> list[ast.stmt]:
    """Return a function's statements without its docstring."""
    return function.body if ast.get_docstring(function, clean=False) is None else function.body[1:]


def _text(spec: ModuleSource, method: Function) -> list[str]:
    """Return the lines of a method's body, comments included, as they stand in the spec module."""
    first, last = _body(method)[0], method.end_lineno or method.lineno
    lines = spec.text.split("\n")
    before = lines[first.lineno - 1].encode()[: first.col_offset].decode()
    if before.strip():  # `def f(self): return 1`
        return [lines[first.lineno - 1].removeprefix(before), *lines[first.lineno : last]]
    begin = method.body[0].end_lineno or method.lineno if first is not method.body[0] else first.lineno - 1
    return [line.removeprefix(before) for line in lines[begin:last]]


def _put(edits: Edits, member: Function, lines: Sequence[str]) -> None:
    """Replace the body of a candidate's method, below its docstring."""
    body = _body(member)
    first = body[0] if body else member.body[0]
    indent = " " * member.body[0].col_offset
    new = [f"{indent}{line}" if line.strip() else "" for line in lines]
    last = member.end_lineno or member.lineno
    if not body:  # a docstring alone
        edits.insert_lines(last, new)
    elif first.lineno == member.lineno:  # `def f(self): return 1`
        edits.replace((first.lineno, first.col_offset), (last, member.end_col_offset or 0), "\n" + "\n".join(new))
    else:
        edits.replace_lines(first.lineno, last, new)
