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
    """What answers a context with a candidate."""

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
    found: Examination | None = None  # what was made of the last candidate
    codeless: Examination | None = None  # the last answer without one
    for attempt in range(1, max_attempts + 1):
        number = attempt if max_attempts > 1 else 0
        ctx = replace(ctx, variation=first + (attempt - 1) * candidates)
        try:
            if on_attempt:
                on_attempt(attempt, found.errors if found else past.errors)
            found = await _attempt(candidates, backend, ctx, past, checks, others)
        except JauntAnswerError as fault:
            if attempt == max_attempts:
                return _result(attempt, replace(found or Examination(fault.text), fault=fault), past)
            past.add(number, fault.told)
            codeless = Examination(fault.text, [Flaw(str(fault))])
            ctx = replace(ctx, rejected_source="")
            continue
        except JauntError as fault:
            last = found or codeless
            if last is None:
                raise
            return _result(attempt, replace(last, fault=fault), past)
        past.seconds += found.seconds
        if found.ok or found.fault is not None:
            return _result(attempt, found, past)
        ctx = past.note(found, number, ctx)
        if past.same >= MOST_SAME or attempt == max_attempts:
            verdict = [] if getattr(backend, "is_free", False) else past.verdict()
            return _result(attempt, replace(found, errors=[*found.errors, *flaws(verdict)]), past)
    return GenerationResult(0, None)


async def _attempt(
    count: int,
    backend: Generator,
    ctx: ModuleSpecContext,
    past: Attempts,
    checks: Sequence[Check],
    others: Others | None,
) -> Examination:
    """Return what came of one attempt; where the prompt of a retry is too long, it is tried with the errors alone."""
    try:
        return await _best_of(count, backend, ctx, past, checks, others)
    except JauntError as error:
        if isinstance(error, JauntAnswerError) or error.hint != CONTEXT_HINT or not ctx.rejected_source:
            raise
    return await _best_of(count, backend, replace(ctx, rejected_source="", previous_source=""), past, checks, others)


def _result(attempts: int, last: Examination, past: Attempts) -> GenerationResult:
    source = last.source if last.ok else None
    return GenerationResult(
        attempts,
        source,
        [*last.errors],
        last.source,
        last.warnings,
        last.fault,
        past.seconds,
        last.advisories,
        last.evidence,
    )


async def _best_of(
    count: int,
    backend: Generator,
    ctx: ModuleSpecContext,
    past: Attempts,
    checks: Sequence[Check],
    others: Others | None,
) -> Examination:
    """Ask for `count` candidates at once; return the first that passes, or the one that got furthest.

    Raises the first error if no answer comes at all.
    """

    async def one(number: int = 0) -> Examination:
        own = replace(ctx, variation=ctx.variation + number) if number else ctx
        candidate = await backend.generate_module(own, extra_error_context=[*past.errors] or None)
        known = past.known(candidate)
        return known or past.rejected(candidate, await check_answer(candidate, ctx.expected_names, checks))

    if count == 1:
        return await one()
    tasks = [asyncio.create_task(one(number)) for number in range(count)]
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
        if not passed or others is None:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    if not examined:
        raise faults[0]
    best = next((each for each in examined if each.ok), None) or max(examined, key=lambda each: each.rank)
    if passed and others is not None:
        others([task for task in tasks if not (task.done() and not task.exception() and task.result() is best)])
    return replace(best, seconds=sum(each.seconds for each in examined))
