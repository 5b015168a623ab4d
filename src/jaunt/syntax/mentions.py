"""What a Python file may load when it runs: every dotted name in it that could be a module's, and whether it could be
any module at all.

More than it loads is fine, less is not: who relies on this leaves out tests whose code has not changed.
"""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from jaunt.syntax.source import parse_or_none

_DOTTED = re.compile(r"[^\W\d]\w*([.:][^\W\d]\w*)+")
_LOADERS = {
    *("importlib", "imp", "runpy", "pkgutil", "zipimport", "code", "codeop", "subprocess", "multiprocessing"),
    *("pickle", "shelve", "dill", "cloudpickle", "joblib", "marshal", "pkg_resources", "pytester"),
}
"""Modules by which code loads, or starts, what its text doesn't name."""
_HARMLESS = {"importlib.resources", "importlib.abc"}
_CALLS = {
    *("__import__", "exec", "eval", "entry_points", "system", "popen", "posix_spawn", "pytester"),
    *("glob", "iglob", "rglob", "iterdir", "walk", "scandir", "listdir"),
    *("__path__", "meta_path", "path_hooks", "spec_from_file_location"),
}
"""Names by which code loads what the text doesn't name, or looks into folders, which may hold Python files."""
_NAMERS = {"importorskip", "import_module", "pytest_plugins"}
"""What takes the names of modules as strings, also without a dot."""
_PATCHERS = {"patch", "setattr", "delattr", *_NAMERS}
"""What loads the module that a string names; one that is made up may name any."""


class Mentions(NamedTuple):
    """`names` are dotted names that may be modules', or begin with one; `packages` those all of whose modules count.

    With `anything`, the file may load, start or read whatever Python file there is.
    """

    names: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    anything: bool = False


def mentions_in(source: bytes) -> Mentions:
    """Return what a file may load; one that does not parse may load anything."""
    tree = parse_or_none(source)
    if tree is None:
        return Mentions(anything=True)
    names: set[str] = set()
    packages: set[str] = set()
    anything = False
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            packages.add(node.module or "")
        found = {*_names_in(node)}
        names |= found
        anything = anything or _loads_anything(node, found)
    return Mentions(tuple(sorted(names)), tuple(sorted(packages - {""})), anything or "" in packages)


def _names_in(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases)
        case ast.ImportFrom(module=module, names=aliases):
            yield from (f"{module}.{alias.name}" if module else alias.name for alias in aliases)
        case ast.Constant(value=str(text)) if _DOTTED.fullmatch(text):
            yield text.replace(":", ".")
        case ast.Call(func=function, args=[ast.Constant(value=str(text)), *_]) if _last(function) in _NAMERS:
            yield text
        case ast.Assign(targets=[ast.Name(id=name), *_], value=value) if name in _NAMERS:
            yield from (n.value for n in ast.walk(value) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def _loads_anything(node: ast.AST, names: set[str]) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom():
            loaders = {name for name in names if name.partition(".")[0] in _LOADERS}
            harmless = {name for name in loaders if any(f"{name}.".startswith(f"{each}.") for each in _HARMLESS)}
            return loaders != harmless or not names.isdisjoint(f"os.{call}" for call in _CALLS)
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
            return name in _CALLS or (name == "modules" and isinstance(node, ast.Attribute))
        case ast.Call(func=function, args=[ast.JoinedStr() | ast.BinOp(), *_]):
            return _last(function) in _PATCHERS
        case ast.Constant(value=str(text)):
            return ".py" in text and "\n" not in text  # the name of a file, or a pattern; not a docstring
    return False


def _last(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
