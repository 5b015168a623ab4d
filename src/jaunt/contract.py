"""A spec's contract: what of its source counts as a change, as named parts, over the syntax and not the bytes.

Signature, annotations, defaults, bases, other decorators, the cleaned docstring and a body that is more than a stub
count. Comments, formatting, quote style and the form of a stub body do not. The canonical form is our own, as that of
`ast.dump` and `ast.unparse` differs from one Python version to the next.
"""

import ast
import hashlib
import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jaunt.source import Definition, ModuleSource

_UNCOUNTED_FIELDS = {"ctx", "kind", "type_comment", "type_ignores"}
# A docstring speaks of another spec as `name`, `name()` or name(...).
_MENTION = re.compile(r"`([A-Za-z_][\w.]*)(?:\(\))?`|\b([A-Za-z_][\w.]*)\(")
_QUOTED_ANNOTATION = re.compile(r"[\w.\[\], |]+")
_PROSE = re.compile(r"\w +\w")


@dataclass(frozen=True)
class Contract:
    """What a spec promises, in a form that can be compared and kept.

    `parts` maps a part's name ("signature", "docstring", "body"; for a class its methods' names too) to a digest;
    `references` are the dotted paths that the spec mentions, from which dependencies are inferred;
    `documented` tells whether there is a docstring.
    """

    parts: dict[str, str]
    references: tuple[str, ...]
    documented: bool


def contract_of(source: ModuleSource, name: str) -> Contract:
    """Return the contract of the function or class `name`; raises KeyError if the module doesn't define it."""
    node = source.definitions[name]
    references = dict.fromkeys(path for n in [*source.overloads_of(name), node] for path in _references(source, n))
    return Contract(
        contract_parts(source, name), tuple(references), ast.get_docstring(node, clean=False) is not None
    )


def contract_parts(source: ModuleSource, name: str) -> dict[str, str]:
    """Return the parts of a contract alone, which takes a third of the time; raises KeyError as `contract_of` does."""
    node = source.definitions[name]
    overloads = [o for o in source.overloads_of(name) if o is not node]
    return {part: _digest(text) for part, text in _parts(source, node, overloads).items()}


def is_stub(statement: ast.stmt) -> bool:
    """Return whether a statement only stands for a body to come: `...`, `pass`, `raise NotImplementedError`."""
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) and statement.value.value is ...
    return isinstance(statement, ast.Pass)


def canonical(value: Any) -> str:
    """Return the syntax of a node, or a list of them, as text that is the same on every Python version."""
    out: list[str] = []
    _emit(value, out)
    return "".join(out)


def _parts(source: ModuleSource, node: Definition, overloads: Iterable[Definition] = ()) -> dict[str, str]:
    decorators = [d for d in node.decorator_list if source.spec_decorator(d) is None]
    docstring = ast.get_docstring(node, clean=False)
    body = [s for s in (node.body if docstring is None else node.body[1:]) if not is_stub(s)]
    head = [type(node).__name__, node.name, canonical(decorators), canonical(getattr(node, "type_params", []))]
    parts = {"docstring": inspect.cleandoc(docstring) if docstring is not None else ""}
    if isinstance(node, ast.ClassDef):
        parts["signature"] = "\n".join([*head, canonical(node.bases), canonical(node.keywords)])
        parts["attributes"] = canonical([s for s in body if not isinstance(s, Definition)])
        for member in (s for s in body if isinstance(s, Definition)):
            # A property's getter and setter, or overloads of one method, share a name.
            parts[member.name] = parts.get(member.name, "") + repr(sorted(_parts(source, member).items()))
        return parts
    overloaded = [repr(sorted(_parts(source, o).items())) for o in overloads]
    parts["signature"] = "\n".join([*head, canonical(node.args), canonical(node.returns), *overloaded])
    parts["body"] = canonical(body)
    return parts


def _emit(value: Any, out: list[str]) -> None:
    if isinstance(value, ast.AST):
        out.append(f"({type(value).__name__}")
        for field in value._fields:
            inner = getattr(value, field, None)
            # Empty fields are left out, as newer Pythons add some (`type_params`).
            if inner is not None and inner != [] and field not in _UNCOUNTED_FIELDS:
                out.append(f" {field}=")
                _emit(inner, out)
        out.append(")")
    elif isinstance(value, list):
        out.append("[")
        for item in value:
            _emit(item, out)
        out.append("]")
    elif isinstance(value, int) and not isinstance(value, bool):
        out.append(hex(value))  # repr refuses integers of more than 4,300 digits
    else:
        out.append(ascii(value))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _references(source: ModuleSource, node: Definition) -> Iterator[str]:
    """Yield the dotted paths that a spec's signature, body and docstrings mention."""
    decorators = [d for d in node.decorator_list if source.spec_decorator(d) is None]
    pending: list[tuple[ast.AST, frozenset[str]]] = [(d, frozenset()) for d in decorators]
    pending += [(child, frozenset()) for child in ast.iter_child_nodes(node) if child not in node.decorator_list]
    if not isinstance(node, ast.ClassDef):
        pending = [(child, _parameters(node) if child in node.body else hidden) for child, hidden in pending]
    while pending:
        current, hidden = pending.pop()
        path = source.dotted(current) if isinstance(current, ast.Name | ast.Attribute) else None
        if path is not None and _base_name(current) not in hidden:
            yield path
            continue
        if isinstance(current, ast.Constant) and isinstance(current.value, str):
            yield from _mentions(source, current.value)
        inner = hidden | _parameters(current) if isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef) else hidden
        pending += [(child, inner) for child in ast.iter_child_nodes(current)]


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    return frozenset(a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg))


def _base_name(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _mentions(source: ModuleSource, text: str) -> Iterator[str]:
    """Yield what a docstring names, or the name in a quoted annotation such as `"Token | None"`."""
    names = [a or b for a, b in _MENTION.findall(text)]
    if _QUOTED_ANNOTATION.fullmatch(text) and not _PROSE.search(text):
        names += re.findall(r"[A-Za-z_][\w.]*", text)
    for name in names:
        head, _, rest = name.strip(".").partition(".")
        path = source.bindings.get(head, head if rest else None)
        if path is not None:
            yield f"{path}.{rest}" if rest else path

