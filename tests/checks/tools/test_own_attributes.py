"""Lines of a method's code that type checkers would be wrong about: a comment tells them."""

from textwrap import dedent

import pytest

from jaunt.checks.tools.own_attributes import with_comments, without_comments
from jaunt.syntax.source import ModuleSource, parse_source

SPEC = '''
import jaunt
from abc import ABC, abstractmethod
class Base(ABC):
    @abstractmethod
    @jaunt.magic
    def run(self, n: int) -> int:
        """Run."""
        ...
    @jaunt.magic
    def show(self) -> str:
        """Show."""
        ...
class Cart(Base):
    def __init__(self) -> None:
        self.__x = 1
    @jaunt.magic
    def run(self, n: int) -> int:
        """Run."""
        ...
'''
PRIVATE = "# type: ignore[attr-defined, ty:missing-attribute]"
ABSTRACT = "# type: ignore[safe-super]"


@pytest.fixture(scope="module")
def spec() -> ModuleSource:
    """Return a module with methods that are specs."""
    return parse_source("app.cart", "app/cart.py", SPEC.encode())


@pytest.mark.parametrize(
    ("line", "comment"),
    [
        ("return self._Cart__x", PRIVATE),
        ("self._Cart__x += n", PRIVATE),
        ("return self._Cart__x  # noqa: SLF001", PRIVATE),
        ("return super(Cart, self).run(n)", ABSTRACT),
        ("return super(Cart, self).run(self._Cart__x)", ABSTRACT.replace("]", f", {PRIVATE[15:]}")),
        ("return super(Cart, self).show()", ""),
        ("return self._Other__x + self.__len__()", ""),
        ("return self._Cart__x  # type: ignore", ""),
    ],
)
def test_a_line_has_the_comment_that_it_needs_and_loses_it(spec: ModuleSource, line: str, comment: str) -> None:
    source = f"from app.cart import Cart\n\n\ndef Cart__run(self: Cart, n: int) -> int:\n    {line}\n"
    code, _, own = line.partition("  #")
    wanted = "  ".join([code, *([comment] if comment else []), *([f"#{own}"] if own else [])])
    told = with_comments(source, spec, ["Cart__run"])
    assert told.splitlines()[-1].strip() == wanted
    assert with_comments(told, spec, ["Cart__run"]) == told
    assert without_comments(told, spec, ["Cart__run"]) == source


def test_a_line_that_ends_in_a_text_has_none(spec: ModuleSource) -> None:
    source = dedent('''
        def Cart__run(self, n):
            return self._Cart__x, """
            """, (
                self._Cart__x
            )
    ''')
    told = with_comments(source, spec, ["Cart__run"])
    assert [line.strip() for line in told.splitlines() if "ignore" in line] == [f"self._Cart__x  {PRIVATE}"]
    assert without_comments(told, spec, ["Cart__run"]) == source
