"""Right code of each kind that was refused, or passed and was wrong at run time: one project, one build, all checks."""

from pathlib import Path
from textwrap import dedent

from processes import python_path, run_python
from projects import ONE_ATTEMPT, record, write_files
from said import RunIn

PYPROJECT = """\
[project]
name = "demo"
version = "0"

[tool.pytest.ini_options]
doctest_optionflags = ["ELLIPSIS", "NORMALIZE_WHITESPACE"]
"""
# By module: the spec, and the answer.
MODULES = {
    "frames": (
        '''
        import jaunt
        @jaunt.magic
        def old(x: int) -> int:
            """Return x. Warn, with a DeprecationWarning that points at the caller, that it is old.

            >>> import warnings
            >>> with warnings.catch_warnings(record=True) as seen:
            ...     warnings.simplefilter("always")
            ...     old(1)
            1
            """
            ...
        @jaunt.magic
        def make(name: str) -> type:
            """Return a new, picklable class of that name, which belongs to the caller's module.

            >>> make("P").__name__
            'P'
            """
            ...
        ''',
        """
        import sys
        import warnings
        def old(x: int) -> int:
            warnings.warn("old() is old", DeprecationWarning, stacklevel=2)
            return x
        def make(name: str) -> type:
            return type(name, (), {"__module__": sys._getframe(1).f_globals.get("__name__", "__main__")})
        """,
    ),
    "conditional": (
        '''
        import sys
        import jaunt
        if sys.platform != "win32":
            @jaunt.magic
            def sep() -> str:
                """Return the separator.

                >>> sep()
                '/'
                """
                ...
        else:
            @jaunt.magic
            def sep() -> str:
                """Return the separator.

                >>> sep()
                ';'
                """
                ...
        ''',
        """
        def sep() -> str:
            return "/"
        """,
    ),
    "plain_last": (
        '''
        import sys
        import jaunt
        if sys.version_info < (3, 99):
            @jaunt.magic
            def twice(x: int) -> int:
                """Return 2 x.

                >>> twice(2)
                4
                """
                ...
        else:
            def twice(x: int, y: int = 0) -> int:
                return 2 * x
        ''',
        """
        def twice(x: int) -> int:
            return 2 * x
        """,
    ),
    "asyncs": (
        '''
        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager
        import jaunt
        @jaunt.magic
        async def ticks(n: int) -> AsyncIterator[int]:
            """Yield 0 to n - 1.

            >>> import asyncio
            >>> async def all_() -> list[int]:
            ...     return [i async for i in ticks(3)]
            >>> asyncio.run(all_())
            [0, 1, 2]
            """
            yield 0
        @jaunt.magic
        def ticks2(n: int) -> AsyncIterator[int]:
            """Yield 0 to n - 1."""
            ...
        @asynccontextmanager
        @jaunt.magic
        async def opened(log: list[str]) -> AsyncIterator[int]:
            """Append "in", give 1, append "out".

            >>> import asyncio
            >>> log = []
            >>> async def go():
            ...     async with opened(log) as n:
            ...         log.append(str(n))
            >>> asyncio.run(go())
            >>> log
            ['in', '1', 'out']
            """
            yield 1
        ''',
        """
        from collections.abc import AsyncIterator
        from contextlib import asynccontextmanager
        async def ticks(n: int) -> AsyncIterator[int]:
            for i in range(n):
                yield i
        async def ticks2(n: int) -> AsyncIterator[int]:
            for i in range(n):
                yield i
        @asynccontextmanager
        async def opened(log: list[str]) -> AsyncIterator[int]:
            log.append("in")
            yield 1
            log.append("out")
        """,
    ),
    "ctxmgr": (
        '''
        from collections.abc import Iterator
        from contextlib import contextmanager
        import jaunt
        @contextmanager
        @jaunt.magic
        def marked(log: list[str], name: str) -> Iterator[str]:
            """Add "begin NAME" to `log`, give `name`, at the end add "end NAME".

            >>> log = []
            >>> with marked(log, "x") as got:
            ...     print(got)
            x
            >>> log
            ['begin x', 'end x']
            """
            ...
        ''',
        """
        from collections.abc import Iterator
        from contextlib import contextmanager
        @contextmanager
        def marked(log: list[str], name: str) -> Iterator[str]:
            log.append(f"begin {name}")
            yield name
            log.append(f"end {name}")
        """,
    ),
    "loud": (
        '''
        from collections.abc import Callable
        from functools import wraps
        import jaunt
        def shouting(f: Callable[[str], str]) -> Callable[[str], str]:
            @wraps(f)
            def loud(text: str) -> str:
                return f(text).upper()
            return loud
        @shouting
        @jaunt.magic
        def greet(name: str) -> str:
            """Return "hello NAME".

            >>> greet("bo")
            'HELLO BO'
            """
            ...
        ''',
        """
        def greet(name: str) -> str:
            return f"hello {name}"
        """,
    ),
    "lru": (
        '''
        from functools import lru_cache
        import jaunt
        @lru_cache(maxsize=None)
        @jaunt.magic
        def area(w: int) -> int:
            """Return the square of `w`.

            >>> area(3)
            9
            >>> area(3)
            9
            >>> area.cache_info().hits
            1
            """
            ...
        ''',
        """
        def area(w: int) -> int:
            return w * w
        """,
    ),
    "flags": (
        '''
        import jaunt
        @jaunt.magic
        def tag() -> object:
            """Return a new plain object.

            >>> tag()
            <object object at ...>
            """
            ...
        ''',
        """
        def tag() -> object:
            return object()
        """,
    ),
    "square": (
        '''
        from abc import ABC, abstractmethod
        import jaunt
        class Shape(ABC):
            @abstractmethod
            def area(self) -> float: ...
        @jaunt.magic
        class Square(Shape):
            """A square.

            >>> Square(2).area()
            4
            """
            def __init__(self, side: float) -> None: ...
            def area(self) -> float: ...
        ''',
        '''
        from app.square import Shape
        class Square(Shape):
            """A square."""
            def __init__(self, side: float) -> None:
                self.side = side
            def area(self) -> float:
                return self.side ** 2
        ''',
    ),
    "color": (
        '''
        from enum import Enum
        import jaunt
        @jaunt.magic
        class Color(Enum):
            """Colors.

            >>> Color.parse("r").name
            'RED'
            """
            RED = "r"
            BLUE = "b"
            @classmethod
            def parse(cls, text: str) -> "Color":
                """Return the colour for its letter."""
                ...
        ''',
        """
        from enum import Enum


        class Color(Enum):
            RED = "r"
            BLUE = "b"

            @classmethod
            def parse(cls, text: str) -> "Color":
                return cls(text)
        """,
    ),
    "lower": (
        '''
        from collections.abc import Iterator, MutableMapping
        import jaunt
        @jaunt.magic
        class Lower(MutableMapping[str, int]):
            """A dict whose keys are lower case.

            >>> d = Lower()
            >>> d["A"] = 1
            >>> d["a"]
            1
            """
            def __getitem__(self, key: str) -> int: ...
            def __setitem__(self, key: str, value: int) -> None: ...
            def __delitem__(self, key: str) -> None: ...
            def __iter__(self) -> Iterator[str]: ...
            def __len__(self) -> int: ...
        ''',
        """
        from collections.abc import Iterator, MutableMapping


        class Lower(MutableMapping[str, int]):
            def __init__(self) -> None:
                self._kept: dict[str, int] = {}

            def __getitem__(self, key: str) -> int:
                return self._kept[key.lower()]

            def __setitem__(self, key: str, value: int) -> None:
                self._kept[key.lower()] = value

            def __delitem__(self, key: str) -> None:
                del self._kept[key.lower()]

            def __iter__(self) -> Iterator[str]:
                return iter(self._kept)

            def __len__(self) -> int:
                return len(self._kept)
        """,
    ),
    "point": (
        '''
        from typing import NamedTuple
        import jaunt
        @jaunt.magic
        class P(NamedTuple):
            """A point."""
            x: int
            y: int
            def norm(self) -> int: ...
        ''',
        """
        from typing import NamedTuple


        class P(NamedTuple):
            x: int
            y: int

            def norm(self) -> int:
                return abs(self.x) + abs(self.y)
        """,
    ),
    "dog": (
        '''
        from typing import Protocol
        import jaunt
        class Named(Protocol):
            name: str
        @jaunt.magic
        class Dog(Named):
            """A dog."""
            def __init__(self, name: str) -> None: ...
        ''',
        """
        from app.dog import Named


        class Dog(Named):
            def __init__(self, name: str) -> None:
                self.name = name
        """,
    ),
    "here": (
        '''
        import jaunt
        @jaunt.magic
        def table() -> str:
            """Return the name of the folder of this module's package.

            >>> table()
            'app'
            """
            ...
        ''',
        """
        from pathlib import Path
        _HERE = Path(__file__).resolve().parent
        def table() -> str:
            return _HERE.parent.name
        """,
    ),
    "kinds": (
        '''
        import jaunt
        class _Kind:
            """By hand."""
            def __init__(self, name: str) -> None:
                self.name = name
        @jaunt.magic
        class Menu:
            """A menu with two kinds, `soup` and `cake`, each with its `name`.

            >>> Menu.soup.name
            'soup'
            """
            soup: _Kind
            cake: _Kind
        ''',
        '''
        from app.kinds import _Kind
        class Menu:
            """Menu."""
            soup: _Kind = _Kind("soup")
            cake: _Kind = _Kind("cake")
        ''',
    ),
    "nested": (
        '''
        import jaunt
        @jaunt.magic
        class Menu:
            """A menu with two kinds, `soup` and `cake`, each with its `name`.

            >>> Menu().soup
            'soup'
            """
            soup: str
        ''',
        '''
        class Menu:
            """Menu."""
            class Named:
                def __init__(self, name: str) -> None:
                    self._name = name
                def __get__(self, owner: object, kind: type) -> str:
                    return self._name
            soup = Named("soup")
        ''',
    ),
    "codes": (
        '''
        import jaunt
        @jaunt.magic
        def phrase(code: int) -> str:
            """Return the phrase of an HTTP status.

            >>> phrase(404)
            'Not Found'
            """
            ...
        ''',
        """
        import logging
        from argparse import Namespace
        from http import HTTPStatus
        from string import Template
        _NOT_FOUND = HTTPStatus(404)
        _DEFAULTS = Namespace(code=404)
        _FORMAT = logging.Formatter("%(message)s")
        _T = Template("$x")
        def phrase(code: int) -> str:
            return HTTPStatus(code).phrase
        """,
    ),
    "import_time": (
        '''
        import jaunt
        from app.ids import make_id
        NONE = make_id("none")
        @jaunt.magic
        def either(text: str) -> str:
            """Return `text`, NONE if it is empty.

            >>> either("")
            'NONE'
            """
            ...
        ''',
        """
        from app.import_time import NONE
        def either(text: str) -> str:
            return text or NONE
        """,
    ),
    "ids": (
        '''
        import jaunt
        @jaunt.magic
        def make_id(name: str) -> str:
            """Return name in upper case.

            >>> make_id("a")
            'A'
            """
            ...
        ''',
        """
        def make_id(name: str) -> str:
            return name.upper()
        """,
    ),
    "hail": (
        '''
        import jaunt
        from app.helper import loud
        @jaunt.magic
        def hail(name: str) -> str:
            """Return "HAIL " and `loud` of the name.

            >>> hail("bo")
            'HAIL BO!'
            """
            ...
        ''',
        """
        from app.helper import loud
        def hail(name: str) -> str:
            return f"HAIL {loud(name)}"
        """,
    ),
    "z": (
        '''
        import jaunt
        @jaunt.magic
        def shout(name: str) -> str:
            """Return name in upper case.

            >>> shout("a")
            'A'
            """
            ...
        ''',
        """
        def shout(name: str) -> str:
            return name.upper()
        """,
    ),
    "vers.ver": (
        '''
        import jaunt
        @jaunt.magic
        def latest() -> str:
            """Return "3".

            >>> latest()
            '3'
            """
            ...
        ''',
        """
        def latest() -> str:
            return "3"
        """,
    ),
    "vers.b": (
        '''
        import jaunt
        @jaunt.magic
        def twice(n: int) -> int:
            """Return 2 n.

            >>> twice(2)
            4
            """
            ...
        ''',
        """
        def twice(n: int) -> int:
            return 2 * n
        """,
    ),
    # Further ones of these kinds.
    "rights": (
        '''
        from enum import IntFlag
        import jaunt
        @jaunt.magic
        class Rights(IntFlag):
            """Rights.

            >>> (Rights.READ | Rights.WRITE).names()
            ['READ', 'WRITE']
            """
            READ = 1
            WRITE = 2
            def names(self) -> list[str]:
                """The names of all that are in it."""
                ...
        ''',
        """
        from enum import IntFlag


        class Rights(IntFlag):
            READ = 1
            WRITE = 2

            def names(self) -> list[str]:
                return [each.name or "" for each in Rights if each in self]
        """,
    ),
    "box": (
        '''
        from typing import Generic, TypeVar
        import jaunt
        T = TypeVar("T")
        @jaunt.magic
        class Box(Generic[T]):
            """A box.

            >>> Box(1).get()
            1
            """
            def __init__(self, v: T) -> None: ...
            def get(self) -> T: ...
        ''',
        """
        from typing import Generic

        from app.box import T


        class Box(Generic[T]):
            def __init__(self, v: T) -> None:
                self._v = v

            def get(self) -> T:
                return self._v
        """,
    ),
    "base": (
        '''
        from abc import ABC, abstractmethod
        import jaunt
        @jaunt.magic
        class Base(ABC):
            """A base."""
            @abstractmethod
            def m(self) -> int:
                """Do it."""
                ...
            def twice(self) -> int:
                """Return twice m()."""
                ...
        ''',
        """
        from abc import ABC, abstractmethod


        class Base(ABC):
            @abstractmethod
            def m(self) -> int: ...

            def twice(self) -> int:
                return 2 * self.m()
        """,
    ),
    "pure": (
        '''
        import jaunt
        @jaunt.magic
        def first(word: str) -> int:
            """Return the rank of a word, 0 if it is unknown.

            >>> first("b")
            2
            """
            ...
        ''',
        """
        import heapq
        from collections import Counter, deque
        from decimal import Decimal
        from fractions import Fraction
        from uuid import NAMESPACE_DNS, uuid5

        _RANKS = {"a": 1}
        _RANKS["b"] = 2
        _LETTERS = Counter("abca")
        _RECENT = deque([1, 2], maxlen=2)
        _RATE = Decimal("0.19")
        _HALF = Fraction(1, 2)
        _KEY = uuid5(NAMESPACE_DNS, "jaunt")
        _HEAP = [3, 1, 2]
        heapq.heapify(_HEAP)


        def first(word: str) -> int:
            return _RANKS.get(word, 0)


        if __name__ == "__main__":
            print(first("a"))
        """,
    ),
    "announce": (
        '''
        from collections.abc import Callable
        from functools import wraps
        import jaunt
        SEEN: list[str] = []
        def counted(f: Callable[[int], int]) -> Callable[[int], int]:
            @wraps(f)
            def inner(n: int) -> int:
                SEEN.append(f.__name__)
                return f(n) + 100
            return inner
        @counted
        @counted
        @jaunt.magic
        def up(n: int) -> int:
            """Return n + 1.

            >>> up(1)
            202
            """
            ...
        ''',
        """
        def up(n: int) -> int:
            return n + 1
        """,
    ),
}
BY_HAND = {
    "src/app/__init__.py": "",
    "src/app/helper.py": """\
from app.z import shout
def loud(name: str) -> str:
    return shout(name) + "!"
""",
    "src/app/user.py": """\
import pickle
import warnings
from app.frames import make, old
P = make("P")
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    old(1)
WHERE = seen[0].filename.rpartition("/")[2]
with warnings.catch_warnings():
    warnings.filterwarnings("error", category=DeprecationWarning, module=r"app\\.user")
    try:
        old(1)
        FILTERED = False
    except DeprecationWarning:
        FILTERED = True
COPY = pickle.loads(pickle.dumps(P))
""",
    "src/vers/__init__.py": "from vers.ver import latest\nLATEST = latest()\n",
}
USE = """
import asyncio
from app import user
assert (user.P.__module__, user.WHERE, user.FILTERED, user.COPY) == ("app.user", "user.py", True, user.P)
from app.conditional import sep
assert sep() == "/"
from app.ctxmgr import marked
log = []
with marked(log, "x") as got:
    assert got == "x"
assert log == ["begin x", "end x"]
from app.asyncs import opened, ticks, ticks2
async def go():
    async with opened(log) as n:
        return n, [i async for i in ticks(2)], [i async for i in ticks2(2)]
assert asyncio.run(go()) == (1, [0, 1], [0, 1])
from app.loud import greet
from app.lru import area
assert (greet("bo"), area(3), area(3), area.cache_info().hits) == ("HELLO BO", 9, 9, 1)
from app.color import Color
from app.dog import Dog
from app.lower import Lower
from app.point import P
from app.square import Square, Shape
assert Color.parse("r") is Color.RED and isinstance(Square(2), Shape) and Dog("x").name == "x"
assert Lower().setdefault("A", 1) == 1 and P(1, -2).norm() == 3
from app.announce import up, SEEN
assert up(1) == 202 and SEEN == ["up", "up"]
from app.base import Base
try:
    Base()
except TypeError:
    log = ""
assert log == ""
from app import import_time
import vers
assert (import_time.NONE, vers.LATEST) == ("NONE", "3")
"""


def test_right_code_lands_with_all_checks_at_the_first_answer_and_does_what_it_says(
    tmp_path: Path, run_in: RunIn
) -> None:
    modules = {(name if "." in name else f"app.{name}"): texts for name, texts in MODULES.items()}
    specs = {f"src/{name.replace('.', '/')}.py": dedent(spec).lstrip() for name, (spec, _) in modules.items()}
    write_files(tmp_path, {"jaunt.toml": ONE_ATTEMPT, "pyproject.toml": PYPROJECT, **BY_HAND, **specs})
    record(tmp_path, {name: dedent(answer).lstrip() for name, (_, answer) in modules.items()})
    said = run_in(tmp_path, "build")
    assert (said.code, said.errors) == (0, [])
    ran = run_python("-c", USE, cwd=tmp_path, PYTHONPATH=python_path(tmp_path / "src"))
    assert ran.returncode == 0, ran.stderr
    assert run_in(tmp_path, "check").code == 0
