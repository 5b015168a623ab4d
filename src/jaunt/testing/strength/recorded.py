"""What a test module's header says of its strength, and how it gets there: one line of the file, and no other byte."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from jaunt.files.plain import read_plain
from jaunt.header import split_header
from jaunt.plan.freshness import read_code_digest
from jaunt.project.project import Project
from jaunt.spec_ref import module_of, qualname_of

FIELD = "strength"
WAIVER = r"#\s*jaunt:\s*equivalent\b\s*(\S*)\s*(.*)"
"""What a waiver looks like; see `waivers.py`."""
_VERSION = "1"
"""Of the operators, and of what a score is made of: with another one, nothing that was recorded holds."""
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


def names_under_test(project: Project, module: str) -> dict[str, frozenset[str]]:
    """Return the specs of code that a test module's specs depend on directly, by the module that they are of."""
    found: dict[str, set[str]] = {}
    for entry in project.modules[module].entries:
        for ref in project.graph.get(entry.spec_ref, ()):
            if project.kind_of(module_of(ref)) == "build":
                found.setdefault(module_of(ref), set()).add(qualname_of(ref))
    return {name: frozenset(found[name]) for name in sorted(found)}


def strength_digest(project: Project, module: str) -> str:
    """Return the digest of all that a test module's strength depends on today, 16 hex digits; see `Recorded.digest`."""
    names = names_under_test(project, module)
    codes = {each: [read_code_digest(project.generated_path(each)), sorted(names[each])] for each in names}
    waivers = re.findall(WAIVER, read_plain(project.modules[module].file.path).decode("utf-8", "replace"))
    own = read_code_digest(project.generated_path(module))
    measured_on = [_VERSION, project.config.test.mutants, own, codes, sorted(waivers)]
    return hashlib.sha256(json.dumps(measured_on).encode()).hexdigest()[:16]


def recorded_strength(fields: Mapping[str, Any] | None) -> Recorded | None:
    """Return what the fields of a header say; None if that is nothing, or can't be read."""
    found = _COUNTS.fullmatch(str((fields or {}).get(FIELD, "")))
    if found is None:
        return None
    noticed, counted, late, waived = map(int, found.group("noticed", "counted", "late", "waived"))
    return Recorded(noticed, counted, late, waived, found["on"]) if noticed <= counted else None


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
