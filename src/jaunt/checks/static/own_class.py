"""What is another thing in a class than in the function of a method: `super()` and names such as `self.__x`.

A candidate may write either form; what lands says which class is meant.
"""

import ast
import re
from collections.abc import Iterator, Sequence

from jaunt import codes
from jaunt.checks.severity import Severity
from jaunt.checks.static.rewriting import MethodRewritings
from jaunt.project.project import Project
from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.edits import Edits
from jaunt.syntax.methods import Method
from jaunt.syntax.source import Function, ModuleSource

NAME = "own_class"
DEFAULT = None
CODE = codes.OWN_CLASS

_PRIVATE = re.compile(r"__\w*?[^\W_]_?")


def make_check(project: Project, severity: Severity) -> MethodRewritings:
    """Return the check for a run."""
    return MethodRewritings(NAME, with_class_named)


def with_class_named(source: str, spec: ModuleSource, names: Sequence[str]) -> str:
    """Return a candidate with `super(Cart, self)` for `super()` in functions of methods, and `_Cart__x` for `__x`.

    What can't be parsed stays as it is.
    """
    candidate, _ = parse_candidate(source, module=spec.module)
    if candidate is None:
        return source
    edits = Edits(source)
    found = [edit for name in names if name in spec.methods for edit in _edits(candidate, name, spec.methods[name])]
    for node, text in found:
        edits.replace((node.end_lineno or 0, (node.end_col_offset or 0) - len(text[0])), _end(node), text[1])
    return edits.applied() if found else source


def private_name(owner: str, name: str) -> str:
    """Return what Python makes of a name such as `__x` in a class: `_Cart__x`."""
    return f"_{owner.lstrip('_')}{name}" if _PRIVATE.fullmatch(name) and owner.strip("_") else name


def without_private_names(source: str, spec: ModuleSource) -> str:
    """Return a candidate for a type checker, which knows a private attribute by the name that its class gives it."""
    for owner in {method.owners[-1].name.lstrip("_") for method in spec.methods.values()}:
        source = re.sub(rf"(?<=\.)_{re.escape(owner)}(?=__\w*?[^\W_]_?\b)", "", source)
    return source


def _edits(candidate: ModuleSource, name: str, method: Method) -> Iterator[tuple[ast.expr, tuple[bytes, str]]]:
    """Yield the expressions that end in something else in a class, with that and what it is here."""
    function = candidate.definitions.get(name)
    if not isinstance(function, Function):
        return
    arguments = [*function.args.posonlyargs, *function.args.args]
    for node in ast.walk(function):
        match node:
            case ast.Attribute(attr=attr) if attr != (own := private_name(method.owners[-1].name, attr)):
                yield node, (attr.encode(), own)
            case ast.Call(func=ast.Name(id="super"), args=[], keywords=[]) if arguments:
                text = ast.get_source_segment(candidate.text, node) or ""
                yield node, (text.removeprefix("super").encode(), f"({method.owner}, {arguments[0].arg})")


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or 0
