"""Reading a spec module: how it is decoded, what its names are bound to, where its definitions stand."""

import ast
import pickle
import warnings
from pathlib import Path

import pytest

from jaunt.errors import JauntDiscoveryError
from jaunt.syntax.source import ModuleSource, decode_source, is_stub, parse_source, read_source


def parse(text: str | bytes, module: str = "app.slug", path: str = "app/slug.py") -> ModuleSource:
    return parse_source(module, path, text if isinstance(text, bytes) else text.encode())


def dotted(source: ModuleSource, expression: str) -> str | None:
    return source.dotted(ast.parse(expression, mode="eval").body)


@pytest.mark.parametrize(
    ("statement", "expression", "path"),
    [
        ("from app.words import split", "split", "app.words.split"),
        ("from app.words import split as s", "s", "app.words.split"),
        ("import app.words", "app.words.split", "app.words.split"),
        ("import app.words as w", "w.split", "app.words.split"),
        ("from app import words", "words.split", "app.words.split"),
        ("from . import words", "words.split", "app.words.split"),
        ("from .words import split", "split", "app.words.split"),
        ("from ..app.words import split", "split", "app.words.split"),
        ("def split(): ...", "split", "app.slug.split"),
        ("class Token: ...", "Token.create", "app.slug.Token.create"),
        ("from app.words import split\nsplit2 = split", "split2", "app.words.split"),
        ("import app.words\nw = app.words", "w.split", "app.words.split"),
        ("if True:\n    from app.words import split", "split", "app.words.split"),
        (
            "try:\n    import x\nexcept ImportError:\n    from app.words import split",
            "split",
            "app.words.split",
        ),
        ("match 1:\n    case 1:\n        from app.words import split", "split", "app.words.split"),
        ("for _ in 'ab':\n    from app.words import split", "split", "app.words.split"),
    ],
)
def test_a_name_stands_for_what_it_is_bound_to(statement: str, expression: str, path: str) -> None:
    assert dotted(parse(statement), expression) == path


@pytest.mark.parametrize("expression", ["unknown", "unknown.f", "f()", "f[0]", "(f or g)", "1", "f().g"])
def test_other_expressions_stand_for_nothing(expression: str) -> None:
    assert dotted(parse("def f(): ...\ndef g(): ...\n"), expression) is None


def test_a_relative_import_in_a_package_counts_from_the_package() -> None:
    source = parse("from .words import split", "app", "app/__init__.py")
    assert dotted(source, "split") == "app.words.split"


def test_a_later_binding_takes_an_earlier_ones_place() -> None:
    source = parse("from app.words import split\ndef split(): ...\n")
    assert dotted(source, "split") == "app.slug.split"


def test_a_constant_is_what_is_assigned_once() -> None:
    source = parse('A = "a"\nB: str = "b"\nC = "c"\nC = "d"\nE = "e"\nE += "f"\nF = G = "g"\nH: str\n')
    constants = {name: ast.literal_eval(value) for name, value in source.constants.items()}
    assert constants == {"A": "a", "B": "b", "F": "g", "G": "g"}


def test_jaunts_decorators_are_known_under_every_name() -> None:
    source = parse(
        "import jaunt\nimport jaunt as j\nfrom jaunt import magic as m, test\nspec = jaunt.magic\n"
        "import jaunt.runtime\nfrom other import magic\n"
    )
    kinds = {}
    for text in [
        "jaunt.magic",
        "j.magic()",
        "m(deps=[])",
        "test",
        "spec()",
        "jaunt.runtime.magic",
        "magic",
        "j.other",
    ]:
        found = source.spec_decorator(ast.parse(text, mode="eval").body)
        kinds[text] = found and found[0]
    assert kinds == {
        "jaunt.magic": "magic",
        "j.magic()": "magic",
        "m(deps=[])": "magic",
        "test": "test",
        "spec()": "magic",
        "jaunt.runtime.magic": "magic",
        "magic": None,
        "j.other": None,
    }


def test_a_segment_is_the_definition_with_decorators_and_overloads() -> None:
    source = parse(
        "from typing import overload\n\n"
        "@overload\ndef f(x: int) -> int: ...\n\n"
        "x = 1\n\n"
        "@overload\ndef f(x: str) -> str: ...\n\n"
        "@staticmethod\n@other(\n    1,\n)\ndef f(x):  # why\n    ...\n\ny = 2\n"
    )
    assert source.segment("f") == (
        "@overload\ndef f(x: int) -> int: ...\n\n"
        "@overload\ndef f(x: str) -> str: ...\n\n"
        "@staticmethod\n@other(\n    1,\n)\ndef f(x):  # why\n    ..."
    )


@pytest.mark.parametrize("odd", ["\x0c", "\x1c", "\u2028", "\x85", "\x0b"])
def test_a_segment_counts_lines_as_python_does(odd: str) -> None:
    source = parse(f'"""a{odd}b"""\n# {odd}\n\ndef f():\n    """x{odd}y"""\n\nz = 1\n')
    assert source.segment("f") == f'def f():\n    """x{odd}y"""'


def test_crlf_is_read_like_any_line_end() -> None:
    assert parse(b"def f():\r\n    ...\r\n").segment("f") == "def f():\n    ..."


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        ("x = 'ä'\n".encode(), "x = 'ä'\n"),
        ("# -*- coding: latin-1 -*-\nx = 'ä'\n".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'ä'\n"),
        (b"a\rb\r\nc\n", "a\nb\nc\n"),
        (b"", ""),
    ],
)
def test_source_is_decoded_as_python_does(data: bytes, text: str) -> None:
    assert decode_source(data) == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x = 1\ny = '\xe9'\n", "app/slug.py:2: not valid utf-8"),
        (b"# coding: nonsense\nx = '\xe9'\n", "app/slug.py: syntax error: unknown encoding"),
        (b"# coding: rot13\nx = '\xe9'\n", "app/slug.py: syntax error"),
        (b"x = 1\nx = (\n", "app/slug.py:2:5: syntax error"),
        (b"x = '\x00'\n", "app/slug.py"),
        (b"x = " + b"-" * 200_000 + b"1\n", "app/slug.py"),
        (b"x = " + b"(" * 5_000 + b"\n", "app/slug.py"),
    ],
)
def test_a_file_that_is_no_python_is_an_error_that_says_where(data: bytes, message: str) -> None:
    with pytest.raises(JauntDiscoveryError) as caught:
        parse(data)
    assert caught.value.message.startswith(message)
    assert "\n" not in caught.value.message


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(JauntDiscoveryError, match=r"gone\.py: cannot be read: No such file"):
        read_source("gone", str(tmp_path / "gone.py"))


def test_an_odd_escape_is_nothing_to_warn_about(recwarn: pytest.WarningsRecorder) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse('PATTERN = "\\d"\ndef f(): ...\n')
    assert list(recwarn) == []


def test_a_module_of_very_many_branches_is_read() -> None:
    branches = "".join(f"elif x == {i}:\n    from app.words import f{i}\n" for i in range(1, 1_500))
    assert len(parse(f"x = 3\nif x == 0:\n    y = 1\n{branches}").bindings) == 1_499


def test_reading_again_sees_the_change(tmp_path: Path) -> None:
    file = tmp_path / "m.py"
    file.write_text("def a(): ...\n")
    assert list(read_source("m", str(file)).definitions) == ["a"]
    file.write_text("def b(): ...\n")
    assert list(read_source("m", str(file)).definitions) == ["b"]


@pytest.mark.parametrize(
    "text", ["...", "pass", "raise NotImplementedError", "raise NotImplementedError('x') from None"]
)
def test_a_statement_that_stands_for_a_body_is_a_stub(text: str) -> None:
    assert is_stub(ast.parse(text).body[0])


@pytest.mark.parametrize("text", ["return 1", "raise ValueError", "raise", "'text'", "x = ...", "NotImplementedError"])
def test_any_other_statement_is_not(text: str) -> None:
    assert not is_stub(ast.parse(text).body[0])


def test_what_was_found_out_of_a_source_is_not_pickled_with_it() -> None:
    source = parse("import jaunt\n\n@jaunt.magic\ndef slugify() -> str: ...\n")
    before = len(pickle.dumps(source))
    assert source.is_spec(source.definitions["slugify"])
    assert len(pickle.dumps(source)) == before  # as another thread may find out more while it is pickled
    again = pickle.loads(pickle.dumps(source))
    assert again.is_spec(again.definitions["slugify"]) and again.text == source.text
