"""The cases in a docstring: examples and properties, whatever the words around them."""

import pytest

from jaunt.specs.cases import case_lines


@pytest.mark.parametrize(
    ("docstring", "lines"),
    [
        ("", []),
        ("Add `a` and `b`.", []),
        ("Add.\n\n>>> add(1, 2)\n3\n\nSo it is.", [">>> add(1, 2)", "3"]),
        ("Add.\n>>> f(\n...     1)\n2\n    3\n\n>>> g()", [">>> f(", "...     1)", "2", "3", ">>> g()"]),
        ("Properties:\n    given a: int :: a == a\n    given b: int ::\n        b == b\n\nMore.", None),
        ("Text.\n\n  Properties:\n    given a: int :: a\n\n    given b: int :: b\n  Raises:\n    E: always", None),
        ("It has properties:\n    none of these", []),
    ],
)
def test_they_are_these_lines(docstring: str, lines: list[str] | None) -> None:
    wanted = [line.strip() for line in docstring.split("\n") if "::" in line or "==" in line]
    assert [*case_lines(docstring)] == (wanted if lines is None else lines)
