"""What is bound to the required names when the import is over is what the spec says, whatever its text looks like."""

import asyncio
from pathlib import Path

from examinations import make_examiners, orders
from projects import write_files

from jaunt.checks.examiner.questions import Examination
from jaunt.text.flaw import Flaw

SPEC = '''\
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Iterator

import jaunt


class Money:
    """An amount."""


@jaunt.magic
def count(n: int, *, unit: str = "m") -> int:
    """Return the number."""
    ...


@jaunt.magic
async def fetch(key: str) -> list[int]:
    """Return what is there."""
    ...


@jaunt.magic
def price(amount: Money) -> Money | None:
    """Return the price."""
    ...


@jaunt.magic
def lines() -> Iterator[str]:
    """Yield lines."""
    ...


def optional(function):
    @functools.wraps(function)
    def make(message=None):
        return function

    return make


@jaunt.magic
@optional
def positive(n: int) -> int:
    """Return the number."""
    ...


class Linked:
    def __init_subclass__(cls) -> None:
        cls.opposite = cls


@jaunt.magic
class Pair(Linked):
    """A class that is its own opposite."""

    def first(self) -> int: ...


@jaunt.magic
class Shelf:
    """Keeps things."""

    class Label:
        def text(self) -> str: ...

    def label(self) -> Label: ...

    def __init__(self, size: int = 3) -> None: ...

    def put(self, thing: str, place: int) -> None: ...

    @staticmethod
    def widest(*sizes: int) -> int: ...

    @classmethod
    def empty(cls) -> "Shelf": ...

    @property
    def full(self) -> bool: ...
'''

GOOD = """\
import functools
from collections.abc import Iterator

from app.shapes import Linked, Money, optional


{before}


{count_decorator}
def count(n: int, *, unit: str = "m") -> int:
    return n


{fetch_decorator}
async def fetch(key: str) -> list[int]:
    return [len(key)]


def price(amount: Money) -> Money | None:
    return amount


def lines() -> Iterator[str]:
    yield "a"


@optional
def positive(n: int) -> int:
    return n


class Pair(Linked):
    def first(self) -> int:
        return 1


class Shelf:
    class Label:
        def text(self) -> str:
            return ""

    def label(self) -> Label:
        return self.Label()

    def __init__(self, size: int = 3) -> None:
        self.size = size

    def put(self, thing: str, place: int) -> None:
        self.size += 1

    @staticmethod
    def widest(*sizes: int) -> int:
        return max(sizes)

    @classmethod
    def empty(cls) -> "Shelf":
        return cls(0)

    @property
    def full(self) -> bool:
        return False


{after}
"""

WRAPPER = """\
def own(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner
"""
ASYNC_WRAPPER = WRAPPER.replace("    def inner", "    async def inner").replace(
    "return function(", "return await function("
)
NARROW = "def own(function):\n    @functools.wraps(function)\n    def inner(n):\n        return n\n    return inner\n"


def candidate(before: str = "", count: str = "", fetch: str = "", after: str = "") -> str:
    return GOOD.format(before=before, count_decorator=count, fetch_decorator=fetch, after=after)


LIES = {
    "deleted after its definition": candidate(after="del count"),
    "a class that is deleted": candidate(after="del Shelf"),
    "defined for type checkers alone": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
    + "".join(f"    {line}\n" for line in candidate().splitlines()),
    "bound to None afterwards": candidate(after="count = None"),
    "bound to another function afterwards": candidate(after="count = len"),
    "bound by a loop": candidate(after="for count in range(3):\n    pass"),
    "bound by globals()": candidate(after='globals()["count"] = 3'),
    "deleted by globals()": candidate(after='globals().pop("count")'),
    "decorated with callable": candidate(count="@callable"),
    "decorated with singledispatch": candidate(count="@functools.singledispatch"),
    "decorated with str": candidate(count="@str"),
    "decorated with a decorator that returns nothing": candidate("def own(function):\n    pass", "@own"),
    "decorated with one that returns another function": candidate("def own(f):\n    return lambda x: x", "@own"),
    "decorated with one whose function takes less": candidate(NARROW, "@own"),
    "decorated with one that writes a signature on it": candidate(
        "import inspect\ndef own(f):\n    g = lambda n: n\n    g.__signature__ = inspect.signature(f)\n    return g",
        "@own",
    ),
    "a class in place of the function": candidate(after="class count:\n    def __init__(self, n, *, unit='m'): ..."),
    "a partial with an argument": candidate(after="count = functools.partial(count, 3)"),
    "a builtin class shadowed by an assignment": candidate("int = str"),
    "a builtin class shadowed by a class": candidate("class int: ..."),
    "a builtin class within a generic shadowed": candidate("class int: ...", after="count.__annotations__.clear()"),
    "a class of the spec module defined anew": candidate("class Money: ..."),
    "a class of the spec module that is another": candidate("Money = dict"),
    "no longer async": candidate(WRAPPER, fetch="@own"),
    "async by a decorator": candidate(ASYNC_WRAPPER, "@own"),
    "a method of a nested class that takes more": candidate(after="Shelf.Label.text = lambda self, n: ''"),
    "an annotation by a nested class of another": candidate(
        after="class _T:\n    class Label: ...\nShelf.label.__annotations__['return'] = _T.Label"
    ),
    "a nested class that is None": candidate(after="Shelf.Label = None"),
    "a method that is deleted": candidate(after="del Shelf.put"),
    "a method that is None": candidate(after="Shelf.put = None"),
    "a method that takes less": candidate(after="Shelf.put = lambda self, thing: None"),
    "a method that is a number": candidate(after="Shelf.put = 3"),
    "a static method that is None": candidate(after="Shelf.widest = None"),
    "a class method that is a number": candidate(after="Shelf.empty = 3"),
    "a property that is deleted": candidate(after="del Shelf.full"),
    "a property that is a value": candidate(after="Shelf.full = True"),
    "a property that is a callable object": candidate(
        after="import operator\nShelf.full = operator.attrgetter('size')"
    ),
    "a property that is a class": candidate(after="Shelf.full = bool"),
    "a constructor that takes less": candidate(after="Shelf.__init__ = lambda self: None"),
    "a class that is an instance": candidate(after="Shelf = Shelf()"),
    "a class that is a function": candidate(after="def Shelf(size: int = 3): ..."),
}
RIGHT = {
    "as in the spec": candidate(),
    "below a decorator of its own": candidate(WRAPPER, "@own"),
    "below an async decorator of its own": candidate(ASYNC_WRAPPER, fetch="@own"),
    "cached": candidate(count="@functools.cache"),
    "cached with arguments": candidate(count="@functools.lru_cache(maxsize=3)"),
    "with lazy annotations": "from __future__ import annotations\n" + candidate(),
    "an alias": candidate(after="def _count(n: int, *, unit: str = 'm') -> int:\n    return n\ncount = _count"),
    "a class with bases of its own": candidate(after="class _B(Shelf):\n    pass\nShelf = _B"),
    "a method of a mixin": candidate(
        after="class _M:\n    put = Shelf.put\ndel Shelf.put\nShelf = type('Shelf', (_M, Shelf), {})"
    ),
    "a property made by hand": candidate(after="Shelf.full = property(lambda self: True)"),
    "a cached property": candidate(
        after="class _C(Shelf):\n    @functools.cached_property\n    def full(self):\n        return True\nShelf = _C"
    ),
    "a property that is a slot": candidate(
        after="class _S:\n    __slots__ = ('full',)\ndel Shelf.full\nShelf = type('Shelf', (Shelf, _S), {})"
    ),
    "a generator made by another": candidate(
        after="_lines = lines\ndef lines() -> Iterator[str]:\n    yield from _lines()"
    ),
    "a class imported by another name": candidate()
    .replace("import Linked, Money", "import Linked, Money as M")
    .replace("Money |", "M |")
    .replace("amount: Money", "amount: M"),
    "an annotation for type checkers alone": candidate().replace(
        "from app.shapes import Linked, Money, optional",
        "from typing import TYPE_CHECKING\nfrom app.shapes import Linked, optional\n"
        "if TYPE_CHECKING:\n    from app.shapes import Money",
    ).replace("amount: Money) -> Money | None", "amount: 'Money') -> 'Money | None'"),
}  # fmt: skip


def findings(root: Path, candidates: dict[str, str]) -> dict[str, list[Flaw]]:
    """Return what is found in candidates for the spec above."""
    examiners = make_examiners(root, mode="off")
    write_files(root, {"app/shapes.py": SPEC})

    async def examine_all() -> list[list[Flaw]]:
        asked = []
        for source in candidates.values():
            order = orders(root, source).order
            order["spec_module"], order["generated_module"] = "app.shapes", "app.__generated__.shapes"
            order["filename"] = str(root / "app/__generated__/shapes.py")
            order["names"], order["questions"] = ["count", "fetch", "price", "lines", "positive", "Pair", "Shelf"], []
            order["effects"] = False
            asked.append(Examination(order, []))
        return [*await asyncio.gather(*map(examiners.examine, asked))]

    return dict(zip(candidates, asyncio.run(examine_all()), strict=True))


def test_no_lie_about_a_signature_passes(tmp_path: Path) -> None:
    found = findings(tmp_path, LIES)
    print(f"{len(LIES)} lies tried")
    assert [kind for kind, errors in found.items() if not errors] == []
    unclear = {
        kind: errors for kind, errors in found.items() if not errors[0].startswith(("count", "fetch", "price", "Shelf"))
    }
    assert unclear == {}


def test_what_is_right_passes(tmp_path: Path) -> None:
    found = findings(tmp_path, RIGHT)
    assert {kind: errors for kind, errors in found.items() if errors} == {}
