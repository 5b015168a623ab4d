"""What is refused of a candidate's text: syntax that doesn't compile, and names that it doesn't define."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaunt.syntax.candidate import MAX_BYTES
from jaunt.validation import compile_check, validate_generated_source


@pytest.mark.parametrize(
    "source",
    [
        "def f(): ...\n",
        "async def f(): ...\n",
        "class f: ...\n",
        "f = 1\n",
        "f: int = 1\n",
        "a = f = 1\n",
        "a, (f, *b) = 1, (2, 3)\n",
        "def f(): ...\ndef f(x): ...\n",
        "if True:\n    def f(): ...\nelse:\n    def f(): ...\n",
        "try:\n    import fast\nexcept ImportError:\n    def f(): ...\n",
        "try:\n    pass\nfinally:\n    f = 1\n",
        "with open('x') as x:\n    f = 1\n",
        "match 1:\n    case 1:\n        f = 1\n",
        "import functools\n@functools.cache\ndef f(): ...\n",
        "# coding: latin-1\ndef f(): ...\n",
        "def f(): ...",
        "def f():\r\n    ...\r\n",
    ],
)
def test_a_name_may_be_defined_in_any_way(source: str) -> None:
    assert validate_generated_source(source, ["f"]) == []


@pytest.mark.parametrize(
    "source",
    [
        "",
        "# def f(): ...\n",
        "'''def f(): ...'''\n",
        "def g():\n    def f(): ...\n",
        "class C:\n    def f(self): ...\n",
        "f: int\n",
        "from other import f\n",
        "import f\n",
        "from other import g as f\n",
        "g = {}\nf['x'] = 1\n",
        "f.x = 1\n",
        "g = {}\ng[f] = 1\n",
        "g = f\n",
        "g = lambda f: f\n",
        "print(f)\n",
        "F = 1\n",
    ],
)
def test_a_name_that_is_not_defined_is_named(source: str) -> None:
    (error,) = validate_generated_source(source, ["f"])
    assert error == "missing definition: 'f' is not defined at module level"


def test_every_missing_name_is_an_error_in_the_order_expected() -> None:
    errors = validate_generated_source("def b(): ...\n", ["c", "b", "a"])
    assert [error.split("'")[1] for error in errors] == ["c", "a"]
    assert validate_generated_source("x = 1\n", []) == []


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("x = 1\ndef f(:\n", "line 2: syntax error: "),
        ("def f():\nreturn 1\n", "line 2: syntax error: expected an indented block"),
        ("return 1\n", "line 1: syntax error: 'return' outside function"),
        ("def f():\n    await x\n", "line 2: syntax error: 'await' outside async function"),
        ("def f(a, a): ...\n", "line 1: syntax error: duplicate argument"),
        ("```python\ndef f(): ...\n```\n", "line 1: syntax error: "),
        ("Sure, here is the code:\n\ndef f(): ...\n", "line 1: syntax error: "),
        ("x = '\x00'\n", "line 1: holds a NUL character"),
        ("x = '\ud800'\n", "line 1: not Unicode: "),
        ("def f():\n\tif 1:\n        pass\n", "line 3: "),
        ("x = " + "(" * 3_000, "line 1: syntax error: "),
        ("x = " + "-" * 100_000 + "1", "cannot be compiled: "),
        ("x = 9" + "9" * 10_000, "line 1: syntax error: "),
        ("from __future__ import braces\n", "line 1: syntax error: not a chance"),
    ],
)
def test_what_does_not_compile_is_one_line_that_says_where(source: str, error: str) -> None:
    (found,) = validate_generated_source(source, ["f"])
    assert found.startswith(error)
    assert "\n" not in found


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("I'm sorry, but I can't help with that.\n", "\"I'm sorry, but I can't help with that.\""),
        ("Note: which of the two\nis meant by `title`?", "'Note: which of the two is meant by `title`?'"),
        ("As an AI model, " + "I decline to do it, " * 20, " ...'"),
        ("I can't.", '"I can\'t."'),
        ("Sorry, no.\n", "'Sorry, no.'"),
        ("Refused!", "'Refused!'"),
        ("Es tut mir leid, das geht nicht: return a value of class Slug", "'Es tut mir leid, "),
    ],
)
def test_a_refusal_in_prose_shows_its_first_words(answer: str, said: str) -> None:
    (found,) = validate_generated_source(answer, ["f"])
    assert found.startswith("no code but prose, so a syntax error: ")
    assert said in found
    assert len(found) < 180


@pytest.mark.parametrize(
    "broken",
    ["from x import (a, b\n", "f = lambda x: (\n", "x: int = (\n", "class A(B\n", "  total += (\n", "d[1] = (\n"],
)
def test_code_that_is_broken_is_not_taken_for_prose(broken: str) -> None:
    (found,) = validate_generated_source(f"{broken}of more than three words\n", ["f"])
    assert ": syntax error: " in found


@pytest.mark.parametrize("broken", ["else:\n", "def slugify\n", "x +\n", "3 4\n", "return n\n", "'half\n"])
def test_a_piece_of_code_is_not_taken_for_prose_either(broken: str) -> None:
    (found,) = validate_generated_source(broken, ["f"])
    assert "syntax error: " in found
    assert "prose" not in found


def test_nothing_else_is_said_of_what_does_not_compile() -> None:
    assert len(validate_generated_source("def (\n", ["a", "b", "c"])) == 1


@pytest.mark.parametrize("answer", [None, b"def f(): ...", 3, ["def f(): ..."]])
def test_an_answer_that_is_no_text_is_an_error(answer: object) -> None:
    (error,) = validate_generated_source(answer, ["f"])  # ty: ignore[invalid-argument-type]
    assert f"not text but {type(answer).__name__}" in error


def test_a_compile_check_names_the_file() -> None:
    assert compile_check("x = 1\n", "app/m.py") == []
    assert compile_check("x = 1\nx = (\n", "app/m.py")[0].startswith("app/m.py:2: syntax error: ")


def test_an_odd_escape_is_neither_error_nor_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert validate_generated_source('def f():\n    return "\\d" is "\\d"\n', ["f"]) == []


def test_nothing_of_a_candidate_is_run() -> None:
    assert validate_generated_source("raise SystemExit\nf = 1 / 0\n", ["f"]) == []


@given(st.text())
def test_any_text_is_judged_without_a_crash(source: str) -> None:
    errors = validate_generated_source(source, ["f"])
    assert errors == [] or all(isinstance(error, str) and error for error in errors)
    assert bool(compile_check(source, "m.py")) <= bool(errors)


def test_the_largest_candidate_is_256_kib_of_utf_8() -> None:
    head, unit = "f = 1\n#", "\N{EURO SIGN}"  # three bytes
    fits = head + unit * ((MAX_BYTES - len(head)) // 3)
    assert validate_generated_source(fits, ["f"]) == []
    (error,) = validate_generated_source(fits + unit, ["f"])
    assert error == "longer than 256 KiB; write a module of reasonable size"
