"""What a backend is given, what it answers, and the retry that wraps every backend."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jaunt.errors import JauntError
from jaunt.process.background import in_background
from jaunt.validation import compile_check, validate_generated_source


@dataclass(frozen=True)
class Checked:
    """What a check makes of a candidate: its source, perhaps rewritten by a formatter, and its errors.

    `warnings` keep a candidate from nothing.
    """

    source: str
    errors: Sequence[str] = ()
    warnings: Sequence[str] = ()


Check = Callable[[str], Awaitable[Sequence[str] | Checked]]
"""Takes a candidate's source, returns what is wrong with it, one string an error, or a `Checked`.

A check with a true attribute `after_failure` also looks at candidates that an earlier check found wrong.
"""

OnAttempt = Callable[[int, Sequence[str]], None]
"""Called as an attempt begins: its number, from 1, and what was wrong with the attempt before it."""


@dataclass(frozen=True)
class ModuleSpecContext:
    """All that a model may need to write one module.

    `kind` is "build" or "test"; `expected_names` must be defined; `spec_sources`, `decorator_prompts` and
    `dependency_apis` go from spec reference to text, and so do `plain_sources`: the same texts without jaunt's
    decorators, where they are known. `dependency_generated_modules` goes from a spec module's name to the code
    generated for it. `handwritten_source` is what is no spec in the spec module; `module_digest` is the digest of the
    contract (64 hex digits); `previous_source` is the code that the new one replaces, `rejected_source` the candidate
    of the attempt before this one.
    """

    kind: str
    spec_module: str
    generated_module: str
    expected_names: Sequence[str]
    spec_sources: Mapping[str, str]
    decorator_prompts: Mapping[str, str] = field(default_factory=dict)
    dependency_apis: Mapping[str, str] = field(default_factory=dict)
    dependency_generated_modules: Mapping[str, str] = field(default_factory=dict)
    plain_sources: Mapping[str, str] = field(default_factory=dict)
    handwritten_source: str = ""
    module_digest: str = ""
    previous_source: str = ""
    rejected_source: str = ""


@dataclass(frozen=True)
class GenerationResult:
    """What came of the attempts: `source` of the candidate that passed, or None and the last one's errors."""

    attempts: int
    source: str | None
    errors: list[str] = field(default_factory=list)
    candidate: str = ""
    """The last candidate, passed or not; of several at once, the one that got furthest."""
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Examination:
    """What all checks made of a candidate; `passed` is how many it passed before the first that it failed."""

    source: str
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    passed: int = 0

    @property
    def rank(self) -> tuple[int, int]:
        """How far the candidate got: the greater, the further."""
        return self.passed, -len(self.errors)


class GeneratorBackend:
    """Answers a context with a module's source. Subclasses define `generate_module` alone."""

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        """Return a candidate's source; `extra_error_context` holds the errors of the attempts before it.

        Raises JauntGenerationError if no answer can be had.
        """
        raise NotImplementedError

    async def generate_with_retry(
        self,
        ctx: ModuleSpecContext,
        *,
        max_attempts: int = 2,
        checks: Sequence[Check] = (),
        candidates: int = 1,
        on_attempt: OnAttempt | None = None,
    ) -> GenerationResult:
        """Ask until a candidate passes syntax, required names and `checks`, at most `max_attempts` times.

        Each time, `candidates` answers are asked for at once; the first that passes ends it, and the others
        are cancelled. Every attempt after the first is given all errors so far, in order, and the candidate that had
        the last of them; of several candidates, those of the one that got furthest, and that one.
        """
        errors: list[str] = []
        found = Examination("")
        for attempt in range(1, max_attempts + 1):
            if on_attempt:
                on_attempt(attempt, found.errors)
            found = await self._best_of(candidates, ctx, errors, checks)
            if not found.errors:
                return GenerationResult(attempt, found.source, [], found.source, found.warnings)
            prefix = f"attempt {attempt}: " if max_attempts > 1 else ""
            errors += [f"{prefix}{error}" for error in found.errors]
            ctx = replace(ctx, rejected_source=found.source)
        return GenerationResult(max_attempts, None, found.errors, found.source, found.warnings)

    async def _best_of(
        self, count: int, ctx: ModuleSpecContext, errors: Sequence[str], checks: Sequence[Check]
    ) -> Examination:
        """Ask for `count` candidates at once; return the first that passes, or the one that got furthest.

        Raises the first error if no answer comes at all.
        """

        async def one() -> Examination:
            candidate = await self.generate_module(ctx, extra_error_context=[*errors] or None)
            return await check_candidate(candidate, ctx.expected_names, checks)

        if count == 1:
            return await one()
        tasks = [asyncio.create_task(one()) for _ in range(count)]
        examined: list[Examination] = []
        faults: list[JauntError] = []
        try:
            for ended in asyncio.as_completed(tasks):
                try:
                    examined.append(await ended)
                except JauntError as error:  # one answer less; the others may do
                    faults.append(error)
                    continue
                if not examined[-1].errors:
                    return examined[-1]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if not examined:
            raise faults[0]
        return max(examined, key=lambda each: each.rank)

    async def close(self) -> None:
        """Give back what the backend holds, such as connections; it is not used afterwards."""


async def check_candidate(candidate: str, expected_names: Sequence[str], checks: Sequence[Check] = ()) -> Examination:
    """Put a candidate through syntax, required names and then `checks`, in order.

    After a failure, only the checks with a true `after_failure` go on; after a syntax error, none.
    """
    # Off the event loop: a large candidate takes long to parse, and the other modules' answers are coming in.
    size = len(candidate) if isinstance(candidate, str) else 0
    try:
        errors = await in_background(validate_generated_source, candidate, list(expected_names), size=size)
        readable = not errors or not await in_background(compile_check, candidate, "", size=size)
    except ChildProcessError as error:
        errors, readable = [f"cannot be parsed: {error}"], False
    if not readable:
        return Examination(candidate, errors)
    source, warnings, passed = candidate, list[str](), int(not errors)
    for check in checks:
        if errors and not getattr(check, "after_failure", False):
            continue
        result = await check(source)
        checked = result if isinstance(result, Checked) else Checked(source, result)
        source = checked.source
        errors = list(dict.fromkeys([*errors, *checked.errors]))
        warnings += checked.warnings
        passed += not errors
    return Examination(source, errors, warnings, passed)
