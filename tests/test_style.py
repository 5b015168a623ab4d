"""How large the parts of jaunt may be, how many broad excepts there are, and how many imports inside functions."""

import ast
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from jaunt import errors

PACKAGE = Path(errors.__file__).parent

MOST_BROAD_EXCEPTS = 8
MOST_INNER_IMPORTS = 30
MOST_LINES = {"function": 60, "class": 160}
MOST_PARAMETERS = 8
MOST_FILES = 16

STABLE = {"builder.run_build", "tester.run_test_generation", "tester.run_tests"}
"""What people script against has the parameters that the request names, however many."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files() -> dict[str, Path]:
    """Return the files of the package, but for its examples: dotted name below the package -> file."""
    found = {".".join(file.relative_to(PACKAGE).with_suffix("").parts): file for file in PACKAGE.rglob("*.py")}
    return {name: file for name, file in sorted(found.items()) if not name.startswith("examples.")}


TREES = {name: ast.parse(file.read_bytes()) for name, file in files().items()}


def broad_excepts(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of the handlers that catch whatever is raised."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(each is None or ast.unparse(each) in {"Exception", "BaseException"} for each in caught):
                yield node.lineno


def inner_imports(tree: ast.Module) -> dict[int, int]:
    """Return the imports inside functions: first line -> last line."""
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    found = [n for each in functions for n in ast.walk(each) if isinstance(n, ast.Import | ast.ImportFrom)]
    return {node.lineno: node.end_lineno or node.lineno for node in found}


def large(tree: ast.Module) -> Iterator[str]:
    """Yield the functions and classes that are too long."""
    for node in ast.walk(tree):
        if isinstance(node, Function | ast.ClassDef):
            most = MOST_LINES["class" if isinstance(node, ast.ClassDef) else "function"]
            if (node.end_lineno or 0) - node.lineno + 1 > most:
                yield node.name


def crowded(tree: ast.Module) -> Iterator[str]:
    """Yield the functions with too many parameters, `self` and `cls` apart."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            args = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if len([each for each in args if each.arg not in {"self", "cls"}]) > MOST_PARAMETERS:
                yield node.name


def without_reason(file: Path, imports: dict[int, int]) -> Iterator[int]:
    """Yield the first lines of the imports that no comment stands in, or directly above."""
    with file.open("rb") as stream:
        comments = {token.start[0] for token in tokenize.tokenize(stream.readline) if token.type == tokenize.COMMENT}
    yield from (first for first, last in sorted(imports.items()) if comments.isdisjoint(range(first - 1, last + 1)))


def test_broad_excepts_stand_at_boundaries_alone() -> None:
    found = [f"{name}:{line}" for name, tree in TREES.items() for line in broad_excepts(tree)]
    assert len(found) <= MOST_BROAD_EXCEPTS, found


def test_imports_inside_functions_are_few_and_have_a_reason() -> None:
    found = {name: inner_imports(tree) for name, tree in TREES.items()}
    assert sum(map(len, found.values())) <= MOST_INNER_IMPORTS, {name: lines for name, lines in found.items() if lines}
    bare = [f"{name}:{line}" for name, file in files().items() for line in without_reason(file, found[name])]
    assert bare == [], "say in a comment what it costs, and who need not pay for it"


def test_functions_and_classes_are_short() -> None:
    assert [f"{name}.{each}" for name, tree in TREES.items() for each in large(tree)] == []


def test_functions_take_few_parameters() -> None:
    assert {f"{name}.{each}" for name, tree in TREES.items() for each in crowded(tree)} <= STABLE


@pytest.mark.parametrize(
    "source",
    ["try: f()\nexcept: pass", "try: f()\nexcept Exception: pass", "try: f()\nexcept (OSError, BaseException): pass"],
)
def test_a_broad_except_is_seen(source: str) -> None:
    assert list(broad_excepts(ast.parse(source))) == [2]
    assert list(broad_excepts(ast.parse("try: f()\nexcept (OSError, ValueError): pass"))) == []


def test_what_is_too_large_is_seen() -> None:
    body = "\n    pass" * 60
    assert list(large(ast.parse(f"def f():{body}"))) == ["f"]
    assert list(large(ast.parse(f"class C:{body}"))) == []
    assert list(crowded(ast.parse("def f(self, a, b, c, d, e, *, f, g, h, i): pass"))) == ["f"]
    assert list(crowded(ast.parse("def f(self, a, b, c, d, e, *, f, g, h): pass"))) == []


def test_an_import_without_a_reason_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("def f():\n    import json\n\ndef g():\n    import re  # 5 ms\n")
    found = inner_imports(ast.parse(file.read_bytes()))
    assert (found, list(without_reason(file, found))) == ({2: 2, 5: 5}, [2])


def test_no_folder_has_more_files_than_a_person_looks_through() -> None:
    folders = Counter(file.parent for file in files().values() if file.name != "__init__.py")
    assert {str(folder.relative_to(PACKAGE)): n for folder, n in folders.items() if n > MOST_FILES} == {}
