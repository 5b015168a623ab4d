"""What each module's last generation took, kept in `.jaunt/ledger.json`: costs for the order of a build, and estimates.

It is advice, never truth: a ledger that is missing, damaged or of another version is an empty one.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any

from jaunt.engine.job import Outcome
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import ensure_state_folder
from jaunt.files.json_record import read_record, write_record
from jaunt.process.frozen import frozen

_FILE = Path(".jaunt") / "ledger.json"
_VERSION = 1
_USUAL_SHARE = 0.95  # of a module's time, that a model is waited for


@frozen
class Generation:
    """One generation: wall time in seconds, tokens of all its attempts, and what they cost, if known.

    `model_seconds` is the part of the time in which a model was waited for, None if that was not noted down.
    """

    seconds: float
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    model_seconds: float | None = None


@frozen
class Ledger:
    """The entries by job name (`build:app.slug`)."""

    entries: Mapping[str, Generation] = field(default_factory=dict)

    def seconds(self, name: str) -> float:
        """Return how long a job is expected to take: as long as last time, or as the others on average."""
        if name in self.entries:
            return self.entries[name].seconds
        return self._average

    def model_seconds(self, name: str) -> float:
        """Return how long a model is expected to be waited for in a job: at most as long as the job takes."""
        seconds = self.seconds(name)
        known = self.entries[name].model_seconds if name in self.entries else self._average_share * seconds
        return seconds if known is None else min(seconds, known)

    @cached_property
    def _average_share(self) -> float:
        known = [each for each in self.entries.values() if each.model_seconds is not None and each.seconds > 0]
        seconds = sum(each.seconds for each in known)
        return sum(each.model_seconds or 0.0 for each in known) / seconds if seconds else _USUAL_SHARE

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
            name: _generation(o) for name, o in outcomes.items() if o.status == "generated" and o.origin == "model"
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


def _generation(outcome: Outcome) -> Generation:
    model_seconds = round(outcome.model_seconds, 3) or None
    seconds = round(outcome.seconds, 3)
    return Generation(seconds, outcome.input_tokens, outcome.output_tokens, outcome.cost, model_seconds)


def _extreme(known: list[Generation], pick: Callable[[Iterable[Any]], Any]) -> Generation:
    """Return the least of each figure, or the most: `pick` is min or max."""
    costs = [entry.cost for entry in known if entry.cost is not None]
    return Generation(
        pick(entry.seconds for entry in known),
        pick(entry.input_tokens for entry in known),
        pick(entry.output_tokens for entry in known),
        pick(costs) if costs else None,
    )
