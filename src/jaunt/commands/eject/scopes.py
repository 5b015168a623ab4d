"""Scopes: which names a piece of code binds at module level, and which it uses, when."""

import ast
import doctest
import re
import symtable
from functools import lru_cache

from jaunt.process.frozen import frozen
from jaunt.syntax.source import without_warnings

_TYPE = re.compile(r"[\w.\[\], |]+")
_NAME = re.compile(r"[^\W\d]\w*")
_AT_ONCE = {"genexpr", "listcomp", "setcomp", "dictcomp"}


@frozen
class Names:
    """Names of one piece of code: those it binds, those of the module it uses at all, and those `now`, when it is run.

    What a function's body uses is not needed now, what a class's body or a default uses is. `mentioned` are those in
    the examples of docstrings, and in strings that may be types.
    """

    bound: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    now: frozenset[str] = frozenset()
    mentioned: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)  # the statements of a module are asked for again and again
def names_of(code: str) -> Names:
    """Return the names of module-level code; raises SyntaxError."""
    top = symtable.symtable(code, "<code>", "exec")
    now, later = set[str](), set[str]()
    _collect(top, now, later, is_now=True)
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}
    return Names(frozenset(bound), frozenset(now | later), frozenset(now), frozenset(_mentioned(code)))


def _collect(table: symtable.SymbolTable, now: set[str], later: set[str], *, is_now: bool) -> None:
    is_top = table.get_type() == "module"
    used = {s.get_name() for s in table.get_symbols() if s.is_referenced() and (is_top or s.is_global())}
    (now if is_now else later).update(used)
    for child in table.get_children():
        deferred = child.get_type() == "function" and child.get_name() not in _AT_ONCE
        _collect(child, now, later, is_now=is_now and not deferred)


def _mentioned(code: str) -> set[str]:
    with without_warnings():
        tree = ast.parse(code)
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    texts = [value for value in constants if isinstance(value, str)]
    types = {name for text in texts if _TYPE.fullmatch(text) for name in _NAME.findall(text)}
    return types.union(*map(_used_by_examples, texts))


def _used_by_examples(docstring: str) -> set[str]:
    """Return the names that a docstring's examples take from the module."""
    if ">>>" not in docstring:
        return set()
    try:
        code = "".join(example.source for example in doctest.DocTestParser().get_examples(docstring))
        names = names_of(code)
    except (ValueError, SyntaxError):
        return set(_NAME.findall(docstring))  # whatever they are, they may use any of these
    return set(names.used - names.bound)
