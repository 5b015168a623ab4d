"""How a candidate's definitions are compared with the stubs: what counts as the same, and what doesn't."""

import ast
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaunt.checks.static.conformance import conformance_errors
from jaunt.header import Kind
from jaunt.syntax.source import ModuleSource

HEAD = """\
import collections.abc as cabc
import datetime
import re
import typing
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Annotated, Any, Dict, List, Literal, Optional, Self, Tuple, Union
import jaunt
"""


def errors_of(stub: str, answer: str, name: str = "f", *, kind: Kind = "build", head: str = HEAD) -> list[str]:
    """Return in what `answer` departs from `stub`; both stand below the same imports."""
    spec, candidate = (
        ModuleSource(module, f"{module}.py", text, ast.parse(text))
        for module, text in (("app.m", head + stub), ("app.__generated__.m", head + answer))
    )
    return [*conformance_errors(candidate, spec, [name], kind=kind)]


def takes(annotation: str) -> str:
    return f"def f(x: {annotation}) -> None: ..."


@pytest.mark.parametrize(
    ("stub", "answer"),
    [
        ("int", "'int'"),
        ("'list[int]'", "list['int']"),
        ("Optional[int]", "int | None"),
        ("Optional[int]", "None | int"),
        ("Union[int, str, None]", "Optional[Union[str, int]]"),
        ("int | (str | None)", "None | str | int"),
        ("typing.Optional['int']", "int | None"),
        ("List[int]", "list[int]"),
        ("Dict[str, Tuple[int, ...]]", "dict[str, tuple[int, ...]]"),
        ("typing.Set[int]", "set[int]"),
        ("typing.AbstractSet[int]", "cabc.Set[int]"),
        ("typing.Sequence[int]", "Sequence[int]"),
        ("cabc.Mapping[str, int]", "Mapping[str, int]"),
        ("datetime.date", "date"),
        ("re.Pattern[str]", "typing.Pattern[str]"),
        ("typing.ContextManager[int]", "AbstractContextManager[int]"),
        ("list[Any]", "list"),
        ("list", "list[Any]"),
        ("dict", "dict[str, int]"),
        ("Literal['a', 'b']", "Literal['b', 'a']"),
        ("Annotated[int, 'seconds']", "int"),
        ("Callable[[int, 'str'], None]", "cabc.Callable[['int', str], None]"),
        ("Callable[..., Awaitable[int]]", "cabc.Callable[..., cabc.Awaitable[int]]"),
        ("tuple[()]", "Tuple[()]"),
        ("not a type, just words", "not a type, just words"),
    ],
)
def test_two_ways_to_write_a_type_are_the_same(stub: str, answer: str) -> None:
    if "words" in stub:
        stub = answer = repr(stub)
    assert errors_of(takes(stub), takes(answer)) == []


@pytest.mark.parametrize(
    ("stub", "answer"),
    [
        ("int", "float"),
        ("int", "int | None"),
        ("int | None", "int"),
        ("list[int]", "list"),
        ("list[int]", "list[str]"),
        ("list[int]", "Sequence[int]"),
        ("dict[str, int]", "dict[int, str]"),
        ("typing.Set[int]", "cabc.Set[int]"),
        ("Literal['a']", "Literal[b'a']"),
        ("Literal['int']", "Literal[int]"),
        ("Callable[[int], str]", "Callable[[str], int]"),
        ("tuple[int, ...]", "tuple[int]"),
        ("tuple[Any, Any]", "tuple[Any]"),
        ("Any", "object"),
    ],
)
def test_other_types_are_an_error_that_shows_both(stub: str, answer: str) -> None:
    (error,) = errors_of(takes(stub), takes(answer))
    shown = tuple(ast.unparse(ast.parse(each)) for each in (answer, stub))
    assert error == f"line 9: f: parameter 'x' is annotated {shown[0]}, expected {shown[1]}"


def test_an_alias_is_what_it_stands_for_in_the_spec_and_in_the_candidate() -> None:
    stub = "Block = int | str\nDocument = list[Block]\ndef f(x: Document, y: Block) -> None: ..."
    assert errors_of(stub, "def f(x: list[int | str], y: str | int) -> None: ...") == []
    assert errors_of(stub, "Mine = str | int\ndef f(x: list[Mine], y: Mine) -> None: ...") == []
    assert errors_of(stub, "from app.m import Block, Document\ndef f(x: Document, y: Block) -> None: ...") == []
    assert len(errors_of(stub, "Block = int\ndef f(x: list[Block], y: Block) -> None: ...")) == 1


def test_aliases_that_grow_without_bound_are_read_in_no_time() -> None:
    bomb = "\n".join(f"A{n} = tuple[A{n + 1}, A{n + 1}]" for n in range(60)) + "\nA60 = A0\n"
    (error,) = errors_of(takes("int"), f"{bomb}{takes('A0')}")
    assert error.endswith("parameter 'x' is annotated A0, expected int")


def test_type_variables_may_have_other_names_but_not_other_places() -> None:
    stub = "K = typing.TypeVar('K')\nV = typing.TypeVar('V')\ndef f(a: K, b: V) -> dict[V, K]: ..."
    mine = "A = typing.TypeVar('A')\nB = typing.TypeVar('B')\n"
    assert errors_of(stub, mine + "def f(a: A, b: B) -> dict[B, A]: ...") == []
    assert len(errors_of(stub, mine + "def f(a: A, b: B) -> dict[A, B]: ...")) == 1
    assert len(errors_of(stub, mine + "def f(a: A, b: A) -> dict[A, A]: ...")) >= 1


def test_a_class_is_itself_under_every_name() -> None:
    stub = "class f:\n    def join(self, other: 'f') -> Self: ..."
    assert errors_of(stub, "class f:\n    def join(self, other: Self) -> 'f': ...") == []


@pytest.mark.parametrize(
    ("stub", "answer"),
    [
        ("x=1", "x=1.0"),
        ("x=1", "x=True"),
        ("x='a'", "x=b'a'"),
        ("x=None", "x=()"),
        ("x=-1", "x=1"),
        ("x=()", "x=[]"),
        ("x=LIMIT", "x=3"),
        ("x=datetime.MINYEAR", "x=datetime.MAXYEAR"),
        ("x=0", "x"),
        ("x", "x=0"),
    ],
)
def test_another_default_is_an_error(stub: str, answer: str) -> None:
    constant = "LIMIT = 2\n"
    (error,) = errors_of(f"{constant}def f({stub}): ...", f"{constant}def f({answer}): ...")
    assert error.startswith("line 10: f: parameter 'x' has ")


@pytest.mark.parametrize(
    ("stub", "answer"),
    [
        ("x=1_000", "x=1000"),
        ("x='a'", 'x="a"'),
        ("x=LIMIT", "x=2"),
        ("x=2", "x=LIMIT"),
        ("x=...", "x=None"),
        ("x=datetime.date", "x=date"),
        ("*, a=1, b=2", "*, b=2, a=1"),
    ],
)
def test_the_same_default_may_be_written_in_another_way(stub: str, answer: str) -> None:
    head = HEAD + "from datetime import date\nLIMIT = 2\n"
    assert errors_of(f"def f({stub}): ...", f"def f({answer}): ...", head=head) == []


@pytest.mark.parametrize(
    ("stub", "answer"),
    [
        ("def f() -> Iterator[int]: ...", "def f() -> Generator[int, None, None]:\n    yield 1"),
        (
            "def f() -> Iterator[dict[str, int]]: ...",
            "def f() -> 'Generator[dict[str, int], None, None]': ...",
        ),
        ("def f() -> Iterable[int]: ...", "def f() -> Generator[int]:\n    yield 1"),
        ("def f() -> Awaitable[int]: ...", "async def f() -> int: ..."),
        ("def f() -> typing.Coroutine[Any, Any, int]: ...", "async def f() -> int: ..."),
        (
            "def f() -> typing.AsyncIterator[int]: ...",
            "async def f() -> cabc.AsyncIterator[int]:\n    yield 1",
        ),
        ("async def f() -> None:\n    yield", "async def f() -> None:\n    yield 2"),
        (
            "async def f() -> int: ...",
            "async def f() -> int:\n    def inner():\n        yield 1\n    return 1",
        ),
        ("def f(): ...", "def f() -> int: ..."),
        ("def f() -> int:\n    yield 1", "def f() -> int: ..."),
    ],
)
def test_what_type_checkers_take_for_equal_is_equal(stub: str, answer: str) -> None:
    assert errors_of(stub, answer) == []


@pytest.mark.parametrize(
    ("stub", "answer", "error"),
    [
        ("async def f() -> int: ...", "def f() -> Awaitable[int]: ...", "is a plain function"),
        ("async def f() -> int: ...", "async def f() -> int:\n    yield 1", "is an async generator"),
        ("def f() -> int: ...", "async def f() -> int: ...", "is `async`"),
        ("def f() -> Iterator[int]: ...", "async def f() -> Iterator[int]:\n    yield 1", "is `async`"),
        (
            "def f() -> Generator[int, str, None]: ...",
            "def f() -> Iterator[int]: ...",
            "returns Iterator[int]",
        ),
        ("def f(x): ...", "class f: ...", "is a class, expected a function `def f(x)`"),
        ("class f: ...", "def f(): ...", "is a function, expected a class `class f`"),
        ("def f(x): ...", "f = print", "is assigned, expected a function `def f(x)`"),
        ("def f(x): ...", "f: object = print", "is assigned, expected a function `def f(x)`"),
    ],
)
def test_another_sort_of_thing_is_an_error(stub: str, answer: str, error: str) -> None:
    assert errors_of(stub, answer)[0].startswith(f"line 9: f: {error}")


def test_an_alias_of_a_function_is_compared_as_that_function() -> None:
    assert errors_of("def f(x: int) -> int: ...", "def _f(x: int) -> int: ...\nf = _f") == []
    assert len(errors_of("def f(x: int) -> int: ...", "def _f(y: int) -> int: ...\nf = _f")) == 2


def test_overloads_leave_the_annotations_of_the_implementation_free() -> None:
    overloads = "@typing.overload\ndef f(x: int) -> int: ...\n@typing.overload\ndef f(x: str) -> str: ...\n"
    stub = f"{overloads}@jaunt.magic\ndef f(x: int | str) -> int | str: ..."
    assert errors_of(stub, "def f(x: Any) -> Any: ...") == []
    assert len(errors_of(stub, "def f(y: int | str) -> int | str: ...")) == 2


@pytest.mark.parametrize(
    "answer",
    [
        "def f(x: int, *, tmp_path: object) -> None: ...",
        "@pytest.mark.parametrize('x', [1])\ndef f(y, x) -> None: ...",
        "def f(x): ...",
    ],
)
def test_a_test_may_take_fixtures_and_parameters_besides(answer: str) -> None:
    assert errors_of("def f(x: int) -> None: ...", answer, kind="test") == []


def test_a_test_keeps_the_parameters_of_its_spec() -> None:
    (error,) = errors_of("def f(x: int) -> None: ...", "def f() -> None: ...", kind="test")
    assert error == "line 9: f: has no parameter 'x', expected as in the spec"


def test_a_plain_test_may_answer_an_async_spec_as_pytest_alone_awaits_none() -> None:
    spec = "async def f(tmp_path) -> None: ..."
    assert errors_of(spec, "def f(tmp_path): asyncio.run(g())", kind="test") == []
    assert errors_of(spec, "async def f(tmp_path): await g()", kind="test") == []
    assert errors_of(spec, "def f(tmp_path): ...")  # not so the code of a "build" spec


def test_an_async_test_does_not_answer_a_plain_spec() -> None:
    (error,) = errors_of("def f() -> None: ...", "async def f() -> None: ...", kind="test")
    assert "is `async`" in error


CLASS = """
class f(Base, metaclass=Meta):
    limit: int = 3
    name: str

    class Inner:
        def go(self) -> int: ...

    def __init__(self, name: str) -> None: ...
    @property
    def size(self) -> int: ...
    @size.setter
    def size(self, value: int) -> None: ...
    @staticmethod
    def make(name: str) -> int: ...
    @classmethod
    def of(cls, name: str) -> int: ...
    def run(self, x: int, /) -> int: ...
"""


def test_a_class_that_is_the_stub_itself_conforms() -> None:
    assert errors_of(CLASS, CLASS) == []
    more = CLASS.replace("(Base,", "(Mixin, Base, Generic[int],") + "    def more(self) -> None: ...\n    extra = 1\n"
    assert errors_of(CLASS, more) == []


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (
            "(Base, metaclass=Meta)",
            "(metaclass=Meta)",
            "f: is `class f(metaclass=Meta)`, expected `class f(Base, ",
        ),
        (", metaclass=Meta", "", "f: lacks `metaclass=Meta`"),
        ("limit: int = 3", "limit: int = 4", "f.limit: is 4, expected 3"),
        ("limit: int", "limit: str", "f.limit: is annotated str, expected int"),
        ("    name: str\n", "", "f.name: is not defined"),
        ("class Inner", "class Other", "f.Inner: is not defined, expected a class `class Inner`"),
        ("def go(self)", "def go(self, x)", "f.Inner.go: has a parameter 'x' that is not in the spec"),
        (
            "def __init__(self, name: str)",
            "def __init__(self, title: str)",
            "f.__init__: has no parameter 'name'",
        ),
        ("    @property\n", "", "f.size: lacks the decorator `@property`"),
        ("@size.setter", "@other", "f.size: is not defined, expected a setter"),
        ("    @staticmethod\n", "", "f.make: lacks the decorator `@staticmethod`"),
        ("@classmethod", "@staticmethod", "f.of: lacks the decorator `@classmethod`"),
        ("x: int, /", "x: int", "f.run: parameter 'x' is positional or keyword, expected positional-only"),
        ("def run", "async def run", "f.run: is `async`"),
        (
            "def run",
            "def walk",
            "f.run: is not defined, expected a function `def run(self, x: int, /) -> int`",
        ),
    ],
)
def test_a_class_that_departs_from_its_stub_is_told_where(old: str, new: str, error: str) -> None:
    assert old in CLASS
    errors = errors_of(CLASS, CLASS.replace(old, new, 1))
    assert any(error in found for found in errors), errors
    assert all(found.startswith("line ") for found in errors)


def test_type_variables_of_a_base_may_be_imported_or_made_anew() -> None:
    stub = "K = typing.TypeVar('K')\nclass f(typing.Generic[K]):\n    def get(self) -> K: ..."
    assert errors_of(stub, "from app.m import K\nclass f(typing.Generic[K]):\n    def get(self) -> K: ...") == []
    assert errors_of(stub, stub.replace("K", "Key")) == []
    assert len(errors_of(stub, stub.replace("typing.Generic[K]", "list[K]"))) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "class _Base:\n    def run(self) -> int: ...\nclass f(_Base): ...",
        "class f:\n    def _run(self) -> int: ...\n    run = _run",
        "class f(Foreign):\n    def run(self) -> int: ...",
    ],
)
def test_a_method_may_come_from_a_base_or_an_alias(answer: str) -> None:
    assert errors_of("class f:\n    def run(self) -> int: ...", answer) == []


def test_an_attribute_may_be_set_by_a_method_or_be_a_property() -> None:
    stub = "class f:\n    size: int"
    assert errors_of(stub, "class f:\n    def __init__(self):\n        self.size = 1") == []
    assert errors_of(stub, "class f:\n    @property\n    def size(self) -> int: ...") == []
    assert len(errors_of(stub, "class f:\n    def __init__(self):\n        size = 1")) == 1


def test_the_order_of_a_dataclass_is_its_signature() -> None:
    stub = "@dataclass(frozen=True)\nclass f:\n    a: int\n    b: int = 0\n    c: typing.ClassVar[int] = 1\n"
    assert errors_of(stub, stub) == []
    assert (
        errors_of(stub, stub.replace("frozen=True", "frozen=True, slots=True") + "    d: int = field(init=False)\n")
        == []
    )
    swapped = "@dataclass(frozen=True)\nclass f:\n    b: int = 0\n    a: int\n    c: typing.ClassVar[int] = 1\n"
    assert "f: has the fields b, a, expected a, b" in errors_of(stub, swapped)[0]
    assert "f: lacks the decorator `@dataclass(frozen=True)`" in errors_of(stub, stub.partition("\n")[2])[0]


def test_a_class_that_the_spec_module_has_already_is_not_made_anew() -> None:
    stub = "from app.other import Token\nclass Span: ...\nclass _Own: ...\ndef f(x: Span) -> Token: ..."
    errors = errors_of(stub, "class Span: ...\nclass Token: ...\nclass _Own: ...\ndef f(x: Span) -> Token: ...")
    assert errors == [
        "line 9: Span: is defined anew, expected `from app.m import Span`",
        "line 10: Token: is defined anew, expected `from app.other import Token`",
    ]


@pytest.mark.parametrize("use", ["def f(x: int = LIMIT): ...", "def f(x: LIMIT): ...", "class f:\n    x: int = LIMIT"])
def test_what_a_spec_takes_from_another_module_is_taken_from_there(use: str) -> None:
    stub = f"from app.limits import LIMIT\n{use}"
    assert errors_of(stub, stub) == []
    assert errors_of(stub, f"from app.m import LIMIT\n{use}") == []
    (error,) = errors_of(stub, f"LIMIT = 60\n{use}")
    assert error.endswith("LIMIT: is defined anew, expected `from app.limits import LIMIT`")
    other = "class f: ..." if use.startswith("class") else "def f(): ..."
    assert errors_of(f"from app.limits import LIMIT\n{other}", f"LIMIT = 60\n{other}") == []


ANNOTATIONS = st.recursive(
    st.sampled_from(["int", "str", "None", "Any", "datetime.date", "'int'"]),
    lambda inner: st.one_of(
        st.builds("{} | {}".format, inner, inner).map(lambda text: text if "'" not in text else "int | None"),
        st.builds("list[{}]".format, inner),
        st.builds("dict[str, {}]".format, inner),
        st.builds("Optional[{}]".format, inner),
        st.builds("Callable[[{}], {}]".format, inner, inner),
    ),
    max_leaves=6,
)


@given(ANNOTATIONS)
def test_every_annotation_is_the_same_as_itself_quoted_or_not(annotation: str) -> None:
    assert errors_of(takes(annotation), takes(annotation)) == []
    assert errors_of(takes(annotation), takes(repr(annotation))) == []
    assert errors_of(takes(annotation), takes(f"Union[{annotation}, bytes]")) != []


ENUM = "from enum import Enum\nclass f(Enum):\n    A = 1\n    B = 2\n    def g(self) -> int: ...\n"
TUPLE = "class f(typing.NamedTuple):\n    a: int\n    b: int = 0\n    def g(self) -> int: ...\n"
MODEL = "from pydantic import BaseModel\nclass f(BaseModel):\n    a: int\n    b: list[int] = []\n"

STRUCT = "import msgspec\nclass f(msgspec.Struct):\n    a: int\n    b: int = 0\n"
RECORD = "from dataclasses import dataclass, field\n@dataclass\nclass f:\n    a: int\n    b: int = 0\n"


@pytest.mark.parametrize(
    ("stub", "old", "new", "error"),
    [
        (ENUM, "    B = 2\n", "    B = 2\n    C = 3\n", "has the members A, B, C, expected A, B"),
        (ENUM, "    A = 1\n    B = 2\n", "    B = 2\n    A = 1\n", "has the members B, A, expected A, B"),
        (ENUM, "(Enum)", "(str, Enum)", "is `class f(str, Enum)`, expected `class f(Enum)`"),
        (TUPLE, "    a: int\n", "    a: int = 1\n", "gives a the default 1, expected none"),
        (TUPLE, "    b: int = 0\n", "    b: int = 0\n    c: int = 0\n", "has the fields a, b, c, expected a, b"),
        (MODEL, "    a: int\n", "    a: int = 1\n", "gives a the default 1, expected none"),
        (MODEL, "    a: int\n", "    a: int\n    c: int = 1\n", "has the fields a, c, b, expected a, b"),
        (MODEL, "    a: int\n", "    a: int = Field(gt=5)\n", "gives a the default Field(gt=5), expected none"),
        (STRUCT, "    a: int\n", "    a: int = 1\n", "gives a the default 1, expected none"),
        (STRUCT, " = 0\n", "\n", "gives b no default, expected 0"),
        (RECORD, "    a: int\n", "    a: int = 1\n", "gives a the default 1, expected none"),
        (
            RECORD,
            "    a: int\n",
            "    a: int = field(default=1)\n",
            "gives a the default field(default=1), expected none",
        ),
        (RECORD, " = 0\n", "\n", "gives b no default, expected 0"),
    ],
)
def test_enums_tuples_and_models_are_what_their_specs_list(stub: str, old: str, new: str, error: str) -> None:
    assert errors_of(stub, stub) == []
    assert any(error in each for each in errors_of(stub, stub.replace(old, new)))


def test_what_a_field_is_besides_its_default_is_free() -> None:
    assert errors_of(RECORD, RECORD.replace("    a: int\n", "    a: int = field(repr=False)\n")) == []


def test_an_enum_without_members_and_private_names_are_free() -> None:
    assert errors_of("from enum import Enum\nclass f(Enum): ...\n", ENUM) == []
    assert errors_of(ENUM, ENUM.replace("    A = 1", "    _ignore_ = []\n    A = 1")) == []
    assert errors_of(MODEL, MODEL + "    model_config = {'frozen': True}\n    _cache: int = 0\n") == []


@pytest.mark.parametrize(
    ("stub", "answer"),
    [
        ("60 * 60", "3600"),
        ("10**6", "1_000_000"),
        ("1 << 4", "16"),
        ("()", "tuple()"),
        ("frozenset()", "frozenset(())"),
        ("[]", "list()"),
        ("{}", "dict()"),
        ("float('inf')", "math.inf"),
        ("not True", "False"),
        ("(60 * 60, 'a')", "(3600, 'a')"),
    ],
)
def test_equal_defaults_may_be_written_otherwise(stub: str, answer: str) -> None:
    head = f"{HEAD}import math\n"
    for one, other in [(stub, answer), (answer, stub)]:
        assert errors_of(f"def f(x=({one})): ...", f"def f(x=({other})): ...", head=head) == []


@pytest.mark.parametrize(
    ("stub", "answer"),
    [("60 * 60", "3601"), ("1", "True"), ("1", "1.0"), ("()", "list()"), ("math.inf", "-math.inf"), ("2**4", "2**5"),
     ("9**9**9", "9**9**8"), ("1 << 10**9", "1 << 10**8"), ("frozenset()", "set()"), ("not x", "False")],
)  # fmt: skip
def test_other_defaults_are_other_ones(stub: str, answer: str) -> None:
    assert errors_of(f"def f(x={stub}): ...", f"def f(x={answer}): ...", head=f"{HEAD}import math\n") != []


def test_a_quoted_alias_is_what_it_says() -> None:
    head = f"{HEAD}from typing import TypeAlias\nPair: TypeAlias = 'tuple[int, int]'\n"
    assert errors_of(takes("list[Pair]"), takes("list[tuple[int, int]]"), head=head) == []
    assert errors_of(takes("list[Pair]"), takes("list[tuple[int, str]]"), head=head) != []


ALIASES = "type Pair = tuple[int, int]\ntype Deep = list[Pair] | None\n"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="`type X = ...` and `class C[T]` are of Python 3.12")
@pytest.mark.parametrize(
    ("stub", "answer", "same"),
    [
        (takes("Pair"), takes("tuple[int, int]"), True),
        (takes("Deep"), takes("Optional[list[tuple[int, int]]]"), True),
        (takes("Pair"), takes("tuple[int, str]"), False),
        ("def f[T](x: list[T]) -> T: ...", "def f[S](x: list[S]) -> S: ...", True),
        (
            "class f[T]:\n    def g(self) -> T: ...",
            "S = typing.TypeVar('S')\nclass f(typing.Generic[S]):\n    def g(self) -> S: ...",
            True,
        ),
        ("class f[T]:\n    def g(self) -> T: ...", "class f[S]:\n    def g(self) -> int: ...", False),
    ],
)
def test_type_aliases_and_parameters_of_python_312(stub: str, answer: str, same: bool) -> None:
    assert (errors_of(stub, answer, head=HEAD + ALIASES) == []) == same


BRANCHES = "if HEAD:\n    PLAIN = LONG\nelse:\n    PLAIN = SHORT = print\nfrom app.parts import *\n"
FROM_SPEC = "from app.m import PLAIN, Opt, quoted, wide\n"


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("PLAIN", "SHORT"),
        ("Opt(quoted.copy(), default='').named('list')", "Opt(quoted.copy(), standard='').named('list')"),
        ("Opt(quoted.copy() | wide)", "Opt(quoted.copy() & wide)"),
        ("wide(PLAIN, *[quoted.copy()])", "wide(PLAIN, *[quoted.clone()])"),
    ],
)
def test_a_name_that_the_candidate_takes_from_the_spec_module_is_the_same(value: str, other: str) -> None:
    head = HEAD.replace("import jaunt", "import jaunt\nLONG = len\nHEAD = []")
    text = "class f:\n    x = {0}\n    def g(self, y={0}): ...\n"
    stub, same = f"{BRANCHES}{text.format(value)}", f"{FROM_SPEC}{text.format(value)}"
    assert errors_of(stub, same, head=head) == []
    assert len(errors_of(stub, f"{FROM_SPEC}{text.format(other)}", head=head)) == 2


@pytest.mark.parametrize("imported", ["NoReturn as Gone", "List as Gone", "Mapping as Gone"])
def test_a_type_that_the_spec_module_imports_under_another_name_may_be_taken_from_it(imported: str) -> None:
    stub = f"try:\n    from typing import Gone\nexcept ImportError:\n    from typing import {imported}\n"
    stub += "def f() -> Gone: ...\n"
    assert errors_of(stub, "from app.m import Gone\ndef f() -> Gone: ...\n") == []
    assert len(errors_of(stub, "from typing import Gone\ndef f() -> int: ...\n")) == 1


def test_what_is_written_alike_and_is_not_the_same_is_told_apart() -> None:
    stub = "from app.parts import Size\ndef f(x: Size = Size(1)) -> Size: ...\n"
    answer = "from app.other import Large as Size\ndef f(x: Size = Size(1)) -> Size: ...\n"
    texts = [f"{text} with Size from app" for text in ("Size(1)", "Size", "Size")]
    assert [error.partition(": f: ")[2] for error in errors_of(stub, answer)] == [
        f"{what} {text}.other, expected {text}.parts"
        for what, text in zip(
            ["parameter 'x' has the default", "parameter 'x' is annotated", "returns"], texts, strict=True
        )
    ]


def test_an_annotation_that_the_spec_has_by_star_is_the_one_that_is_taken_from_it() -> None:
    stub, answer = (
        "from app.parts import *\ndef f(x: Dict) -> Part: ...\n",
        "from app.m import Dict, Part\ndef f(x: Dict) -> Part: ...\n",
    )
    head = "import jaunt\n"
    assert errors_of(stub, answer, head=head) == []
    assert errors_of(stub, answer.replace("import Dict, Part", "import Dict, Party as Part"), head=head) != []
