"""Decorators above jaunt's, which the spec module applies itself.

What repeats them in a candidate is taken out. A type checker gets to see them, as what the candidate calls by the name
of such a spec is at run time what they make of it.
"""

import ast
import copy
from collections.abc import Iterator, Sequence

from jaunt import codes
from jaunt.checks.severity import Severity
from jaunt.checks.static.rewriting import RewritingCheck
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.edits import Edits
from jaunt.syntax.source import Definition, ModuleSource, first_line

NAME = "decorators"
DEFAULT = None
CODE = codes.REPEATED_DECORATOR


def make_check(project: Project, severity: Severity) -> "OuterDecoratorChecks":
    """Return the check for a run."""
    return OuterDecoratorChecks()


class OuterDecoratorChecks:
    """Takes out of candidates what their spec modules would apply a second time."""

    def for_module(self, work: ModuleWork) -> RewritingCheck | None:
        """Return the check of a module's candidates, None if none of its specs has a decorator above jaunt's."""
        has_some = any(_outer(work.spec, name) for name in work.names)
        return RewritingCheck(NAME, without_outer_decorators, work.spec, work.names) if has_some else None


def without_outer_decorators(source: str, spec: ModuleSource, names: Sequence[str]) -> str:
    """Return a candidate without decorators on `names` that are above jaunt's in the spec, whatever their arguments.

    What can't be parsed stays as it is.
    """
    candidate, _ = parse_candidate(source, module=spec.module)
    if candidate is None:
        return source
    edits = Edits(source)
    repeated = [d for name in names for d in _repeated(candidate, spec, name)]
    for decorator in repeated:
        edits.replace_lines(decorator.lineno, decorator.end_lineno or decorator.lineno, [])
    return edits.applied() if repeated else source


def _repeated(candidate: ModuleSource, spec: ModuleSource, name: str) -> list[ast.expr]:
    found, stub = candidate.definitions.get(name), spec.definitions.get(name)
    if not isinstance(found, Definition) or stub is None:
        return []
    outer = {path for decorator in _outer(spec, name) for path in _paths(spec, decorator)}
    return [decorator for decorator in found.decorator_list if not outer.isdisjoint(_paths(candidate, decorator))]


def _paths(module: ModuleSource, decorator: ast.expr) -> set[str]:
    """Return what a decorator goes by: its dotted path, as far as that is known, and as it is written."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return {module.dotted(function) or "", ast.unparse(function)} - {""}


@frozen
class Shown:
    """A candidate as a type checker is to see it; `added` are the lines, counted from 1, that it has not itself."""

    text: str
    added: frozenset[int] = frozenset()

    def own_line(self, line: int) -> int | None:
        """Return the candidate's own line that is at a line of the text; None for one that was added."""
        return None if line in self.added else line - sum(each < line for each in self.added)


def with_outer_decorators(source: str, spec: ModuleSource) -> Shown:
    """Return a candidate with the decorators that the spec module puts on what it defines."""
    decorated = [name for name, node in spec.definitions.items() if spec.outer_decorators(node)]
    candidate = parse_candidate(source, module=spec.module)[0] if decorated else None
    if candidate is None:
        return Shown(source)
    found = {name: node for name in decorated if (node := candidate.definitions.get(name)) in candidate.tree.body}
    lines = source.split("\n")
    added: list[int] = []
    for name, node in sorted(found.items(), key=lambda item: item[1].lineno):
        start = first_line(node) - 1 + len(added)
        new = [*_imports(spec, name), *(f"@{ast.unparse(_renamed(spec, d))}" for d in _outer(spec, name))]
        lines[start:start] = new
        added += range(start + 1, start + 1 + len(new))
    return Shown("\n".join(lines), frozenset(added))


def _outer(spec: ModuleSource, name: str) -> list[ast.expr]:
    return spec.outer_decorators(spec.definitions[name])


def _names(spec: ModuleSource, decorator: ast.expr) -> set[str]:
    """Return the names in a decorator that the spec module binds."""
    known = {*spec.bindings, *spec.constants}
    return {node.id for node in ast.walk(decorator) if isinstance(node, ast.Name)} & known


def _renamed(spec: ModuleSource, decorator: ast.expr) -> ast.expr:
    decorator, names = copy.deepcopy(decorator), _names(spec, decorator)
    for node in ast.walk(decorator):
        if isinstance(node, ast.Name) and node.id in names:
            node.id = f"_jaunt_{node.id}"
    return decorator


def _imports(spec: ModuleSource, name: str) -> Iterator[str]:
    """Yield imports of the names in the decorators of a spec, under names that no candidate has."""
    needed = {used for decorator in _outer(spec, name) for used in _names(spec, decorator)}
    imports = [s for s in spec.statements if isinstance(s, ast.Import | ast.ImportFrom)]
    for used in sorted(needed):
        statement = next((s for s in imports if used in spec.imports(s)), None)
        home, _, own = spec.bindings.get(used, f"{spec.module}.{used}").rpartition(".")
        if isinstance(statement, ast.Import):
            yield from (f"import {alias.name}" for alias in statement.names if not alias.asname)
            yield f"import {spec.bindings[used]} as _jaunt_{used}"
        else:
            yield f"from {home} import {own} as _jaunt_{used}"
