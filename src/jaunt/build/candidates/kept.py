"""Candidates that passed all checks and did not land, kept beside the store's entries: they were paid for."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from jaunt.build.store import Store, keep_code, stored_code
from jaunt.build.store.beside import instruction_fields
from jaunt.build.write import normalize_source
from jaunt.errors import JauntWriteError
from jaunt.files.atomic import write_atomic
from jaunt.plan.module_work import ModuleWork

_MOST = 9
"""How many are kept of one contract."""


class KeptCandidates:
    """The candidates of a project's contracts, below the folder of its store, or else below `state`."""

    def __init__(self, store: Store, state: Path) -> None:
        self._folder = (state if store.readonly else store.folder) / "candidates"
        self._key = store.key

    def of(self, work: ModuleWork) -> list[str]:
        """Return what is kept for a module's contract of today."""
        if not self._folder.is_dir():
            return []
        found = [stored_code(each, work).source for each in self._places()]
        return [source for source in found if source is not None]

    def keep(self, work: ModuleWork, sources: Sequence[str]) -> None:
        """Keep candidates besides those that are; what can't be kept is asked for once more, some day."""
        free = [each for each in self._places() if stored_code(each, work).source is None]
        if not sources:
            return
        with suppress(JauntWriteError, OSError):
            write_atomic(self._folder / ".gitignore", "*\n", within=self._folder.parent, durable=False)
        for place, source in zip(free, sources, strict=False):
            keep_code(place, work, normalize_source(source), instruction_fields(work))

    def _places(self) -> list[Store]:
        return [Store(self._folder / str(number), key=self._key) for number in range(1, _MOST + 1)]
