"""Methods that are specs, on their way back: the body of each function becomes that of the stub in its class."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from jaunt import codes
from jaunt.checks.tools.own_attributes import without_comments
from jaunt.errors import JauntRefusedError
from jaunt.syntax.edits import Edits
from jaunt.syntax.methods import Method
from jaunt.syntax.source import Definition, Function, ModuleSource, first_line, without_warnings

_BOUND = {"classmethod", "property", "cached_property", "setter", "deleter"}
_OF_THEIR_OWN = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp),
)
"""What has a scope of its own, in which `super()` finds no instance."""
_PRIVATE = re.compile(r"__\w*?[^\W_]_?")
_HINT = "`jaunt accept` takes an edit of the generated file over; then eject"


def with_classes(own: ModuleSource, spec: ModuleSource, names: Collection[str]) -> tuple[ModuleSource, list[str]]:
    """Return generated code that has whole classes in place of the functions of their methods, and the names it has.

    `names` are those of the specs. Raises JauntRefusedError for what can't be put back.
    """
    methods = {name: method for name, method in spec.methods.items() if name in names}
    if not methods:
        return own, [*names]
    own = _parsed(own, without_comments(own.text, spec, [*methods]))
    edits = Edits(own.text)
    _rename_uses(edits, own, methods)
    for name, method in methods.items():
        node = own.definitions.get(name)
        if isinstance(node, Function):
            _refuse_private(own, node)
            _write_as_in_class(edits, node, method)
    own = _parsed(own, edits.applied())
    bodies = {name: _function(own, name) for name in methods}
    classes = _classes(spec, own, bodies)
    edits = Edits(own.text)
    placed = set[str]()
    for name, node in sorted(bodies.items(), key=lambda item: item[1].lineno):
        owner = methods[name].owners[0].name
        lines = [] if owner in placed else classes[owner]
        placed.add(owner)
        edits.replace_lines(first_line(node), node.end_lineno or node.lineno, lines)
    return _parsed(own, edits.applied()), [*dict.fromkeys([name for name in names if name not in methods] + [*classes])]


def _function(own: ModuleSource, name: str) -> Function:
    node = own.definitions.get(name)
    if not isinstance(node, Function) or node not in own.tree.body:
        raise JauntRefusedError(f"{own.path}: {name} is no plain function", hint=_HINT, code=codes.NOT_EJECTED)
    return node


def _rename_uses(edits: Edits, own: ModuleSource, methods: dict[str, Method]) -> None:
    """Let code that calls the function of a method call the method."""
    for node in ast.walk(own.tree):
        if not isinstance(node, ast.Name) or node.id not in methods:
            continue
        method = methods[node.id]
        bound = {ast.unparse(each).rpartition(".")[2] for each in method.binding} & _BOUND
        if bound:
            raise JauntRefusedError(
                f"{own.path}:{node.lineno}: {node.id} is used as a function, and {method.qualname} is a {min(bound)}",
                hint=_HINT,
                code=codes.NOT_EJECTED,
            )
        edits.replace_node(node, f"{method.owner}.{method.node.name}")


def _write_as_in_class(edits: Edits, function: Function, method: Method) -> None:
    """Let the code of a method say `super()` and `self.__x`, where it names its class now."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    explicit = f"super({method.owner}, {arguments[0].arg})" if arguments else ""
    pending: list[ast.AST] = [*function.body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call) and ast.unparse(node) == explicit:
            edits.replace_node(node, "super()")
        elif not isinstance(node, _OF_THEIR_OWN):
            pending += ast.iter_child_nodes(node)
    prefix = f"_{method.owners[-1].name.lstrip('_')}"
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and _PRIVATE.fullmatch(node.attr.removeprefix(prefix)):
            end = (node.end_lineno or 0, node.end_col_offset or 0)
            edits.replace((end[0], end[1] - len(node.attr.encode())), end, node.attr.removeprefix(prefix))


def _parsed(source: ModuleSource, text: str) -> ModuleSource:
    with without_warnings():
        return ModuleSource(source.module, source.path, text, ast.parse(text))


def _classes(spec: ModuleSource, own: ModuleSource, bodies: dict[str, Function]) -> dict[str, list[str]]:
    """Return the lines of the classes by their names, each with the bodies in place of its stubs."""
    edits = Edits(spec.text)
    for name, body in bodies.items():
        method = spec.methods[name]
        _put_decorators(edits, spec, method, own, body)
        _put_body(edits, method.node, [*body_lines(own, body)])
    text = edits.applied()
    with without_warnings():
        tree = ast.parse(text)
    lines = text.split("\n")
    owners = {spec.methods[name].owners[0].name: None for name in bodies}
    nodes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    missing = next((name for name in owners if name not in nodes), None)
    if missing:
        raise JauntRefusedError(
            f"{spec.path}: {missing} stands in a block",
            hint="move it to the top level, then eject",
            code=codes.NOT_EJECTED,
        )
    return {name: lines[first_line(nodes[name]) - 1 : nodes[name].end_lineno] for name in owners}


def _put_decorators(edits: Edits, spec: ModuleSource, method: Method, own: ModuleSource, body: Function) -> None:
    """Put in place of jaunt's decorator those of the generated function that the stub has not."""
    present = {ast.dump(each) for each in method.node.decorator_list}
    new = [each for each in body.decorator_list if ast.dump(each) not in present]
    indent = edits.indentation(method.node.lineno)
    lines = [f"{indent}@{ast.get_source_segment(own.text, each)}" for each in new]
    for decorator in method.node.decorator_list:
        if spec.spec_decorator(decorator) is not None:
            last = decorator.end_lineno or decorator.lineno
            edits.replace((decorator.lineno, 0), (last + 1, 0), "".join(f"{line}\n" for line in lines))
            lines = []


def _refuse_private(own: ModuleSource, node: Function) -> None:
    for each in ast.walk(node):
        private = [getattr(each, "id", ""), getattr(each, "attr", ""), getattr(each, "arg", "") or ""]
        name = next((n for n in private if isinstance(n, str) and _PRIVATE.fullmatch(n)), None)
        if name:
            raise JauntRefusedError(
                f"{own.path}:{getattr(each, 'lineno', node.lineno)}: {name} would be another name in a class",
                hint=_HINT,
                code=codes.NOT_EJECTED,
            )


def body_lines(own: ModuleSource, node: Function) -> Iterator[str]:
    """Yield the lines of a function's body below its docstring, without indentation but for that of its blocks.

    Lines that begin within a string stay as they are, behind a mark, "\\0".
    """
    docstring = ast.get_docstring(node, clean=False)
    statements = node.body if docstring is None else node.body[1:]
    if not statements:
        yield "pass"
        return
    lines = own.text.split("\n")
    first = statements[0]
    start = _start(first)
    if docstring is not None:
        start = min(start, (node.body[0].end_lineno or start) + 1)  # and the comments between
    else:  # and the comments above it
        while start > node.lineno + 1 and (lines[start - 2].lstrip() or "#").startswith("#"):
            start -= 1
    margin = " " * first.col_offset
    inside = _inside_strings(node)
    if first.lineno == node.lineno:  # `def f(): return 1`
        yield lines[first.lineno - 1].encode()[first.col_offset :].decode()
        start += 1
    for number in range(start, (node.end_lineno or start) + 1):
        line = lines[number - 1]
        yield f"\0{line}" if number in inside else line.removeprefix(margin) if line.strip() else ""


def _start(statement: ast.stmt) -> int:
    return first_line(statement) if isinstance(statement, Definition) else statement.lineno


def _inside_strings(node: ast.AST) -> set[int]:
    """Return the lines that begin within a string: what they are indented by is a part of it."""
    strings = (n for n in ast.walk(node) if isinstance(n, ast.JoinedStr | ast.Constant))
    spans = ((n.lineno, n.end_lineno or n.lineno) for n in strings)
    return {number for first, last in spans for number in range(first + 1, last + 1)}


def _put_body(edits: Edits, node: Function, lines: Sequence[str]) -> None:
    """Put a body in place of a stub's, below its docstring."""
    docstring = node.body[0] if ast.get_docstring(node, clean=False) is not None else None
    stubs = node.body[1:] if docstring is not None else node.body
    on_header = not edits.begins_line(node.body[0])
    margin = f"{edits.indentation(node.lineno)}    " if on_header else edits.indentation(node.body[0].lineno)
    text = indented(lines, margin)
    end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
    if stubs and on_header and stubs[0] is node.body[0]:  # `def f(self): ...`
        edits.replace((stubs[0].lineno, stubs[0].col_offset), end, f"\n{text}")
    elif stubs:
        edits.replace((stubs[0].lineno, 0), end, text)
    else:
        edits.replace(end, end, f"\n{text}")


def indented(lines: Iterable[str], margin: str) -> str:
    """Return the text of a body's lines below a margin."""
    return "\n".join(line[1:] if line.startswith("\0") else f"{margin}{line}" if line else "" for line in lines)
