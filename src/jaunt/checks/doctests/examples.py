"""The examples in specs' docstrings, found. The spec's own docstrings count, as the contract has them."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType
from typing import NamedTuple

from jaunt.checks.examiner.questions import Question
from jaunt.checks.fault import SpecFault
from jaunt.config.globs import names_module
from jaunt.syntax.source import ModuleSource


def is_left_out(module: str, patterns: Iterable[str]) -> bool:
    """Whether the examples of a spec module are not run, as one of some glob patterns names it."""
    return any(names_module(each, module) for each in patterns)


def find_examples(
    spec: ModuleSource, names: Iterable[str], *, file: str = "", flags: Sequence[str] = ()
) -> list[Question]:
    """Return a question for each docstring of specs, and of their members, that has examples.

    `file` is where they stand, as people are told; `flags` are the names of doctest's that hold for all of them.

    Raises ValueError, which names symbol and line, for one that doctest can't read.
    """
    found: list[Question] = []
    for name in names:
        for label, node in documented(spec.definitions[name], name):
            text = ast.get_docstring(node, clean=False)
            if not text or ">>>" not in text:
                continue
            judge = _with_doctest().judge
            line = node.body[0].lineno
            try:
                question = judge.example_question(judge.Docstring(label, text, file or spec.path, line), flags)
            except ValueError as error:
                raise ValueError(f"{spec.path}:{line}: {label}: the examples can't be read: {error}") from error
            if question is not None:
                found.append(question)
    return found


def faults_of(spec: ModuleSource, names: Iterable[str]) -> list[SpecFault]:
    """Return what is wrong with the examples of specs, whatever code is written for them."""
    found: list[SpecFault] = []
    for name in names:
        for label, node in documented(spec.definitions[name], name):
            text = ast.get_docstring(node, clean=False)
            if text and ">>>" in text:
                found += _with_doctest().faults.docstring_faults(spec, label, text, node.body[0].lineno)
    return found


class _WithDoctest(NamedTuple):
    faults: ModuleType
    judge: ModuleType


def _with_doctest() -> _WithDoctest:
    """Return the modules that need doctest: it takes 40 ms, and most modules have no examples."""
    from jaunt.checks.doctests import faults, judge  # as above

    return _WithDoctest(faults, judge)


def documented(
    node: ast.AST, label: str
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """Yield a definition and the members of a class, each with its dotted name."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield label, node
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            yield from documented(member, f"{label}.{getattr(member, 'name', '')}")
