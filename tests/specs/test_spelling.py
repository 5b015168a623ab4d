"""One contract, written in two ways: annotations and defaults that say the same."""

import pytest

from jaunt.specs.contract import contract_of
from jaunt.specs.digests import AS_SPELLED, combine_parts
from jaunt.syntax.source import parse_source

HEAD = """\
import collections.abc
import math
import typing as t
from collections.abc import Iterable
from typing import Annotated, Any, Callable, Dict, List, Literal, Optional, Union
from app.geo import Point
"""


def digest(signature: str, head: str = HEAD) -> str:
    source = parse_source("app.m", "app/m.py", f"{head}def f({signature}: ...\n".encode())
    return combine_parts(contract_of(source, "f").parts)


def attribute(line: str) -> str:
    text = f'{HEAD}class f:\n    """A thing."""\n    {line}\n    def g(self, {line}) -> None: ...\n'
    return combine_parts(contract_of(parse_source("app.m", "app/m.py", text.encode()), "f").parts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a: Optional[int])", "a: int | None)"),
        ("a: t.Optional[int])", "a: None | int)"),
        ("a: Union[int, str, None])", "a: int | str | None)"),
        ("a: Union[None, int])", "a: Optional[int])"),
        ("a: Optional[Union[int, str]])", "a: Union[int, Optional[str]])"),
        ("a: Union[int])", "a: int)"),
        ("a: Optional[Optional[int]])", "a: int | None | None)"),
        ('a: "Point")', "a: Point)"),
        ('a: "Optional[Point]")', "a: Point | None)"),
        ('a: Optional["Point"])', "a: 'Point | None')"),
        ('a: list["Point"])', "a: List[Point])"),
        ("a: int) -> 'str'", "a: int) -> str"),
        ("*a: 'int', b: Optional[int], **c: 'int')", "*a: int, b: int | None, **c: int)"),
        ("a: Dict[str, Optional[int]])", "a: dict[str, int | None])"),
        ("a: Callable[[Optional[int]], 'str'])", "a: t.Callable[[int | None], str])"),
        ("a: collections.abc.Iterable[int])", "a: t.Iterable[int])"),
        ("a: Iterable[int])", "a: t.Iterable[int])"),
        ("a: Annotated['int', 'meta'])", "a: t.Annotated[int, 'meta'])"),
        ("a: t.Literal['x'])", "a: Literal['x'])"),
        ("a: int = 60 * 60)", "a: int = 3600)"),
        ("a: int = -(2 ** 3))", "a: int = -8)"),
        ("a: int = 0x10)", "a: int = 16)"),
        ("a: tuple[int, ...] = tuple())", "a: tuple[int, ...] = ())"),
        ("a: float = math.inf)", "a: float = float('inf'))"),
        ("*, a: tuple[int, int] = (2 * 3, 1))", "*, a: tuple[int, int] = (6, 1))"),
    ],
)
def test_what_says_the_same_is_one_contract(one: str, other: str) -> None:
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a: Optional[int])", "a: int)"),
        ("a: int | str)", "a: str | int)"),
        ("a: Literal['Point'])", "a: Literal[Point])"),
        ("a: Annotated[int, 'Point'])", "a: Annotated[int, Point])"),
        ("a: 'not a type')", "a: 'not the type')"),
        ("a: list[int])", "a: list[str])"),
        ("a: int = 60 * 60)", "a: int = 60 * 61)"),
        ("a: bool = not 1)", "a: bool = 0)"),
        ("a: str = 'Point')", "a: str = Point)"),
        ("a: object = ())", "a: object = [])"),
        ("a: object = 1 + 1)", "a: object = 2.0)"),
    ],
)
def test_what_says_something_else_is_another_contract(one: str, other: str) -> None:
    assert digest(one) != digest(other)


def test_names_that_the_module_has_itself_are_not_those_of_typing() -> None:
    own = "import typing\nclass Optional: ...\nclass list: ...\nclass Iterable: ...\ndef tuple(): ...\n"
    for one, other in [
        ("a: Optional[int])", "a: int | None)"),
        ("a: typing.List[int])", "a: list[int])"),
        ("a: typing.Iterable[int])", "a: Iterable[int])"),
        ("a: object = tuple())", "a: object = ())"),
    ]:
        assert digest(one, own) != digest(other, own)


def test_members_of_a_class_are_read_alike() -> None:
    assert attribute("a: Optional[int] = 2 * 3") == attribute("a: 'int | None' = 6")
    assert attribute("a: Optional[int] = 2 * 3") != attribute("a: 'int | None' = 7")


def test_what_an_earlier_reading_had_is_kept_where_it_differs_alone() -> None:
    def beside(signature: str) -> list[str]:
        parts = contract_of(parse_source("m", "m.py", f"{HEAD}def f({signature}: ...\n".encode()), "f").parts
        return [part for part in parts if part.startswith(AS_SPELLED)]

    assert beside("a: int | str | None = None, *, b: list[int] = [], c: float = -1, d: Iterable[Point])") == []
    assert beside("a: Optional[int])") == [f"{AS_SPELLED}signature"]


def test_an_overload_is_read_alike() -> None:
    def overloaded(kind: str) -> str:
        text = f"from typing import Optional, overload\n@overload\ndef f(x: {kind}) -> int: ...\ndef f(x): ...\n"
        return combine_parts(contract_of(parse_source("m", "m.py", text.encode()), "f").parts)

    assert overloaded("Optional[int]") == overloaded("int | None") != overloaded("int")
