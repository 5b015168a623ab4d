"""Candidates to try the checks on: GOOD ones, none of which may be refused, and BAD ones, of which none may land.

Each has the spec module that it answers, without its import of jaunt. A bad one has a part of the error that tells
what is wrong with it.
"""

import textwrap
from typing import NamedTuple


class Case(NamedTuple):
    """A spec module, an answer to it, and a part of the error that is expected, if any."""

    spec: str
    candidate: str
    error: str = ""


SLUG = '''
SEPARATOR = "-"


class SlugError(ValueError):
    """There is nothing to make a slug of."""


@jaunt.magic
def slugify(title: str, *, limit: int = 60) -> str:
    """Return the words of `title` in lower case, joined by SEPARATOR.

    >>> slugify("Hello World")
    'hello-world'
    """
    ...
'''

GOOD_SLUG = '''
from app.{name} import SEPARATOR, SlugError


def slugify(title: str, *, limit: int = 60) -> str:
    """Return a slug."""
    words = title.lower().split()
    if not words:
        raise SlugError(title)
    return SEPARATOR.join(words)[:limit]
'''

STACK = '''
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


@jaunt.magic
class Stack(Generic[T]):
    """Last in, first out.

    >>> stack = Stack([1])
    >>> stack.push(2)
    >>> stack.pop(), len(stack), stack.top
    (2, 1, 1)
    """

    limit: int = 100

    def __init__(self, items: list[T] | None = None) -> None:
        """Start with `items`."""
        ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[T]: ...

    def push(self, item: T) -> None:
        """Put an item on top."""
        ...

    def pop(self, default: T | None = None) -> T | None: ...

    @property
    def top(self) -> T | None:
        """The item on top."""
        ...

    @classmethod
    def of(cls, *items: T) -> "Stack[T]": ...

    @staticmethod
    def is_stack(value: object) -> bool: ...
'''

GOOD_STACK = """
from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Stack(Generic[Item]):
    limit: int = 100

    def __init__(self, items: list[Item] | None = None) -> None:
        self._items: list[Item] = list(items or [])

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        yield from self._items

    def push(self, item: Item) -> None:
        self._items.append(item)

    def pop(self, default: Item | None = None) -> Item | None:
        return self._items.pop() if self._items else default

    @property
    def top(self) -> Item | None:
        return self._items[-1] if self._items else None

    @classmethod
    def of(cls, *items: Item) -> Stack[Item]:
        return cls(list(items))

    @staticmethod
    def is_stack(value: object) -> bool:
        return isinstance(value, Stack)
"""


def function(signature: str, body: str = "...", above: str = "") -> str:
    """Return a spec module of one function."""
    return f'{above}\n\n\n@jaunt.magic\n{signature}\n    """Do it."""\n    {body}\n'


GOOD: dict[str, Case] = {
    "slug": Case(SLUG, GOOD_SLUG),
    "stack": Case(STACK, GOOD_STACK),
    "quoted": Case(
        function('def first(items: "list[str]", default: "str | None" = None) -> "str | None":'),
        """
        def first(items: list[str], default: str | None = None) -> str | None:
            return items[0] if items else default
        """,
    ),
    "unions": Case(
        function(
            "def pick(a: Optional[int], b: Union[str, bytes, None] = None) -> Dict[str, List[int]]:",
            above="from typing import Dict, List, Optional, Union",
        ),
        """
        def pick(a: int | None, b: None | bytes | str = None) -> dict[str, list[int]]:
            return {str(b): [a or 0]}
        """,
    ),
    "qualified": Case(
        function(
            "def later(moment: dt.datetime, by: dt.timedelta = dt.timedelta(0)) -> dt.datetime:",
            above="import datetime as dt",
        ),
        """
        from datetime import datetime, timedelta


        def later(moment: datetime, by: timedelta = timedelta(0)) -> datetime:
            return moment + by
        """,
    ),
    "aliases": Case(
        function(
            "def render(blocks: Sequence[Block]) -> str:",
            above='''
from collections.abc import Sequence
from dataclasses import dataclass

@dataclass(frozen=True)
class Heading:
    """A heading."""
    text: str

@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""
    text: str

Block = Heading | Paragraph
''',
        ),
        """
        from collections.abc import Sequence

        from app.aliases import Heading, Paragraph

        _EMPTY = Heading("")
        _TAGS = {True: "h1", isinstance(_EMPTY, Paragraph): "p"}


        def render(blocks: Sequence[Heading | Paragraph]) -> str:
            return "".join(f"<{_TAGS[isinstance(b, Heading)]}>{b.text}" for b in blocks or [_EMPTY])
        """,
    ),
    "constants": Case(
        function("def table(name: str, base: int = DEFAULT_BASE) -> str:", above="DEFAULT_BASE = 10"),
        r'''
        """A module with everything that may stand at module level."""

        from __future__ import annotations

        import logging
        import re
        import string
        import sys
        from collections import namedtuple
        from dataclasses import dataclass, field
        from decimal import Decimal
        from enum import Enum, auto
        from functools import lru_cache, partial
        from types import MappingProxyType
        from typing import TYPE_CHECKING, Final, NamedTuple, NewType, TypeVar

        if TYPE_CHECKING:
            from collections.abc import Iterable

        if sys.version_info >= (3, 12):
            _NEW = True
        else:
            _NEW = False

        __all__ = ["table"]

        logger = logging.getLogger(__name__)
        logger.addHandler(logging.NullHandler())
        T = TypeVar("T")
        UserId = NewType("UserId", int)
        _Point = namedtuple("_Point", ["x", "y"])
        _ORIGIN = _Point(0, 0)
        _DIGITS: Final = string.digits + string.ascii_lowercase
        _INDEX = {digit: value for value, digit in enumerate(_DIGITS)}
        _WORD = re.compile("|".join(map(re.escape, ["a", "b"])), re.IGNORECASE)
        _FROZEN = frozenset(ord(c) for c in _DIGITS)
        _VIEW = MappingProxyType({"a": 1, **_INDEX})
        _MAX = 2**32 - 1
        _RATE = Decimal("0.1")
        _SPACES = str.maketrans({"-": " ", "_": " "})
        _parse = partial(int, base=16)
        _ROMAN = sorted(_INDEX.items(), key=lambda item: -item[1])
        _SENTINEL = object()
        """A value that no caller has."""


        class _Missing:
            """Stands for nothing."""


        _MISSING = _Missing()


        class _Color(Enum):
            RED = auto()
            GREEN = "green"

            @property
            def label(self) -> str:
                return self.name.title()


        class _Pair(NamedTuple):
            left: int
            right: int = 0


        @dataclass(frozen=True)
        class _Options:
            names: tuple[str, ...] = ()
            seen: dict[str, int] = field(default_factory=dict)


        _DEFAULTS = _Options(names=("a",))


        def _make_crc_table() -> list[int]:
            table = []
            for byte in range(256):
                crc = byte
                for _ in range(8):
                    crc = (crc >> 1) ^ 0xEDB88320 if crc & 1 else crc >> 1
                table.append(crc)
            return table


        _CRC = _make_crc_table()
        _BY_VALUE = sorted(_INDEX, key=_INDEX.__getitem__)


        class _Plugin:
            names: list[str] = []

            def __init_subclass__(cls, **kwargs: object) -> None:
                super().__init_subclass__(**kwargs)
                cls.names.append(cls.__name__)


        class _Grammar(_Plugin):
            def __init__(self, text: str) -> None:
                def clean(word: str) -> str:
                    return word.strip()

                self.rules = [clean(rule) for rule in text.split(";")]
                self.first = self._pick(0)

            def _pick(self, index: int) -> str:
                return self.rules[index]


        _GRAMMAR = _Grammar("a; b")


        @lru_cache(maxsize=None)
        def table(name: str, base: int = 10) -> str:
            logger.debug("table %s", name)
            return name.translate(_SPACES) + str(_CRC[base])
        ''',
    ),
    "coroutine": Case(
        function("async def fetch(url: str, *, tries: int = 3) -> bytes:"),
        """
        import asyncio


        async def fetch(url: str, *, tries: int = 3) -> bytes:
            for attempt in range(tries):
                await asyncio.sleep(0 * attempt)
            return url.encode()
        """,
    ),
    "iterator": Case(
        function("def count(stop: int) -> Iterator[int]:", above="from collections.abc import Iterator"),
        """
        from collections.abc import Generator


        def count(stop: int) -> Generator[int, None, None]:
            yield from range(stop)
        """,
    ),
    "async generator for a stub without a body": Case(
        function("async def ticks() -> AsyncIterator[int]:", above="from collections.abc import AsyncIterator"),
        """
        from collections.abc import AsyncIterator

        async def ticks() -> AsyncIterator[int]:
            yield 1
        """,
    ),
    "iterator_of_a_list": Case(
        function("def count(stop: int) -> Iterator[int]:", "yield 1", above="from collections.abc import Iterator"),
        """
        import typing as t


        def count(stop: int) -> t.Iterator[int]:
            return iter(range(stop))
        """,
    ),
    "async_iterator": Case(
        function("def ticks(stop: int) -> AsyncIterator[int]:", above="from collections.abc import AsyncIterator"),
        """
        from collections.abc import AsyncIterator


        async def ticks(stop: int) -> AsyncIterator[int]:
            for tick in range(stop):
                yield tick
        """,
    ),
    "context_manager": Case(
        function(
            "def opened(name: str) -> AbstractContextManager[str]:",
            above="from contextlib import AbstractContextManager",
        ),
        """
        from collections.abc import Iterator
        from contextlib import contextmanager


        @contextmanager
        def opened(name: str) -> Iterator[str]:
            yield name
        """,
    ),
    "decorated_context_manager": Case(
        """
from collections.abc import Iterator
from contextlib import contextmanager


@jaunt.magic
@contextmanager
def opened(name: str) -> Iterator[str]:
    '''Yield the name.'''
    ...
""",
        """
        import contextlib
        from collections.abc import Generator


        @contextlib.contextmanager
        def opened(name: str) -> Generator[str, None, None]:
            yield name
        """,
    ),
    "overloads": Case(
        """
from typing import overload


@overload
def double(value: int) -> int: ...
@overload
def double(value: str) -> str: ...
@jaunt.magic
def double(value: int | str) -> int | str:
    '''Return it twice.'''
    ...
""",
        """
        from typing import overload


        @overload
        def double(value: int) -> int: ...
        @overload
        def double(value: str) -> str: ...
        def double(value: int | str) -> int | str:
            return value * 2
        """,
    ),
    "dataclass_spec": Case(
        """
from dataclasses import dataclass, field


@jaunt.magic
@dataclass(frozen=True)
class Money:
    '''An amount.

    >>> Money(3).plus(Money(4))
    Money(amount=7, currency='EUR', tags=[])
    '''

    amount: int
    currency: str = "EUR"
    tags: list[str] = field(default_factory=list)

    def plus(self, other: "Money") -> "Money": ...
""",
        """
        from dataclasses import dataclass, field, replace
        from typing import Self


        @dataclass(frozen=True)
        class Money:
            amount: int
            currency: str = "EUR"
            tags: list[str] = field(default_factory=list)

            def plus(self, other: Self) -> "Money":
                return replace(self, amount=self.amount + other.amount)
        """,
    ),
    "class_made_a_dataclass": Case(
        """
@jaunt.magic
class Point:
    '''A point.'''

    def __init__(self, x: float, y: float) -> None: ...

    def __eq__(self, other: object) -> bool: ...

    def norm(self) -> float: ...
""",
        """
        from dataclasses import dataclass
        from math import hypot


        @dataclass
        class Point:
            x: float
            y: float

            def norm(self) -> float:
                return hypot(self.x, self.y)
        """,
    ),
    "base_class": Case(
        """
class Shape:
    '''Something with an area.'''

    def area(self) -> float:
        raise NotImplementedError


@jaunt.magic
class Square(Shape):
    '''A square.'''

    side: float

    def __init__(self, side: float) -> None: ...

    def area(self) -> float: ...
""",
        """
        from app.base_class import Shape


        class _Sided(Shape):
            def __init__(self, side: float) -> None:
                self.side = side


        class Square(_Sided, Shape):
            def area(self) -> float:
                return self.side**2
        """,
    ),
    "class_in_a_handwritten_type": Case(
        """
from dataclasses import dataclass


@jaunt.magic
class Node:
    '''A node.'''

    def __init__(self, name: str) -> None: ...

    def join(self, other: "Node") -> "Node": ...


@dataclass
class Tree:
    root: Node


def name_of(node: Node) -> str:
    return str(node)


@jaunt.magic
def build(name: str) -> Tree:
    '''Return a tree.

    >>> isinstance(build("a").root, Node)
    True
    '''
    ...
""",
        """
        from __future__ import annotations

        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from app.class_in_a_handwritten_type import Tree


        class Node:
            def __init__(self, name: str) -> None:
                self.name = name

            def join(self, other: Node) -> Node:
                return Node(self.name + other.name)


        def build(name: str) -> Tree:
            from app.class_in_a_handwritten_type import Tree, name_of

            node = Node(name)
            return Tree(node) if name_of(node) else Tree(node.join(node))
        """,
    ),
    "properties": Case(
        """
@jaunt.magic
class Thermostat:
    '''Keeps a temperature.'''

    @property
    def celsius(self) -> float: ...

    @celsius.setter
    def celsius(self, value: float) -> None: ...
""",
        """
        import contextlib


        class Thermostat:
            def __init__(self) -> None:
                self._kelvin = 0.0

            @property
            def celsius(self) -> float:
                return self._kelvin - 273.15

            @celsius.setter
            def celsius(self, value: float) -> None:
                with contextlib.suppress(TypeError):
                    self._kelvin = value + 273.15
        """,
    ),
    "callables": Case(
        function(
            "def apply(call: Callable[[int, str], Awaitable[None]], *args: int, sep: str = ',', **rest: object):",
            above="from collections.abc import Awaitable, Callable",
        ),
        """
        import collections.abc as cabc


        def apply(
            call: cabc.Callable[[int, str], cabc.Awaitable[None]], *args: int, sep: str = ",", **rest: object
        ) -> None:
            for number in args:
                call(number, sep.join(rest))
        """,
    ),
    "type_variables": Case(
        function(
            "def group(items: Iterable[V], key: Callable[[V], K]) -> dict[K, list[V]]:",
            above="""
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
""",
        ),
        """
        from collections import defaultdict
        from collections.abc import Callable, Hashable, Iterable
        from typing import TypeVar

        from app.type_variables import V

        Key = TypeVar("Key", bound=Hashable)


        def group(items: Iterable[V], key: Callable[[V], Key]) -> dict[Key, list[V]]:
            groups: defaultdict[Key, list[V]] = defaultdict(list)
            for item in items:
                groups[key(item)].append(item)
            return dict(groups)
        """,
    ),
    "local_decorator": Case(
        function("def run(n: int) -> int:"),
        """
        import functools
        from collections.abc import Callable

        _REGISTRY: dict[str, Callable[[int], int]] = {}


        def _registered(call: Callable[[int], int]) -> Callable[[int], int]:
            _REGISTRY[getattr(call, "__name__", "")] = call

            @functools.wraps(call)
            def wrapper(n: int) -> int:
                print(n)
                return call(n)

            return wrapper


        @_registered
        def _step(n: int) -> int:
            return n + 1


        @functools.singledispatch
        def _show(value: object) -> str:
            return str(value)


        @_show.register
        def _(value: int) -> str:
            return hex(value)


        def run(n: int) -> int:
            return len(_show(_step(n)))
        """,
    ),
    "dependency": Case(
        function("def run(title: str) -> str:", above="from app.slug import SEPARATOR, slugify"),
        """
        import importlib.metadata
        import os.path

        import doit
        from app.slug import slugify


        def run(title: str) -> str:
            import app.slug as slugs

            name = os.path.join(slugify(title), doit.__name__)
            return name + slugs.SEPARATOR + importlib.metadata.version("doit")
        """,
    ),
    "defaults": Case(
        function(
            "def wait(a: float = 0.5, b: tuple[int, ...] = (), c: str = NAME, d: Clock = time.monotonic, e: int = -1)"
            " -> None:",
            above='import time\nfrom collections.abc import Callable\n\nNAME = "x"\nClock = Callable[[], float]',
        ),
        """
        from collections.abc import Callable
        from time import monotonic

        from app.defaults import NAME


        def wait(
            a: float = 0.5,
            b: tuple[int, ...] = (),
            c: str = NAME,
            d: Callable[[], float] = monotonic,
            e: int = -1,
        ) -> None:
            del a, b, c, d, e
        """,
    ),
    "command": Case(
        function("def main(argv: list[str] | None = None) -> int:"),
        """
        import argparse
        import sys


        def main(argv: list[str] | None = None) -> int:
            parser = argparse.ArgumentParser()
            parser.add_argument("name", nargs="?")
            print(parser.parse_args(argv).name, file=sys.stderr)
            try:
                return int(open("/dev/null").read() or 0)
            except (OSError, ValueError):
                sys.exit(2)
        """,
    ),
    "unannotated_init": Case(
        """
@jaunt.magic
class Box:
    '''A box.'''

    def __init__(self) -> None: ...

    def put(self, item): ...
""",
        """
        class Box:
            def __init__(self):
                self.items: list[object] = []

            def put(self, item: object) -> None:
                self.items.append(item)

            def clear(self) -> None:
                self.items.clear()
        """,
    ),
}


def slug(candidate: str, error: str) -> Case:
    """Return a bad answer to SLUG."""
    return Case(SLUG, candidate, error)


def before(line: str, error: str) -> Case:
    """Return the good answer to SLUG below something bad."""
    return slug(f"{line}\n{GOOD_SLUG}", error)


def inside(lines: str, error: str) -> Case:
    """Return an answer to SLUG with something bad in the function."""
    body = "\n".join(f"    {line}" for line in lines.splitlines())
    return slug(f"def slugify(title: str, *, limit: int = 60) -> str:\n{body}\n    return title\n", error)


def stack(old: str, new: str, error: str) -> Case:
    """Return the good answer to STACK with a part of it replaced."""
    assert old in GOOD_STACK, old
    return Case(STACK, GOOD_STACK.replace(old, new), error)


def signed(signature: str, error: str) -> Case:
    """Return an answer to SLUG with another signature."""
    return slug(f"{signature}\n    return title\n", error)


BAD: dict[str, Case] = {
    # its text
    "empty": slug("", "missing definition: 'slugify'"),
    "prose": slug("Sure! Here is the code:\n\ndef slugify():\n    pass\n", "syntax error"),
    "cut off": slug("def slugify(title: str, *, limit: int = 60) -> str:\n    return (", "syntax error"),
    "NUL": before("X = '\0'", "holds a NUL character"),
    "too long": before("X = '" + "x" * 300_000 + "'", "longer than 256 KiB"),
    "bidi override": before("X = 1  # \u202e0 = x", "U+202E"),
    "bidi isolate in a string": before('X = "\u2066a"', "U+2066"),
    "half a surrogate": before("X = '\ud800'", "half of a surrogate pair"),
    "deep parentheses": before("X = " + "(" * 500 + ")" * 500, "too many nested parentheses"),
    "deep minus": before("X = " + "-" * 100_000 + "1", "cannot be compiled"),
    "deep attributes": before("X = a" + ".b" * 100_000, "cannot be compiled"),
    "deep indentation": before("".join(" " * i + "if 1:\n" for i in range(200)) + " " * 200 + "x = 1", "too many"),
    "return outside": before("return 1", "'return' outside function"),
    "file-wide noqa": before("# ruff: noqa", "silences a check"),
    "file-wide type ignore": before("# type: ignore", "silences a check"),
    # its names
    "another name": slug("def slug(title: str) -> str:\n    return title\n", "missing definition: 'slugify'"),
    "imported name": slug("from app.words import slugify", "missing definition: 'slugify'"),
    "inner name": slug("def f():\n    def slugify(title): ...\n", "missing definition: 'slugify'"),
    "a class": slug("class slugify:\n    pass\n", "slugify: is a class, expected a function `def slugify(title: str,"),
    "a lambda": slug("slugify = lambda title: title\n", "line 1: slugify: is assigned, expected a function"),
    "a partial": slug("import functools\nslugify = functools.partial(str)\n", "slugify: is assigned"),
    # its bodies
    "no code": inside("raise NotImplementedError", "slugify: still has only a stub for its body"),
    "a TODO": slug(
        "def slugify(title: str, *, limit: int = 60) -> str:\n    # TODO: make the slug\n    return ''\n",
        "slugify: still has only a stub for its body",
    ),
    # its signature
    "renamed": signed("def slugify(text: str, *, limit: int = 60) -> str:", "has no parameter 'title'"),
    "no limit": signed("def slugify(title: str) -> str:", "has no parameter 'limit'"),
    "one more": signed(
        "def slugify(title: str, *, limit: int = 60, x: int = 0) -> str:", "a parameter 'x' that is not in"
    ),
    "positional": signed(
        "def slugify(title: str, limit: int = 60) -> str:",
        "'limit' is positional or keyword, expected keyword-only",
    ),
    "positional-only": signed("def slugify(title: str, /, *, limit: int = 60) -> str:", "'title' is positional-only"),
    "kwargs": signed("def slugify(*args, **kwargs):", "has no parameter 'title'"),
    "other default": signed("def slugify(title: str, *, limit: int = 80) -> str:", "has the default 80, expected 60"),
    "float default": signed(
        "def slugify(title: str, *, limit: int = 60.0) -> str:", "has the default 60.0, expected 60"
    ),
    "no default": signed("def slugify(title: str, *, limit: int) -> str:", "'limit' has no default, expected 60"),
    "new default": signed(
        "def slugify(title: str = '', *, limit: int = 60) -> str:", "has the default '', expected none"
    ),
    "other annotation": signed(
        "def slugify(title: bytes, *, limit: int = 60) -> str:", "'title' is annotated bytes, expected str"
    ),
    "wider annotation": signed(
        "def slugify(title: str, *, limit: int | None = 60) -> str:", "annotated int | None, expected int"
    ),
    "no annotation": signed("def slugify(title, *, limit: int = 60) -> str:", "'title' has no annotation"),
    "no return": signed("def slugify(title: str, *, limit: int = 60):", "has no return annotation, expected `-> str`"),
    "other return": signed(
        "def slugify(title: str, *, limit: int = 60) -> str | None:", "returns str | None, expected str"
    ),
    "async": signed("async def slugify(title: str, *, limit: int = 60) -> str:", "is `async`, expected `def slugify"),
    "order": Case(
        function("def area(width: int, height: int) -> int:"),
        "def area(height: int, width: int) -> int:\n    return height * width\n",
        "in the order height, width",
    ),
    "not async": Case(
        function("async def fetch(url: str) -> bytes:"),
        "def fetch(url: str) -> bytes:\n    return b''\n",
        "is a plain function, expected `async def fetch",
    ),
    "async generator for a coroutine": Case(
        function("async def ticks() -> int:"),
        "async def ticks() -> int:\n    yield 1\n",
        "is an async generator, expected a coroutine function",
    ),
    "coroutine for a stub without a body that returns an async iterator": Case(
        function("async def ticks() -> AsyncIterator[int]:", above="from collections.abc import AsyncIterator"),
        "from collections.abc import AsyncIterator\n\nasync def ticks() -> AsyncIterator[int]:\n    return other()\n",
        "is a coroutine function, which is awaited, expected an async generator",
    ),
    "coroutine for an async generator": Case(
        function("async def ticks() -> AsyncIterator[int]:", "yield 1", "from collections.abc import AsyncIterator"),
        "async def ticks() -> AsyncIterator[int]:\n    return other()\n",
        "is a coroutine function, which is awaited, expected an async generator",
    ),
    "context manager": signed(
        "import contextlib\n@contextlib.contextmanager\ndef slugify(title: str, *, limit: int = 60) -> str:",
        "has the decorator `@contextmanager`",
    ),
    "list for iterator": Case(
        function("def count(stop: int) -> Iterator[int]:", above="from collections.abc import Iterator"),
        "def count(stop: int) -> list[int]:\n    return list(range(stop))\n",
        "returns list[int], expected Iterator[int]",
    ),
    "swapped type variables": Case(
        function(
            "def swap(a: K, b: V) -> tuple[V, K]:",
            above='from typing import TypeVar\nK = TypeVar("K")\nV = TypeVar("V")',
        ),
        "from app.x import K, V\n\ndef swap(a: K, b: V) -> tuple[K, V]:\n    return a, b\n",
        "returns tuple[K, V], expected tuple[V, K]",
    ),
    # its classes
    "a function": Case(STACK, "def Stack(items=None):\n    return []\n", "Stack: is a function, expected a class"),
    "no base": stack("Stack(Generic[Item])", "Stack", "is `class Stack`, expected `class Stack(Generic[T])`"),
    "no method": stack("    def push", "    def put", "Stack.push: is not defined"),
    "method's parameter": stack(
        "push(self, item: Item)", "push(self, value: Item)", "Stack.push: has no parameter 'item'"
    ),
    "method's default": stack("default: Item | None = None", "default: Item | None", "'default' has no default"),
    "method's return": stack(
        "__len__(self) -> int", "__len__(self) -> float", "Stack.__len__: returns float, expected int"
    ),
    "no property": stack("    @property\n", "", "Stack.top: lacks the decorator `@property`"),
    "a new property": stack("    def push", "    @property\n    def push", "Stack.push: has the decorator `@property`"),
    "no classmethod": stack("    @classmethod\n", "", "Stack.of: lacks the decorator `@classmethod`"),
    "async method": stack("def push", "async def push", "Stack.push: is `async`"),
    "attribute": stack("    limit: int = 100\n", "", "Stack.limit: is not defined"),
    "attribute's value": stack("limit: int = 100", "limit: int = 10", "Stack.limit: is 10, expected 100"),
    "attribute's type": stack("limit: int = 100", "limit: str = 100", "Stack.limit: is annotated str, expected int"),
    "frozen": Case(
        GOOD["dataclass_spec"].spec,
        GOOD["dataclass_spec"].candidate.replace("@dataclass(frozen=True)", "@dataclass"),
        "is decorated `@dataclass`, expected `@dataclass(frozen=True)`",
    ),
    "fields": Case(
        GOOD["class_made_a_dataclass"].spec,
        GOOD["class_made_a_dataclass"].candidate.replace("y: float", "z: float"),
        "Point.__init__: is made by the fields x, z",
    ),
    "a class written by hand": before(
        "class SlugError(ValueError):\n    pass\n", "SlugError: is defined anew, expected `from app."
    ),
    # what it does on import
    "print": before("print('hello')", "`print('hello')` is called on import"),
    "environment": before("import os\nos.environ['X'] = '1'", "changes `os.environ['X']` on import"),
    "reads the environment": before("import os\nKEY = os.environ['KEY']", "reads `os.environ` on import"),
    "getenv": before("import os\nKEY = os.getenv('KEY')", "`os.getenv('KEY')` is called on import"),
    "patches": before("import json\njson.dumps = None", "changes `json.dumps` on import"),
    "opens": before("DATA = open('/etc/passwd').read()", "is called on import"),
    "system": before("import os\nX = os.system('true')", "`os.system('true')` is called on import"),
    "system in a class": before("import os\nclass A:\n    x = os.system('true')", "`os.system('true')` is called"),
    "system in a default": before("import os\ndef f(x=os.system('true')):\n    pass", "`os.system('true')` is called"),
    "system in a function": before(
        "import os\ndef _f():\n    return os.system('true')\nX = _f()", "`_f()` is called on import"
    ),
    "system in a class's init": before(
        "import os\nclass _A:\n    def __init__(self):\n        os.system('true')\nX = _A()",
        "`_A()` is called on import",
    ),
    "system by map": before(
        "import os\nX = list(map(os.system, ['true']))", "`map(os.system, ['true'])` is called on import"
    ),
    "system by partial": before(
        "import functools, os\nX = functools.partial(os.system, 'true')()", "is called on import"
    ),
    "system by lambda": before("import os\nX = list(map(lambda c: os.system(c), ['true']))", "is called on import"),
    "decorator": before("import atexit\n@atexit.register\ndef _bye():\n    pass", "`@atexit.register` runs on import"),
    "local decorator": before(
        "def _d(f):\n    print(f)\n    return f\n@_d\ndef _g():\n    pass", "`@_d` runs on import"
    ),
    "a subclass's hook": before(
        "import os\nclass _A:\n    def __init_subclass__(cls):\n        os.system('true')\nclass _B(_A):\n    pass",
        "_A.__init_subclass__: does more than compute when a class is made",
    ),
    "a metaclass": before(
        "import os\nclass _M(type):\n    def __new__(cls, *a):\n        os.nice(1)\nclass _B(metaclass=_M):\n    pass",
        "_M.__new__: does more than compute when a class is made",
    ),
    "by a method": before(
        "import os\nclass A:\n    def __init__(self):\n        self.f()\n    def f(self):\n        os.nice(1)\nX = A()",
        "`A()` is called on import",
    ),
    "by an inner function": before(
        "import os\ndef _f():\n    def g():\n        os.nice(1)\n    return g()\nX = _f()",
        "`_f()` is called on import",
    ),
    "by an alias": before("import os\nrun = os.system\nX = run('true')", "`run('true')` is called on import"),
    "by an alias of a module": before(
        "import json\nJ = json\ndef _f():\n    J.dumps = None\n    return 1\nX = _f()",
        "`_f()` is called on import",
    ),
    "a handler": before(
        "import logging\nlogging.getLogger().addHandler(logging.FileHandler('x'))", "is called on import"
    ),
    "a class with a capital": before(
        "import os\nclass Runner:\n    def __init__(self):\n        os.system('true')\nX = Runner()",
        "`Runner()` is called",
    ),
    "loop": before("for x in range(3):\n    print(x)", "`print(x)` is called on import"),
    "with block": before("with open('x') as f:\n    pass", "runs on import"),
    "exec": before("exec('x = 1')", "`exec('x = 1')` is called on import"),
    "clock": before("import time\nSTART = time.time()", "`time.time()` is called on import"),
    "random": before("import random\nX = random.random()", "`random.random()` is called on import"),
    "thread": before("import threading\nT = threading.Thread(target=print)", "is called on import"),
    "assert statement": before("assert True", "runs on import"),
    # what it imports
    "made up": before("import slugify_pro", "imports slugify_pro, expected the standard library"),
    "made up in a function": inside("import slugify_pro", "imports slugify_pro"),
    "installed, but undeclared": before("import pytest", "imports pytest"),
    "jaunt": before("import jaunt", "imports jaunt, expected plain code"),
    "by importlib": inside("import importlib\nimportlib.import_module('slugify_pro')", "imports slugify_pro"),
    "by __import__": inside("__import__('slugify_pro')", "imports slugify_pro"),
    "no such module": before("from app.nothing import x", "imports app.nothing, but the project has no such module"),
    "optional import": before(
        "try:\n    import slugify_pro as s\nexcept ImportError:\n    s = None", "catches a failed import"
    ),
    "optional import in a function": inside(
        "try:\n    import slugify_pro as s\nexcept Exception:\n    s = None", "catches a failed import"
    ),
    "star": before("from os.path import *", "imports everything from os.path"),
    "own stub": before("from app.{name} import slugify as stub", "uses slugify from app."),
    "own stub in a function": inside("from app.{name} import slugify\nreturn slugify(title)", "uses slugify from app."),
    "own stub by module": inside(
        "import app.{name}\nreturn app.{name}.slugify(title)", "the stub that this module implements"
    ),
    "own stub by package": inside(
        "from app import {name} as me\nreturn me.slugify(title)", "the stub that this module implements"
    ),
    "generated": inside("from app.__generated__.{name} import slugify as s", "which is generated"),
    "generated package": inside("from app import __generated__", "which is generated"),
    "relative": inside("from .words import split_words", "means app.__generated__.words here"),
    "late": Case(
        GOOD["class_in_a_handwritten_type"].spec,
        textwrap.dedent(GOOD["class_in_a_handwritten_type"].candidate)
        .replace("if TYPE_CHECKING:\n    from app.class_in_a_handwritten_type", "from app.late")
        .replace("app.class_in_a_handwritten_type", "app.late"),
        "imports Tree from app.late at module level, expected inside the function",
    ),
}
