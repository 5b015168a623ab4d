"""Where a spec names another one: the line that made an edge of the graph, for one that nobody meant."""

import ast
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from jaunt.spec_ref import code_name
from jaunt.specs.references import MENTION, mentioned_path
from jaunt.syntax.source import Definition, ModuleSource, first_line, parse_annotation


class Mention(NamedTuple):
    """A line, counted from 1, in which a spec names another one, and what it does so by."""

    line: int
    by: Literal["deps=", "its code", "its docstring"]


def find_mention(source: ModuleSource, name: str, is_meant: Callable[[str], bool]) -> Mention | None:
    """Return where the spec `name` first names what `is_meant` says a dotted path means; None if no line does.

    `deps=` counts before code, and code before docstrings: what is mentioned in passing comes last.
    """
    name = code_name(name)
    nodes: list[Definition] = [*source.overloads_of(name), source.definitions[name]]
    for found in (_in_deps(source, nodes), _in_code(source, nodes), _in_docstrings(source, nodes)):
        first = next((mention for path, mention in found if is_meant(path)), None)
        if first is not None:
            return first
    return None


Found = Iterator[tuple[str, Mention]]


def _in_deps(source: ModuleSource, nodes: list[Definition]) -> Found:
    for node in nodes:
        of_module = [source.module_calls[0].value] if node in source.governed else []
        for decorator in [*node.decorator_list, *of_module]:
            _, call = source.spec_decorator(decorator) or (None, None)
            call = decorator if decorator in of_module and isinstance(decorator, ast.Call) else call
            for keyword in call.keywords if call else ():
                if keyword.arg == "deps":
                    for each in ast.walk(keyword.value):
                        text = each.value if isinstance(each, ast.Constant) else None
                        path = text.replace(":", ".") if isinstance(text, str) else source.dotted(each)
                        if path:
                            yield path, Mention(getattr(each, "lineno", keyword.lineno), "deps=")


def _in_code(source: ModuleSource, nodes: list[Definition]) -> Found:
    for node in nodes:
        outer = {inner for d in node.decorator_list if source.spec_decorator(d) for inner in ast.walk(d)}
        for each in ast.walk(node):
            if each in outer:
                continue
            line = getattr(each, "lineno", first_line(node))
            if isinstance(each, ast.Import | ast.ImportFrom):
                yield from ((path, Mention(line, "its code")) for path in source.imports(each).values())
            elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                quoted = parse_annotation(each.value)
                paths = map(source.dotted, ast.walk(quoted)) if quoted is not None else ()
                yield from ((path, Mention(line, "its code")) for path in paths if path)
            elif path := source.dotted(each):
                yield path, Mention(line, "its code")


def _in_docstrings(source: ModuleSource, nodes: list[Definition]) -> Found:
    for node in nodes:
        for each in ast.walk(node):
            if isinstance(each, Definition) and (docstring := ast.get_docstring(each, clean=False)):
                for found in MENTION.finditer(docstring):
                    line = each.body[0].lineno + docstring.count("\n", 0, found.start())
                    path = mentioned_path(source.bindings, found[1] or found[2])
                    if path:
                        yield path, Mention(line, "its docstring")
