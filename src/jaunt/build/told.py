"""What a listener hears of a run: of each module that it has begun and that it has ended, in however many jobs."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from jaunt.build.pipeline import ModuleBuilder
from jaunt.engine.job import Event, Job, Listener, Outcome, ask_name


class Told:
    """Tells a listener of the engine's jobs; `turns` are those that build a module, by module.

    A module's first request begins it. Of the modules `above` what is built, nothing is told until something was done
    about them.
    """

    def __init__(
        self, listener: Listener | None, turns: Mapping[str, Job], above: Collection[str], builder: ModuleBuilder
    ) -> None:
        self._listener = listener
        self._turns = turns
        self._above = above
        self._builder = builder
        self._begun: dict[str, bool] = {}  # module -> whether it has ended

    def __call__(self, event: Event, job: Job, outcome: Outcome | None) -> None:
        """Take one of the engine's events."""
        module = job.module
        if job.name == ask_name(module):
            if event == "started":
                self._begun[module] = False
                self._tell("started", self._turns[module], None)
            return
        if module in self._above:
            if outcome is None or is_idle(module, outcome, self._above):
                return
            self._tell("started", job, None)
        if outcome is None:
            if module not in self._begun:
                self._tell(event, job, None)
            return
        if module in self._begun:
            self._begun[module] = True
        self._tell(event, job, self.with_calls(module, outcome))

    def interrupted(self) -> None:
        """Tell of the modules whose first request was made, and whose turn had not come when the run was stopped."""
        for module in [module for module, has_ended in self._begun.items() if not has_ended]:
            self._tell("finished", self._turns[module], self._builder.with_usage(module, Outcome("interrupted")))

    def with_calls(self, module: str, outcome: Outcome) -> Outcome:
        """Return an outcome with what the first request took, where the module's turn did not come."""
        answers = self._builder.settings.answers
        if answers is None or not outcome.failed_dependencies or not answers.was_asked(module):
            return outcome
        seconds = answers.seconds[module]
        return self._builder.with_usage(module, replace(outcome, seconds=seconds, model_seconds=seconds))

    def _tell(self, event: Event, job: Job, outcome: Outcome | None) -> None:
        if self._listener is not None:
            self._listener(event, job, outcome)


def is_idle(module: str, outcome: Outcome, above: Collection[str]) -> bool:
    """Whether nothing was done about a module, as the code that it depends on is what it was, or was not built."""
    return module in above and (outcome.status == "fresh" or bool(outcome.failed_dependencies))
