"""Static checks on a candidate: its source in, a list of errors out; nothing is run."""

import ast
import warnings
from collections.abc import Iterable, Iterator, Sequence


def validate_generated_source(source: str, expected_names: Sequence[str]) -> list[str]:
    """Return what is wrong with a candidate: it must parse and define every expected name at module level."""
    if not isinstance(source, str):
        return [f"the answer is not text but {type(source).__name__}"]
    tree, errors = _parse(source, "<candidate>")
    if tree is None:
        return errors
    defined = set(_bound_names(tree.body))
    return [f"missing definition: {name!r} is not defined at module level" for name in expected_names if name not in defined]


def compile_check(source: str, filename: str) -> list[str]:
    """Return the error that keeps `source` from being compiled, as a list of none or one; `filename` names it."""
    return _parse(source, filename)[1]


def _parse(source: str, filename: str) -> tuple[ast.Module | None, list[str]]:
    """Return the syntax tree of a source that also compiles, or None and the error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a string is no reason to print into the build's output
            tree = ast.parse(source, filename)
            compile(tree, filename, "exec", dont_inherit=True)  # finds what parses but can't be: `return` outside a function
    except SyntaxError as error:
        where = f"{filename}:{error.lineno}" if error.lineno else filename
        return None, [f"{where}: syntax error: {error.msg}"]
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return None, [f"{filename}: cannot be compiled: {type(error).__name__}: {error}"]
    return tree, []


def _bound_names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements define at module level, also within `if` and `try` blocks.

    An import defines nothing: it could only bring in somebody else's code, or the stub itself.
    """
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                yield name
            case ast.If() | ast.Try() | ast.With():
                for block in ("body", "orelse", "finalbody"):
                    yield from _bound_names(getattr(statement, block, []))
