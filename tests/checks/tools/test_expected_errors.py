"""Wrong types in what a test expects to raise an error, with the real ty and a project on disk."""

import asyncio
from pathlib import Path
from textwrap import dedent, indent

import pytest
from projects import write_files
from ty_places import work_in

from jaunt.checks.tools.ty import Ty

FILES = {
    "jaunt.toml": "version = 1\n",
    "src/app/__init__.py": "",
    "src/app/a.py": "class Point:\n    x: int = 0\n\n\ndef double(n: int) -> int:\n    return 2 * n\n",
    "tests/__init__.py": "",
    "tests/test_a.py": "import jaunt\n\n\n@jaunt.test\ndef test_a() -> None:\n    '''Assert that.'''\n    ...\n",
}


def errors_of(root: Path, body: str) -> list[str]:
    """Return what ty says of a test module with one test of this body."""
    write_files(root, FILES)
    head = "import unittest\n\nimport pytest\nfrom app.a import Point, double\n\n\ndef test_a() -> None:\n"
    source = head + indent(dedent(body).strip("\n") + "\n", "    ")
    return list(asyncio.run(Ty().check(source, work_in(root, "tests.test_a"))).errors)


EXPECTED = {
    "with": "with pytest.raises(TypeError):\n    double('3')",
    "no argument": "with pytest.raises(TypeError, match='n'):\n    double()",
    "an argument that is not there": "with pytest.raises(TypeError):\n    double(m=3)",
    "several with": "with pytest.raises((ValueError, TypeError)) as info, open('x'):\n    n = 1\n    double(str(n))",
    "called": "pytest.raises(TypeError, lambda: double('3'))",
    "unittest": "with unittest.TestCase().assertRaises(TypeError):\n    double('3')",
    "try": "try:\n    double('3')\nexcept TypeError:\n    return\npytest.fail()",
    "attribute": "with pytest.raises(AttributeError):\n    Point().z",
    "attribute of any error": "with pytest.raises(Exception):\n    Point().z = 1",
    "in a loop": "for bad in ['3', None]:\n    with pytest.raises(TypeError):\n        double(bad)",
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_to_raise_may_have_wrong_types(name: str, tmp_path: Path) -> None:
    assert errors_of(tmp_path, EXPECTED[name]) == []


WRONG = {
    "before": ("double('3')\nwith pytest.raises(TypeError):\n    double(3)", "invalid-argument-type]"),
    "after": ("with pytest.raises(TypeError):\n    double(3)\ndouble('3')", "invalid-argument-type]"),
    "another with": ("with open(3.0):\n    double(3)", "Argument to function `open`"),
    "no such name": ("with pytest.raises(NameError):\n    triple(3)", "unresolved-reference]"),
    "no such attribute": ("with pytest.raises(ValueError):\n    Point().parse('x')", "has no attribute `parse`"),
    "an assertion that is caught": (
        "try:\n    assert double('3')\nexcept AssertionError:\n    return",
        "invalid-argument-type]",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_elsewhere_or_by_itself_counts(name: str, tmp_path: Path) -> None:
    body, part = WRONG[name]
    (error,) = errors_of(tmp_path, body)
    assert part in error
