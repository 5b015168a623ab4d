"""What is wrong with a spec itself is told with its file and line before any call; candidates don't answer for it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from counted_model import calls, make_counted_shop
from projects import write_files
from said import RunIn

PROJECT = '[project]\nname = "shop"\nversion = "0"\ndependencies = ["pytest"]\n'
TALLY = "src/app/tally.py"


def spec(head: str, docstring: str = "Do it.", top: str = "", body: str = "    ...\n") -> str:
    """Return a spec module with one spec, whose `def` or `class` is in line 5 if `top` is one line."""
    return f'import jaunt\n{top}\n\n@jaunt.magic\n{head}\n    """{docstring}"""\n{body}'


def example(text: str, docstring: str = "Return it.") -> str:
    """Return a spec module with an example; the first line of that is in line 8."""
    return spec("def f(n: int) -> int:", f"{docstring}\n\n{text}\n    ")


FAULTS: Mapping[str, tuple[str, str, str]] = {
    "implicit Optional": (spec("def f(b: list[str] = None) -> int:"), ":5:7: f: ty: ", "b: list"),
    "default of another type": (spec('def f(n: int = "one") -> int:'), ":5:7: f: ty: ", "n: int"),
    "undefined annotation": (spec("def f(n: Numer) -> int:"), ":5:10: f: ", "Numer"),
    "undefined annotation in quotes": (spec('def f(n: "Numer") -> int:'), ":5:11: f: ruff: Undefined name", "Numer"),
    "undefined return annotation": (spec("async def f() -> Numer:"), ":5:18: f: ", "Numer"),
    "unknown member": (
        spec("def f(n: collections.OrderdDict) -> int:", top="import collections"),
        ":5:10: f: ty: Module `collections` has no member `OrderdDict`",
        "collections.OrderdDict",
    ),
    "undefined base": (spec("class F(Base):"), ":5:9: F: ", "Base"),
    "undefined attribute": (spec("class F:", body="    size: Siz\n"), ":7:11: F: ", "Siz"),
    "undefined in a method": (
        spec("class F:", body="    def g(self, n: Numer) -> int:\n        ...\n"),
        ":7:20: F.g: ",
        "Numer",
    ),
    "default that calls": (
        spec("def f(n: str = os.getcwd()) -> str:", top="import os"),
        ":5:16: f: `os.getcwd()` is called on import",
        "os.getcwd()",
    ),
    "undeclared package": (
        spec("def f(n: packaging.version.Version) -> int:", top="import packaging.version"),
        ":2:1: ",
        "import packaging",
    ),
    "example that does not parse": (example("    >>> f(\n    3"), ":8:5: f: an example is no Python", ">>> f("),
    "example in an old syntax": (example("    >>> print f(1)\n    3"), ":8:5: f: an example is no Python", ">>> print"),
    "undefined in an example": (example("    >>> f(LIMIT)\n    3"), ":8:11: f: an example uses `LIMIT`", "LIMIT"),
    "tab in an expectation": (example("    >>> f(1)\n    3\t4"), ":9:5: f: the expectation holds a tab", "3    4"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_of_a_spec_is_told_with_its_place_and_a_caret_and_no_call(
    tmp_path: Path, run_in: RunIn, kind: str
) -> None:
    source, place, pointed_at = FAULTS[kind]
    root = make_counted_shop(tmp_path)
    write_files(root, {"pyproject.toml": PROJECT, TALLY: source})
    said = run_in(root, "build")
    assert (said.code, calls(root)) == (2, ["app.slug", "app.words"]), said.err
    (error,), (line, caret) = said.errors, said.excerpts
    assert f"error: {TALLY}{place}" in error
    assert line[caret.index("^") :].startswith(pointed_at)
    assert f"{TALLY}{place.partition(': ')[0]}" in "".join(run_in(root, "doctor").out.split("\n"))


OVERRIDE = """\
from html.parser import HTMLParser
import jaunt

@jaunt.magic
class Text(HTMLParser):
    \"\"\"Collects text.\"\"\"
    def handle_data(self, d: str) -> int:
        ...
"""


def test_an_override_that_does_not_fit_is_told_where_the_project_has_settings_for_ty(
    tmp_path: Path, run_in: RunIn
) -> None:
    root = make_counted_shop(tmp_path)
    write_files(root, {"pyproject.toml": f"{PROJECT}[tool.ty]\n", TALLY: OVERRIDE})
    said = run_in(root, "build", "--target", "app.tally")
    assert (said.code, calls(root)) == (2, [])
    assert f"{TALLY}:7:" in said.err
    assert "Text.handle_data: ty: " in said.err


def test_all_faults_are_told_at_once_those_of_dependents_too(tmp_path: Path, run_in: RunIn) -> None:
    root = make_counted_shop(tmp_path)
    words = (root / "src/app/words.py").read_text().replace("text: str", "text: Txt, n: int = None")
    slug = (root / "src/app/slug.py").read_text().replace("text: str", "text: str = 3")
    write_files(root, {"src/app/words.py": words, "src/app/slug.py": slug})
    said = run_in(root, "build")
    assert (said.code, calls(root)) == (2, ["app.tally"])
    places = [line.partition(": ")[2].partition(": ")[0] for line in said.errors if line.startswith("error: src")]
    assert places == ["src/app/words.py:5:23", "src/app/words.py:5:28", "src/app/slug.py:6:13"], said.err


@pytest.mark.parametrize(
    "source",
    [
        example("    >>> f(unseen)\n    1").replace("\n", "\nfrom app.words import *\n", 1),
        example("    >>> for i in [f(1)]:\n    ...     n = i\n    >>> n\n    1"),
        example("    >>> f(unknown)\n    Traceback (most recent call last):\n    NameError: name 'unknown' ..."),
        example("    >>> f(  # doctest: +SKIP\n    1"),
        example("    >>> [y for x in [1] if (y := x)][0]\n    1\n    >>> _\n    1"),
        spec("def f(n: 'Path') -> 'Path':", top="from pathlib import Path"),
        spec("def f(n: T) -> T:", top="from typing import TypeVar; T = TypeVar('T')"),
        spec("class F(dict[str, int]):", body="    def g(self) -> 'F':\n        ...\n"),
        spec("def f(b: list[str] | None = None, *, key: str = '-') -> int:"),
        spec("def f(n=None, *rest, **more):"),
        spec("def f(n: words.Words, m: Names) -> int:", top="from . import types_ as words; from .types_ import Names"),
        spec("class F(Base):", top="from .types_ import (  # the base\n    Words as Base,\n)"),
    ],
)
def test_what_code_can_meet_is_asked_for(tmp_path: Path, run_in: RunIn, source: str) -> None:
    root = make_counted_shop(tmp_path)
    types = "class Words: ...\n\n\nNames = list\n"
    write_files(root, {"pyproject.toml": PROJECT, TALLY: source, "src/app/types_.py": types})
    said = run_in(root, "build", "--target", "app.tally")
    assert "app.tally" in calls(root), said.err


RULES = ["FBT001", "A002", "N803", "PLR0913", "D401", "E501", "ANN001", "B006"]
MANY = "a: int, b: int, c: int, d: int, e: int, g: int"


@pytest.mark.parametrize("rule", RULES)
def test_what_a_rule_finds_in_the_spec_itself_is_no_candidates_fault(tmp_path: Path, run_in: RunIn, rule: str) -> None:
    root = make_counted_shop(tmp_path)
    head = f"def f(flag: bool, list: int, theName: int, plain, m: list = [], *, {MANY}) -> int:".replace("m: list", "m")
    settings = f'{PROJECT}[tool.ruff]\nline-length = 60\n[tool.ruff.lint]\nselect = ["{rule}"]\n'
    docstring = f"Returns {'many ' * 12}words."
    write_files(root, {"pyproject.toml": settings, TALLY: spec(head, docstring)})
    answer = f'{head}\n    """{docstring}"""\n    return len(plain)\n'
    write_files(root.parent / "model", {"app.tally.answer": answer})
    said = run_in(root, "build", "--target", "app.tally")
    assert (said.code, calls(root)) == (0, ["app.tally"]), said.err
    bad = answer.replace("return len(plain)", f"return f2(True, 1, 2, [])\n\n\ndef f2({head[6:]}\n    return 1")
    write_files(root.parent / "model", {"app.tally.answer": bad})
    assert run_in(root, "build", "--target", "app.tally", "--force").code == 3
