"""What may stand at the module level of generated code: what computes, and nothing that reaches out."""

# A program a line.
# ruff: noqa: E501

from pathlib import Path

import pytest

from jaunt.checks.static.effects import effect_errors
from jaunt.config import load_config
from jaunt.errors import JauntConfigError
from jaunt.syntax.source import ModuleSource, parse_source

SPEC = parse_source(
    "app.a",
    "app/a.py",
    b"""
import os
import sys

import jaunt
import logs
from registry import opened, register
from shelf import at as shelf_at

class _Kind: ...

def blank(): ...

register("a")
LOG = logs.get_logger()
SHELF: object = [shelf_at("a").table]
if True:
    OPENED = opened(1)
DOWN = os.popen("true")
def told(file=sys.stderr): ...

@jaunt.magic
def f(): ...
""",
)


def candidate(text: str) -> ModuleSource:
    return parse_source("app.__generated__.a", "app/__generated__/a.py", text.encode())


def errors(text: str, *allowed: str) -> list[str]:
    return [str(error) for error in effect_errors(candidate(text), spec=SPEC, allowed=allowed)]


PURE = {
    "an enum of the standard library": "from http import HTTPStatus\nOK = HTTPStatus(404)",
    "a namespace": "import argparse\nN = argparse.Namespace(a=1)",
    "where the file is": "from pathlib import Path\nHERE = Path(__file__).resolve().parent",
    "a path beside it": "from pathlib import Path\nD = Path(__file__).resolve().parent.joinpath('data').with_suffix('.x')",
    "a uuid by name": "import uuid\nN = uuid.uuid5(uuid.NAMESPACE_DNS, 'a')",
    "a heap of its own": "import heapq\nH = [3, 1]\nheapq.heapify(H)",
    "a class nested in a class": "class A:\n    class _P:\n        def __init__(self, n):\n            self.n = n\n    p = _P(1)",
    "a function of the class body": "class A:\n    def _make(n):\n        return n\n    one = _make(1)",
    "a metaclass that looks at what is set": (
        "class _M(type):\n    def __setattr__(cls, name, value):\n        if hasattr(cls, name):\n            cls.n = None\n"
        "        type.__setattr__(cls, name, value)\n"
        "    def __delattr__(cls, name):\n        type.__delattr__(cls, name)"
    ),
    "a metaclass that keeps what its classes make": (
        "class _One(type):\n    made = {}\n    def __call__(cls, *a):\n        cls.made[cls] = super().__call__(*a)\n        return cls.made[cls]\n"
        "class _A(metaclass=_One):\n    pass"
    ),
    "a class that is registered with the standard library's": "from collections import abc\n@abc.Mapping.register\nclass A:\n    pass",
    "what the spec module reads, too": "import sys\ndef _told(file=sys.stderr):\n    pass",
    "a private class": "class _C:\n    pass\nONE = _C()",
    "a private class of the spec module": "from app.a import _Kind\nK = _Kind('x')",
    "a function of the spec module": "from app.a import blank\nB = blank()",
    "a class constant of its own type": "class Money:\n    def __init__(self, n):\n        self.n = n\nMoney.ZERO = Money(0)",
    "a class method": "class C:\n    @classmethod\n    def zero(cls):\n        return cls()\nZ = C.zero()",
    "a static method": "class C:\n    @staticmethod\n    def one():\n        return 1\nONE = C.one()",
    "an item of a table": "_T = {}\n_T['b'] = 2",
    "a loop that fills a table": "_T = {}\nfor i in range(256):\n    _T[i] = chr(i)",
    "a helper that fills a table": "_T = {}\ndef _fill():\n    for i in range(3):\n        _T[i] = i\n_fill()",
    "a main guard": "def f():\n    return 1\nif __name__ == '__main__':\n    print(f())",
    "a version": "import sys\nif sys.hexversion < 0x3000000:\n    A = 1\nelse:\n    A = 2",
    "a flag of a module": "import time\nclass Z:\n    if time.daylight:\n        D = 1",
    "an import with another in its place": "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None",
    "a registry in __init_subclass__": (
        "_KINDS = {}\nclass B:\n    def __init_subclass__(cls, **kw):\n        super().__init_subclass__(**kw)\n"
        "        _KINDS[cls.__name__] = cls\nclass C(B):\n    pass"
    ),
    "a registry of the class's own, by its name": (
        "class B:\n    kinds: dict[str, type] = {}\n    last = None\n    def __init_subclass__(cls, **kw):\n"
        "        B.kinds[cls.__name__] = cls\n        B.last = cls\nclass C(B):\n    pass"
    ),
    "a hook for classes that are made elsewhere": (
        "import os\nclass B(str):\n    def __init_subclass__(cls):\n        os.nice(1)\nclass C(int):\n    pass"
    ),
    "a method of a metaclass, for whoever calls it": (
        "import os\nclass M(type):\n    def __init__(cls, *a):\n        cls.seen = []\n    def write(cls):\n        os.remove('a')\n"
        "class A(metaclass=M):\n    pass"
    ),
    "what makes a constant of the spec module": "import logs\n_log = logs.get_logger(__name__)",
    "what makes a part of one": "import shelf\n_S = shelf.at('b')",
    "what makes one in a block": "from registry import opened as o\n_O = o(2)",
    "what the spec module says as well": "from registry import register\nregister('a')",
    "a function that names what it makes": (
        "from operator import eq\ndef _mk(op):\n    def f(self):\n        return 1\n    f.__name__ = op.__name__\n    return f\n"
        "class A:\n    __eq__ = _mk(eq)"
    ),
    "a function in a block of the class body": (
        "import sys\nclass A:\n    if sys.hexversion < 9:\n        x = 1\n    else:\n        def __mk(n):\n            return n\n"
        "        one = __mk(1)"
    ),
    "a function that makes a class": "def _mk(n):\n    class K:\n        pass\n    K.name = n\n    return K\nK = _mk('a')",
    "what is imported, put into a table": (
        "import json\n_T = {}\ndef _put(m):\n    _T[m.__name__] = m\n    return m\nJ = _put(json)"
    ),
    "a constructor that keeps what is imported": (
        "import json\nclass C:\n    def __init__(self, m):\n        self.m = m\nC(json)"
    ),
    "a copy that is changed": (
        "import string\ndef _all(s):\n    found = []\n    for c in s:\n        found.append(c)\n    return found\nA = _all(string.digits)"
    ),
    "an abstract property": "import abc\nclass A:\n    @abc.abstractproperty\n    def x(self): ...",
}
IMPURE = {
    "what the spec module doesn't read": "import sys\ndef _told(file=sys.stdout):\n    pass",
    "an attribute of a module by way of object": "import sys\n_SET = object.__setattr__(sys, 'a', 1)",
    "an attribute that is taken away so": "import os\n_GONE = type.__delattr__(os, 'remove')",
    "a metaclass that reaches out by a method": "import os\nclass _M(type):\n    def __init__(cls, *a):\n        cls.write()\n    def write(cls):\n        os.remove('a')",
    "an order of bases that reaches out": "import os\nclass _M(type):\n    def mro(cls):\n        os.remove('a')",
    "what a metaclass does for a class": "import os\nclass _M(type):\n    def __call__(cls):\n        os.remove('a')\nclass _A(metaclass=_M):\n    pass\nONE = _A()",
    "what a metaclass does for one below it": "import os\nclass _M(type):\n    def __call__(cls):\n        os.remove('a')\nclass _A(metaclass=_M):\n    pass\nclass _B(_A):\n    pass\nONE = _B()",
    "a hook of a class that a call derives from": "import os\nclass _B:\n    def __init_subclass__(cls):\n        os.nice(1)\n_C = type('_C', (_B,), {})",
    "a hook for what may derive from it by way of the spec module": "import os\nfrom app.a import _Kind\nclass _B:\n    def __init_subclass__(cls):\n        os.nice(1)\nclass _C(_Kind):\n    pass",
    "what a class has of others, in a hook": "import sys\nclass _B:\n    path = sys.path\n    def __init_subclass__(cls):\n        _B.path[0] = 'x'\nclass _C(_B):\n    pass",
    "an attribute of the spec module's class in a hook": "from app.a import _Kind\nclass _B:\n    def __init_subclass__(cls):\n        _Kind.x = 1\nclass _C(_B):\n    pass",
    "a metaclass that reaches out": "import os\nclass _M(type):\n    def __init__(cls, *a):\n        os.remove('a')",
    "what the standard library makes a constant of the spec module by": "import os\nF = os.popen('false')",
    "another function of such a module": "import logs\nlogs.configure()",
    "a function of another module": "from registry import register\nregister('b')",
    "a program": "import os\nos.system('true')",
    "a table of others": "import sys\nsys.modules['x'] = None",
    "an attribute of others": "import json\njson.dumps = None",
    "a list of others by another name": "import sys\nP = sys.path\nP[0] = 'x'",
    "an attribute of others in a function": "import json\ndef _set(m):\n    m.dumps = None\n_set(json)",
    "an item of others in a function": "import sys\ndef _set(m):\n    m['x'] = None\n_set(sys.modules)",
    "a method of others in a function": "import sys\ndef _add(m):\n    m.append('x')\n_add(sys.path)",
    "an attribute of others in a constructor": "import json\nclass C:\n    def __init__(self, m):\n        m.dumps = 1\nC(json)",
    "one of many others": "import json\ndef f(*a):\n    for b in a:\n        b.dumps = 1\nf(json)",
    "others handed on": "import json\ndef f(a):\n    a.dumps = 1\ndef g(b):\n    c = b\n    f(c)\ng(json)",
    "others by a local name": "import json\ndef _set():\n    m = json\n    m.dumps = None\n_set()",
    "an open file": "F = open('x')",
    "a loop with an effect": "for i in range(3):\n    print(i)",
    "a condition with an effect": "import os\nif os.system('true'):\n    A = 1",
    "an effect behind a condition": "import sys\nif sys.platform == 'linux':\n    print(1)",
    "a handler with an effect": "try:\n    import tomllib\nexcept ImportError:\n    print(1)",
    "a class method with an effect": "class C:\n    @classmethod\n    def zero(cls):\n        print(1)\nZ = C.zero()",
    "a constructor with an effect": (
        "class C:\n    def __init__(self):\n        print(1)\n    @classmethod\n    def zero(cls):\n        return cls()\nZ = C.zero()"
    ),
    "a function with an effect in a block of the class body": (
        "class A:\n    if 1:\n        def mk(n):\n            print(n)\n        one = mk(1)"
    ),
    "a nested class with an effect": "class A:\n    class P:\n        def __init__(self):\n            print(1)\n    p = P()",
}


@pytest.mark.parametrize("text", PURE.values(), ids=PURE)
def test_what_only_computes_may_stand_there(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize("text", IMPURE.values(), ids=IMPURE)
def test_what_reaches_out_may_not(text: str) -> None:
    assert errors(text) != []


def test_a_project_allows_what_its_libraries_ask_for() -> None:
    text = "from sqlalchemy import orm\nimport attrs\nB = orm.declarative_base()\nF = attrs.field(default=1)\n"
    assert len(errors(text)) == 2
    assert errors(text, "sqlalchemy.orm.*", "attrs.field") == []
    assert len(errors(text, "attrs.*")) == 1


@pytest.mark.parametrize("pattern", ["*", "os.*", "subprocess.r?n", "socket.[a-z]*", "sys*", "field", "*.field"])
def test_no_pattern_opens_what_reaches_out(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "jaunt.toml").write_text(f'[verify]\nallow_calls = ["{pattern}"]\n', encoding="utf-8")
    with pytest.raises(JauntConfigError, match="allow_calls"):
        load_config(root=tmp_path)


FIELDS = """
import os
import time
import attrs
import jaunt
from orm import column, validates
{spec}
class Point:
    x: float = attrs.field(default=1)
    y = column(primary=True)
    started: float = time.time()

    @x.validator
    def _check(self, attribute, value): ...

    @validates("y")
    def _checked(self, value): ...

    class Inner:
        z = column()
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", ["`time.time()` is called"]),  # what the standard library does counts wherever it stands
        ("default=1", "default=2", ["`attrs.field(default=2)` is called", "`time.time()` is called"]),
        ("y = column(primary=True)", "y = column(secret=True)", ["`column(secret=True)`", "`time.time()`"]),
        ("@x.validator", "@x.other", ["`time.time()`", "the decorator `@x.other`"]),
        ("z = column()", "z = column(1)", ["`time.time()`", "`column(1)` is called"]),
        ("class Point", "class Other", ["`attrs.field(", "`column(", "`time.time()`", "`@x.validator`", "`column()`"]),
    ],
)
def test_what_a_class_spec_gives_its_fields_by_a_package_is_its_own(old: str, new: str, told: list[str]) -> None:
    spec = parse_source("app.a", "app/a.py", FIELDS.format(spec="@jaunt.magic").encode())
    text = FIELDS.format(spec="").replace("import jaunt\n", "").replace(old, new)
    found = [str(error) for error in effect_errors(candidate(text), spec=spec)]
    assert len(found) == len(told) and all(part in error for part, error in zip(told, found, strict=True)), found


DEFAULTS = """
import os
import jaunt
from app.own import retry_if
from waits import no_wait
{spec}
def f(wait=no_wait(), *, retry=retry_if("x")): ...
{spec}
class Retrying:
    def __init__(self, wait=no_wait(), *, retry=retry_if(), load=os.getloadavg(), file=open("a")): ...
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", ["`os.getloadavg()`", "`open('a')`"]),
        ("f(wait=no_wait()", "f(wait=no_wait(1)", ["`no_wait(1)`", "`os.getloadavg()`", "`open('a')`"]),
        ("retry_if()", "retry_if(1)", ["`retry_if(1)`", "`os.getloadavg()`", "`open('a')`"]),
        ("def f", "def g", ["`no_wait()`", "`retry_if('x')`", "`os.getloadavg()`", "`open('a')`"]),
    ],
)
def test_the_defaults_of_a_spec_are_its_own(old: str, new: str, told: list[str]) -> None:
    spec = parse_source("app.a", "app/a.py", DEFAULTS.format(spec="@jaunt.magic").encode())
    text = DEFAULTS.format(spec="").replace("import jaunt\n", "").replace(old, new)
    found = [str(error) for error in effect_errors(candidate(text), spec=spec)]
    assert len(found) == len(told) and all(part in error for part, error in zip(told, found, strict=True)), found
