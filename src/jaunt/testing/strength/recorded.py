"""What a test module's header says of its strength, and how it gets there: one line of the file, and no other byte."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from jaunt.header import split_header
from jaunt.testing.strength.strength import Strength

FIELD = "strength"
_LINE = f"# jaunt:{FIELD}="
_COUNTS = re.compile(
    r"(?P<noticed>\d+) of (?P<counted>\d+) timeouts=(?P<late>\d+) waived=(?P<waived>\d+) on=(?P<on>\w+)"
)


class Recorded(NamedTuple):
    """What a header says: how many of how many mutants the tests notice; `digest` is that of what it holds for."""

    noticed: int
    counted: int
    late: int
    waived: int
    digest: str

    @property
    def score(self) -> float | None:
        """The share of the mutants that the tests notice; None if there was nothing to change."""
        return self.noticed / self.counted if self.counted else None


def recorded_strength(fields: Mapping[str, Any] | None) -> Recorded | None:
    """Return what the fields of a header say; None if that is nothing, or can't be read."""
    found = _COUNTS.fullmatch(str((fields or {}).get(FIELD, "")))
    if found is None:
        return None
    noticed, counted, late, waived = map(int, found.group("noticed", "counted", "late", "waived"))
    return Recorded(noticed, counted, late, waived, found["on"]) if noticed <= counted else None


def field_of(strength: Strength) -> str | None:
    """Return the header's field for a strength as measured, None if nothing was measured."""
    if strength.problem:
        return None
    return (
        f"{strength.killed} of {len(strength.counted)} timeouts={len(strength.late)} "
        f"waived={len(strength.waived)} on={strength.digest}"
    )


def with_strength_field(text: str, value: str | None) -> str:
    """Return a generated file's text with this field in its header, or without it; the rest as it is, byte for byte."""
    length = len(split_header(text)[0])
    if not length:
        return text
    lines = text.split("\n")
    head = [line for line in lines[:length] if not line.startswith(_LINE)]
    end = "\r" if lines[0].endswith("\r") else ""
    own = [f"{_LINE}{value}{end}"] if value is not None else []
    return "\n".join([*head, *own, *lines[length:]])
