"""Methods that a class spec has a body for stay as they are, whatever the model makes of them."""

from pathlib import Path
from textwrap import dedent

import pytest
from processes import python_path, run_python
from projects import CONFIG, GENERATED, record, write_files
from said import RunIn

SPEC = '''
import jaunt

@jaunt.magic
class Cart:
    """A cart."""

    def __init__(self) -> None:
        self.items: list[int] = []

    def add(self, price: int) -> None:
        """By hand: reviewed."""
        # Nobody is paid for buying.
        if price < 0:
            raise ValueError("price")
        self.items.append(price)

    @property
    def empty(self) -> bool:
        return not self.items

    @classmethod
    def of(cls, *prices: int) -> "Cart":
        cart = cls()
        for price in prices:
            cart.add(price)
        return cart

    async def later(self) -> int: return self.total()

    def total(self) -> int:
        """The sum of the items."""
        ...
'''

ANSWER = '''
class Cart:
    """Another text."""

    def __init__(self) -> None:
        self.items: list[int] = []

    def add(self, price: int) -> None:
        """Add it."""
        self.items.append(price)

    @property
    def empty(self) -> bool: return False

    @classmethod
    def of(cls, *prices: int) -> "Cart":
        cart = cls()
        cart.items += prices
        return cart

    async def later(self) -> int:
        return 0

    def total(self) -> int:
        """Another text."""
        return sum(self.items)
'''


def build(root: Path, run_in: RunIn, answer: str) -> str:
    """Build the module and return the generated code."""
    write_files(root, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", "src/app/cart.py": SPEC})
    record(root, {"app.cart": answer})
    built = run_in(root, "build")
    assert built.code == 0, built.err
    return (root / GENERATED / "cart.py").read_text().partition("\n\n")[2]


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("Cart().add(-1)", "ValueError('price')"),
        ("Cart.of(1, -1)", "ValueError('price')"),
        ("print(Cart().empty, Cart.of(1).empty)", "True False"),
        ("import asyncio; print(asyncio.run(Cart.of(1, 2).later()))", "3"),
        (
            "print(Cart.__doc__, Cart.add.__doc__, Cart.total.__doc__)",
            "A cart. By hand: reviewed. The sum of the items.",
        ),
    ],
)
def test_a_changed_body_is_put_back(tmp_path: Path, run_in: RunIn, code: str, printed: str) -> None:
    build(tmp_path, run_in, ANSWER.lstrip())
    program = f"from app.cart import Cart\ntry:\n    {code}\nexcept ValueError as error:\n    print(repr(error))"
    done = run_python("-c", program, cwd=tmp_path, PYTHONPATH=python_path(tmp_path / "src"))
    assert done.stdout == f"{printed}\n", done.stderr


def test_an_unchanged_body_keeps_its_own_form(tmp_path: Path, run_in: RunIn) -> None:
    answer = SPEC.partition("@jaunt.magic\n")[2].replace("        ...\n", "        return sum(self.items)\n")
    answer = answer.replace("return not self.items", "return not (self.items)")
    assert "return not (self.items)" in build(tmp_path, run_in, answer)


LEFT_OUT = """
class Cart:
    def __init__(self) -> None:
        self.items: list[int] = []

    def total(self) -> int:
        return sum(self.items)
"""


def test_a_method_that_is_left_out_is_put_in(tmp_path: Path, run_in: RunIn) -> None:
    code = build(tmp_path, run_in, LEFT_OUT.lstrip())
    assert "# Nobody is paid for buying." in code
    program = (
        "import asyncio; from app.cart import Cart; cart = Cart.of(1, 2); print(cart.empty, asyncio.run(cart.later()))"
    )
    done = run_python("-c", program, cwd=tmp_path, PYTHONPATH=python_path(tmp_path / "src"))
    assert done.stdout == "False 3\n", done.stderr


def test_a_property_that_is_left_out_stands_above_its_setter(tmp_path: Path, run_in: RunIn) -> None:
    spec = """
        import jaunt

        @jaunt.magic
        class Dial:
            @property
            def turn(self) -> int:
                return self._turn

            @turn.setter
            def turn(self, to: int) -> None:
                \"\"\"Set it, as the remainder by 360.\"\"\"
                ...
    """
    answer = """
        class Dial:
          _turn: int = 0

          @turn.setter
          def turn(self, to: int) -> None:
            self._turn = to % 360
    """
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", "src/app/dial.py": dedent(spec)})
    record(tmp_path, {"app.dial": dedent(answer)})
    built = run_in(tmp_path, "build")
    assert built.code == 0, built.err
    code = "from app.dial import Dial; dial = Dial(); dial.turn = 361; print(dial.turn)"
    done = run_python("-c", code, cwd=tmp_path, PYTHONPATH=python_path(tmp_path / "src"))
    assert done.stdout == "1\n", done.stderr


def test_a_method_that_only_the_model_can_write_is_missed(tmp_path: Path, run_in: RunIn) -> None:
    write_files(tmp_path, {"jaunt.toml": CONFIG, "src/app/__init__.py": "", "src/app/cart.py": dedent(SPEC)})
    record(tmp_path, {"app.cart": ANSWER.replace("def total(", "def sum_up(")})
    built = run_in(tmp_path, "build")
    assert built.code == 3
    assert any("Cart.total: is not defined" in line for line in built.errors)
