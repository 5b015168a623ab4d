"""Methods of handwritten classes as specs: whole builds, and what the classes are to those who use them."""

import shutil
from pathlib import Path
from textwrap import dedent

import pytest
from apps import App
from backends import FakeBackend
from builds import EXAMPLES, PLAIN, build_with, load
from projects import CONFIG, GENERATED, edit, record, write_files
from said import RunIn

from jaunt.spec_ref import SpecRef

CART = '''\
"""Carts."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import jaunt


@dataclass
class Item:
    name: str
    price: int


@dataclass
class Cart:
    """What somebody wants to buy."""

    LIMIT = 3
    items: list[Item] = field(default_factory=list)

    def add(self, item: Item) -> None:
        """Put an item in."""
        self.items.append(item)

    @jaunt.magic
    def total(self, tax: int = 0, *, limit: int = LIMIT) -> int:
        """Return the sum of the first `limit` prices, plus `tax`.

        >>> Cart([Item("a", 2), Item("b", 3)]).total(1)
        6
        """
        ...

    @classmethod
    @jaunt.magic
    def of(cls, text: str) -> "Cart":
        """Return the cart of a text like "a=1 b=2".

        >>> Cart.of("a=1 b=2").total()
        3
        """

    @staticmethod
    @jaunt.magic
    def price(text: str) -> int:
        """Return the number in a text."""
        raise NotImplementedError

    @jaunt.magic
    async def fetch(self) -> int: ...

    @jaunt.magic
    def names(self) -> Iterator[str]:
        """Yield the names of the items."""
        ...

    @jaunt.magic
    async def each(self) -> AsyncIterator[str]:
        """Yield the names of the items."""
        ...
        yield ""
'''
CODE = """\
from collections.abc import AsyncIterator, Iterator

from app.cart import Cart, Item


def Cart__total(self: Cart, tax: int = 0, *, limit: int = Cart.LIMIT) -> int:
    return sum(item.price for item in self.items[:limit]) + tax


def Cart__of(cls: type[Cart], text: str) -> Cart:
    pairs = (pair.split("=") for pair in text.split())
    return cls([Item(name, cls.price(price)) for name, price in pairs])


def Cart__price(text: str) -> int:
    return int(text)


async def Cart__fetch(self: Cart) -> int:
    return len(self.items)


def Cart__names(self: Cart) -> Iterator[str]:
    for item in self.items:
        yield item.name


async def Cart__each(self: Cart) -> AsyncIterator[str]:
    for item in self.items:
        yield item.name
"""
USE = """
    import asyncio, inspect, pickle
    from app.cart import Cart, Item

    cart = Cart.of("a=1 b=2")
    async def each():
        return [name async for name in cart.each()]
    print(cart.total(1), Cart.price("3"), asyncio.run(cart.fetch()), [*cart.names()], asyncio.run(each()))
    print(pickle.loads(pickle.dumps(cart)) == cart, pickle.loads(pickle.dumps(Cart.total)) is Cart.total)
    print(Cart.total.__module__, Cart.total.__qualname__, inspect.signature(cart.total), bool(Cart.total.__doc__))
    """
PRINTED = """\
4 3 2 ['a', 'b'] ['a', 'b']
True True
app.cart Cart.total (tax: int = 0, *, limit: int = 3) -> int True"""


def make(root: Path, spec: str = CART, config: str = PLAIN, **others: str) -> Path:
    files = {f"src/app/{name}.py": text for name, text in others.items()}
    write_files(root, {"jaunt.toml": config, "src/app/__init__.py": "", "src/app/cart.py": spec, **files})
    return root


def use(root: Path, code: str) -> str:
    return App(root / "src").run(code)


def test_methods_pass_every_check_and_run(tmp_path: Path, run_in: RunIn) -> None:
    root = make(tmp_path, config=CONFIG.replace("doctests = false", "").replace('ty = "off"', ""))
    record(root, {"app.cart": CODE})
    assert run_in(root, "build").code == 0
    assert use(root, USE) == PRINTED
    assert run_in(root, "check").code == 0


def test_a_class_is_whole_before_the_build_but_for_its_methods(tmp_path: Path) -> None:
    root = make(tmp_path)
    code = """
        from app.cart import Cart, Item
        class Big(Cart):
            def total(self, tax=0, **more): return 100
        print(Cart([Item("a", 1)]), Big().total(), issubclass(Big, Cart))
        try:
            Cart().total()
        except Exception as error:
            print(type(error).__name__, error)
        """
    first, second = use(root, code).splitlines()
    assert first == "Cart(items=[Item(name='a', price=1)]) 100 True"
    assert second == "JauntNotBuiltError app.cart:Cart.total is not built (run: jaunt build)"


def test_a_call_of_a_built_method_goes_through_no_frame_of_jaunts(tmp_path: Path) -> None:
    root = make(tmp_path)
    code = CODE.replace("    return len(self.items)", "    import traceback\n    return len(traceback.extract_stack())")
    code = code.replace("    return int(text)", "    import traceback\n    return len(traceback.extract_stack())")
    build_with(root, FakeBackend({"app.cart": [code]}))
    program = "import traceback; from app.cart import Cart; print(Cart.price('') - len(traceback.extract_stack()))"
    assert use(root, program) == "1"


def test_only_the_method_that_changed_is_asked_for(tmp_path: Path) -> None:
    root = make(tmp_path)
    backend = FakeBackend({"app.cart": [CODE]})
    build_with(root, backend)
    edit(root / "src/app/cart.py", "Return the number in a text.", "Return the number in a text, or 0.")
    backend.answers["app.cart"] = ["def Cart__price(text: str) -> int:\n    return int(text or 0)\n"]
    outcomes = build_with(root, backend)
    assert backend.contexts["app.cart"].expected_names == ["Cart__price"]
    assert outcomes["app.cart"].status == "generated"
    assert use(root, "from app.cart import Cart; print(Cart.price(''), Cart.of('a=1').total())") == "0 1"


def test_a_method_that_a_person_writes_again_costs_no_call_and_one_that_becomes_a_spec_its_own(tmp_path: Path) -> None:
    stub = (
        '    @jaunt.magic\n    def price(text: str) -> int:\n        """Return the number in a text."""\n        ...\n'
    )
    spec = CART.replace(stub.replace("        ...", "        raise NotImplementedError"), stub)
    by_hand = spec.replace(
        stub, stub.replace("    @jaunt.magic\n", "").replace("        ...", "        return int(text)")
    )
    root = make(tmp_path, spec)
    backend = FakeBackend({"app.cart": [CODE]})
    build_with(root, backend)
    (root / "src/app/cart.py").write_text(by_hand)
    assert build_with(root, backend)["app.cart"].errors == ()
    assert backend.calls == ["app.cart"]
    assert "Cart__price" not in (root / GENERATED / "cart.py").read_text()
    assert use(root, USE) == PRINTED
    (root / "src/app/cart.py").write_text(spec)
    shutil.rmtree(root / ".jaunt")  # which has the first answer
    backend.answers["app.cart"] = ["def Cart__price(text: str) -> int:\n    return int(text)\n"]
    assert build_with(root, backend)["app.cart"].errors == ()
    assert backend.contexts["app.cart"].expected_names == ["Cart__price"]
    assert use(root, USE) == PRINTED


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("        self.items.append(item)", "        self.items += [item]", "fresh"),
        ("    LIMIT = 3\n", "    LIMIT = 3\n    currency: str = 'EUR'\n", "verify"),
        ("    def add(self, item: Item) -> None:", "    def add(self, item: Item, n: int = 1) -> None:", "verify"),
        ('"""What somebody wants to buy."""', '"""What somebody buys."""', "verify"),
        ("def price(text: str)", "def price(text: str | None)", "stale"),
        ("    @staticmethod\n    @jaunt.magic\n    def price(", "    @jaunt.magic\n    def price(", "stale"),
        ("        raise NotImplementedError\n", "        ...\n", "fresh"),
    ],
)
def test_the_shape_of_the_class_counts(tmp_path: Path, run_in: RunIn, old: str, new: str, state: str) -> None:
    root = make(tmp_path)
    build_with(root, FakeBackend({"app.cart": [CODE]}))
    edit(root / "src/app/cart.py", old, new)
    assert run_in(root, "status").lines[0].split()[:2] == [state, "app.cart"]


def test_who_names_the_class_depends_on_its_methods(tmp_path: Path) -> None:
    bill = '''
        import jaunt
        from app.cart import Cart

        @jaunt.magic
        def bill(cart: Cart) -> str:
            """Return what `cart` costs, as a text."""
            ...

        @jaunt.magic
        def number(text: str) -> int:
            """Return what `Cart.price` does."""
            ...
        '''
    project = load(make(tmp_path, bill=dedent(bill)), PLAIN)
    all_of_cart = {f"app.cart:Cart.{name}" for name in ("each", "fetch", "names", "of", "price", "total")}
    assert project.graph == {
        **{ref: set() for ref in all_of_cart},
        "app.bill:bill": all_of_cart,
        "app.bill:number": {"app.cart:Cart.price"},
    }


def test_a_method_depends_on_the_specs_in_the_bases_and_fields_of_its_class(tmp_path: Path) -> None:
    base = """
        import jaunt

        @jaunt.magic
        class Base:
            def n(self) -> int: ...

        @jaunt.magic
        class Part:
            def n(self) -> int: ...

        @jaunt.magic
        def helper() -> int: ...
        """
    above = """
        import jaunt
        from app.base import Base, Part, helper

        class Above(Base):
            parts: list[Part]

            @jaunt.magic
            def sum(self) -> int: ...

            def by_hand(self) -> int:
                return helper()
        """
    project = load(make(tmp_path, base=dedent(base), above=dedent(above)), PLAIN)
    assert project.graph[SpecRef("app.above:Above.sum")] == {"app.base:Base", "app.base:Part"}
    assert project.dag["app.above"] == {"app.base"}


def test_the_prompt_shows_the_class_and_what_to_write(tmp_path: Path, run_in: RunIn) -> None:
    said = run_in(make(tmp_path), "prompt", "app.cart")
    assert "def Cart__total(self: Cart, tax: int=0, *, limit: int=Cart.LIMIT) -> int:" in said.out
    assert "def Cart__of(cls: type[Cart], text: str) -> 'Cart':" in said.out
    assert "\n    def total(self, tax: int = 0, *, limit: int = LIMIT) -> int:" in said.out
    assert "calls of `Cart.each` run your function `Cart__each`" in said.out
    assert "jaunt.magic" not in said.out


ODD_CLASS = '''
"""Text."""
import jaunt


def register(cls: type) -> type:
    """Keep a class."""
    KNOWN.append(cls)
    return cls


KNOWN: list[type] = []


@register
class Doc:
    def __init__(self, words: list[str]) -> None: self.words = words

    # how to show
    @jaunt.magic(
        prompt="Short.",
    )  # by a model
    def show(self, *, wide: bool = False) -> str: ...

    @jaunt.magic
    def clear(self) -> None:
        # a comment
        """Clear words."""

    @jaunt.magic
    def query(self) -> str:
        """Return a query."""
        pass
'''
ODD_CODE = '''
import re
from functools import lru_cache

from app.text import Doc

_DIGITS = re.compile(r"\\d+")


@lru_cache(maxsize=4)
def _clean(text: str) -> str:
    return _DIGITS.sub("", text)


def Doc__show(self: Doc, *, wide: bool = False) -> str:
    sep = "  " if wide else " "
    return sep.join(map(_clean, self.words))


def Doc__clear(self: Doc) -> None:
    self.words.clear()


def Doc__query(self: Doc) -> str:
    """Query."""

    # the query
    def inner() -> str:
        return Doc__show(self)

    return f"""select
  {inner()},
from b"""
'''


def test_what_is_written_oddly_passes_the_type_checker_and_goes_back(tmp_path: Path, run_in: RunIn) -> None:
    root = tmp_path
    config = CONFIG.replace('ty = "off"', "")
    write_files(root, {"jaunt.toml": config, "src/app/__init__.py": "", "src/app/text.py": ODD_CLASS})
    record(root, {"app.text": ODD_CODE})
    program = """
        from app.text import Doc, KNOWN
        doc = Doc(["a1", "b"])
        print(doc.show(wide=True), repr(doc.query()), KNOWN == [Doc])
        doc.clear()
        print(doc.words)
        """
    printed = "a  b 'select\\n  a b,\\nfrom b' True\n[]"
    assert run_in(root, "build").code == 0
    assert use(root, program) == printed
    assert run_in(root, "eject", "app.text").code == 0
    assert use(root, program) == printed
    assert "jaunt" not in (root / "src/app/text.py").read_text()


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("return sum(", "return self.itmes or sum(", "itmes"),
        ("tax: int = 0", "tax: int = 1", "parameter 'tax' has the default 1, expected 0"),
        ("async def Cart__fetch", "def Cart__fetch", "is a plain function"),
        ("cls: type[Cart], text: str", "cls: type[Cart]", "has no parameter 'text'"),
        ("    return int(text)", "    ...", "still has only a stub for its body"),
        ("+ tax", "- tax", "Cart.total: "),
        ("def Cart__price(text", "def price(text", "missing definition: 'Cart.price'"),
    ],
)
def test_code_that_does_not_answer_a_method_is_refused(
    tmp_path: Path, run_in: RunIn, old: str, new: str, error: str
) -> None:
    root = make(tmp_path, config=CONFIG.replace("doctests = false", "").replace('ty = "off"', ""))
    record(root, {"app.cart": CODE.replace(old, new)})
    said = run_in(root, "build")
    assert said.code != 0
    assert error in said.err


def test_the_places_of_a_method_and_its_code_are_told(tmp_path: Path, run_in: RunIn) -> None:
    root = make(tmp_path)
    build_with(root, FakeBackend({"app.cart": [CODE]}))
    facts = run_in(root, "status", "app.cart:Cart.price", "--json").facts
    for place, text in ((facts["spec_at"], "def price(text: str)"), (facts["code_at"], "def Cart__price(text: str)")):
        path, _, line = place.rpartition(":")
        assert text in Path(path).read_text().split("\n")[int(line) - 1]


def test_a_dependent_is_shown_the_methods_of_a_class_together(tmp_path: Path, run_in: RunIn) -> None:
    bill = 'import jaunt\nfrom app.cart import Cart\n\n@jaunt.magic\ndef bill(cart: Cart) -> str:\n    """Price."""\n'
    said = run_in(make(tmp_path, bill=bill), "prompt", "app.bill")
    _, _, shown = said.out.partition("## Import what you use of these")
    assert shown.count("`from app.cart import Item, Cart`") == 1
    *_, methods = shown.rpartition("class Cart:")  # its shape, as other modules may use it, comes before
    assert [line.split("(")[0].split()[-1] for line in methods.splitlines() if "def " in line] == [
        *("each", "fetch", "names", "of", "price", "total")
    ]


def test_eject_puts_the_bodies_back(tmp_path: Path, run_in: RunIn) -> None:
    root = make(tmp_path)
    build_with(root, FakeBackend({"app.cart": [CODE]}))
    assert run_in(root, "eject", "app.cart").code == 0
    text = (root / "src/app/cart.py").read_text()
    assert "jaunt" not in text
    assert not (root / GENERATED / "cart.py").exists()
    assert use(root, USE) == PRINTED


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "class C:\n    @jaunt.magic\n    def f(self) -> int:\n        return 1\n",
            "m.py:6: C.f: has a body, which generated code would replace",
        ),
        (
            "@jaunt.magic\nclass C:\n    @jaunt.magic\n    def f(self) -> int: ...\n",
            "m.py:6: C.f: C, which it stands in, is a spec itself",
        ),
        (
            "class C:\n    @jaunt.magic\n    def f(self) -> int: ...\n    def f(self) -> int: return 1\n",
            "m.py:5: C.f: line 6 has another f of the class",
        ),
        (
            "def C__f(): ...\nclass C:\n    @jaunt.magic\n    def f(self) -> int: ...\n",
            "m.py:6: C.f: its code is called C__f, as something else in the module is",
        ),
        (
            "class C:\n    @jaunt.magic\n    @property\n    def f(self) -> int: ...\n",
            "m.py:6: C.f: `@property` below @jaunt.magic makes no function of the stub",
        ),
        (
            "class TestC:\n    @jaunt.test\n    def test_f(self) -> None: ...\n",
            "m.py:5: TestC.test_f: a test spec must",
        ),
        (
            "def g():\n    class C:\n        @jaunt.magic\n        def f(self): ...\n",
            "m.py:6: g.f: a spec stands at module level, or is a method of a class there",
        ),
        (
            "class C:\n    @jaunt.magic\n    class D: ...\n",
            "m.py:5: C.D: a spec stands at module level, or is a method of a class there",
        ),
    ],
)
def test_what_can_be_no_spec_is_refused_with_its_line(tmp_path: Path, source: str, message: str) -> None:
    write_files(tmp_path, {"src/m.py": f"import jaunt\n\n{source}"})
    problem = load(tmp_path, PLAIN).problems["m"]
    assert str(problem).partition("src/")[2].startswith(message)


def test_doctests_of_methods_are_proved_before_a_call(tmp_path: Path) -> None:
    root = make(tmp_path, CART.replace(".total(1)\n        6", ".total(1)\n        7"), EXAMPLES)
    outcomes = build_with(root, FakeBackend({"app.cart": [CODE]}))
    assert outcomes["app.cart"].status == "failed"
    assert "Cart.total: the example in src/app/cart.py:30 fails" in str(outcomes["app.cart"].errors)
