"""What a spec mentions."""

import pytest

from jaunt.specs.contract import contract_of
from jaunt.syntax.source import parse_source


def mentioned(text: str) -> list[str]:
    """Return what the spec `f` of a module mentions, as absolute dotted names."""
    return [*contract_of(parse_source("app.m", "app/m.py", text.encode()), "f").references]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("from a.b import g\ndef f(x: g): ...", ["a.b.g"]),
        ("from a.b import g\ndef f() -> 'g | None': ...", ["a.b.g"]),
        ("from a.b import g\ndef f() -> list['g']: ...", ["a.b.g"]),
        ("from a.b import g\ndef f() -> \"dict[str, 'g']\": ...", ["a.b.g"]),
        ("from a.b import g\ndef f(x=g): ...", ["a.b.g"]),
        ("from a.b import g\n@g\ndef f(): ...", ["a.b.g"]),
        ("from a.b import g\ndef f():\n    return g()", ["a.b.g"]),
        ("import a.b as c\ndef f():\n    return c.g()", ["a.b.g"]),
        ("import a.b\ndef f():\n    return a.b.g.h()", ["a.b.g.h"]),
        ("def f():\n    from a.b import g\n    return g()", ["a.b.g"]),
        ("def f():\n    import a.b\n    return a.b.g()", ["a.b.g"]),
        ("from a.b import *\ndef f(x: g): ...", ["a.b.g"]),
        ("from a.b import g\nclass f(g): ...", ["a.b.g"]),
        ("from a.b import g\nclass f:\n    x: 'g'", ["a.b.g"]),
        ("from a.b import g\nclass f:\n    def m(self, x: g): ...", ["a.b.g"]),
        ("from a.b import g\ndef f():\n    'Like `g`.'", ["a.b.g"]),
        ("from a.b import g\ndef f():\n    'g(1) is 2.'", ["a.b.g"]),
        ("from a.b import größe\ndef f():\n    'Like `größe()`.'", ["a.b.größe"]),
        ("def f():\n    'Like `a.b.g`.'", ["a.b.g"]),
        ("from a.b import g\nclass f:\n    def m(self):\n        'Like `g`.'", ["a.b.g"]),
        ("def g(): ...\ndef f():\n    return g()", ["app.m.g"]),
        (
            "from a.b import g\nfrom typing import overload\n@overload\ndef f(x: g): ...\ndef f(x): ...",
            ["a.b.g"],
        ),
        ("from a.b import g\ndef f():\n    def inner():\n        return g()\n    return inner", ["a.b.g"]),
    ],
)
def test_what_a_spec_mentions_is_found(text: str, paths: list[str]) -> None:
    assert [path for path in mentioned(text) if not path.startswith("typing.")] == paths


@pytest.mark.parametrize(
    "text",
    [
        "from a.b import g\ndef f(g): return g",
        "from a.b import g\ndef f():\n    g = 1\n    return g",
        "from a.b import g\ndef f():\n    return [g for g in 'ab']",
        "from a.b import g\ndef f():\n    return lambda g: g",
        "from a.b import g\ndef f():\n    def g(): ...\n    return g()",
        "from a.b import g\ndef f(mode: str = 'g'): ...",
        "from a.b import g\nfrom typing import Literal\ndef f(mode: Literal['g']): ...",
        "from a.b import g\ndef f():\n    return 'g'",
        "from a.b import g\ndef f():\n    'About g and its kind.'",
        "from a.b import g\ndef f(): ...\ndef h(): return g()",
        "from a.b import g\nimport jaunt\n@jaunt.magic(deps=[g])\ndef f(): ...",
        "def f(x: 'not ( syntax'): ...",
        "def f(x: '\\x00'): ...",
    ],
)
def test_what_only_shares_a_name_is_not_mentioned(text: str) -> None:
    assert [path for path in mentioned(text) if not path.startswith("typing.")] == []
