"""Removed behaviour: what a new version of a module's code no longer has: raised exceptions, public names, branches."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

from jaunt.process.frozen import frozen
from jaunt.syntax.source import Definition, Function, assignment_targets, parse_or_none

_BRANCHES: Mapping[type[ast.AST], str] = {
    ast.If: "if",
    ast.IfExp: "if",
    ast.For: "for",
    ast.AsyncFor: "for",
    ast.comprehension: "for",
    ast.While: "while",
    ast.Try: "try",
    ast.TryStar: "try",
    ast.Match: "match",
}


@frozen
class _Function:
    """What a function or method does that a reader would miss if it were gone."""

    raised: frozenset[str]
    branches: Counter[str]


def removed_behaviour(before: str, after: str) -> list[str]:
    """Return what the code `after` has lost since `before`, one line each; nothing if one of them doesn't parse.

    What only moved to another function of the module is not lost.
    """
    old, new = parse_or_none(before), parse_or_none(after)
    if old is None or new is None:
        return []
    functions, found = dict(_functions(old.body)), dict(_functions(new.body))
    return [*_lost_exceptions(functions, found), *_lost_names(old, new), *_lost_branches(functions, found)]


def _lost_exceptions(old: Mapping[str, _Function], new: Mapping[str, _Function]) -> Iterator[str]:
    for name, function in old.items():
        for exception in sorted(function.raised - (new[name].raised if name in new else frozenset())):
            raise_it = {n for n, f in new.items() if exception in f.raised}
            moved = any(n not in old or exception not in old[n].raised for n in raise_it)
            if not moved and (name in new or not raise_it):
                yield f"{name} no longer raises {exception}"


def _lost_names(old: ast.Module, new: ast.Module) -> Iterator[str]:
    kept = set(_public_names(new.body))
    gone = [name for name in _public_names(old.body) if name not in kept]
    for name in dict.fromkeys(gone):
        if name.rpartition(".")[0] not in gone:
            yield f"{name} is no longer defined"


def _lost_branches(old: Mapping[str, _Function], new: Mapping[str, _Function]) -> Iterator[str]:
    total = sum((f.branches for f in old.values()), Counter())
    total_now = sum((f.branches for f in new.values()), Counter())
    for name in (name for name in old if name in new):
        counts, now = old[name].branches, new[name].branches
        fewer = [f"{kind} {counts[kind]} -> {now[kind]}" for kind in sorted(counts) if _fewer(kind, counts, now)]
        if fewer and any(_fewer(kind, total, total_now) for kind in counts if _fewer(kind, counts, now)):
            yield f"{name} has fewer branches: {', '.join(fewer)}"


def _fewer(kind: str, before: Counter[str], after: Counter[str]) -> bool:
    return after[kind] < before[kind]


def _functions(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, _Function]]:
    """Yield the functions of a module, and the methods of its classes, by qualified name."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{owner}{node.name}.")
        elif isinstance(node, Function):
            inner = list(ast.walk(node))
            branches = Counter(kind for each in inner if (kind := _BRANCHES.get(type(each))))
            yield f"{owner}{node.name}", _Function(frozenset(_raised(inner)), branches)


def _raised(nodes: list[ast.AST]) -> Iterator[str]:
    """Yield the names of the exceptions that are raised; not those of variables, as in `raise error`."""
    local = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    local |= {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}
    local |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    for node in nodes:
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(raised, ast.Name | ast.Attribute) and ast.unparse(raised) not in local:
                yield ast.unparse(raised)


def _public_names(body: list[ast.stmt], owner: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield f"{owner}{node.name}"
            if isinstance(node, ast.ClassDef):
                yield from _public_names(node.body, f"{owner}{node.name}.")
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            stored = (n for target in assignment_targets(node) for n in ast.walk(target))
            names = (n.id for n in stored if isinstance(n, ast.Name))
            yield from (f"{owner}{name}" for name in names if not name.startswith("_"))
