"""The section `Properties:` of a docstring, read: a line for each property.

given t: str :: slugify(slugify(t)) == slugify(t)
given a: int, b: int assuming b != 0 :: divide(a * b, b) == a
"""

import ast
import builtins
import tokenize
from collections.abc import Iterable, Iterator
from io import StringIO

from jaunt import codes
from jaunt.checks.doctests.examples import documented
from jaunt.errors import JauntDiscoveryError
from jaunt.process.frozen import frozen
from jaunt.syntax.source import Definition, ModuleSource, without_warnings

HEADING = "Properties:"
_FORM = "expected `given NAME: TYPE, ... [assuming CONDITION] :: EXPRESSION`"


@frozen
class Property:
    """A property of the symbol `name`, which stands in `line` of the spec module.

    `inputs` are the names that are drawn, each with the source of its type or strategy; `assuming` and `claim` are
    sources of expressions over them, the first "" if there is none.
    """

    name: str
    line: int
    text: str
    inputs: tuple[tuple[str, str], ...]
    assuming: str
    claim: str


def find_properties(spec: ModuleSource, names: Iterable[str]) -> list[Property]:
    """Return the properties in the docstrings of specs and of their members.

    Raises ValueError, which names file, line and symbol, for one that can't be read, or that uses a name that the spec
    module doesn't have.
    """
    if HEADING not in spec.text:
        return []
    found: list[Property] = []
    for name in names:
        for label, node in documented(spec.definitions[name], name):
            for line, text in _lines(node):
                try:
                    each = _read(label, line, text)
                    _require_names(each, spec)
                except (ValueError, SyntaxError) as error:
                    why = error.msg if isinstance(error, SyntaxError) else str(error)
                    raise ValueError(f"{spec.path}:{line}: {label}: the property can't be read: {why}") from error
                found.append(each)
    return found


def unreadable(spec: ModuleSource, names: Iterable[str]) -> JauntDiscoveryError | None:
    """Return the error that a build ends with where a property of these specs can't be read."""
    try:
        find_properties(spec, names)
    except ValueError as error:
        problem = JauntDiscoveryError(str(error), hint="correct the line", code=codes.PROPERTY_LINE)
        problem.__cause__ = error
        return problem
    return None


def _lines(node: Definition) -> Iterator[tuple[int, str]]:
    """Yield the lines of the section, with their numbers in the file; lines that are indented further go on.

    A section of that name in which no line has the form of a property is somebody's prose.
    """
    docstring = ast.get_docstring(node, clean=False) or ""
    lines = docstring.expandtabs().split("\n")
    start = next((i for i, line in enumerate(lines) if line.strip() == HEADING), None)
    if start is None:
        return
    margin, items = _indent(lines[start]), list[tuple[int, str]]()
    own = 0
    for index, line in enumerate(lines[start + 1 :], start + 1):
        if not line.strip():
            continue
        if _indent(line) <= margin:
            break
        own = own or _indent(line)
        if items and _indent(line) > own:
            items[-1] = (items[-1][0], f"{items[-1][1]} {line.strip()}")
        else:
            items.append((node.body[0].lineno + index, line.strip().removeprefix("- ")))
    if any(text.startswith("given ") or "::" in text for _, text in items):
        yield from items


def expression(text: str) -> ast.expr:
    """Return an expression, parsed; raises SyntaxError or ValueError."""
    with without_warnings():
        return ast.parse(text, mode="eval").body


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _read(name: str, line: int, text: str) -> Property:
    marks = [*_marks(text)]
    separator = next((place for place, mark in marks if mark == "::"), None)
    if not text.startswith("given ") or separator is None:
        raise ValueError(f"{text!r}: {_FORM}")
    condition = [place for place, mark in marks if mark == "assuming"]
    head = min([separator, *condition])
    tail = next((place for place in condition if place > separator), len(text))
    before, after = text[head:separator], text[tail:]
    assuming = [part.removeprefix("assuming").strip() for part in (before.strip(), after.strip()) if part]
    if not all(assuming) or len(condition) != len(assuming):
        raise ValueError(f"{text!r}: {_FORM}")
    claim = text[separator + 2 : tail].strip()
    for source in [*assuming, claim]:
        expression(source)
    together = " and ".join(f"({each})" for each in assuming)
    return Property(name, line, text, tuple(_inputs(text[len("given ") : head])), together, claim)


def _marks(text: str) -> Iterator[tuple[int, str]]:
    """Yield where `::` and `assuming` stand, outside of brackets and texts."""
    depth, last = 0, (-1, "")
    try:
        for token in tokenize.generate_tokens(StringIO(text).readline):
            place = token.start[1]
            if token.string in {"(", "[", "{"}:
                depth += 1
            elif token.string in {")", "]", "}"}:
                depth -= 1
            elif depth == 0 and token.string == ":" and last == (place - 1, ":"):
                yield place - 1, "::"
            elif depth == 0 and token.string == "assuming":
                yield place, "assuming"
            last = (place, token.string)
    except tokenize.TokenError as error:
        raise ValueError(f"{text!r}: {error.args[0]}") from error


def _inputs(text: str) -> Iterator[tuple[str, str]]:
    with without_warnings():
        (function,) = ast.parse(f"def f({text}\n): ...").body
    assert isinstance(function, ast.FunctionDef)
    args = function.args
    others = [args.vararg, args.kwarg, *args.posonlyargs, *args.kwonlyargs, *args.defaults]
    if any(others) or not args.args or not all(each.annotation for each in args.args):
        raise ValueError(f"{text.strip()!r}: expected `NAME: TYPE`, with a comma between two")
    yield from ((each.arg, ast.unparse(each.annotation)) for each in args.args if each.annotation)


def _require_names(found: Property, spec: ModuleSource) -> None:
    if spec.star_imports:
        return
    sources = [found.claim, found.assuming or "True", *(kind for _, kind in found.inputs)]
    nodes = [node for source in sources for node in ast.walk(expression(source))]
    stored = {n.id for n in ast.walk(spec.tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    made = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    made |= {n.arg for n in nodes if isinstance(n, ast.arg)} | {name for name, _ in found.inputs}
    known = {*spec.bindings, *spec.definitions, *stored, *made, *dir(builtins), "st"}
    unknown = sorted({n.id for n in nodes if isinstance(n, ast.Name)} - known)
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: the spec module has no such name")
