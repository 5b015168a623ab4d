"""What each module's last generation took, kept in `.jaunt/ledger.json`: costs for the order of a build, and estimates.

It is advice, never truth: a ledger that is missing, damaged or of another version is an empty one.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from jaunt.engine.job import Outcome
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import ensure_state_folder
from jaunt.files.json_record import read_record, write_record

_FILE = Path(".jaunt") / "ledger.json"
_VERSION = 1


@dataclass(frozen=True)
class Generation:
    """One generation: wall time in seconds, tokens of all its attempts, and what they cost, if known."""

    seconds: float
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True)
class Ledger:
    """The entries by job name (`build:app.slug`)."""

    entries: Mapping[str, Generation] = field(default_factory=dict)

    def seconds(self, name: str) -> float:
        """Return how long a job is expected to take: as long as last time, or as the others on average."""
        if name in self.entries:
            return self.entries[name].seconds
        return self._average

    @cached_property
    def _average(self) -> float:
        known = [entry.seconds for entry in self.entries.values()]
        return sum(known) / len(known) if known else 1.0

    def bounds(self, name: str) -> tuple[Generation, Generation] | None:
        """Return the least and the most that a job is expected to take; None if nothing was ever generated."""
        if name in self.entries:
            return self.entries[name], self.entries[name]
        known = list(self.entries.values())
        if not known:
            return None
        return _extreme(known, min), _extreme(known, max)

    def updated(self, outcomes: Mapping[str, Outcome], known: Collection[str]) -> "Ledger":
        """Return the ledger with what a run's outcomes took, and without the jobs that are not `known` any more.

        Only answers of a model count.
        """
        taken = {
            name: Generation(round(o.seconds, 3), o.input_tokens, o.output_tokens, o.cost)
            for name, o in outcomes.items()
            if o.status == "generated" and o.origin == "model"
        }
        kept = {name: entry for name, entry in self.entries.items() if name in known}
        return Ledger(dict(sorted({**kept, **taken}.items())))


def read_ledger(root: Path) -> Ledger:
    """Return the ledger of the project at `root`."""
    try:
        return read_record(root / _FILE, Ledger, version=_VERSION)
    except (OSError, ValueError):
        return Ledger()


def write_ledger(root: Path, ledger: Ledger) -> str | None:
    """Write the ledger of the project at `root`; return why it could not be written, or None."""
    try:
        ensure_state_folder(root)
        write_record(root / _FILE, ledger, within=root, version=_VERSION)
    except JauntWriteError as error:
        return f"what this build took was not noted down: {error}"
    return None


def _extreme(known: list[Generation], pick: Callable[[Iterable[Any]], Any]) -> Generation:
    """Return the least of each figure, or the most: `pick` is min or max."""
    costs = [entry.cost for entry in known if entry.cost is not None]
    return Generation(
        pick(entry.seconds for entry in known),
        pick(entry.input_tokens for entry in known),
        pick(entry.output_tokens for entry in known),
        pick(costs) if costs else None,
    )
