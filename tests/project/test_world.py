"""The handwritten world: all that specs reach of other modules is in the prompt, as shapes, however it is reached."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import PLAIN, build_with, load
from projects import write_files

from jaunt.build.context import make_context
from jaunt.generate.base import ModuleSpecContext
from jaunt.generate.prompt import load_templates, render_messages
from jaunt.plan.module_work import project_work
from jaunt.project.world.world import WORLD_LIMIT

SPEC = '''\
import jaunt
from app.models import Thing


@jaunt.magic
def use(thing: Thing) -> str:
    """Return what it says."""
    ...
'''


def make(root: Path, models: str, spec: str = SPEC, more: Mapping[str, str] | None = None) -> Path:
    write_files(
        root,
        {
            "jaunt.toml": PLAIN,
            "src/app/__init__.py": "",
            "src/app/models.py": models,
            "src/app/a.py": spec,
            **(more or {}),
        },
    )
    return root


def prompt(root: Path, module: str = "app.a") -> str:
    """Return the user message for a module."""
    context = make_context(project_work(load(root), module))
    return render_messages(context, load_templates())[1].content


SHAPES = {
    "dataclass": (
        '''\
from dataclasses import dataclass, field
@dataclass(frozen=True, kw_only=True)
class Thing:
    number: str  # SECRET
    tags: list[str] = field(default_factory=list)
    def total(self, rate: float = 0.5) -> float:
        """The total.

        SECRET.
        """
        return SECRET
''',
        [
            """\
@dataclass(frozen=True, kw_only=True)
class Thing:
    number: str
    tags: list[str] = field(""",
            '''\
def total(self, rate: float=0.5) -> float:
        """The total."""
''',
        ],
    ),
    "enum": (
        '''\
from enum import Enum
class Thing(Enum):
    """Kinds."""
    NEW = "new"
    OLD = "old"
''',
        [
            '''\
class Thing(Enum):
    """Kinds."""
    NEW = 'new'
    OLD = 'old'
''',
        ],
    ),
    "typed dict": (
        """\
from typing import TypedDict, NotRequired
class Thing(TypedDict, total=False):
    number: NotRequired[int]
""",
        [
            """\
class Thing(TypedDict, total=False):
    number: NotRequired[int]
""",
        ],
    ),
    "named tuple": (
        """\
from typing import NamedTuple
class Thing(NamedTuple):
    x: int
    y: int = 3
""",
        [
            "class Thing(NamedTuple):\n    x: int\n    y: int = 3\n",
        ],
    ),
    "functional": (
        """\
from collections import namedtuple
Thing = namedtuple("Thing", "x y")
""",
        [
            "Thing = namedtuple('Thing', 'x y')",
        ],
    ),
    "protocol": (
        """\
from typing import Protocol
class Thing(Protocol):
    name: str
    async def send(self, text: str) -> bool: ...
""",
        [
            """\
class Thing(Protocol):
    name: str
    async def send(self, text: str) -> bool: ...
""",
        ],
    ),
    "pydantic": (
        """\
from pydantic import BaseModel, Field
class Thing(BaseModel):
    model_config = {"frozen": True}
    number: int = Field(ge=1)
    class Config:
        extra = "forbid"
""",
        [
            """\
class Thing(BaseModel):
    model_config = {'frozen': True}
    number: int = Field(ge=1)
    class Config:
""",
        ],
    ),
    "attrs": (
        """\
import attr
@attr.s(auto_attribs=True)
class Thing:
    number: int = attr.ib(default=0)
""",
        [
            """\
@attr.s(auto_attribs=True)
class Thing:
    number: int = attr.ib(default=0)
""",
        ],
    ),
    "exception": (
        '''\
class Thing(ValueError):
    """It went wrong."""
    def __init__(self, code: int, *, why: str = "") -> None:
        super().__init__(SECRET)
        self.code = code
        self._secret = SECRET
        self.why: str = why
''',
        [
            "class Thing(ValueError):\n",
            """\
def __init__(self, code: int, *, why: str='') -> None:
        self.code: int
        self.why: str
""",
        ],
    ),
    "plain class": (
        """\
class Thing:
    def _hidden(self): return SECRET
    def load(self):
        if True:
            self.rows = SECRET
    @property
    def size(self) -> int: return SECRET
    @size.setter
    def size(self, value: int) -> None: ...
    class Inner:
        depth: int
""",
        [
            "def load(self):\n        self.rows = ...\n",
            "@property\n    def size(self) -> int: ...",
            "class Inner:\n",
        ],
    ),
    "alias": (
        "Thing = dict[str, int] | None\n",
        [
            "\nThing = dict[str, int] | None\n",
        ],
    ),
    "new type": (
        'from typing import NewType\nThing = NewType("Thing", int)\n',
        [
            "\nThing = NewType('Thing', int)\n",
        ],
    ),
    "annotated constant": (
        "Thing: int = 60 * 60\n",
        [
            "\nThing: int = 60 * 60\n",
        ],
    ),
    "function": (
        '''\
def Thing(a: int, /, *more: str, flag=False) -> list[str]:
    """Do it.

    With care.
    """
    return SECRET
''',
        [
            "def Thing(a: int, /, *more: str, flag=False) -> list[str]:\n",
            '    """Do it.\n\n    With care.\n    """\n',
        ],
    ),
    "overloads": (
        """\
from typing import overload
@overload
def Thing(a: int) -> int: ...
@overload
def Thing(a: str) -> str: ...
def Thing(a):
    return SECRET
""",
        [
            "def Thing(a: int) -> int: ...",
            "def Thing(a: str) -> str: ...",
            "def Thing(a): ...",
        ],
    ),
    "in blocks": (
        """\
import sys
if sys.version_info >= (3, 11):
    class Thing:
        new: int
else:
    class Thing:
        SECRET: int
""",
        [
            "class Thing:\n    new: int\n",
        ],
    ),
    "attributes of several targets": (
        """\
class Thing:
    __slots__ = ("slot", "left")
    def __init__(self, pair: tuple[int, str]) -> None:
        self.left, (self.mid, *self.right) = pair
        with open(SECRET) as self.file:
            for self.line in self.file: ...
""",
        [f"        self.{name} = ...\n" for name in ("left", "mid", "right", "file", "line")]
        + ["    __slots__ = ('slot', 'left')\n"],
    ),
    "members in blocks": (
        """\
from typing import TYPE_CHECKING
class Thing:
    own: int
    if TYPE_CHECKING:
        late: str
        def more(self) -> int: return SECRET
        class Inner:
            deep: int
""",
        [
            "    late: str\n",
            "    def more(self) -> int: ...\n",
            "    class Inner:\n        deep: int\n",
        ],
    ),
    "what a factory makes": (
        """\
def Thing(size: int):
    class Made:
        width: int = size
        def grow(self, by: int) -> None: return SECRET
    class SECRET: ...
    return Made
""",
        ["def Thing(size: int):\n    class Made:\n        width: int = size\n        def grow(self, by: int) "],
    ),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_the_shape_of_a_handwritten_name_is_shown(kind: str, tmp_path: Path) -> None:
    models, expected = SHAPES[kind]
    told = prompt(make(tmp_path, models))
    assert [text for text in expected if text not in told] == []
    assert "`from app.models import Thing`" in told
    assert "SECRET" not in told


THING = "class Thing:\n    number: int\n\n\nclass Other:\n    word: str\n"
HEAD = "import jaunt\n\n\n"
USE = '@jaunt.magic\ndef use(thing: Thing) -> str:\n    """Return what it says."""\n    ...\n'
REACHED = {
    "from": f"from app.models import Thing\n{HEAD}{USE}",
    "alias": f"from app.models import Thing as T\n{HEAD}{USE.replace('Thing', 'T')}",
    "module": f"import app.models\n{HEAD}{USE.replace('Thing', 'app.models.Thing')}",
    "module alias": f"import app.models as m\n{HEAD}{USE.replace('Thing', 'm.Thing')}",
    "submodule": f"from app import models\n{HEAD}{USE.replace('Thing', 'models.Thing')}",
    "relative": f"from .models import Thing\n{HEAD}{USE}",
    "relative module": f"from . import models\n{HEAD}{USE.replace('Thing', 'models.Thing')}",
    "star": f"from app.models import *\n{HEAD}{USE}",
    "type checking": f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.models import Thing\n{HEAD}"
    + USE.replace("Thing", '"Thing"'),
    "re-export": f"from app.api import Thing\n{HEAD}{USE}",
    "renamed re-export": f"from app.api import Renamed\n{HEAD}{USE.replace('Thing', 'Renamed')}",
    "star re-export": f"from app.stars import Thing\n{HEAD}{USE}",
    "other name": f"from app.api import Again\n{HEAD}{USE.replace('Thing', 'Again')}",
    "namespace package": f"from space.models import Thing\n{HEAD}{USE}",
    "cycle": f"from app.round import Thing\n{HEAD}{USE}",
    "quoted": f"from app.models import Thing\n{HEAD}{USE.replace('Thing', chr(34) + 'list[Thing]' + chr(34))}",
    "base": f'from app.models import Thing\n{HEAD}@jaunt.magic\nclass Own(Thing):\n    """Mine."""\n',
    "default": f"import app.models as m\n{HEAD}@jaunt.magic\ndef use(t=m.Thing) -> str:\n    " + '"""Return it."""\n',
    "decorator": f"import app.models as m\n{HEAD}@jaunt.magic\n@m.Thing\ndef use() -> str:\n    "
    + '"""Return it."""\n',
    "docstring": f'{HEAD}@jaunt.magic\ndef use(t) -> str:\n    """Return what an `app.models.Thing` says."""\n',
    "docstring call": f'{HEAD}@jaunt.magic\ndef use(t) -> str:\n    """What app.models.Thing() says."""\n',
    "plain prose": f'from app import models\n{HEAD}@jaunt.magic\ndef use(t) -> str:\n    """What a Thing says."""\n',
    "import alone": f'from app.models import Thing\n{HEAD}@jaunt.magic\ndef use(t) -> str:\n    """What t says."""\n',
    "beside another": f'from app.models import Other\n{HEAD}@jaunt.magic\ndef use(t) -> str:\n    """Of a Thing."""\n',
    "body": f'{HEAD}@jaunt.magic\nclass Own:\n    """Mine."""\n    def f(self):\n'
    + "        from app.models import Thing\n        return Thing(1)\n    def g(self) -> int: ...\n",
    "decided by a version": f"from app.decided import Thing\n{HEAD}{USE}",
    "decided by an import": f"from app.tried import Thing\n{HEAD}{USE}",
    "lazy, imported": f"from app.lazy import Thing\n{HEAD}{USE}",
    "lazy, by a table": f"from app.table import Thing\n{HEAD}{USE}",
    "lazy, by a library": f"from app.attached import Thing\n{HEAD}{USE}",
    "prose about a star re-export": f"from app import stars\n{HEAD}@jaunt.magic\ndef use(t) -> str:\n"
    + '    """What a Thing says."""\n',
    "beside the spec": f"from app.models import Thing\n{HEAD}class Mine:\n    thing: Thing\n\n\n"
    + USE.replace("Thing", "Mine"),
}
PASSED_ON = {
    "src/app/api.py": "from app.models import Thing, Thing as Renamed\nAgain = Thing\n",
    "src/app/stars.py": "from .models import *\n",
    "src/space/models.py": THING,
    "src/app/round.py": "from app.trip import Thing\n",
    "src/app/old.py": "class Thing:\n    word: str\n",
    "src/app/decided.py": "import sys\nif sys.version_info >= (3, 8):\n    from .models import Thing\nelse:\n"
    "    from .old import Thing\n",
    "src/app/tried.py": "try:\n    from .models import Thing\nexcept ImportError:\n    from .old import Thing\n",
    "src/app/lazy.py": "def __getattr__(name):\n    from .models import Thing\n    return Thing\n",
    "src/app/table.py": "_T = {'Thing': '.models'}\ndef __getattr__(name):\n    return look_up(_T[name], name)\n",
    "src/app/attached.py": "import lazy_loader as lazy\n"
    "__getattr__, __dir__, __all__ = lazy.attach(__name__, submod_attrs={'models': ['Thing']})\n",
    "src/app/trip.py": "from app.round import Nothing, Thing\nfrom app.models import Thing\n",
}


@pytest.mark.parametrize("way", REACHED)
def test_a_name_is_reached_however_it_is_imported_and_mentioned(way: str, tmp_path: Path) -> None:
    root = make(tmp_path, THING, REACHED[way], PASSED_ON)
    told = prompt(root)
    assert "class Thing:\n    number: int\n" in told
    if way != "beside another":
        assert "word: str" not in told  # what nobody reaches


@pytest.mark.parametrize("way", REACHED)
def test_a_test_module_is_shown_the_same(way: str, tmp_path: Path) -> None:
    if "class Own" in REACHED[way]:
        pytest.skip("a test spec is a function")
    spec = (
        REACHED[way]
        .replace("jaunt.magic", "jaunt.test")
        .replace("from .", "from app.")
        .replace("app. import", "app import")
    )
    root = make(tmp_path, THING, SPEC, {**PASSED_ON, "tests/test_a.py": spec.replace("def use", "def test_use")})
    assert "class Thing:\n    number: int\n" in prompt(root, "tests.test_a")


def test_the_import_that_is_told_is_the_one_of_the_spec_module(tmp_path: Path) -> None:
    told = prompt(make(tmp_path, THING, REACHED["re-export"], PASSED_ON))
    assert "`from app.api import Thing`" in told
    told = prompt(make(tmp_path, THING, REACHED["renamed re-export"], PASSED_ON))
    assert "`from app.models import Thing`" in told


DEEP = """\
from app.deep import Far, Ground
from typing import NewType

Amount = NewType("Amount", int)
Rows = list["Row"]


class Row:
    amount: Amount
    far: "Far"


class Thing(Ground):
    rows: Rows

    def best(self) -> "Row": ...
"""


def test_the_types_of_fields_are_shown_one_level_further_and_bases_all_the_way(tmp_path: Path) -> None:
    deep = "class Root:\n    ident: int\nclass Ground(Root):\n    depth: int\nclass Far:\n    hidden: int\n"
    told = prompt(make(tmp_path, DEEP, more={"src/app/deep.py": deep}))
    assert "Rows = list['Row']" in told
    assert "class Row:\n    amount: Amount\n    far: 'Far'\n" in told
    assert "class Ground(Root):\n    depth: int\n" in told
    assert "class Root:\n    ident: int\n" in told
    assert "hidden" not in told


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
def test_the_bounds_of_type_parameters_are_shown(tmp_path: Path) -> None:
    models = "class Thing[T: Bound]:\n    number: T\n    def of[U: Other](self) -> U: ...\n\n\n"
    told = prompt(make(tmp_path, f"{models}class Bound:\n    key: int\n\n\nclass Other:\n    word: str\n"))
    assert [
        text for text in ("class Thing[T: Bound]:", "def of[U: Other]", "key: int", "word: str") if text not in told
    ] == []


def test_the_types_in_the_contract_of_a_dependency_are_shown(tmp_path: Path) -> None:
    dependency = HEAD + '@jaunt.magic\ndef low(x: "m.Thing") -> int:\n    """Low."""\n'
    spec = f'from app.low import low\n{HEAD}@jaunt.magic\ndef high() -> int:\n    """What low says."""\n'
    root = make(tmp_path, THING, spec, {"src/app/low.py": f"import app.models as m\n{dependency}"})
    told = prompt(root)
    assert "class Thing:\n    number: int\n" in told
    assert "`from app.low import low`\n\n```python\ndef low(x" in told  # imported, though no text depends on it


def test_what_is_imported_of_a_whole_module_without_a_word_of_it_is_all_that_is_public(tmp_path: Path) -> None:
    spec = f'from app import models\n{HEAD}@jaunt.magic\ndef use(t) -> str:\n    """Say it."""\n'
    told = prompt(make(tmp_path, f"{THING}\nclass _Hidden: ...\n", spec))
    assert "class Thing" in told
    assert "class Other" in told
    assert "_Hidden" not in told


def test_what_is_too_much_is_left_out_and_named(tmp_path: Path) -> None:
    classes = [f"class Big{n}:\n" + "".join(f"    field_{n}_{i}: int\n" for i in range(200)) for n in range(9)]
    names = ", ".join(f"Big{n}" for n in range(9))
    spec = f'from app.models import {names}\n{HEAD}@jaunt.magic\ndef use(t) -> str:\n    """Say it."""\n'
    told = prompt(make(tmp_path, "\n\n".join(classes), spec))
    assert len(told) < WORLD_LIMIT + 2_000
    assert "field_0_0: int" in told
    assert "Left out here, as it would be too much: `app.models.Big3`" in told
    one = "class Thing:\n" + "".join(f"    field_{i}: int\n" for i in range(2_000))
    assert "more lines are left out here\n" in prompt(make(tmp_path, one))


@pytest.mark.parametrize(
    "models",
    ["class Thing(:\n", "x = '\ud800'", "\0", "import jaunt\n@jaunt.magic\ndef other() -> int: ...\n"],
)
def test_what_cannot_be_read_or_is_not_there_is_left_out(models: str, tmp_path: Path) -> None:
    make(tmp_path, "", SPEC)
    (tmp_path / "src/app/models.py").write_bytes(models.encode("utf-8", "surrogatepass"))
    told = prompt(tmp_path)
    assert "def use(thing: Thing)" in told
    assert "bodies are left out" not in told


def test_a_module_that_reaches_nothing_has_no_such_section(tmp_path: Path) -> None:
    spec = f'import re\nfrom decimal import Decimal\n{HEAD}@jaunt.magic\ndef use(t: Decimal) -> str:\n    """Say."""\n'
    told = prompt(make(tmp_path, THING, spec))
    assert "bodies are left out" not in told
    assert "and the modules shown below.\n" in told


class Reader(FakeBackend):
    """Answers right if all of `needed` stand in the prompt; else it guesses."""

    def __init__(self, needed: list[str], right: str) -> None:
        super().__init__()
        self.needed, self.right = needed, right

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        self.calls.append(ctx.spec_module)
        text = "".join(message.content for message in render_messages(ctx, load_templates()))
        known = all(word in text for word in self.needed)
        return self.right if known else self.right.replace(self.needed[0], "guessed")


def test_a_model_that_knows_only_what_the_prompt_says_gets_the_fields_right(tmp_path: Path) -> None:
    models = """\
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypedDict


class Kind(Enum):
    EXPRESS = "x"


class Point(NamedTuple):
    lat: float


class Row(TypedDict):
    sku: str


@dataclass
class Parcel:
    kind: Kind
    at: Point
    rows: list[Row]


class LostError(Exception):
    def __init__(self, parcel: Parcel) -> None:
        self.parcel = parcel
"""
    spec = '''\
import jaunt

from app.models import LostError, Parcel


@jaunt.magic
def describe(parcel: Parcel) -> str:
    """Return the first row's sku of an express parcel north of the equator; any other one is lost: LostError.

    >>> from app.models import Kind, Point
    >>> describe(Parcel(Kind.EXPRESS, Point(1.0), [{"sku": "A1"}]))
    'A1'
    """
    ...
'''
    right = """\
from app.models import Kind, LostError, Parcel


def describe(parcel: Parcel) -> str:
    if parcel.kind is not Kind.EXPRESS or parcel.at.lat <= 0:
        raise LostError(parcel)
    return parcel.rows[0]["sku"]
"""
    make(tmp_path, models, spec)
    (tmp_path / "jaunt.toml").write_text(PLAIN.replace("doctests = false\n", ""))
    backend = Reader(["lat", "EXPRESS", "sku", "rows", "kind", "self.parcel"], right)
    outcomes = build_with(tmp_path, backend)
    assert [(m, o.status, o.attempts) for m, o in outcomes.items()] == [("app.a", "generated", 1)]
    assert "guessed" not in (tmp_path / "src/app/__generated__/a.py").read_text()
