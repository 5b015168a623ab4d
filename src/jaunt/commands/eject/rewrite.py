"""Rewriting of generated code for its spec module: imports of that module go, what its stubs say comes in."""

import ast
from collections.abc import Collection, Iterator, Sequence

from jaunt.syntax.edits import Edits
from jaunt.syntax.source import Definition, ModuleSource, first_line, last_name, without_warnings

Import = ast.Import | ast.ImportFrom


def without_own_imports(generated: ModuleSource, module: str) -> ModuleSource:
    """Return generated code without its imports of the spec module; relative imports become absolute.

    `slug.LIMIT`, of the module imported as `slug`, becomes `LIMIT`, unless a function has a variable of that name.
    """
    edits = Edits(generated.text)
    attributes = _own_attributes(generated, module)
    for node in attributes:
        edits.replace_node(node, node.attr)
    inside = {id(name) for node in attributes for name in ast.walk(node) if isinstance(name, ast.Name)}
    used = {n.id for n in ast.walk(generated.tree) if isinstance(n, ast.Name) and id(n) not in inside}
    emptied = {id(block) for block in generated.tree.body if _imports_own_alone(generated, module, block)}
    for statement in generated.tree.body:
        if id(statement) in emptied:
            edits.replace_statement(statement, [])
    inner = {id(each) for s in generated.tree.body if id(s) in emptied for each in ast.walk(s)}
    for block, statement in _statements(generated.tree):
        if isinstance(statement, Import) and id(statement) not in inner:
            alone = all(isinstance(other, Import) for other in block)
            _rewrite_import(edits, generated, module, statement, alone=alone, used=used)
    return _parsed(generated, edits)


def _imports_own_alone(source: ModuleSource, module: str, statement: ast.stmt) -> bool:
    """Whether a statement is an `if`, as one for type checkers, that only imports names of the spec module."""
    return (
        isinstance(statement, ast.If)
        and not statement.orelse
        and all(
            isinstance(each, ast.ImportFrom)
            and source.absolute(each) == module
            and not any(a.asname for a in each.names)
            for each in statement.body
        )
    )


def without_module_call(spec: ModuleSource) -> ModuleSource:
    """Return a spec module without its call of `jaunt.module()`."""
    if not spec.module_calls:
        return spec
    edits = Edits(spec.text)
    for statement in spec.module_calls:
        edits.replace_statement(statement, [])
    return _parsed(spec, edits)


def with_stubs(own: ModuleSource, spec: ModuleSource, names: Collection[str]) -> ModuleSource:
    """Return generated code in which the specs `names` have the docstrings and further decorators of the stubs."""
    edits = Edits(own.text)
    for name in names:
        node, stub = own.definitions.get(name), spec.definitions[name]
        if node is not None and node in own.tree.body:
            _merge_decorators(edits, spec, stub, own, node)
            _merge_docstrings(edits, spec, stub, node)
    return _parsed(own, edits)


def _parsed(source: ModuleSource, edits: Edits) -> ModuleSource:
    text = edits.applied()
    with without_warnings():
        return ModuleSource(source.module, source.path, text, ast.parse(text))


def _rewrite_import(
    edits: Edits, source: ModuleSource, module: str, node: Import, *, alone: bool, used: Collection[str]
) -> None:
    lines, kept = [], []
    for alias in node.names:
        if isinstance(node, ast.Import):
            is_own, is_needed = alias.name == module, (alias.asname or alias.name.partition(".")[0]) in used
        elif source.absolute(node) == module:
            is_own, is_needed = True, False
            if alias.asname and alias.asname != alias.name:
                lines.append(f"{alias.asname} = {alias.name}")
        else:
            is_own = f"{source.absolute(node)}.{alias.name}" == module
            is_needed = (alias.asname or alias.name) in used
        if not is_own or is_needed:
            kept.append(alias)
    is_relative = isinstance(node, ast.ImportFrom) and node.level
    if len(kept) == len(node.names) and not is_relative:
        return
    if kept:
        lines.insert(0, import_text(node, kept, source))
    if alone and not lines:
        lines = ["pass"]
    edits.replace_statement(node, lines)


def import_text(node: Import, names: Sequence[ast.alias], source: ModuleSource) -> str:
    """Return an import of some of a statement's names, absolute."""
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(list(names)))
    return ast.unparse(ast.ImportFrom(source.absolute(node), list(names), 0))


def _own_attributes(source: ModuleSource, module: str) -> list[ast.Attribute]:
    """Return the attributes of the module itself, none if a name of theirs is that of a variable somewhere."""
    found = [n for n in ast.walk(source.tree) if isinstance(n, ast.Attribute) and source.dotted(n.value) == module]
    variables = {n.id for n in ast.walk(source.tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    variables |= {n.arg for n in ast.walk(source.tree) if isinstance(n, ast.arg)}
    return [] if any(n.attr in variables or not isinstance(n.ctx, ast.Load) for n in found) else found


def _statements(tree: ast.AST) -> Iterator[tuple[Sequence[ast.stmt], ast.stmt]]:
    """Yield each statement, at whatever depth, with the block that it stands in."""
    for node in ast.walk(tree):
        for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            if isinstance(block, list):
                is_module = isinstance(node, ast.Module)
                yield from (([*block, ast.Pass()] if is_module else block, statement) for statement in block)


def _merge_decorators(edits: Edits, spec: ModuleSource, stub: Definition, own: ModuleSource, node: Definition) -> None:
    """Put the decorators above jaunt's, which hold for what the stub stands for, before the definition."""
    present = {ast.dump(decorator) for decorator in node.decorator_list}
    lines = []
    for decorator in stub.decorator_list:
        if spec.spec_decorator(decorator):
            break
        if ast.dump(decorator) not in present:
            lines.append(f"@{ast.get_source_segment(spec.text, decorator)}")
    if lines:
        edits.insert_lines(first_line(node) - 1, lines)


def _merge_docstrings(edits: Edits, spec: ModuleSource, stub: Definition, node: Definition) -> None:
    """Give a definition, and the members of a class, the stub's docstrings; where it has none they keep theirs."""
    own, expected = _docstring(node), _docstring(stub)
    if expected is not None:
        text = ast.get_source_segment(spec.text, expected) or ""
        _put_docstring(edits, text, Edits(spec.text).indentation(expected.lineno), own, node)
    members = dict(_members(node))
    for key, member in _members(stub):
        if key in members:
            _merge_docstrings(edits, spec, member, members[key])


def _put_docstring(edits: Edits, text: str, old_margin: str, own: ast.expr | None, node: Definition) -> None:
    """Give a definition a docstring, whose lines were indented by `old_margin`."""
    first = node.body[0]
    on_one_line = first.lineno == _header_end(node)
    margin = f"{edits.indentation(node.lineno)}    " if on_one_line else edits.indentation(first.lineno)
    if margin != old_margin:
        head, *rest = (line.removeprefix(old_margin) for line in text.split("\n"))
        text = "\n".join([head, *(margin + line if line.strip() else "" for line in rest)])
    if own is not None:
        edits.replace_node(own, text)
    elif on_one_line:
        place = (first.lineno, first.col_offset)
        edits.replace(place, place, f"\n{margin}{text}\n{margin}")
    else:
        start = min([first.lineno, *(d.lineno for d in getattr(first, "decorator_list", []))])
        while start > _header_end(node) + 1 and edits.is_comment(start - 1):
            start -= 1
        edits.insert_lines(start - 1, [margin + text])


def _header_end(node: Definition) -> int:
    """Return the last line of what comes before a definition's body, as far as the syntax tells."""
    parts = [*node.bases, *node.keywords] if isinstance(node, ast.ClassDef) else [*ast.walk(node.args), node.returns]
    return max([node.lineno, *(getattr(part, "end_lineno", 0) or 0 for part in parts)])


def _docstring(node: Definition) -> ast.expr | None:
    match node.body[0]:
        case ast.Expr(value=ast.Constant(value=str()) as text):
            return text
    return None


def _members(node: Definition) -> Iterator[tuple[tuple[str, str], Definition]]:
    """Yield the methods and inner classes of a class, by name and accessor ("setter" of a property, say)."""
    for member in node.body if isinstance(node, ast.ClassDef) else []:
        if isinstance(member, Definition):
            marks = {last_name(decorator) for decorator in member.decorator_list}
            if "overload" not in marks:
                yield (member.name, next(iter(marks & {"setter", "deleter"}), "")), member
