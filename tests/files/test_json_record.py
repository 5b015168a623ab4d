"""Dataclasses as JSON files: what is written is read again, and what is anything else is refused in words."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaunt.files.json_record import plain_record, read_record, write_record


@dataclass(frozen=True)
class Leg:
    place: str
    hours: float = field(default=0.0, metadata={"json": "h"})


@dataclass(frozen=True)
class Trip:
    name: str
    legs: tuple[Leg, ...] = ()
    costs: Mapping[str, float] = field(default_factory=dict)
    seats: int | None = None
    by: Literal["sea", "land"] = "sea"


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
LEGS = st.builds(Leg, st.text(), NUMBERS)
PRICES = st.dictionaries(st.text(), NUMBERS)
WAYS = st.sampled_from(["sea", "land"])
TRIPS = st.builds(Trip, st.text(), st.lists(LEGS).map(tuple), PRICES, st.none() | st.integers(), WAYS)


@given(trip=TRIPS)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, trip: Trip) -> None:
    root = tmp_path_factory.mktemp("trip")
    path = write_record(root / "trip.json", trip, within=root, version=3)
    assert read_record(path, Trip, version=3) == trip
    assert json.loads(path.read_text()) == {"version": 3, **plain_record(trip)}


def read(root: Path, found: Any, **options: Any) -> Trip:
    (root / "trip.json").write_text(found if isinstance(found, str) else json.dumps(found))
    return read_record(root / "trip.json", Trip, **options)


def test_a_field_may_have_another_name_in_the_file(tmp_path: Path) -> None:
    assert plain_record(Leg("x", 2.0)) == {"place": "x", "h": 2.0}
    assert read(tmp_path, {"name": "n", "legs": [{"place": "x", "h": 2}]}).legs == (Leg("x", 2.0),)


def test_what_is_missing_has_its_default_and_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    assert read(tmp_path, {"name": "n", "colour": "red", "version": 9}) == Trip("n")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("", "Expecting value"),
        ("[" * 100_000, "recursion"),
        ("\x00", "Expecting value"),
        ([], "list"),
        (None, "NoneType"),
        ({}, "name"),
        ({"name": 3}, "name is 3"),
        ({"name": None}, "name is None"),
        ({"name": "n", "legs": "xy"}, "legs is 'xy'"),
        ({"name": "n", "legs": ["x"]}, "items"),
        ({"name": "n", "legs": [{"place": "x", "h": True}]}, "h is True"),
        ('{"name": "n", "costs": {"a": NaN}}', "costs is nan"),
        ('{"name": "n", "costs": {"a": 1e999}}', "costs is inf"),
        (f'{{"name": "n", "costs": {{"a": 1{"0" * 400}}}}}', "too large"),
        ({"name": "n", "seats": 1.5}, "seats is 1.5"),
        ({"name": "n", "seats": True}, "seats is True"),
        ({"name": "n", "by": "air"}, "by is 'air'"),
        ({"name": "n", "by": ["sea"]}, "by is ['sea']"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, found: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read(tmp_path, found)


@pytest.mark.parametrize("found", [{"name": "n"}, {"name": "n", "version": 2}, []])
def test_another_version_is_refused(tmp_path: Path, found: Any) -> None:
    with pytest.raises(ValueError, match=r"version|list"):
        read(tmp_path, found, version=3)
