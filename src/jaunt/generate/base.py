"""The backend: what answers a context with a module's source. What it is given and what came of it stand here too."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from jaunt.generate.check import Check, Checked, CheckFunction, as_check
from jaunt.generate.prompt import Message
from jaunt.generate.retry import GenerationResult, OnAttempt, ask
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.generate.usage import Usage

__all__ = ["Check", "Checked", "GenerationResult", "GeneratorBackend", "ModuleSpecContext", "OnAttempt", "Usage"]


class GeneratorBackend:
    """Answers a context with a module's source. Subclasses define `generate_module` alone."""

    has_own_retry: ClassVar[bool] = False
    """Whether the class defines a retry of its own, which knows nothing of checks."""

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        cls.has_own_retry = cls.has_own_retry or "generate_with_retry" in vars(cls)

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        """Return a candidate's source; `extra_error_context` holds the errors of the attempts before it.

        Raises JauntGenerationError if there is no answer.
        """
        raise NotImplementedError

    async def answer(self, ctx: ModuleSpecContext, messages: Sequence[Message]) -> str | None:
        """Return what is answered to a question about a module, None if none can be asked.

        Raises JauntGenerationError as `generate_module` does.
        """
        return None

    async def generate_with_retry(
        self,
        ctx: ModuleSpecContext,
        *,
        max_attempts: int = 2,
        checks: Sequence[Check | CheckFunction] = (),
        candidates: int = 1,
        on_attempt: OnAttempt | None = None,
    ) -> GenerationResult:
        """Ask until a candidate passes: see `jaunt.generate.retry.ask`.

        A subclass may bring a retry of its own, with `ctx` and `max_attempts` alone; what that calls good is then put
        through the checks once.
        """
        return await ask(
            self,
            ctx,
            max_attempts=max_attempts,
            checks=[*map(as_check, checks)],
            candidates=candidates,
            on_attempt=on_attempt,
        )

    @property
    def usage_by_module(self) -> Mapping[str, Usage]:
        """What the calls for each spec module took, as far as the backend counts it."""
        return {}

    @property
    def is_free(self) -> bool:
        """Whether it gives back what it was given, at no cost: then its answers say nothing of a model."""
        return False

    async def close(self) -> None:
        """Give back what the backend holds, such as connections; it is not used afterwards."""
