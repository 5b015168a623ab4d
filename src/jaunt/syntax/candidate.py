"""A candidate's text as a tree, if it compiles."""

import ast
import keyword
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from jaunt.syntax.source import ModuleSource, without_warnings
from jaunt.text.flaw import Flaw

MAX_BYTES = 256 * 1024
"""The largest candidate that is looked at, as UTF-8."""

_CODE = re.compile(
    r"^[ \t]*(?:(?:async[ \t]+)?(?:def|class)\b.*[(:]|import[ \t]+[\w.]+[ \t]*(?:$|,|as\b)"
    r"|from[ \t]+[\w.]+[ \t]+import\b|[@#`]|[\w.]+[ \t]*(?:\(|\[|(?::.*)?[-+*/|&]?=))",
    re.MULTILINE,
)
"""A line that may be code. Where none is, a model has refused, or asked back."""
_FEW = 3  # words: below that it is prose only if it is words indeed
_WORDS = re.compile(r"[^\W\d][\w'\u2019 \t\r\n-]*[.,;:!? \t\r\n]*(?:[\w'\u2019 \t\r\n-]+[.,;:!? \t\r\n]*)?")
_MOST_PROSE = 120  # characters of it that are shown


def parse_candidate(
    source: str, *, module: str = "candidate", filename: str = ""
) -> tuple[ModuleSource | None, list[Flaw]]:
    """Return a candidate that also compiles, or None and the one flaw that keeps it from that.

    `module` is the name that it would be imported by; the flaw is one in `filename`, if it has one.
    """
    problem = _unreadable(source, filename)
    if problem is not None:
        return None, [problem]
    try:
        tree = _compiled(source)
    except SyntaxError as error:
        line = error.lineno
        if not filename and _is_prose(source):
            return None, [Flaw(f"no code but prose, so a syntax error: {_first_words(source)!r}", kind="syntax")]
        return None, [Flaw(f"syntax error: {error.msg}", kind="syntax", file=filename, line=line or 0)]
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:  # UnicodeError is a ValueError
        return None, [Flaw(f"cannot be compiled: {type(error).__name__}: {error}", kind="syntax", file=filename)]
    return ModuleSource(module, filename, source, tree), []


def _is_prose(text: str) -> bool:
    """Whether a text that is no code seems not to be meant as code either."""
    words = text.split()
    if len(words) < _FEW and (not _WORDS.fullmatch(text) or keyword.iskeyword(words[0].rstrip(":"))):
        return False
    return not _CODE.search(text)


@lru_cache(maxsize=32)  # few: see `parse_source`
def _compiled(source: str) -> ast.Module:
    """Parse a candidate that also compiles; the last few are remembered, as several checks look at one in a row."""
    with without_warnings():
        tree = ast.parse(source)
        # Finds what parses but can't be compiled: `return` outside a function.
        compile(tree, "<candidate>", "exec", dont_inherit=True)
    return tree


def missing_names(candidate: ModuleSource, expected_names: Sequence[str]) -> list[Flaw]:
    """Return a flaw for each name that a candidate doesn't define at module level."""
    defined = set(_defined_names(candidate.statements))
    return [
        Flaw(f"missing definition: {name!r} is not defined at module level", kind="missing", about=name)
        for name in expected_names
        if name not in defined
    ]


def _unreadable(source: object, filename: str) -> Flaw | None:
    """Return why a candidate is not even handed to the parser, or None."""
    if not isinstance(source, str):
        return Flaw(f"the answer is not text but {type(source).__name__}", file=filename)
    if len(source) > MAX_BYTES or len(source.encode("utf-8", "replace")) > MAX_BYTES:
        return Flaw(f"longer than {MAX_BYTES // 1024} KiB; write a module of reasonable size", file=filename)
    if "\0" in source:
        return Flaw("holds a NUL character", file=filename, line=_line_of(source, source.index("\0")))
    try:
        source.encode()
    except UnicodeEncodeError as error:
        line = _line_of(source, error.start)
        return Flaw("not Unicode: holds half of a surrogate pair", file=filename, line=line)
    return None


def _line_of(source: str, index: int) -> int:
    return source.count("\n", 0, index) + 1


def _first_words(text: str) -> str:
    """Return how a text begins, in one line."""
    words = " ".join(text.split())
    return (
        words if len(words) <= _MOST_PROSE else f"{words[:_MOST_PROSE].rpartition(' ')[0] or words[:_MOST_PROSE]} ..."
    )


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
