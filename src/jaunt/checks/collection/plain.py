"""Tests that pytest surely collects and sets up, as nothing is in them that could keep it from that.

For most modules that saves a run of pytest, which takes longer than all other checks together.
"""

import ast
import sys
from collections.abc import Sequence
from pathlib import Path

from jaunt.errors import JauntDiscoveryError
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen
from jaunt.spec_ref import import_name
from jaunt.specs.dag import dependencies_of
from jaunt.specs.graph import ModuleDag
from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.source import Function, ModuleSource, assignment_targets, read_source

_FIXTURES = {
    *("capfd", "caplog", "capsys", "monkeypatch", "pytestconfig", "recwarn", "request", "tmp_path", "tmp_path_factory"),
}
"""The fixtures that pytest always has."""
_PARAMETRIZE = "pytest.mark.parametrize"


@frozen
class Surroundings:
    """The modules that can be imported, and the folders that their names start from.

    They are those that the spec imports, or depends on: a build makes sure of that before it asks for code.
    """

    modules: frozenset[str]
    bases: Sequence[Path]


def surroundings_of(work: ModuleWork, dag: ModuleDag) -> Surroundings:
    """Return what is around a module's candidates in a project."""
    imported = {path.rpartition(".")[0] for each in work.spec.statements for path in _imports(each, work.spec)}
    return Surroundings(frozenset({*map(import_name, dependencies_of(dag, [work.module])), *imported}), work.bases)


def is_plain(source: str, name: str, around: Surroundings) -> bool:
    """Whether the candidate `name` has only literal constants, functions, and imports that are known to succeed.

    The tests take pytest's own fixtures, and what is in literal `parametrize` marks.
    """
    candidate = parse_candidate(source, module=name)[0]
    return candidate is not None and all(_is_plain(each, candidate, around) for each in candidate.tree.body)


def _is_plain(statement: ast.stmt, candidate: ModuleSource, around: Surroundings) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return _literal(value) is not None
        case ast.Import(names=names):
            return all(each.name in {"pytest", *sys.stdlib_module_names} for each in names)
        case ast.ImportFrom():
            return all(_is_there(path, around) for path in candidate.imports(statement).values())
        case ast.FunctionDef(name=name, decorator_list=decorators):
            given = [_parametrized(each, candidate) for each in decorators]
            if _calls_as_defined(statement) or None in given:
                return False
            names = {name for each in given for name in each or ()}
            taken = {each.arg for each in ast.walk(statement.args) if isinstance(each, ast.arg)}
            return not name.startswith("test") or (names <= taken and taken <= names | _FIXTURES)
    return False


def _parametrized(decorator: ast.expr, candidate: ModuleSource) -> Sequence[str] | None:
    """Return the names that a mark gives values to; None for any other decorator, and for values that don't fit."""
    match decorator:
        case ast.Call(func=func, args=[names, values], keywords=[]) if candidate.dotted(func) == _PARAMETRIZE:
            given, rows = _literal(names), _literal(values)
            if isinstance(given, str):
                given = [name.strip() for name in given.split(",") if name.strip()]
            if not isinstance(given, list | tuple) or not isinstance(rows, list | tuple):
                return None
            if len(given) != 1 and not all(isinstance(row, list | tuple) and len(row) == len(given) for row in rows):
                return None
            return [str(name) for name in given]
    return None


def _literal(node: ast.expr) -> object:
    """Return the value of a literal; None if it is no literal, or is None."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return None


def _calls_as_defined(function: Function) -> bool:
    """Whether anything is called as a function is defined: in a default, or in an annotation."""
    parts = [*ast.walk(function.args), *(ast.walk(function.returns) if function.returns else ())]
    return any(isinstance(node, ast.Call) for node in parts)


def _is_there(path: str, around: Surroundings) -> bool:
    """Whether a module has a name, given as a dotted path, and can be imported."""
    module, _, name = path.rpartition(".")
    if module.partition(".")[0] in sys.stdlib_module_names:
        return hasattr(sys.modules.get(module), name)  # of one that this process has imported already
    return module in around.modules and name in _names_of(module, around.bases)


def _imports(statement: ast.stmt, spec: ModuleSource) -> Sequence[str]:
    return [*spec.imports(statement).values()] if isinstance(statement, ast.ImportFrom) else []


def _names_of(module: str, bases: Sequence[Path]) -> set[str]:
    """Return the names that a module of the project binds; none for another one."""
    stems = [base.joinpath(*module.split(".")) for base in bases]
    files = (file for stem in stems for file in (stem.with_suffix(".py"), stem / "__init__.py"))
    file = next((each for each in files if each.is_file()), None)
    try:
        source = read_source(module, str(file)) if file else None
    except JauntDiscoveryError:
        return set()
    if source is None:
        return set()
    targets = [target for each in source.statements for target in assignment_targets(each)]
    return {*source.bindings, *(target.id for target in targets if isinstance(target, ast.Name))}
