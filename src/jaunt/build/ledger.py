"""What each module's last generation took, kept in `.jaunt/ledger.json`: costs for the order of a build, and estimates.

It is advice, never truth: a ledger that is missing, damaged or of another version is an empty one.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from jaunt.engine.job import Outcome
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import ensure_state_folder, write_atomic

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

    def updated(self, outcomes: Mapping[str, Outcome]) -> "Ledger":
        """Return the ledger with what a run's outcomes took; only answers of a model count."""
        return Ledger(
            {
                **self.entries,
                **{
                    name: Generation(round(o.seconds, 3), o.input_tokens, o.output_tokens, o.cost)
                    for name, o in outcomes.items()
                    if o.status == "generated" and o.origin == "model"
                },
            }
        )


def read_ledger(root: Path) -> Ledger:
    """Return the ledger of the project at `root`."""
    try:
        data = json.loads((root / ".jaunt" / "ledger.json").read_text(encoding="utf-8"))
        if data["version"] != _VERSION:
            return Ledger()
        return Ledger({str(name): _entry(fields) for name, fields in data["entries"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Ledger()


def write_ledger(root: Path, ledger: Ledger) -> str | None:
    """Write the ledger of the project at `root`; return why it could not be written, or None."""
    entries = {name: asdict(entry) for name, entry in sorted(ledger.entries.items())}
    try:
        folder = ensure_state_folder(root)
        text = json.dumps({"version": _VERSION, "entries": entries}) + "\n"
        write_atomic(folder / "ledger.json", text, within=root)
    except JauntWriteError as error:
        return f"what this build took was not noted down: {error}"
    return None


def _entry(fields: Mapping[str, Any]) -> Generation:
    cost = fields.get("cost")
    return Generation(
        float(fields["seconds"]),
        int(fields["input_tokens"]),
        int(fields["output_tokens"]),
        None if cost is None else float(cost),
    )


def _extreme(known: list[Generation], pick: Callable[[Iterable[Any]], Any]) -> Generation:
    """Return the least of each figure, or the most: `pick` is min or max."""
    costs = [entry.cost for entry in known if entry.cost is not None]
    return Generation(
        pick(entry.seconds for entry in known),
        pick(entry.input_tokens for entry in known),
        pick(entry.output_tokens for entry in known),
        pick(costs) if costs else None,
    )
