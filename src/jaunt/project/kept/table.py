"""The table of a snapshot: a row for each spec module, kept by columns, as most commands need one field of each."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from jaunt.registry import SpecKind


class Row(NamedTuple):
    """What every command needs of a spec module; the rest is in the record of its file.

    `generated` is the file that its code is generated into.
    """

    path: str
    generated: str
    kind: SpecKind
    unread: Mapping[str, str]
    specs: Sequence[str]
    dependencies: Sequence[str]
    digest: str
    reread: bool


class Table(Mapping[str, Row]):
    """Module -> row. `columns` are plain data, a list for each field of a row, with what is made of lists as text.

    Lists of text are read from JSON in a fifth of the time that lists of lists take.
    """

    def __init__(self, names: Sequence[str], columns: Mapping[str, Sequence[Any]]) -> None:
        self.names = names
        self.columns = columns

    @classmethod
    def of(cls, rows: Mapping[str, Row]) -> "Table":
        """Return the table of some rows."""
        packed = [_packed(row) for row in rows.values()]
        return cls([*rows], {name: [row[i] for row in packed] for i, name in enumerate(Row._fields)})

    def replaced(self, rows: Mapping[str, Row]) -> "Table":
        """Return the table with other rows for some of its modules."""
        columns = {name: [*column] for name, column in self.columns.items()}
        for module, row in rows.items():
            for name, value in zip(Row._fields, _packed(row), strict=True):
                columns[name][self._places[module]] = value
        return Table(self.names, columns)

    def column(self, field: str) -> dict[str, Any]:
        """Return module -> one of the fields that are no lists: path, generated, kind, digest or reread."""
        return dict(zip(self.names, self.columns[field], strict=True))

    def unread(self) -> list[str]:
        """Return the paths of the modules of which only an import can tell something."""
        return [path for path, unread in zip(self.columns["path"], self.columns["unread"], strict=True) if unread]

    def specs(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each module with the names of its specs."""
        return ((name, specs.split()) for name, specs in zip(self.names, self.columns["specs"], strict=True))

    def dependencies(self, module: str) -> list[str]:
        """Return the modules that one depends on."""
        return self.columns["dependencies"][self._places[module]].split()

    def __getitem__(self, module: str) -> Row:
        place = self._places[module]
        fields = {name: column[place] for name, column in self.columns.items()}
        fields["unread"] = json.loads(fields["unread"]) if fields["unread"] else {}
        return Row(**{**fields, "specs": fields["specs"].split(), "dependencies": fields["dependencies"].split()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and (self.names, self.columns) == (other.names, other.columns)

    def __contains__(self, module: object) -> bool:
        return module in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}


def _packed(row: Row) -> tuple[Any, ...]:
    unread = json.dumps(row.unread) if row.unread else ""
    lists = {"specs": " ".join(row.specs), "dependencies": " ".join(row.dependencies)}
    return tuple({**row._asdict(), "unread": unread, **lists}.values())
