"""Tests that pytest surely collects and sets up, as nothing is in them that could keep it from that.

For most modules that saves a run of pytest.
"""

import ast
import sys

from jaunt.plan.module_work import ModuleWork
from jaunt.syntax.candidate import parse_candidate
from jaunt.syntax.source import Function, ModuleSource

_FIXTURES = {
    *("capfd", "caplog", "capsys", "monkeypatch", "pytestconfig", "recwarn", "request", "tmp_path", "tmp_path_factory"),
}
"""The fixtures that pytest always has."""


def is_plain(source: str, work: ModuleWork) -> bool:
    """Whether a candidate has no more than functions that are not decorated, and imports that are known to succeed.

    The tests take pytest's own fixtures alone; the specs of other modules that they depend on can be imported.
    """
    candidate = parse_candidate(source, module=work.generated_module)[0]
    if candidate is None:
        return False
    known = {ref.replace(":", ".") for ref in work.dependencies}
    return all(_is_plain(statement, candidate, known) for statement in candidate.tree.body)


def _is_plain(statement: ast.stmt, candidate: ModuleSource, known: set[str]) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Import(names=names):
            return all(each.name in sys.modules or each.name == "pytest" for each in names)
        case ast.ImportFrom():
            return all(path in known or _is_there(path) for path in candidate.imports(statement).values())
        case ast.FunctionDef(decorator_list=[], args=arguments, name=name):
            if not name.startswith("test"):
                return not _evaluated(statement)
            return not _evaluated(statement) and {each.arg for each in arguments.args} <= _FIXTURES
    return False


def _evaluated(function: Function) -> bool:
    """Whether anything is called as a function is defined: in a default, or in an annotation."""
    arguments = function.args
    parts = [*arguments.defaults, *arguments.kw_defaults, function.returns, *(a.annotation for a in arguments.args)]
    return any(isinstance(node, ast.Call) for part in parts if part for node in ast.walk(part))


def _is_there(path: str) -> bool:
    """Whether a name of the standard library is there, in a module that this process has imported already."""
    module, _, name = path.rpartition(".")
    return module.partition(".")[0] in sys.stdlib_module_names and hasattr(sys.modules.get(module), name)
