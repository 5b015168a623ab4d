"""What a backend is given, what it answers, and the retry that wraps every backend."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from jaunt.validation import validate_generated_source

Check = Callable[[str], Awaitable[Sequence[str]]]
"""Takes a candidate's source, returns what is wrong with it: one string an error."""


@dataclass(frozen=True)
class ModuleSpecContext:
    """All that a model may need to write one module.

    `kind` is "build" or "test"; `expected_names` must be defined; `spec_sources`, `decorator_prompts` and
    `dependency_apis` go from spec reference to text, `dependency_generated_modules` from a spec module's name to
    the code generated for it. `spec_module_source` is the spec module's whole text; `module_digest` is the digest of
    the contract (64 hex digits); `previous_source` is the code that the new one replaces.
    """

    kind: str
    spec_module: str
    generated_module: str
    expected_names: Sequence[str]
    spec_sources: Mapping[str, str]
    decorator_prompts: Mapping[str, str] = field(default_factory=dict)
    dependency_apis: Mapping[str, str] = field(default_factory=dict)
    dependency_generated_modules: Mapping[str, str] = field(default_factory=dict)
    spec_module_source: str = ""
    module_digest: str = ""
    previous_source: str = ""


@dataclass(frozen=True)
class GenerationResult:
    """What came of the attempts: `source` of the candidate that passed, or None and the last one's errors."""

    attempts: int
    source: str | None
    errors: list[str] = field(default_factory=list)
    candidate: str = ""
    """The last candidate, passed or not."""


class GeneratorBackend:
    """Answers a context with a module's source. Subclasses define `generate_module` alone."""

    async def generate_module(
        self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None
    ) -> str:
        """Return a candidate's source; `extra_error_context` holds the errors of the attempts before it.

        Raises JauntGenerationError if there is no answer to be had.
        """
        raise NotImplementedError

    async def generate_with_retry(
        self, ctx: ModuleSpecContext, *, max_attempts: int = 2, checks: Sequence[Check] = ()
    ) -> GenerationResult:
        """Ask until a candidate passes the static checks and `checks`, at most `max_attempts` times.

        Every attempt after the first is given all errors so far, in order.
        """
        errors: list[str] = []
        found: list[str] = []
        candidate = ""
        for attempt in range(1, max_attempts + 1):
            candidate = await self.generate_module(ctx, extra_error_context=[*errors] or None)
            found = await check_candidate(candidate, ctx.expected_names, checks)
            if not found:
                return GenerationResult(attempt, candidate, candidate=candidate)
            errors += [f"attempt {attempt}: {error}" for error in found] if max_attempts > 1 else found
        return GenerationResult(max_attempts, None, found, candidate)

    async def close(self) -> None:
        """Give back what the backend holds, such as connections; it is not used afterwards."""


async def check_candidate(candidate: str, expected_names: Sequence[str], checks: Sequence[Check] = ()) -> list[str]:
    """Return what is wrong with a candidate: the cheap checks first, the others only if it passes those."""
    # Off the event loop: a large candidate takes long to parse, and the other modules' answers are coming in.
    errors = await asyncio.to_thread(validate_generated_source, candidate, list(expected_names))
    for check in checks:
        if errors:
            break
        errors = list(await check(candidate))
    return errors
