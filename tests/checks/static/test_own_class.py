"""What a function of a method says in another way than the method would: `super()`, and private names."""

import pytest

from jaunt.checks.static.own_class import private_name, with_class_named, without_private_names
from jaunt.syntax.source import parse_source

SPEC = """\
import jaunt

class _Outer:
    class Inner:
        @jaunt.magic
        def f(self) -> int: ...
    @jaunt.magic
    def g(it) -> int: ...

def plain() -> int: ...
"""


def rewritten(source: str) -> str:
    return with_class_named(source, parse_source("m", "m.py", SPEC.encode()), ["_Outer__Inner__f", "_Outer__g"])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("super().f()", "super(_Outer, it).f()"),
        ("super( ).f()", "super(_Outer, it).f()"),
        ("super(int, it).f()", "super(int, it).f()"),
        ("it.__x", "it._Outer__x"),
        ("it.__x.__y_", "it._Outer__x._Outer__y_"),
        ("it.__class__.__name__", "it.__class__.__name__"),
        ("it._x, it.__, it._Outer__x", "it._x, it.__, it._Outer__x"),
        ("'größe', it.__x", "'größe', it._Outer__x"),
        ("super().__x()", "super(_Outer, it)._Outer__x()"),
        ("'self.__x'", "'self.__x'"),
    ],
)
def test_what_a_method_says_is_said_of_its_class(body: str, expected: str) -> None:
    assert rewritten(f"def _Outer__g(it):\n    return {body}\n") == f"def _Outer__g(it):\n    return {expected}\n"


def test_an_inner_class_is_named_by_its_whole_name_and_mangles_by_its_own() -> None:
    found = rewritten("def _Outer__Inner__f(self):\n    return super().f(self.__x)\n")
    assert found == "def _Outer__Inner__f(self):\n    return super(_Outer.Inner, self).f(self._Inner__x)\n"


def test_other_functions_stay_as_they_are() -> None:
    source = "def helper(self):\n    return super().f(self.__x)\n"
    assert rewritten(source) == source
    assert rewritten("def (") == "def ("


@pytest.mark.parametrize("name", ["__x", "__x_y", "__x_", "_x", "__x__", "x__y", "__", "___", "____x"])
def test_private_names_are_those_of_python(name: str) -> None:
    namespace: dict[str, type] = {}
    exec(f"class _C:\n    {name} = 1\n", namespace)
    assert private_name("_C", name) in vars(namespace["_C"])


def test_a_type_checker_is_shown_the_name_in_the_class() -> None:
    spec = parse_source("m", "m.py", SPEC.encode())
    source = "it._Outer__x + it._Inner__y + it._Other__z + _Outer__g(it)"
    assert without_private_names(source, spec) == "it.__x + it.__y + it._Other__z + _Outer__g(it)"
