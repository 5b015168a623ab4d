"""Which specs a change of a module's code can have an effect on: only these are compared before and after it."""

import ast
from collections.abc import Mapping

from jaunt.plan.module_work import ModuleWork
from jaunt.spec_ref import code_name
from jaunt.syntax.nodes import docstring_of
from jaunt.syntax.source import Definition, parse_or_none


def changed_specs(work: ModuleWork, before: str, after: str) -> list[str]:
    """Return the specs, by qualified name, whose code differs, then those that use such code of the module.

    Docstrings, comments and layout count for nothing; a spec that had no code before is left out.
    """
    old, new = (_parts(source) for source in (before, after))
    own = moved = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    tree = parse_or_none(after)
    uses = _uses(tree) if tree is not None else {}
    while further := {name for name, used in uses.items() if used & moved} - moved:
        moved = moved | further
    names = {code_name(entry.qualname): entry.qualname for entry in work.entries}
    found = [name for name in names if name in old and (name in moved or "" in moved)]
    return [names[name] for name in sorted(found, key=lambda name: name not in own)]


def _parts(source: str) -> Mapping[str, str]:
    """Return the definitions of a module by name, and all else of it that does something, as "", parsed."""
    tree = parse_or_none(source)
    found: dict[str, str] = {}
    for node in tree.body if tree is not None else ():
        if isinstance(node, Definition):
            for each in ast.walk(node):
                if isinstance(each, Definition) and docstring_of(each) is not None:
                    each.body[:1] = [] if len(each.body) > 1 else [ast.Pass()]
            found[node.name] = found.get(node.name, "") + ast.dump(node)
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            found[""] = found.get("", "") + ast.dump(node)
    return found


def _uses(tree: ast.Module) -> dict[str, set[str]]:
    nodes = [node for node in tree.body if isinstance(node, Definition)]
    return {node.name: {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} for node in nodes}
