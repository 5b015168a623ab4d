"""What checks ask of a module's candidates: each for itself, in one examination for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from jaunt.checks.examiner.questions import Examination, Question, examination
from jaunt.checks.examiner.runner import Findings, new_key
from jaunt.checks.examiner.sandboxes import Examiners
from jaunt.plan.module_work import ModuleWork

_MOST_ROUNDS = 8  # candidates that are looked at side by side, and have not been to all checks yet


class _Printed(NamedTuple):
    """What the examiner printed by the order of one check, and the key of that examination."""

    key: str
    text: str


@dataclass(eq=False)
class Asking:
    """The questions of one check about the candidates of `work`.

    With `effects`, those of a candidate's import are errors; sandboxes that stay keep the modules `preload` of jaunt's
    loaded; where it need not be sure, what fails is not examined once more.
    """

    examiners: Examiners
    work: ModuleWork
    questions: Sequence[Question]
    effects: bool = False
    preload: Sequence[str] = ()
    is_sure: bool = True
    _together: "_Together | None" = field(default=None, init=False, repr=False)

    async def find(self, source: str, questions: Sequence[Question] = ()) -> Findings:
        """Return what fails of a candidate; `questions` are ours with other judges, if any are given.

        Raises JauntConfigError if there is no sandbox, and what the judges raise.
        """
        self._together = self._together or _Together([self])
        key, printed = await self._together.printed(self, source)
        asked = self.examination(source)._replace(questions=questions or self.questions)
        return await self.examiners.settle(asked, key, printed, is_sure=self.is_sure)

    def examination(self, source: str) -> Examination:
        """Return what is asked of a candidate."""
        return examination(self.work, self.questions, source, effects=self.effects, preload=self.preload)

    def join(self, together: "_Together") -> None:
        """Ask as one of several from here on."""
        self._together = together


def ask_together(checks: Iterable[object]) -> None:
    """Have those of a module's checks that ask its candidates, by an `asking` of theirs, do so in one examination.

    The first that looks at a candidate asks for all: what the others will want to know is there when their turn comes.
    """
    found = [getattr(each, "asking", None) for each in checks]  # `isinstance` of a Protocol takes 100 times as long
    askings = [each for each in found if isinstance(each, Asking)]
    together = _Together(askings)
    for each in askings:
        each.join(together)


class _Together:
    """The askings about one module's candidates; what was printed for each that has not taken it yet."""

    def __init__(self, askings: Sequence[Asking]) -> None:
        self._askings = askings
        self._rounds: dict[str, dict[Asking, _Printed]] = {}

    async def printed(self, asking: Asking, source: str) -> _Printed:
        """Return what the examiner printed; who asks for a second time gets what another examination gave."""
        if asking not in self._rounds.get(source, {}):
            key = new_key()
            orders = [each.examination(source).order for each in self._askings]
            texts = await asking.examiners.reports(orders, key)
            found = [_Printed(key, text) for text in texts]
            self._rounds.pop(source, None)
            self._rounds[source] = dict(zip(self._askings, found, strict=True))
            while len(self._rounds) > _MOST_ROUNDS:
                del self._rounds[next(iter(self._rounds))]
        return self._rounds[source].pop(asking)
