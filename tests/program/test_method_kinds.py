"""Class kinds and method kinds: what is built of each is what a method written in the class would be."""

import importlib.util
from pathlib import Path
from textwrap import indent

from apps import App
from backends import FakeBackend
from builds import PLAIN, build_with
from projects import CONFIG, record, write_files
from said import RunIn

HEAD = """\
from collections.abc import AsyncIterator, Iterator
from typing import Any, Generic, Protocol, TypeVar, overload

import jaunt

"""
INIT = """
    def __init__(self, n: int = 0) -> None:
        self.n = n
        self._v = n
"""
FIELDS = """
    n: int = 0
    _v: int = 0
"""
CLASSES = {
    "plain": f"class Box:{INIT}",
    "fields": f"from dataclasses import dataclass\n\n@dataclass\nclass Box:{FIELDS}",
    "slotted_fields": f"from dataclasses import dataclass\n\n@dataclass(slots=True)\nclass Box:{FIELDS}",
    "slots": f"class Box:\n    __slots__ = ('n', '_v')\n{INIT}",
    "abstract": f"from abc import ABC\n\nclass Box(ABC):{INIT}",
    "implements": f"class Plain(Protocol):\n    def plain(self, by: int = 1) -> int: ...\n\nclass Box(Plain):{INIT}",
    "generic": f"T = TypeVar('T')\n\nclass Box(Generic[T]):{INIT}",
    "below": f"class Above:\n    n = 5\n\nclass Box(Above):{INIT}",
    "attrs": f"import attrs\n\n@attrs.define\nclass Box:{FIELDS}",
    "pydantic": f"from pydantic import BaseModel\n\nclass Box(BaseModel):{FIELDS}",
}
METHODS = '''    @jaunt.magic
    def plain(self, by: int = 1) -> int:
        """Return `n` times `by`.

        >>> Box(n=2).plain(3)
        6
        """
        ...

    @jaunt.magic
    async def later(self) -> int:
        """Return `n`."""
        ...

    @jaunt.magic
    def count(self) -> Iterator[int]:
        """Yield 0 to n-1."""
        ...

    @jaunt.magic
    async def acount(self) -> AsyncIterator[int]:
        """Yield 0 to n-1."""
        ...
        yield 0

    @classmethod
    @jaunt.magic
    def make(cls, n: int) -> "Box":
        """Return a box of n.

        >>> Box.make(3).n
        3
        """
        ...

    @staticmethod
    @jaunt.magic
    def add(a: int, b: int = 1) -> int:
        """Return the sum."""
        ...

    @property
    @jaunt.magic
    def value(self) -> int:
        """The value."""
        ...

    @value.setter
    @jaunt.magic
    def value(self, new: int) -> None:
        """Set it."""
        ...

    @value.deleter
    @jaunt.magic
    def value(self) -> None:
        """Set it to -1."""
        ...

    @jaunt.magic
    def __len__(self) -> int:
        """Return n."""
        ...

    @jaunt.magic
    def __lt__(self, other: "Box") -> bool:
        """Whether n is less."""
        ...

    @jaunt.magic
    def __call__(self, *args: int, **kwargs: int) -> int:
        """Return the sum of all."""
        ...

    @overload
    def get(self, x: int) -> int: ...
    @overload
    def get(self, x: str) -> str: ...
    @jaunt.magic
    def get(self, x: int | str) -> int | str:
        """Return x."""
        ...
'''
CODE = """\
from collections.abc import AsyncIterator, Iterator
from typing import Any

from MODULE import Box

def Box__plain(self: Box, by: int = 1) -> int:
    return self.n * by


async def Box__later(self: Box) -> int:
    return self.n


def Box__count(self: Box) -> Iterator[int]:
    yield from range(self.n)


async def Box__acount(self: Box) -> AsyncIterator[int]:
    for i in range(self.n):
        yield i


def Box__make(cls: type[Box], n: int) -> Box:
    return cls(n=n)


def Box__add(a: int, b: int = 1) -> int:
    return a + b


def Box__value(self: Box) -> int:
    return self._v


def Box__value__setter(self: Box, new: int) -> None:
    self._v = new


def Box__value__deleter(self: Box) -> None:
    self._v = -1


def Box____len__(self: Box) -> int:
    return self.n


def Box____lt__(self: Box, other: Box) -> bool:
    return self.n < other.n


def Box____call__(self: Box, *args: int, **kwargs: int) -> int:
    return sum(args) + sum(kwargs.values())


def Box__get(self: Box, x: int | str) -> int | str:
    return x
"""
USE = """
import asyncio, pickle, copy, inspect
from MODULE import Box
b = Box(n=3)
async def ac(): return [i async for i in b.acount()]
assert b.plain(2) == 6 and asyncio.run(b.later()) == 3 and [*b.count()] == [0, 1, 2] and asyncio.run(ac()) == [0, 1, 2]
assert Box.make(4).n == 4 and type(Box.make(4)) is Box and Box.add(1) == 2
b.value = 7
assert b.value == 7
del b.value
assert b.value == -1 and len(b) == 3 and Box(n=1) < b and b(1, 2, x=3) == 6 and b.get("q") == "q"
assert pickle.loads(pickle.dumps(b)).n == 3 and copy.copy(b).n == 3
class Sub(Box):
    def plain(self, by: int = 1) -> int: return super().plain(by) + 1
assert Sub(n=3).plain(2) == 7 and type(Sub.make(4)) is Sub
assert str(inspect.signature(b.plain)) == "(by: int = 1) -> int", inspect.signature(b.plain)
assert Box.value.__doc__ == "The value." and Box.plain.__qualname__ == "Box.plain"
assert Box.plain.__code__.co_filename.endswith("__generated__/of_KIND.py")
print('KIND')
"""
ODD = '''\
import functools
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import NamedTuple

import jaunt


class Base:
    def hello(self) -> str:
        return "base"


class Child(Base):
    tag = "t"

    def __init__(self, secret: int) -> None:
        self.__secret = secret

    @jaunt.magic
    def hello(self) -> str:
        """Return what Base says, with "!" after it.

        >>> Child(1).hello()
        'base!'
        """
        ...

    @jaunt.magic
    def reveal(self, by: int = 1) -> int:
        """Return the secret plus `by`.

        >>> Child(4).reveal()
        5
        """
        ...

    @jaunt.magic
    def __hide(self) -> int:
        """Return 0."""
        ...

    def hide(self) -> int:
        return self.__hide()

    @classmethod
    @jaunt.magic
    def name(cls) -> str:
        """Return the class's name, after `tag`."""
        ...

    class Inner:
        LIMIT = 5

        def __init__(self, n: int) -> None:
            self.n = n

        @jaunt.magic
        def capped(self, most: int = LIMIT) -> int:
            """Return n, at most `most`.

            >>> Child.Inner(9).capped()
            5
            """
            ...


class Color(Enum):
    RED = 1
    GREEN = 2

    @jaunt.magic
    def next(self) -> "Color":
        """Return the other colour.

        >>> Color.RED.next()
        <Color.GREEN: 2>
        """
        ...

    @property
    @jaunt.magic
    def short(self) -> str:
        """The first letter, small."""
        ...


class Point(NamedTuple):
    x: int
    y: int = 0

    @jaunt.magic
    def norm(self) -> int:
        """Return |x| + |y|."""
        ...


class Shape(ABC):
    @abstractmethod
    @jaunt.magic
    def area(self, scale: int = 1) -> int:
        """Return `scale` as a default."""
        ...


class Square(Shape):
    side: int

    @jaunt.magic
    def __init__(self, side: int) -> None:
        """Keep `side`."""
        ...

    def area(self, scale: int = 1) -> int:
        return super().area(scale) * self.side

    @functools.cached_property
    @jaunt.magic
    def slow(self) -> int:
        """Twice the side."""
        ...

    @jaunt.magic
    def __iter__(self) -> Iterator[int]:
        """Yield the side four times."""
        ...

    @jaunt.magic
    def __eq__(self, other: object) -> bool:
        """Whether other is a square of the same side."""
        ...

    @jaunt.magic
    @contextmanager
    def held(self) -> Iterator[int]:
        """Give the side."""
        ...


class Plugin:
    known: list[str] = []

    @jaunt.magic
    def __init_subclass__(cls, **more: object) -> None:
        """Add the class's name to `known`."""
        ...

    @jaunt.magic
    def __new__(cls) -> "Plugin":
        """Return a new object."""
        ...

    @jaunt.magic
    def __class_getitem__(cls, item: int) -> int:
        """Return item."""
        ...


class Problem(Exception):
    @jaunt.magic
    def __str__(self) -> str:
        """Return "problem"."""
        ...

    @functools.singledispatchmethod
    @jaunt.magic
    def show(self, arg: object) -> str:
        """Return "object"."""
        ...


class _Private:
    def __init__(self) -> None:
        self.__x = 3

    @jaunt.magic
    def x(self) -> int:
        """Return __x."""
        ...
'''
ODD_CODE = """\
from collections.abc import Iterator
from contextlib import contextmanager

from app.odd import Child, Color, Plugin, Point, Problem, Shape, Square, _Private


def Child__hello(self: Child) -> str:
    return super().hello() + "!"


def Child__reveal(self: Child, by: int = 1) -> int:
    return self.__secret + by


def Child____hide(self: Child) -> int:
    return 0


def Child__name(cls: type[Child]) -> str:
    return cls.tag + cls.__name__


def Child__Inner__capped(self: Child.Inner, most: int = Child.Inner.LIMIT) -> int:
    return min(self.n, most)


def Color__next(self: Color) -> Color:
    return Color.GREEN if self is Color.RED else Color.RED


def Color__short(self: Color) -> str:
    return self.name[0].lower()


def Point__norm(self: Point) -> int:
    return abs(self.x) + abs(self.y)


def Shape__area(self: Shape, scale: int = 1) -> int:
    return scale


def Square____init__(self: Square, side: int) -> None:
    self.side = side


def Square__slow(self: Square) -> int:
    return 2 * self.side


def Square____iter__(self: Square) -> Iterator[int]:
    for _ in range(4):
        yield self.side


def Square____eq__(self: Square, other: object) -> bool:
    return isinstance(other, Square) and other.side == self.side


@contextmanager
def Square__held(self: Square) -> Iterator[int]:
    yield self.side


def Plugin____init_subclass__(cls: type[Plugin], **more: object) -> None:
    super().__init_subclass__(**more)
    cls.known.append(cls.__name__)


def Plugin____new__(cls: type[Plugin]) -> Plugin:
    return super().__new__(cls)


def Plugin____class_getitem__(cls: type[Plugin], item: int) -> int:
    return item


def Problem____str__(self: Problem) -> str:
    return "problem"


def Problem__show(self: Problem, arg: object) -> str:
    return "object"


def _Private__x(self: _Private) -> int:
    return self.__x
"""
ODD_USE = """\
import pickle
from app.odd import *
from app.odd import _Private
c = Child(4)
assert c.hello() == "base!" and c.reveal() == 5 and c.hide() == 0 and c.name() == "tChild", c.name()
assert Child.Inner(9).capped() == 5 and Child.Inner(9).capped(7) == 7
assert Color.RED.next() is Color.GREEN and Color.RED.short == "r"
assert len(Color) == 2 and pickle.loads(pickle.dumps(Color.RED)) is Color.RED
assert Point(3,-4).norm() == 7
s = Square(3)
assert s.area(2) == 6 and s.slow == 6 and [*s] == [3]*4 and s == Square(3)
with s.held() as n:
    assert n == 3
try:
    Shape()
except TypeError:
    pass
else:
    raise SystemExit("abstract")
class P(Plugin): pass
assert Plugin.known == ["P"] and type(P()) is P and Plugin[3] == 3
assert str(Problem()) == "problem" and Problem().show(1) == "object" and _Private().x() == 3
class Sub(Child):
    def hello(self): return super().hello()+"?"
assert Sub(1).hello() == "base!?"
print("ok")
"""


def kinds() -> list[str]:
    """Return the kinds of classes whose packages are installed."""
    needs = {"attrs", "pydantic"}
    return [kind for kind in CLASSES if kind not in needs or importlib.util.find_spec(kind)]


def test_each_kind_of_method_works_in_each_kind_of_class(tmp_path: Path) -> None:
    files = {f"src/app/of_{kind}.py": f"{HEAD}\n{CLASSES[kind]}\n{METHODS}" for kind in kinds()}
    config = PLAIN.replace("[verify]", "[verify]\nallow_imports = ['attrs', 'pydantic']")
    write_files(tmp_path, {"jaunt.toml": config, "src/app/__init__.py": "", **files})
    modules = [f"app.of_{kind}" for kind in kinds()]
    outcomes = build_with(tmp_path, FakeBackend({m: [CODE.replace("MODULE", m)] for m in modules}))
    assert {name: outcome.errors for name, outcome in outcomes.items()} == dict.fromkeys(modules, ())
    program = "".join(
        f"def {kind}():\n{indent(USE.replace('MODULE', f'app.of_{kind}').replace('KIND', kind), '    ')}\n{kind}()\n"
        for kind in kinds()
    )
    assert App(tmp_path / "src").run(program).split() == kinds()


def test_odd_methods_pass_every_check_and_run_and_go_back(tmp_path: Path, run_in: RunIn) -> None:
    config = CONFIG.replace("doctests = false", "").replace('ty = "off"', "").replace('ruff = "off"', "")
    settings = '[lint]\nselect = ["E", "F", "N", "UP", "SLF", "B", "I", "ARG"]\n'
    write_files(
        tmp_path, {"jaunt.toml": config, "ruff.toml": settings, "src/app/__init__.py": "", "src/app/odd.py": ODD}
    )
    record(tmp_path, {"app.odd": ODD_CODE})
    assert run_in(tmp_path, "build").code == 0
    assert App(tmp_path / "src").run(ODD_USE) == "ok"
    assert run_in(tmp_path, "eject", "app.odd").code == 0
    assert App(tmp_path / "src").run(ODD_USE) == "ok"
    assert "jaunt" not in (tmp_path / "src/app/odd.py").read_text()
