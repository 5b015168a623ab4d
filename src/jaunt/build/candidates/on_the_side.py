"""Answers that were asked for beside the one that landed: they are waited for when all else is done, and kept."""

import asyncio
from collections.abc import Sequence

from jaunt.build.candidates.kept import KeptCandidates
from jaunt.generate.check import Examination
from jaunt.plan.module_work import ModuleWork


class OnTheSide:
    """The further answers of a run with several candidates; what passes all checks is kept."""

    def __init__(self, kept: KeptCandidates) -> None:
        self._kept = kept
        self._asked: list[tuple[ModuleWork, asyncio.Task[Examination]]] = []

    @property
    def modules(self) -> set[str]:
        """The modules that had further answers."""
        return {work.module for work, _ in self._asked}

    def add(self, work: ModuleWork, tasks: Sequence[asyncio.Task[Examination]]) -> None:
        """Take over what is asked for and checked beside a candidate that passed."""
        self._asked += [(work, task) for task in tasks]

    async def settle(self) -> None:
        """Wait for all answers, and keep those that pass; whatever went wrong with one, it is one less."""
        try:
            await asyncio.gather(*(task for _, task in self._asked), return_exceptions=True)
        except asyncio.CancelledError:
            for _, task in self._asked:
                task.cancel()
            raise
        for work, task in self._asked:
            if not task.cancelled() and task.exception() is None and task.result().ok:
                self._kept.keep(work, [task.result().source])
