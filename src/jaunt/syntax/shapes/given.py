"""What a module gives under a name that several things bind, as a branch decides, or none: its `__getattr__` does."""

import ast
from collections.abc import Iterator
from itertools import pairwise

from jaunt.syntax.branches import Placed, catches_import_error
from jaunt.syntax.source import Definition, ModuleSource, Names, assignment_targets, dotted_path

_GETATTR, _ALL = "__getattr__", "__all__"


def given_names(source: ModuleSource) -> Names:
    """Return what other modules find in a module, names that a branch decides on and lazy ones included."""
    return Names(source.bindings, source.star_imports, {**_lazy(source), **_decided(source)}, _exported(source))


def _exported(source: ModuleSource) -> list[str] | None:
    targets = (target for statement in source.statements for target in assignment_targets(statement))
    if not any(getattr(node, "id", "") == _ALL for target in targets for node in ast.walk(target)):
        return None
    texts = [_text(each) for each in getattr(source.constant(_ALL), "elts", [None])]
    return [text or "*" for text in texts]


def _decided(source: ModuleSource) -> dict[str, list[str]]:
    """Return the names that branches bind to several things: what this platform binds comes first."""
    if not any(isinstance(statement, ast.If | ast.Try) for statement in source.tree.body):
        return {}
    found: dict[str, list[tuple[bool, bool, int, str]]] = {}
    for number, placed in enumerate(source.placed):
        for name, path in _bound(source, placed.statement):
            found.setdefault(name, []).append((placed.runs is False, _is_second_choice(placed), -number, path))
    ordered = {name: [*dict.fromkeys(path for *_, path in sorted(each))] for name, each in found.items()}
    return {name: paths for name, paths in ordered.items() if len(paths) > 1}


def _bound(source: ModuleSource, statement: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        yield from source.imports(statement).items()
    elif isinstance(statement, ast.Assign):
        path = dotted_path(statement.value, source.bindings)
        yield from ((each.id, path) for each in statement.targets if path is not None and isinstance(each, ast.Name))


def _is_second_choice(placed: Placed) -> bool:
    """Whether a statement runs only where an import has failed."""
    handlers = (
        branch.block.handlers[int(branch.name.split()[1])]
        for branch in placed.branches
        if isinstance(branch.block, ast.Try) and branch.name.startswith("except ")
    )
    return any(map(catches_import_error, handlers))


def _lazy(source: ModuleSource) -> dict[str, list[str]]:
    """Return where the names may come from that a module's `__getattr__` gives, as far as its text tells.

    They are imported there, or stand in a table: `{"Invoice": ".models"}`, `{"models": ["Invoice"]}`.
    """
    own = source.top_definitions.get(_GETATTR)
    targets = (target for statement in source.tree.body for target in assignment_targets(statement))
    if own is None and not any(getattr(n, "id", "") == _GETATTR for t in targets for n in ast.walk(t)):
        return {}
    found: dict[str, list[str]] = {}
    for node in ast.walk(own) if own is not None else ():
        for name, path in source.imports(node).items() if isinstance(node, ast.Import | ast.ImportFrom) else ():
            found.setdefault(name, []).append(path)
    for statement in source.tree.body:
        tables = () if isinstance(statement, Definition) else ast.walk(statement)
        for table in tables:
            for name, path in _told(source, table) if isinstance(table, ast.Dict) else ():
                found.setdefault(name, []).append(path)
    return {name: [*dict.fromkeys(paths)] for name, paths in found.items() if name.isidentifier()}


def _told(source: ModuleSource, table: ast.Dict) -> Iterator[tuple[str, str]]:
    for key, value in zip(table.keys, table.values, strict=True):
        texts = [_text(each) for each in getattr(value, "elts", [value])]
        name = _text(key)
        if name is None or not texts:
            continue
        for path in _modules(source, texts[0] or ""):
            yield from [(name, f"{path}.{name}"), (name, path)]
        for module, text in pairwise(texts):
            yield from ((name, f"{path}.{text}") for path in _modules(source, module or "") if text)
        for path in _modules(source, name):
            yield from ((text, f"{path}.{text}") for text in texts if text)


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _modules(source: ModuleSource, text: str) -> list[str]:
    """Return the modules that a text may name: a relative one, as with `import_module`, or one of the two."""
    path = text.lstrip(".").replace(":", ".")
    package = source.module if source.is_package else source.module.rpartition(".")[0]
    above = package.split(".")[: -max(len(text) - len(text.lstrip(".")) - 1, 0) or None]
    relative = ".".join([*above, *([path] if path else [])])
    return [relative] if text.startswith(".") else [path, relative] if path else []
