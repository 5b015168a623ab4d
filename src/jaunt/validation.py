"""Static checks on a candidate's text: size, characters, syntax and required names; nothing is run.

What it declares is compared with the specs in `conformance.py`, what importing it does in `effects.py`, what
it imports in `imports.py`.
"""

import ast
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jaunt.syntax.source import ModuleSource, without_warnings

MAX_BYTES = 256 * 1024
"""The largest candidate that is looked at, as UTF-8."""

_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")
_WHOLE_FILE = re.compile(
    r"^[ \t]*#[ \t]*((?:ruff|flake8)[ \t]*:[ \t]*noqa|(?:mypy|pyright|ty|type)[ \t]*:[ \t]*ignore)\b", re.M
)


@dataclass(frozen=True)
class Checked:
    """What a check makes of a candidate: its source, perhaps rewritten by a formatter, and its errors.

    `warnings` keep a candidate from nothing.
    """

    source: str
    errors: Sequence[str] = ()
    warnings: Sequence[str] = ()


def validate_generated_source(source: str, expected_names: Sequence[str]) -> list[str]:
    """Return what is wrong with a candidate: it must parse and define every expected name at module level."""
    candidate, errors = parse_candidate(source)
    return errors if candidate is None else missing_names(candidate, expected_names)


def compile_check(source: str, filename: str) -> list[str]:
    """Return the error that keeps `source` from being compiled, in a list of one or none."""
    return parse_candidate(source, filename=filename)[1]


def parse_candidate(
    source: str, *, module: str = "candidate", filename: str = ""
) -> tuple[ModuleSource | None, list[str]]:
    """Return a candidate that also compiles, or None and the one error that keeps it from that.

    `module` is the name that it would be imported by; the error begins with `filename`, if it has one.
    """
    problem = _unreadable(source)
    if problem:
        return None, [_located(filename, problem)]
    try:
        tree = _compiled(source)
    except SyntaxError as error:
        line = error.lineno
        if line and not filename:
            return None, [f"line {line}: syntax error: {error.msg}"]
        return None, [_located(f"{filename}:{line}" if line else filename, f"syntax error: {error.msg}")]
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:  # UnicodeError is a ValueError
        return None, [_located(filename, f"cannot be compiled: {type(error).__name__}: {error}")]
    return ModuleSource(module, filename, source, tree), []


@lru_cache(maxsize=32)  # few: see `parse_source`
def _compiled(source: str) -> ast.Module:
    """Parse a candidate that also compiles; the last few are remembered, as several checks look at one in a row."""
    with without_warnings():
        tree = ast.parse(source)
        # Finds what parses but can't be compiled: `return` outside a function.
        compile(tree, "<candidate>", "exec", dont_inherit=True)
    return tree


def missing_names(candidate: ModuleSource, expected_names: Sequence[str]) -> list[str]:
    """Return an error for each name that a candidate doesn't define at module level."""
    defined = set(_defined_names(candidate.statements))
    return [
        f"missing definition: {name!r} is not defined at module level" for name in expected_names if name not in defined
    ]


def text_errors(source: str) -> list[str]:
    """Return what a text may not hold: characters that hide its meaning, comments that silence its checks."""
    found = [
        (match.start(), f"{_character(match[0])} changes how the line is shown; write it as \\u{ord(match[0]):04x}")
        for match in _BIDIRECTIONAL.finditer(source)
    ]
    found += [
        (match.start(1), f"`# {match[1]}` silences a check in the whole module; correct what it finds")
        for match in _WHOLE_FILE.finditer(source)
    ]
    return [f"line {source.count(chr(10), 0, start) + 1}: {problem}" for start, problem in sorted(found)]


def _unreadable(source: object) -> str | None:
    """Return why a candidate is not even handed to the parser, or None."""
    if not isinstance(source, str):
        return f"the answer is not text but {type(source).__name__}"
    if len(source) > MAX_BYTES or len(source.encode("utf-8", "replace")) > MAX_BYTES:
        return f"longer than {MAX_BYTES // 1024} KiB; write a module of reasonable size"
    if "\0" in source:
        return f"line {source.count(chr(10), 0, source.index(chr(0))) + 1}: holds a NUL character"
    try:
        source.encode()
    except UnicodeEncodeError as error:
        return f"line {source.count(chr(10), 0, error.start) + 1}: not Unicode: holds half of a surrogate pair"
    return None


def _located(where: str, problem: str) -> str:
    return f"{where}: {problem}" if where else problem


def _character(char: str) -> str:
    return f"the invisible character U+{ord(char):04X} ({unicodedata.name(char)})"


def _defined_names(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield the names that module-level statements define.

    An import defines nothing: it could only bring in somebody else's code, or the stub itself.
    """
    for statement in statements:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                stored = (n for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
                yield from (n.id for n in stored if isinstance(n.ctx, ast.Store))  # `f[0] = 1` defines no `f`
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                yield name
