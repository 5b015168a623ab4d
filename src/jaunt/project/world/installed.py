"""Names of installed packages, as their sources or stubs have them; nothing is imported, and little is parsed.

A model knows most packages, though not always in the version that is here. What it is shown is a help, and counts for
nothing: another version makes no module stale.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path

from jaunt.syntax.shapes import Shape
from jaunt.syntax.source import Function, clean_docstring, parse_or_none

KNOWN_PACKAGES = frozenset({*sys.stdlib_module_names, "jaunt"})
"""Packages of which nothing has to be shown."""
INSTALLED_LIMIT = 2_000
"""The most characters of installed packages in one prompt."""
_MOST_OF_NAME = 700
_MOST_FIELDS = 12
_LARGEST_FILE = 400_000  # bytes
_MOST_FILES = 12  # that are looked through for a name: packages pass names on

_IMPORT = re.compile(r"^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n#]*)", re.MULTILINE)
_METHOD = re.compile(r"\n    (?:async[ \t]+def|def|class|@)")
_INIT = re.compile(r"\n    def[ \t]+__init__\b(?:[^\n]*(?:\n(?=\n|     |    [)\]}]|[ \t]*#)|$))*[^\n]*")
_NEXT = re.compile(r"\n(?=[^\s)\]}#])")


def installed_shapes(paths: Iterable[str]) -> dict[str, str]:
    """Return what is shown of dotted paths into installed packages, by the import that gives it.

    Those that can't be found cheaply, and those beyond INSTALLED_LIMIT, are left out.
    """
    room, shown = INSTALLED_LIMIT, dict[str, str]()
    for path in dict.fromkeys(paths):
        module, _, name = path.rpartition(".")
        if not module or path.partition(".")[0] in KNOWN_PACKAGES:
            continue
        text = _shape(module, name)
        if text is not None and len(text) <= room:
            room -= len(text)
            shown[f"from {module} import {name}"] = text
    return shown


def _shape(module: str, name: str) -> str | None:
    """Return the signature of a name that a module has, or passes on."""
    pending, seen = [(module, name)], set[tuple[str, str]]()
    while pending and len(seen) < _MOST_FILES:
        current = pending.pop()
        file = _file_of(current[0])
        if current in seen or file is None:
            continue
        seen.add(current)
        text = _read(str(file))
        found = _definition(text, current[1])
        if found is not None:
            return found
        package = current[0] if file.stem == "__init__" else current[0].rpartition(".")[0]
        pending += [*_passed_on(text, current[1], package)][::-1]
    return None


@lru_cache(maxsize=256)
def _file_of(module: str) -> Path | None:
    """Return the stub of an installed module, or else its source; None if there is neither."""
    top, *below = module.split(".")
    try:
        spec = PathFinder.find_spec(top)
    except (ImportError, ValueError, OSError):
        return None
    if spec is None:
        return None
    folders = [Path(each) for each in spec.submodule_search_locations or ()]
    if not folders:
        origin = Path(spec.origin or "")
        candidates = [origin.with_name(f"{top}.pyi"), origin] if spec.origin and not below else []
        return _first_file(candidates)
    stubs = [each.with_name(f"{each.name}-stubs") for each in folders]
    places = [each.joinpath(*below) for each in [*stubs, *folders]]
    endings = [ending for each in places for ending in (each / "__init__.pyi", each.with_name(f"{each.name}.pyi"))]
    sources = [ending for each in places for ending in (each / "__init__.py", each.with_name(f"{each.name}.py"))]
    return _first_file([*endings, *sources])


def _first_file(candidates: Iterable[Path]) -> Path | None:
    found = (each for each in candidates if each.suffix in (".py", ".pyi") and each.is_file())
    return next((each for each in found if each.stat().st_size <= _LARGEST_FILE), None)


@lru_cache(maxsize=32)
def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _passed_on(text: str, name: str, package: str) -> Iterator[tuple[str, str]]:
    """Yield what a module imports under a name, or may with a star; `package` is the one that it stands in."""
    stars = []
    for match in _IMPORT.finditer(text):
        home, names = _absolute(match[1], package), match[2].strip("()")
        for each in re.sub(r"#[^\n]*", "", names).split(","):
            original, _, alias = (part.strip() for part in each.replace("\n", " ").partition(" as "))
            if (alias or original) == name:
                yield home, original
            elif original == "*":
                stars.append((home, name))
    yield from stars


def _absolute(name: str, package: str) -> str:
    rest = name.lstrip(".")
    level = len(name) - len(rest)
    if not level:
        return name
    parts = package.split(".")
    above = parts[: len(parts) + 1 - level]
    return ".".join([*above, *([rest] if rest else [])])


def _definition(text: str, name: str) -> str | None:
    """Return what is shown of a class or a function that a text defines at its margin."""
    begin = re.search(rf"^(?:class|def|async[ \t]+def)[ \t]+{re.escape(name)}\b", text, re.MULTILINE)
    if begin is None:
        return None
    end = _NEXT.search(text, begin.end())
    block = text[begin.start() : end.start() if end else len(text)]
    tree = (parse_or_none(_cheaper(block)) if block.startswith("class") else None) or parse_or_none(block)
    node = tree.body[0] if tree is not None and tree.body else None
    if not isinstance(node, Function | ast.ClassDef):
        return None
    node.body = _in_short(node)
    shown = Shape([node], {}, (), ()).text
    return shown if len(shown) <= _MOST_OF_NAME else f"{shown[:_MOST_OF_NAME]} ...  # cut here"


def _cheaper(block: str) -> str:
    """Return a class without its methods, but for the constructor: to parse a large one takes 50 ms.

    Where a docstring has lines that look like methods, that can't be parsed.
    """
    first = _METHOD.search(block)
    init = _INIT.search(block)
    return f"{block[: first.start()] if first else block}{init[0] if init else ''}\n"


def _in_short(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[ast.stmt]:
    """Return a body of the first line of the docstring, and of a class its constructor, or else its fields."""
    first = clean_docstring(ast.get_docstring(node, clean=False) or "").partition("\n")[0]
    body: list[ast.stmt] = [ast.Expr(ast.Constant(first))] if first else []
    if isinstance(node, ast.ClassDef):
        inits = [each for each in node.body if isinstance(each, Function) and each.name == "__init__"][-1:]
        for each in inits:
            each.body = [ast.Pass()]
        fields = [each for each in node.body if isinstance(each, ast.AnnAssign) and _is_public(each)]
        body += inits or fields[:_MOST_FIELDS]
    return body or [ast.Pass()]


def _is_public(field: ast.AnnAssign) -> bool:
    return isinstance(field.target, ast.Name) and not field.target.id.startswith(("_", "model_"))
