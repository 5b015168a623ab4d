"""Parameters of test specs that nothing answers: told before a model is asked.

What the sources show is looked at first; where it shows nothing that could answer a parameter, pytest itself is asked.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from jaunt.checks.fault import SpecFault
from jaunt.plan.module_work import ModuleWork
from jaunt.project.project import Project
from jaunt.sandbox.halted import halted_with_task
from jaunt.syntax.nodes import column_of
from jaunt.syntax.source import Function, ModuleSource
from jaunt.testing.collection import collection_failures, stand_in

FIXTURES_OF_PYTEST = frozenset(
    {
        *("cache", "capfd", "capfdbinary", "caplog", "capsys", "capsysbinary", "doctest_namespace", "monkeypatch"),
        *("pytestconfig", "pytester", "record_property", "record_testsuite_property", "record_xml_attribute"),
        *("recwarn", "request", "subtests", "testdir", "tmp_path", "tmp_path_factory", "tmpdir", "tmpdir_factory"),
    }
)
_BROUGHT = r"fixture|parametri|\b(?:for|each|every|any|all)\b[^.]*\b{name}\b"
_NOT_FOUND = re.compile(r"^(\w+): fixture '(\w+)' not found")


async def unanswered_parameters(work: ModuleWork, project: Project) -> Sequence[SpecFault]:
    """Return a fault for each parameter of a module's test specs that pytest has no fixture or value for.

    Nothing is said where an answer may bring it: where the docstring speaks of a fixture or of parametrize, or says for
    what the parameter stands, as in "for n of 1 and 2"; and below a decorator that is no mark.
    """
    doubtful = dict(_doubtful(work))
    if not doubtful:
        return ()
    failures = await halted_with_task(partial(collection_failures, stand_in(work), work, project))
    found = [match.groups() for each in failures if (match := _NOT_FOUND.match(each.message))]
    return [_fault(work.spec, test, doubtful[test, name]) for test, name in found if (test, name) in doubtful]


def _fault(spec: ModuleSource, test: str, parameter: ast.arg) -> SpecFault:
    text = (
        f"no fixture is called {parameter.arg!r}, in this module, in a conftest.py beside or above it, in pytest and "
        "its plugins, and the docstring doesn't have the test parametrized by it"
    )
    return SpecFault(parameter.lineno, column_of(parameter, spec.text.split("\n")[parameter.lineno - 1]), test, text)


def _doubtful(work: ModuleWork) -> Iterator[tuple[tuple[str, str], ast.arg]]:
    """Yield the parameters for which the sources show no fixture and no value, by test and name."""
    spec = work.spec
    if spec.star_imports or "fixture" in (ast.get_docstring(spec.tree) or "").lower():
        return
    conftests: list[str] | None = None
    known = FIXTURES_OF_PYTEST | spec.bindings.keys()
    for test in work.names:
        stub = spec.definitions.get(test)
        if not isinstance(stub, Function) or not _is_marked_alone(stub, spec):
            continue
        docstring = ast.get_docstring(stub) or ""
        for parameter in _required(stub):
            if parameter.arg in known or re.search(_BROUGHT.format(name=parameter.arg), docstring, re.IGNORECASE):
                continue
            if conftests is None:
                conftests = [*_texts_around(work), *_strings(spec)]
            if not any(re.search(rf"\b{parameter.arg}\b|pytest_generate_tests", text) for text in conftests):
                yield (test, parameter.arg), parameter


def _required(function: Function) -> list[ast.arg]:
    named = [*function.args.posonlyargs, *function.args.args]
    named = named[: len(named) - len(function.args.defaults)]
    pairs = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    return [*named, *(each for each, default in pairs if default is None)]


def _is_marked_alone(function: Function, spec: ModuleSource) -> bool:
    """Whether a function has no decorators but jaunt's and pytest's marks: others may hand it what they want."""
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if spec.spec_decorator(decorator) is None and not (spec.dotted(called) or "").startswith("pytest.mark."):
            return False
    return True


def _texts_around(work: ModuleWork) -> Iterator[str]:
    for folder in Path(work.spec.path).parents:
        file = folder / "conftest.py"
        if folder.is_relative_to(work.root) and file.is_file():
            yield file.read_text("utf-8", "replace")


def _strings(spec: ModuleSource) -> Iterator[str]:
    """Yield the strings in a module's decorators and other statements: what parametrize gives values to is named so."""
    for statement in spec.statements:
        parts = (
            statement.decorator_list if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) else [statement]
        )
        for node in (node for part in parts for node in ast.walk(part)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
