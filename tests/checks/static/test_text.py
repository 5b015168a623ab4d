"""What no candidate may hold, wherever it stands: odd characters, and comments that silence a whole module."""

import pytest

from jaunt.checks.static.text import text_errors
from jaunt.validation import validate_generated_source


@pytest.mark.parametrize("source", ["f = 1\nx = '\0'\n", "f = 1\n# \0", "f = 1\n\0"])
def test_a_nul_character_is_named_with_its_line(source: str) -> None:
    line = source[: source.index("\0")].count("\n") + 1
    assert validate_generated_source(source, ["f"]) == [f"line {line}: holds a NUL character"]


@pytest.mark.parametrize("char", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
@pytest.mark.parametrize("source", ["x = 1\n# {}\n", 'x = 1\ny = "{}"\n', 'x = """\n{}"""\n'])
def test_a_bidirectional_control_is_named_wherever_it_stands(char: str, source: str) -> None:
    (error,) = text_errors(source.format(char))
    assert error.startswith(f"line 2: the invisible character U+{ord(char):04X}")
    assert text_errors(source.format(f"\\u{ord(char):04x}")) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# ruff: noqa",
        "#ruff:noqa: F401",
        "# flake8: noqa",
        "# type: ignore",
        "# ty: ignore",
        "# mypy: ignore-errors",
    ],
)
def test_a_comment_that_silences_a_whole_module_is_refused(comment: str) -> None:
    (error,) = text_errors(f"x = 1\n{comment}\n")
    assert error.startswith("line 2: `# ")


def test_a_comment_that_silences_one_line_is_fine() -> None:
    assert text_errors("import x  # noqa: F401\ny = x.y  # type: ignore[attr]\n") == []
