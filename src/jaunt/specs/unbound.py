"""Names in docstrings that nothing binds: a spec that speaks of code which the model will not be shown.

A docstring's backticks are prose too: values, file names, options. Told is only what can hardly be anything but a name
of code: one that is called, one that is spelt as a class, one that a spec elsewhere has; and one of several_words,
but where keys and fields are spoken of.
"""

import ast
import builtins
import keyword
import re
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from jaunt.spec_ref import code_name
from jaunt.syntax.source import Definition, ModuleSource

_QUOTED = re.compile(r"(?<!`)`([^\W\d]\w*)(\([^`]*\))?`(?!`)")
_WORD = re.compile(r"[^\W\d]\w*")
_CLASS_LIKE = re.compile(r"(?:[A-Z][a-z0-9]+){2,}")
_SEVERAL_WORDS = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
_OF_KEYS = {"dict", "Dict", "Mapping", "MutableMapping", "Any", "object", "TypedDict", "json"}
_KEY = re.compile(
    r"(?i)\b(?:key|field|column|attribute|variable|header|option|parameter|member|property|properties|name)"
)
_NEAR = 60  # characters
_KNOWN = {*dir(builtins), *keyword.kwlist, *keyword.softkwlist, *sys.stdlib_module_names}


class Unbound(NamedTuple):
    """A name that the docstring of `spec` has in backticks, its line, and the specs of that name elsewhere."""

    line: int
    spec: str
    name: str
    elsewhere: tuple[str, ...] = ()


def unbound_names(source: ModuleSource, spec: str, specs_named: Callable[[str], tuple[str, ...]]) -> Iterator[Unbound]:
    """Yield the names of code that the docstrings of `spec` have in backticks and that its module binds nowhere.

    `specs_named` returns the references of the project's specs of a name; it is asked for what is not bound alone, as
    it has to read what all modules have.
    """
    if source.star_imports:
        return
    node = source.definitions[code_name(spec)]
    for each in ast.walk(node):
        docstring = ast.get_docstring(each, clean=False) if isinstance(each, Definition) else None
        for found in _QUOTED.finditer(docstring or ""):
            name, call = found.groups()
            if name in _KNOWN or name in source.bindings or name in _bound(source):
                continue
            elsewhere = specs_named(name)
            before = (docstring or "")[: found.start()]
            is_code = _CLASS_LIKE.fullmatch(name) or (_SEVERAL_WORDS.fullmatch(name) and not _is_key(node, before))
            if call or elsewhere or is_code:
                assert isinstance(each, Definition)
                yield Unbound(each.body[0].lineno + before.count("\n"), spec, name, elsewhere)


def _is_key(spec: Definition, before: str) -> bool:
    """Whether a name of several words may be that of a key or a field; `before` is the docstring up to it."""
    names = {node.id for node in ast.walk(spec) if isinstance(node, ast.Name)}
    return not names.isdisjoint(_OF_KEYS) or _KEY.search(before[-_NEAR:]) is not None


@lru_cache(maxsize=1)  # the specs of a module come in a row
def _bound(source: ModuleSource) -> set[str]:
    """Return every word that the module's code has, its doctests included: attributes, keys and parameters too."""
    found, statements = set[str](), set[ast.expr]()
    for node in ast.walk(source.tree):
        if isinstance(node, Definition):
            found.add(node.name)
            docstring = ast.get_docstring(node, clean=False) or ""
            examples = "\n".join(line for line in docstring.splitlines() if line.lstrip().startswith((">>>", "...")))
            found.update(_WORD.findall(examples))
        elif isinstance(node, ast.Expr):
            statements.add(node.value)  # a docstring is one; what is in a statement comes after it
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg) or (isinstance(node, ast.keyword) and node.arg):
            found.add(str(node.arg))
        elif isinstance(node, ast.alias):
            found.update(_WORD.findall(node.asname or node.name))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in statements:
            found.update(_WORD.findall(node.value))
    return found
