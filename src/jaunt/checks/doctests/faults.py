"""What no code can make right in an example: what can't be read, can't be met, or uses what is not there."""

import ast
import builtins
import doctest
from collections.abc import Iterable, Iterator

from jaunt.checks.fault import SpecFault
from jaunt.syntax.source import ModuleSource, parse_or_none

_ALWAYS_THERE = {*dir(builtins), "__name__", "__file__", "__doc__", "_"}
_BINDS_UNSEEN = ("import *", "exec(", "globals(", "setattr(", "locals(")


def docstring_faults(spec: ModuleSource, symbol: str, text: str, line: int) -> Iterator[SpecFault]:
    """Yield what is wrong with the examples of a docstring that begins in a line of the spec module."""
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:  # it is told by the check itself
        return
    examples = [each for each in examples if not each.options.get(doctest.SKIP)]
    known = {*_ALWAYS_THERE, *_bound([spec.tree])}
    for example in examples:
        at = line + example.lineno
        error = _syntax_error(example)
        if error is not None:
            yield _fault(spec, symbol, at + (error.lineno or 1) - 1, f"an example is no Python: {error.msg}")
        yield from _tabs(spec, symbol, example, text, at)
    if spec.star_imports or any(mark in each.source for mark in _BINDS_UNSEEN for each in examples):
        return
    trees = [(each, tree) for each in examples if (tree := parse_or_none(each.source)) is not None]
    known |= _bound([tree for _, tree in trees])
    for example, tree in trees:
        if "NameError" in (example.exc_msg or ""):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id not in known:
                text_of_name = f"an example uses `{node.id}`, which is neither defined nor imported"
                yield _fault(spec, symbol, line + example.lineno + node.lineno - 1, text_of_name, node.id)


def _tabs(spec: ModuleSource, symbol: str, example: doctest.Example, text: str, at: int) -> Iterator[SpecFault]:
    """Yield a fault for an expectation with a tab: doctest takes it for blanks, and what comes has a tab."""
    if example.options.get(doctest.NORMALIZE_WHITESPACE):
        return
    first = example.lineno + example.source.count("\n")
    lines = text.split("\n")[first : first + example.want.count("\n")]
    for number, each in enumerate(lines, at + example.source.count("\n")):
        if "\t" in each.lstrip():
            told = "the expectation holds a tab, which doctest turns into blanks: print the repr, or escape it"
            yield _fault(spec, symbol, number, told)


def _syntax_error(example: doctest.Example) -> SyntaxError | None:
    if "SyntaxError" in (example.exc_msg or "") or "IndentationError" in (example.exc_msg or ""):
        return None
    try:
        compile(example.source, "<example>", "single", dont_inherit=True)
    except SyntaxError as error:
        return error
    except ValueError:
        return None
    return None


def _bound(trees: Iterable[ast.AST]) -> set[str]:
    """Return all names that are bound anywhere in some code."""
    names: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.ExceptHandler(name=str(name)):
                    names.add(name)
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    names.add(name)
                case ast.arg(arg=name) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                    names.add(name)
                case ast.alias(name=path, asname=alias):
                    names.add(alias or path.partition(".")[0])
                case ast.Global(names=several) | ast.Nonlocal(names=several):
                    names.update(several)
    return names


def _fault(spec: ModuleSource, symbol: str, line: int, text: str, name: str = "") -> SpecFault:
    lines = spec.text.split("\n")
    source = lines[line - 1] if line <= len(lines) else ""
    column = source.find(name) if name and name in source else len(source) - len(source.lstrip())
    return SpecFault(line, column, symbol, text, name)
