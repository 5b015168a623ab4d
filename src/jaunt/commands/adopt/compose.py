"""Adoption: functions that were written by hand, as specs and as the code that answers them. Pure text in and out.

The signature, the docstring and all decorators stay where they are, below which `@jaunt.magic` is put; the body becomes
a stub's, and moves, to the byte, into the generated module, below the imports that it needs.
"""

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence

from jaunt.checks.static.signatures import is_generator
from jaunt.commands.adopt.homes import Homes
from jaunt.commands.adopt.methods import as_function, nodes_of
from jaunt.commands.eject.scopes import names_of
from jaunt.syntax.edits import Edits
from jaunt.syntax.source import Definition, Function, ModuleSource, first_line, parse_or_none, without_warnings

NO_EXAMPLES: Mapping[str, Sequence[str]] = {}
_UNSAID = "What it gives today."


def spec_source(
    source: ModuleSource, names: Collection[str], examples: Mapping[str, Sequence[str]] = NO_EXAMPLES
) -> str:
    """Return the text of a module in which the functions `names` are specs.

    `examples` are lines to be added at the end of the docstrings of some of them.
    """
    edits = Edits(source.text)
    decorator, line = _decorator(source)
    if line:
        _add_import(edits, source, line)
    for name, node in nodes_of(source, names).items():
        edits.insert_lines(node.lineno - 1, [f"{edits.indentation(node.lineno)}@{decorator}"])
        _make_stub(edits, source, node, examples.get(name, ()))
    return edits.applied()


def moved_code(source: ModuleSource, names: Collection[str]) -> str:
    """Return the code of the functions `names`, without their docstrings and decorators, below its imports."""
    homes = Homes(source)
    texts = [_moved_text(source, as_function(source, name)) for name in nodes_of(source, names)]
    used = {name for text in texts for name in used_names(text)} - {*names}
    return "\n".join([*_imports(homes, sorted(used)), "\n", "\n\n\n".join(texts)]).lstrip("\n") + "\n"


def used_names(text: str) -> set[str]:
    """Return the names that a function takes from its module, those in its quoted annotations too."""
    names = set(names_of(text).used)
    tree = parse_or_none(text)
    for node in ast.walk(tree) if tree else ():
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            for part in ast.walk(annotation) if annotation is not None else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    names |= _quoted_names(part.value)
    return names


def _quoted_names(annotation: str) -> set[str]:
    tree = parse_or_none(annotation.strip())
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree else set()


def code_of(node: Function) -> list[ast.stmt]:
    """Return the statements of a function but its docstring."""
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body


def _moved_text(source: ModuleSource, text: str) -> str:
    with without_warnings():
        (alone,) = ast.parse(text).body
    assert isinstance(alone, Function)
    edits = Edits(text)
    docstring, code = alone.body[0], code_of(alone)
    if docstring is not code[0] and not _is_text(code[0]):  # or else that would be the docstring
        start = min([code[0].lineno, *(d.lineno for d in getattr(code[0], "decorator_list", []))])
        if start > (docstring.end_lineno or 0):
            edits.replace((docstring.lineno, 0), ((docstring.end_lineno or 0) + 1, 0), "")
        else:
            edits.replace((docstring.lineno, docstring.col_offset), (code[0].lineno, code[0].col_offset), "")
    for inner in ast.walk(alone):
        if isinstance(inner, ast.ImportFrom) and inner.level:
            edits.replace_node(inner, ast.unparse(ast.ImportFrom(source.absolute(inner), inner.names, 0)))
    return edits.applied()


def _is_text(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _imports(homes: Homes, names: Sequence[str]) -> Iterator[str]:
    """Yield the lines that bind names in the generated module as the module that they are from has them."""
    source = homes.source
    yield from (ast.unparse(s) for s in source.tree.body if isinstance(s, ast.ImportFrom) and s.module == "__future__")
    kinds = {name: homes.home(name) for name in names}
    typing = [name for name in names if kinds[name] == "typing"]
    test = homes.type_checking if typing else None
    root = next((n.id for n in ast.walk(test) if isinstance(n, ast.Name)), "") if test else ""
    if root and root not in kinds:
        kinds[root] = homes.home(root)
    lines = [line for name, kind in sorted(kinds.items()) if kind == "import" for line in _import_lines(homes, name)]
    yield from sorted(dict.fromkeys(lines), key=lambda line: line.startswith("from "))
    own = sorted(name for name, kind in kinds.items() if kind == "own")
    yield from _own_import(source.module, own)
    if test is not None:
        yield f"\nif {ast.unparse(test)}:"
        yield f"    from {source.module} import {', '.join(typing)}"


_WIDTH = 100


def _own_import(module: str, names: Sequence[str]) -> Iterator[str]:
    line = f"from {module} import {', '.join(names)}"
    if names and len(line) <= _WIDTH:
        yield line
    elif names:
        yield f"from {module} import ("
        yield from (f"    {name}," for name in names)
        yield ")"


def _import_lines(homes: Homes, name: str) -> Iterator[str]:
    """Yield the imports that bind a name, that name alone of each, in absolute form."""
    for statement in homes.binders[name]:
        if isinstance(statement, ast.ImportFrom):
            aliases = [alias for alias in statement.names if (alias.asname or alias.name) == name]
            yield ast.unparse(ast.ImportFrom(homes.source.absolute(statement), aliases, 0))
        elif isinstance(statement, ast.Import):
            aliases = [a for a in statement.names if (a.asname or a.name.partition(".")[0]) == name]
            yield from (ast.unparse(ast.Import([alias])) for alias in aliases)


def _decorator(source: ModuleSource) -> tuple[str, str]:
    """Return the decorator as the module names it, and the import that it takes, "" if that is there."""
    for name, path in source.bindings.items():
        if path in ("jaunt", "jaunt.magic"):
            return (f"{name}.magic" if path == "jaunt" else name), ""
    return "jaunt.magic", "import jaunt"


def _add_import(edits: Edits, source: ModuleSource, line: str) -> None:
    """Add an import: above the first one, or else above the first statement and the comment that belongs to it."""
    body = source.tree.body
    begin = 1 if ast.get_docstring(source.tree, clean=False) is not None else 0
    heads = [s for s in body if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
    rest = [s for s in body[begin:] if s not in heads]
    after = max([0, *((s.end_lineno or 0) for s in [*body[:begin], *heads])])
    first = rest[0]  # there is a function
    place = (first_line(first) if isinstance(first, Definition) else first.lineno) - 1
    if isinstance(first, ast.Import | ast.ImportFrom):
        edits.insert_lines(place, [line])
        return
    lines = source.text.split("\n")
    above = place
    while above > after and lines[above - 1].startswith("#"):
        above -= 1
    above = place if above == 0 else above  # a comment at the very top is the file's own
    edits.insert_lines(above, [*([""] if above == after and above else []), line, "", ""])


def _make_stub(edits: Edits, source: ModuleSource, node: Function, added: Sequence[str]) -> None:
    """Put a stub's body in the place of a function's code; `added` lines go to the end of its docstring."""
    stands = _stub_body(node)
    code, end = code_of(node), ((node.end_lineno or node.lineno) + 1, 0)
    lines = source.text.split("\n")
    start = min([code[0].lineno, *(d.lineno for d in getattr(code[0], "decorator_list", []))])
    before = lines[start - 1].encode()[: code[0].col_offset].decode()
    if before.strip():  # it stands behind the colon, or a docstring
        edits.replace((start, code[0].col_offset), end, "; ".join(stands) + "\n")
        return
    while start > node.lineno + 1 and (not lines[start - 2].strip() or lines[start - 2].lstrip().startswith("#")):
        start -= 1
    texts = [f"{before}{line}".rstrip() for line in added]
    head = ""
    if code is not node.body:
        start = max(start, (node.body[0].end_lineno or 0) + 1)
        _add_to_docstring(edits, source, node.body[0], [*texts, before])
    elif added:
        head = "\n".join([f'{before}"""{_UNSAID}', "", *texts, f'{before}"""', ""])
    edits.replace((start, 0), end, head + "".join(f"{before}{line}\n" for line in stands))


def _stub_body(node: Function) -> list[str]:
    """Return what stands for code to come: that of an async generator yields, or it is a coroutine to type checkers."""
    return ["raise NotImplementedError", "yield"] if is_async_generator(node) else ["..."]


def is_async_generator(node: Function) -> bool:
    """Whether a function is an async generator."""
    return isinstance(node, ast.AsyncFunctionDef) and is_generator(node)


def returns_a_value(node: Function) -> bool:
    """Whether a function may give something else than None."""
    return is_generator(node) or any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(node))


def _add_to_docstring(edits: Edits, source: ModuleSource, docstring: ast.stmt, lines: Sequence[str]) -> None:
    """Add lines at the end of a docstring in triple quotes; the last one is what stands before its closing quotes."""
    text = ast.get_source_segment(source.text, docstring) or ""
    if len(lines) > 1 and text[-3:] in ('"""', "'''"):
        edits.replace_node(docstring, "\n".join([text[:-3].rstrip(), "", *lines]) + text[-3:])
