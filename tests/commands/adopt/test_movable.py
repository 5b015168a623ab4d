"""Which functions can be moved into a generated module, and why others can't."""

import ast
from textwrap import dedent

import pytest

from jaunt.commands.adopt.compose import moved_code, spec_source
from jaunt.commands.adopt.movable import choose
from jaunt.commands.eject.compose import eject_source
from jaunt.spec_ref import code_name
from jaunt.syntax.source import ModuleSource, parse_source


def module(text: str) -> ModuleSource:
    """Return a module app.mod."""
    return parse_source("app.mod", "app/mod.py", dedent(text).lstrip("\n").encode())


def given_back(source: ModuleSource, names: list[str]) -> str:
    """Return what eject makes of a module some functions of which were adopted."""
    spec = parse_source("app.mod", "app/mod.py", spec_source(source, names).encode())
    code = parse_source("app.__generated__.mod", "gen.py", moved_code(source, names).encode())
    return eject_source(spec, code, [code_name(name) for name in names])


_ENUM = """\
from dataclasses import dataclass, field
from enum import Enum
class E(Enum):
    A = 1
    def f(self): return C
"""


@pytest.mark.parametrize(
    ("text", "name", "line", "reason"),
    [
        ("n = 0\ndef f():\n    global n\n    n += 1\n", "f", 3, "its body assigns module globals: n"),
        ("n = 0\ndef g():\n    global n\n    n = 1\ndef f():\n    return n\n", "f", 6, "it uses n, which line 3 lets"),
        ("def f():\n    def g():\n        return 1\n    return g\n", "f.g", 2, "it is a closure of f"),
        ("class C:\n    def f(self):\n        return __class__\n", "C.f", 3, "it uses __class__"),
        ("class C:\n    def f(self):\n        return __x\n", "C.f", 3, "it uses __x, which is another name"),
        ("class C:\n    def f(self): return X\nclass D(C): ...\nX = 1\n", "C.f", 0, ""),
        ("class C:\n    def f(self): return X\nc = C()\nX = 1\n", "C.f", 3, "the module uses it while"),
        ("class C:\n    pass\n", "C", 1, "it is a class"),
        ("class C:\n    def f(self): return X\nX: dict[str, C] = {}\n", "C.f", 0, ""),
        ("class C:\n    def f(self): return X\nCs = dict[str, C]\nX = 1\n", "C.f", 0, ""),
        (
            'from typing import TypeVar\nclass C:\n    def f(self): return X\nT = TypeVar("T", bound=C)\nX = 1\n',
            "C.f",
            0,
            "",
        ),
        ("class C:\n    def f(self): return X\nX: dict[str, C] = {'a': C()}\n", "C.f", 3, "the module uses it while"),
        (_ENUM + "@dataclass\nclass C:\n    e: E = field(default=E.A)\n    d: E = E.A\n", "E.f", 0, ""),
        (_ENUM + "def g(e: E = E.A, *, d: E = E.A): ...\nALL = (E.A, [E.A], {1: E.A})\nclass C: ...\n", "E.f", 0, ""),
        (_ENUM + "N = [E.A.f()]\nclass C: ...\n", "E.f", 6, "the module uses it while"),
        (_ENUM + "N = print(E.A)\nclass C: ...\n", "E.f", 6, "the module uses it while"),
        ("x = 1\n", "f", 0, "there is no function of that name"),
        ("def total():\n    return 1\n", "totl", 0, "there is no function of that name (did you mean 'total'?)"),
        (
            "class SortedSet:\n    def add(self):\n        return 1\n",
            "SortedSet.ad",
            0,
            "there is no method of that name (did you mean 'SortedSet.add'?)",
        ),
        ("class S:\n    def f(self):\n        return 1\n    g = f\n", "S.g", 4, "it is another name for what"),
        ("if 1 > 0:\n    def f():\n        return 1\n", "f", 2, "it stands in a block"),
        ("def f():\n    return 1\ndef f():\n    return 2\n", "f", 1, "f is bound here, and in line 3 too"),
        ("def f():\n    return 1\nf = print\n", "f", 3, "f is bound here, and in line 1 too"),
        ("def f():\n    return __name__\n", "f", 2, "it uses __name__"),
        ("def f():\n    return __file__\n", "f", 2, "it uses __file__"),
        ("def f():\n    return globals()\n", "f", 2, "it uses globals()"),
        ("def f(x):\n    return eval(x)\n", "f", 2, "it uses eval()"),
        ("def f():\n    return missing\n", "f", 2, "it uses missing, which the module does not bind"),
        ("import sys\nif sys.argv:\n    n = 1\ndef f():\n    return n\n", "f", 5, "it uses n, which line 3 binds only"),
        ("n = 1\ndel n\ndef f():\n    return n\n", "f", 4, "it uses n, which line 1 binds only"),
        ('def f():\n    """Nothing."""\n', "f", 1, "it has no code of its own"),
        ("def f():\n    raise NotImplementedError\n", "f", 1, "it has no code of its own"),
        ("def f(): return 1; x = 2\n", "f", 0, ""),
        ("x = 1; y = 2\ndef f(): return 1\n", "f", 0, ""),
        ("def __getattr__(name):\n    return 1\n", "__getattr__", 1, "Python itself looks for it"),
        ("async def f():\n    yield 1\n", "f", 1, "an async generator's stub is one by its annotation"),
        ("import json as jaunt\ndef f():\n    return 1\n", "f", 2, "the module means json by the name jaunt"),
        (
            "def f():\n    return g()\nX = f()\ndef g():\n    return 1\n",
            "f",
            3,
            "the module uses it while it is imported",
        ),
        ("import jaunt\n@jaunt.magic\ndef f():\n    ...\n", "f", 3, "it is a spec already"),
    ],
)
def test_what_cannot_be_moved_is_told_with_its_line(text: str, name: str, line: int, reason: str) -> None:
    names, refused = choose(module(text), [name])
    if not reason:
        assert names == [name]
        return
    assert names == []
    assert refused[name].line == line
    assert refused[name].reason.startswith(reason)


FINE = [
    "def f(): return 1\n",
    'def f(): "Say it."; return 1\n',
    'def f():\n    """Return 1."""\n    return 1  # one\n',
    'def f():\n    # first\n    """Return 1."""\n    # then\n    return 1\n',
    'def f(\n    a,\n    b=2,\n):\n    "Add."\n\n    return a + b\n',
    "import re\n\n\ndef f(t):\n    return re.sub('a', 'b', t)\n",
    "import os.path\nimport os\n\n\ndef f(t):\n    return os.path.join(t, os.sep)\n",
    "from . import other\n\n\ndef f(t):\n    return other.g(t)\n",
    "try:\n    import numpy as np\nexcept ImportError:\n    np = None\n\n\ndef f():\n    return np\n",
    "try:\n    import numpy\nexcept ImportError as e:\n    raise SystemExit from e\n\n\ndef f():\n    return numpy\n",
    "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\n"
    "if TYPE_CHECKING:\n    from app.x import X\n\n\ndef f(x: X) -> X:\n    return x\n",
    "import typing as t\n\nif t.TYPE_CHECKING:\n    from app.x import X\n\n\ndef f(x: 'X') -> 'X':\n    return x\n",
    "from math import *\n\n\ndef f(x):\n    return sqrt(x)\n",
    "import functools\n\n\n@functools.cache\ndef f(n):\n    return n and f(n - 1)\n",
    "_MISSING = object()\n\n\ndef f(x=_MISSING):\n    return x is _MISSING\n",
    "from typing import overload\n\n\n@overload\ndef f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\n"
    "def f(x):\n    return x\n",
    "def f(n):\n    return n and g(n - 1)\n\n\ndef g(n):\n    return n and f(n - 1)\n\n\nTABLE = {'f': f, 'g': g}\n",
    "_print = print\n\n\ndef print(*a):\n    _print(*a)\n",
    "def f(x):\n    r'''A \\d.\n\n  less\n\n    '''\n    '''second'''\n    return x\n",
    "async def f(n):\n    return [i async for i in n]\n",
    "def f(n):\n    yield from n\n",
    "#!/usr/bin/env python\n# License.\n\n# About f.\ndef f():\n    return 1\n",
    '"""Doc."""\n\n\n# About f.\ndef f():\n    return 1\n',
    "from jaunt import magic\n\n\n@magic\ndef g(): ...\n\n\ndef f():\n    return 1\n",
]


@pytest.mark.parametrize("text", FINE)
def test_what_is_moved_comes_back_by_eject_as_it_was(text: str) -> None:
    source = module(text)
    names, refused = choose(source)
    assert refused == {}
    if "@magic" in text:
        assert spec_source(source, names).count("@magic") == 2
        return
    spec = spec_source(source, names)
    assert f"{spec.count('@jaunt.magic')}" == f"{len(names)}"
    compile(spec, "spec", "exec")
    compile(moved_code(source, names), "code", "exec")
    back = given_back(source, names)
    assert ast.dump(ast.parse(back)) == ast.dump(ast.parse(text))
    assert sorted(line.strip() for line in back.split("\n") if "#" in line) == sorted(
        line.strip() for line in text.split("\n") if "#" in line
    )


def test_all_but_those_that_cannot_be_moved_are_chosen() -> None:
    source = module("n = 0\ndef f():\n    return 1\ndef g():\n    global n\n    n = 1\ndef _h():\n    return 2\n")
    names, refused = choose(source)
    assert names == ["f", "_h"]
    assert refused.keys() == {"g"}


def test_a_function_that_a_table_only_names_may_stand_above_what_its_code_needs() -> None:
    source = module("def f():\n    return LIMIT\nTABLE = {'f': f}\nLIMIT = 1\n")
    assert choose(source) == (["f"], {})


def test_a_class_goes_back_though_a_method_of_it_that_stayed_uses_what_hides_a_builtin() -> None:
    text = (
        "import sys\n\nif sys.argv:\n    map = filter\n\n\nclass C:\n"
        "    def f(self):\n        return 1\n\n    def g(self):\n        return map\n"
    )
    names, refused = choose(module(text), ["C"])
    assert (names, [*refused]) == (["C.f"], ["C.g"])
    assert given_back(module(text), names) == text


CART = """\
from dataclasses import dataclass, field


@dataclass(order=True)
class Money:
    cents: int

    def plus(self, other: Money) -> Money:
        return Money(self.cents + other.cents)


def no_more(money: Money) -> Money:
    return money.plus(Money(-money.cents))


class Base:
    size: int

    def grow(self) -> None:
        self.size = self.size + 1


class Cart(Base):
    def __init__(self, first: Money) -> None:
        self.items: list[Money] = [first]
        self.size = 1

    def put(self, item: Money) -> None:
        self.items += [item]
        self.last = item

    def forget(self) -> None:
        self.items = []
        self.last = None

    @staticmethod
    def of(cart: "Cart") -> "Cart":
        cart.items = []
        return cart


class Late:
    def wait(self) -> int:
        return LATER

    def run(self) -> int:
        return 1


START = Late().run()
LATER = 2
"""


def test_of_a_module_functions_and_methods_are_taken_and_what_tells_the_attributes_of_a_class_stays() -> None:
    names, refused = choose(module(CART))
    assert names == ["Money.plus", "no_more", "Base.grow", "Cart.forget", "Cart.of"]
    attributes = "it tells which attributes the class has: {}; to move it, declare them in the class"
    assert {name: each.reason for name, each in refused.items() if name.startswith("Cart.")} == {
        "Cart.__init__": attributes.format("items"),
        "Cart.put": attributes.format("last"),
    }
    late = {name: each.line for name, each in refused.items() if name.startswith("Late.")}
    assert late == dict.fromkeys(["Late.wait", "Late.run"], CART.split("\n").index("START = Late().run()") + 1)


@pytest.mark.parametrize(
    ("line", "is_taken"),
    [
        ("@dataclass\nclass B:\n    x: A\n", True),
        ("class B:\n    def g(self, a: A = None) -> list[A]:\n        return [LAST, a]\n", True),
        ("class B:\n    a = A().f()\n", False),
        ("@register(A())\nclass B:\n    pass\n", False),
        ("def g(a: Annotated[int, A()]) -> int:\n    return LAST\n", True),
        ("class B:\n    def g(self, a: Annotated[int, A()]) -> int:\n        return LAST\n", False),
    ],
)
def test_what_only_names_a_class_calls_none_of_its_methods(line: str, is_taken: bool) -> None:
    head = "from dataclasses import dataclass\nfrom typing import Annotated\nregister = print\n"
    text = f"{head}class A:\n    def f(self) -> int:\n        return LAST\n{line}LAST = 1\n"
    assert ("A.f" in choose(module(text))[0]) is is_taken


@pytest.mark.parametrize(
    "text",
    [
        "async def f() -> AsyncIterator[str]:\n    yield 'a'\n",
        'async def f() -> AsyncIterator[str]:\n    """Say."""\n    for each in ():\n        yield each\n',
        "class C:\n    @asynccontextmanager\n    async def f(self) -> AsyncIterator[C]:\n        yield self\n",
    ],
)
def test_the_stub_of_an_async_generator_is_one_to_type_checkers(text: str) -> None:
    source = module(f"from collections.abc import AsyncIterator\nfrom contextlib import asynccontextmanager\n{text}")
    names, _ = choose(source, [])
    stub = ast.parse(spec_source(source, names))
    (function,) = (each for each in ast.walk(stub) if isinstance(each, ast.AsyncFunctionDef))
    assert [type(each) for each in function.body[-2:]] == [ast.Raise, ast.Expr]
    assert any(isinstance(each, ast.Yield) for each in ast.walk(function))
    assert ast.dump(ast.parse(given_back(source, names))) == ast.dump(source.tree)
