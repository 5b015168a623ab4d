"""The retry that wraps every backend: a model is asked again, and told what was wrong with its last candidate."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from typing import Protocol

from jaunt.errors import JauntAnswerError, JauntError
from jaunt.generate.attempts import MOST_SAME, Attempts
from jaunt.generate.check import Check, Examination, check_answer
from jaunt.generate.evidence import Evidence
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.process.frozen import frozen
from jaunt.text.flaw import Flaw, flaws

CONTEXT_HINT = "raise the context size of the server, or split the module"
"""What to do where a prompt with its answer is longer than the model can take."""

OnAttempt = Callable[[int, Sequence[str]], None]
"""Called as an attempt begins: its number, from 1, and what was wrong with the attempt before it."""


Others = Callable[[Sequence["asyncio.Task[Examination]"]], None]
"""Takes over the other candidates of an attempt in which one has passed: what is made of each."""


class Generator(Protocol):
    """What answers a context with a candidate: see `GeneratorBackend`."""

    @property
    def is_free(self) -> bool:
        """Whether it gives back what it was given, at no cost."""

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        """Return a candidate's source; raises JauntGenerationError if there is no answer."""


@frozen
class GenerationResult:
    """What came of the attempts: `source` of the candidate that passed, or None and the last one's errors.

    `candidate` is the last one, passed or not; of several at once, the one that got furthest. `fault` is what ended
    the attempts early: no answer came, or a check could not do its work. `attempts` counts that attempt too.
    `check_seconds` is the time that the checks took; `advisories` are what the last answer said of the specs,
    `evidence` is what the checks have shown of the last candidate.
    """

    attempts: int
    source: str | None
    errors: list[str] = field(default_factory=list)
    candidate: str = ""
    warnings: list[str] = field(default_factory=list)
    fault: JauntError | None = None
    check_seconds: float = 0.0
    advisories: tuple[str, ...] = ()
    evidence: Evidence = field(default_factory=dict)


async def ask(
    backend: Generator,
    ctx: ModuleSpecContext,
    *,
    max_attempts: int = 2,
    checks: Sequence[Check] = (),
    candidates: int = 1,
    on_attempt: OnAttempt | None = None,
    told: Sequence[str] = (),
    others: Others | None = None,
) -> GenerationResult:
    """Ask until a candidate passes syntax, required names and `checks`, at most `max_attempts` times.

    Each time, `candidates` answers are asked for at once; the first that passes ends it, and the others
    are cancelled, or handed to `others`.
    Every attempt after the first is given all errors so far, in order, and the candidate that had
    the last of them; of several candidates, those of the one that got furthest, and that one. The first is given what
    was `told` of code that was there before.

    A candidate that was rejected before is not checked again, nor shown; a model that gives it MOST_SAME times is
    asked no more. An answer without code is a failed attempt. Any other JauntError ends it: to ask again would be in
    vain. The result then has the fault, and the last candidate; without one the error is raised.
    """
    past, first = Attempts(flaws(told)), ctx.variation
    asking = _Asking(backend, checks, candidates, past, others)
    found: Examination | None = None  # what was made of the last candidate
    codeless: Examination | None = None  # the last answer without one
    for attempt in range(1, max_attempts + 1):
        number = attempt if max_attempts > 1 else 0
        ctx = replace(ctx, variation=first + (attempt - 1) * candidates)
        try:
            if on_attempt:
                on_attempt(attempt, found.errors if found else past.errors)
            found = await asking.attempt(ctx)
        except JauntAnswerError as fault:
            if attempt == max_attempts:
                last = replace(found or Examination(fault.text), fault=fault)
                return result_of(last, attempt, check_seconds=past.seconds)
            past.add(number, fault.told)
            codeless = Examination(fault.text, [Flaw(str(fault))])
            ctx = replace(ctx, rejected_source="")
            continue
        except JauntError as fault:
            last = found or codeless
            if last is None:
                raise
            return result_of(replace(last, fault=fault), attempt, check_seconds=past.seconds)
        past.seconds += found.seconds
        if found.ok or found.fault is not None:
            return result_of(found, attempt, check_seconds=past.seconds)
        ctx = past.note(found, number, ctx)
        if past.same >= MOST_SAME or attempt == max_attempts:
            verdict = [] if backend.is_free else past.verdict()
            last = replace(found, errors=[*found.errors, *flaws(verdict)])
            return result_of(last, attempt, check_seconds=past.seconds)
    return GenerationResult(0, None)


@frozen
class _Asking:
    """What is the same in each attempt at a module: who is asked, for how many candidates, what those have to pass."""

    backend: Generator
    checks: Sequence[Check]
    candidates: int
    past: Attempts
    others: Others | None

    async def attempt(self, ctx: ModuleSpecContext) -> Examination:
        """Return what came of one attempt; where the prompt of a retry is too long, it is tried with the errors alone.

        Raises the first error if no answer comes at all.
        """
        try:
            return await self._best(ctx)
        except JauntError as error:
            if isinstance(error, JauntAnswerError) or error.hint != CONTEXT_HINT or not ctx.rejected_source:
                raise
        return await self._best(replace(ctx, rejected_source="", previous_source=""))

    async def _best(self, ctx: ModuleSpecContext) -> Examination:
        """Ask for all candidates at once; return the first that passes, or the one that got furthest."""
        if self.candidates == 1:
            return await self._one(ctx)
        variations = (replace(ctx, variation=ctx.variation + number) for number in range(self.candidates))
        tasks = [asyncio.create_task(self._one(each)) for each in variations]
        examined: list[Examination] = []
        faults: list[JauntError] = []
        passed = False
        try:
            for ended in asyncio.as_completed(tasks):
                try:
                    examined.append(await ended)
                except JauntError as error:  # one answer less; the others may do
                    faults.append(error)
                    continue
                passed = examined[-1].ok
                if passed:
                    break
        finally:
            if not passed or self.others is None:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        if not examined:
            raise faults[0]
        best = next((each for each in examined if each.ok), None) or max(examined, key=lambda each: each.rank)
        if passed and self.others is not None:
            self.others(
                [task for task in tasks if not (task.done() and not task.exception() and task.result() is best)]
            )
        return replace(best, seconds=sum(each.seconds for each in examined))

    async def _one(self, ctx: ModuleSpecContext) -> Examination:
        candidate = await self.backend.generate_module(ctx, extra_error_context=[*self.past.errors] or None)
        known = self.past.known(candidate)
        return known or self.past.rejected(candidate, await check_answer(candidate, ctx.expected_names, self.checks))


def result_of(last: Examination, attempts: int, *, check_seconds: float | None = None) -> GenerationResult:
    """Return the result of attempts, by what was made of the last candidate; it took the checks' time, by default."""
    return GenerationResult(
        attempts,
        last.source if last.ok else None,
        [*last.errors],
        last.source,
        last.warnings,
        last.fault,
        last.seconds if check_seconds is None else check_seconds,
        last.advisories,
        last.evidence,
    )
