"""Leftovers of the spec: what is dropped from a model's code, and what stays."""

import pytest

from jaunt.generate.answer.jaunt_traces import without_jaunt

ADD = "def add(a: int, b: int) -> int:\n    return a + b\n"


@pytest.mark.parametrize(
    ("left", "code"),
    [
        (f"import jaunt\n\n\n@jaunt.magic\n{ADD}", ADD),
        (f"@jaunt.magic\n{ADD}", ADD),
        (f"@magic\n{ADD}", ADD),
        (f"@jaunt.test\n{ADD}", ADD),
        (f"from jaunt import magic as m\n\n@m(\n    deps=[sub],\n)\n{ADD}", ADD),
        (f"import jaunt as j\n@j.magic()\n{ADD}", ADD),
        (f"import os, jaunt\n\n{ADD}", f"import os\n\n{ADD}"),
        (f"import os; import jaunt\n\n{ADD}", f"import os; pass\n\n{ADD}"),
        (f"from jaunt.runtime import magic, test\n\n\n@cache\n@magic\n@other\n{ADD}", f"@cache\n@other\n{ADD}"),
    ],
)
def test_what_is_left_over_from_the_spec_is_dropped(left: str, code: str) -> None:
    assert without_jaunt(left, ["add"]) == code


@pytest.mark.parametrize(
    "code",
    [
        f"import jaunt\n\n\n{ADD}\n\nERROR = jaunt.JauntError\n",
        f"from jaunt import *\n\n\n{ADD}",
        f"from .jaunt import magic\n\n\n@magic\n{ADD}",
        f"import jaunty\n\n\n@jaunty.magic\n{ADD}",
        f"from tools import magic\n\n\n@magic\n{ADD}",
        f"magic = tools['magic']\n\n\n@magic\n{ADD}",
        f"def magic(f): return f\n\n\n@magic\n{ADD}",
        f"{ADD}\n\n@jaunt.magic\ndef other(): ...\n",
        f"def outer():\n    import jaunt\n\n\n{ADD}",
        f"import jaunt\n\n@jaunt.magic\n{ADD}(",
        f'"""Of jaunt.\n\nimport jaunt\n"""\n\n{ADD}',
    ],
)
def test_nothing_else_of_the_code_is_touched(code: str) -> None:
    assert without_jaunt(code, ["add"]) == code
