"""Frozen dataclasses that share their methods: all that `dataclass` gives, but quicker to define."""

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import pytest

from jaunt.process.frozen import frozen


@frozen
class Place:
    line: int
    names: list[str] = field(default_factory=list, compare=False)
    path: str = field(default="here", repr=False)

    @cached_property
    def twice(self) -> int:
        return 2 * self.line


@frozen
class NamedPlace(Place):
    name: str = ""


@dataclass(frozen=True)
class Usual:
    line: int
    names: list[str] = field(default_factory=list, compare=False)
    path: str = field(default="here", repr=False)


def test_it_is_the_dataclass_that_it_would_be() -> None:
    place, usual = Place(1, path="there"), Usual(1, path="there")
    assert repr(place) == repr(usual).replace("Usual", "Place") == "Place(line=1, names=[])"
    assert asdict(place) == asdict(usual) == {"line": 1, "names": [], "path": "there"}
    assert [each.name for each in fields(place)] == [each.name for each in fields(usual)]
    own, theirs = (inspect.signature(kind).parameters for kind in (Place, Usual))
    assert [(e.name, e.kind, e.annotation) for e in own.values()] == [
        (e.name, e.kind, e.annotation) for e in theirs.values()
    ]
    assert place == Place(1, ["other"], "there") != Place(1)
    assert place != usual
    assert hash(place) == hash(Place(1, ["other"], "there"))
    assert Place(1).names is not Place(1).names
    assert place.twice == 2


def test_it_is_copied_replaced_and_pickled() -> None:
    place = NamedPlace(1, ["a"], name="b")
    assert replace(place, line=2) == NamedPlace(2, ["a"], name="b")
    assert copy.deepcopy(place) == pickle.loads(pickle.dumps(place)) == place
    assert place != Place(1, ["a"])


@pytest.mark.parametrize("name", ["line", "twice", "unknown"])
def test_nothing_is_set_or_deleted(name: str) -> None:
    place: Any = Place(1)
    with pytest.raises(FrozenInstanceError):
        setattr(place, name, 2)
    with pytest.raises(FrozenInstanceError):
        delattr(place, name)
    assert place == Place(1)


@pytest.mark.parametrize("values", [((), {}), ((1, [], "a", 4), {}), ((1,), {"line": 2}), ((1,), {"other": 2})])
def test_wrong_arguments_are_type_errors(values: tuple[tuple[Any, ...], dict[str, Any]]) -> None:
    kind: Any = Place
    with pytest.raises(TypeError):
        kind(*values[0], **values[1])
