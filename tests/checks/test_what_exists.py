"""What a check says of a missing attribute, argument or name comes with what there is."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from backends import FakeBackend
from builds import build_with, load
from projects import write_files

from jaunt.checks.what_exists import with_what_exists
from jaunt.text.flaw import Flaw

MODELS = """\
from dataclasses import dataclass
from enum import Enum
from typing import TypedDict
from app.base import Base


class Kind(Enum):
    NEW = "new"
    OLD = "old"


@dataclass
class Event(Base):
    at: int
    place: str = "x"
    _own: int = 0

    def moved(self) -> "Event": ...
    def _hidden(self) -> None: ...


class Row(TypedDict):
    sku: str


class LostError(Exception):
    def __init__(self, event: Event, *, why: str) -> None:
        self.event = event


def ship(event: Event, /, *more: int, fast: bool = False, **others: int) -> None: ...
"""
FILES = {
    "src/app/__init__.py": "",
    "src/app/base.py": "from dataclasses import dataclass\n\n\n@dataclass\nclass Base:\n    ident: int\n",
    "src/app/models.py": MODELS,
    "src/app/stars.py": "from .models import *\n",
    "src/app/a.py": '''\
import jaunt
from app.models import Event, Kind, LostError, Row, ship


class Mine:
    word: str


@jaunt.magic
class Box:
    """Holds."""

    def put(self, event: Event) -> None: ...


@jaunt.magic
def use(event: Event, row: Row) -> int:
    """Return where it is at.

    >>> use(Event(1, 3), {"sku": "a"})
    3
    >>> use(Event(2, 4), {"sku": "a"})
    4
    """
    ...
''',
}


@pytest.mark.parametrize(
    ("error", "fact"),
    [
        ("line 3: Object of type `Event` has no attribute `when`", "Event has at, place, moved, ident"),
        ("line 3: Object of type `<class 'Event'>` has no attribute `when`", "Event has at, place, moved, ident"),
        ("AttributeError: 'Event' object has no attribute 'when'", "Event has at, place, moved, ident"),
        ("AttributeError: type object 'Kind' has no attribute 'GONE'", "Kind has NEW, OLD"),
        ("Class `Kind` has no attribute `GONE`", "Kind has NEW, OLD"),
        ('Unknown key "nosku" for TypedDict `Row`', "Row has sku"),
        ("Object of type `Mine` has no attribute `x`", "Mine has word"),
        ("Object of type `Box` has no attribute `take`", "Box has put"),
        ("Event.__init__() got an unexpected keyword argument 'when'", "Event takes ident, at, place, _own"),
        ("LostError.__init__() missing 1 required keyword-only argument: 'why'", "LostError takes event, why"),
        ("TypeError: ship() got an unexpected keyword argument 'quick'", "ship takes event, *more, fast, **others"),
        ("Argument `quick` does not match any known parameter of function `ship`", "ship takes event, *more, fast, "),
        (
            "Argument `x` does not match any known parameter of bound method `LostError.__init__`",
            "LostError takes event",
        ),
        (
            "Argument `when` does not match any known parameter [unknown-argument]: `x = Event(when=1)`",
            "Event takes ident, at, place, _own",
        ),
        ("ImportError: cannot import name 'Rows' from 'app.models' (/x/models.py)", "app.models has Base, Event, Kind"),
        ("Module `app.models` has no member `Rows`", "app.models has Base, Event, Kind, LostError, Row, ship"),
        ("Module `app.stars` has no member `Rows`", "app.stars has Base, Event, Kind, LostError, Row, ship"),
        ("module 'app.models' has no attribute 'Rows'", "app.models has Base, Event, Kind, LostError, Row, ship"),
        ("F821 Undefined name `Event`", "from app.models import Event"),
        ("NameError: name 'Mine' is not defined", "from app.a import Mine"),
    ],
)
def test_an_error_says_what_there_is(error: str, fact: str, tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    told = with_what_exists(_flaw(error), load(tmp_path).existing("app.a"))
    assert told.startswith(f"{error} ({fact}")
    assert with_what_exists(told, load(tmp_path).existing("app.a")) == told


def _flaw(error: str) -> Flaw:
    """Return what ty has found: its rule and the line stand at the end of its words."""
    message, _, rest = error.partition(" [")
    rule, _, quoted = rest.partition("]: ")
    return Flaw(message, kind=rule, quoted=quoted.strip("`")).saying(error)


@pytest.mark.parametrize(
    "error",
    [
        "'int' object has no attribute 'when'",
        "Object of type `list[int]` has no attribute `when`",
        "line 1: Undefined name `nobody`",
        "len() takes exactly one argument (2 given)",
        "Module `json` has no member `loadz`",
        "use: the example in a.py:3 fails\n    expected: 3\n    got: 4",
        "lacks use",
    ],
)
def test_what_is_not_known_is_told_as_it_is(error: str, tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    assert with_what_exists(Flaw(error), load(tmp_path).existing("app.a")) == error


HEAD = """\
from app.models import Event, Row


class Box:
    def put(self, event: Event) -> None:
        event.at = 1


"""


def errors_of(root: Path, body: str, config: str) -> Sequence[str]:
    """Return the errors of a candidate for which the model was asked once."""
    write_files(root, {**FILES, "jaunt.toml": f"[build]\nmax_attempts = 1\n[verify]\nruff = 'off'\n{config}"})
    code = f"{HEAD}def use(event: Event, row: Row) -> int:\n{body}"
    (outcome,) = build_with(root, FakeBackend({"app.a": [code]})).values()
    return [error for error in outcome.errors if not error.startswith("the last candidate")]


def test_equal_errors_are_one_and_examples_that_fail_by_them_are_left_out(tmp_path: Path) -> None:
    told = errors_of(tmp_path, "    print(event.when)\n    print(1, event.when)\n    return event.when\n", "")
    assert told == [
        "ty: line 10: Object of type `Event` has no attribute `when` [missing-attribute]: `print(event.when)` "
        "(Event has at, place, moved, ident) (3 times; also in lines 11, 12)"
    ]


def test_examples_that_fail_alike_are_one(tmp_path: Path) -> None:
    told = errors_of(tmp_path, "    return event.when\n", "ty = 'off'\n")
    assert len(told) == 1
    assert told[0].endswith(
        "got: AttributeError: 'Event' object has no attribute 'when' (line 10 of the candidate) "
        "(Event has at, place, moved, ident)\n    and so does 1 more example"
    )
