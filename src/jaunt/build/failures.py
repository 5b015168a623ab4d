"""Failures of one run by their causes: where several modules fail by the same, no further call is made."""

from collections.abc import Sequence

from jaunt.errors import JauntBudgetError, JauntError, JauntStoppedError
from jaunt.generate.base import GenerationResult
from jaunt.report.failures import without_names


class SameFailures:
    """Counts the modules that failed, after a call or by the lack of one, by what they failed by.

    At `most` by one cause, the run is at its end: what is in flight still lands, and nothing more is asked for.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._modules: dict[str, set[str]] = {}
        self._stopped: JauntStoppedError | None = None

    def require_hope(self) -> None:
        """Raise JauntStoppedError if so many modules have failed by one cause that the next one would as well."""
        if self._stopped is not None:
            raise self._stopped

    def note_result(self, module: str, result: GenerationResult) -> None:
        """Take note of what came of the attempts at a module."""
        if result.source is None and result.fault is not None:
            self.note_error(module, result.fault)
        elif result.source is None and result.errors:
            self._note(module, result.errors)

    def note_error(self, module: str, error: JauntError) -> None:
        """Take note of why there was no answer for a module."""
        if not (error.ends_run or isinstance(error, JauntBudgetError)):
            self._note(module, [f"{error} ({error.hint})" if error.hint else str(error)])

    def _note(self, module: str, errors: Sequence[str]) -> None:
        cause = "\n".join(sorted({without_names(error, module) for error in errors}))
        modules = self._modules.setdefault(cause, set())
        modules.add(module)
        if self._most and len(modules) >= self._most and self._stopped is None:
            first = errors[0].partition("\n")[0]
            self._stopped = JauntStoppedError(
                f"stopped: {len(modules)} modules failed by the same cause, as the others would: {first}",
                hint="correct that, or raise stop_after_same_failure in [build]",
            )
