"""Generate, validate, write: the path of one module of either kind, from its contract to its file."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from types import TracebackType
from typing import Self, TypeVar

from jaunt import codes
from jaunt.build.asking import generate, is_equivalent, specs_asked
from jaunt.build.context import make_context
from jaunt.build.eager.request import FirstRequest
from jaunt.build.landing import by_writer, keep_failed, land, stamp, text_to_replace, with_warnings
from jaunt.build.rejected import keep_advisories, remember_failure
from jaunt.build.settings import BuildSettings
from jaunt.build.store import StoreLookup, room_for_code, stored_code
from jaunt.build.store.beside import beside_work, instruction_fields
from jaunt.build.turns import PatientCheck, Turns
from jaunt.build.write import normalize_source
from jaunt.engine.job import Outcome, Status, error_texts, failure
from jaunt.errors import JauntBudgetError, JauntDiscoveryError, JauntError, JauntGenerationError
from jaunt.files.atomic import require_writable
from jaunt.generate.base import GenerationResult
from jaunt.generate.check import Check, Examination, check_candidate
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.generate.usage import Usage
from jaunt.header import parse_header
from jaunt.plan.freshness import Freshness
from jaunt.plan.module_work import ModuleWork
from jaunt.plan.standing import WRITTEN_FIELDS, StandingCode, accepted_fields, standing_code
from jaunt.process.faults import machine_error
from jaunt.process.frozen import frozen
from jaunt.report.wording import build_command

T = TypeVar("T")


class ModuleBuilder:
    """Builds the modules of a run, each the same way; the end of a `with` block, or `close`, ends its threads.

    Two threads write files: of many answers that come together, the first then lands, and makes room for the next
    request, long before the last one is looked at.
    """

    def __init__(self, settings: BuildSettings) -> None:
        self.settings = settings
        self.turns: Turns | None = None
        """The order of the run, if a module may have to wait for others of it."""
        self._writers = ThreadPoolExecutor(2, "jaunt-writer")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    async def ask(self, work: ModuleWork, *, ask_anew: bool = False) -> None:
        """Make a module's first request before its turn, unless it has begun, or its code is there already.

        What comes of it, an error too, is used in the module's turn. Raises what a call would be in vain for.
        """
        settings, turns = self.settings, self.turns
        if turns is not None and turns.has_begun(work.module):
            return
        replaced = await self._prepare(work, None, waits=False)
        used = settings.used_at_import(work.module) if settings.used_at_import is not None else ()
        if turns is not None and turns.lacks_any(used):
            return  # it is not known yet whether it can be imported
        request = FirstRequest(settings, work, replaced, turns.is_settled if turns is not None else lambda _: True)
        await request.make(ask_anew=ask_anew)

    def close(self) -> None:
        """End the threads, once they have written what they were given."""
        self._writers.shutdown()

    async def build(self, work: ModuleWork, *, freshness: Freshness | None = None, ask_anew: bool = False) -> Outcome:
        """Build one module: ask the backend, check the answer, write the file. With `ask_anew`, no store is asked.

        Where the module's `freshness` lets the code stay that is there, that is the first candidate. A JauntError
        becomes a failed outcome.
        """
        settings, begin = self.settings, time.perf_counter()
        try:
            if settings.answers is not None:
                await settings.answers.settled(work.module)
            standing = standing_code(work, freshness)
            if standing is not None and not standing.moved:
                return Outcome("fresh", path=work.path)
            outcome = await self._find_code(work, standing, ask_anew=ask_anew)
        except (JauntError, OSError, RuntimeError, MemoryError) as fault:
            error = fault if isinstance(fault, JauntError) else machine_error(fault)
            outcome = failure(error)
            if isinstance(error, JauntGenerationError) and not (error.ends_run or isinstance(error, JauntBudgetError)):
                remember_failure(settings.rejected, work.module, outcome.errors, digest=work.digest)
        seconds = time.perf_counter() - begin + self._asked_seconds(work.module)
        outcome = replace(outcome, seconds=seconds, warnings=(*work.warnings, *outcome.warnings))
        return self.with_usage(work.module, outcome)

    def with_usage(self, module: str, outcome: Outcome) -> Outcome:
        """Return a module's outcome with what its calls took."""
        return with_usage(self.settings, module, outcome)

    async def _find_code(self, work: ModuleWork, standing: StandingCode | None, *, ask_anew: bool) -> Outcome:
        settings = self.settings
        replaced = await self._prepare(work, standing)
        checks = settings.checks_for(work) if settings.checks_for else ()
        if self.turns is not None:
            checks = [PatientCheck(check, work.module, self.turns) for check in checks]
        search = _Search(settings, work, replaced, checks, self._writers, standing)
        begin = time.perf_counter()
        outcome = await search.run(ask_anew=ask_anew)
        waited = time.perf_counter() - begin - outcome.check_seconds - outcome.write_seconds
        waited = max(0.0, waited) + self._asked_seconds(work.module)
        return replace(outcome, model_seconds=waited if outcome.attempts else 0.0)

    def _asked_seconds(self, module: str) -> float:
        return 0.0 if self.settings.answers is None else self.settings.answers.seconds.get(module, 0.0)

    async def _prepare(self, work: ModuleWork, standing: StandingCode | None, *, waits: bool = True) -> str:
        """Return the text of the file that is there, or raise if a call of the model would be in vain.

        With `waits`, it waits for what the module's import needs. The files are not read in a thread: they are few and
        small, and a thread would take longer.
        """
        if work.problem is not None:
            raise work.problem
        require_writable(work.path, within=work.root)
        replaced = standing.text if standing else text_to_replace(work, force=self.settings.force)
        problem = await self.settings.gate(work.module) if self.settings.gate else None
        if problem is not None:
            if self.settings.proof is not None:  # which may know the line
                await self.settings.proof.require_sound(work, *_apart_from_names(problem))
            raise problem
        if waits and work.kind == "build" and self.turns is not None and self.settings.used_at_import is not None:
            # A test's code is written, and checked, without running it.
            await self.turns.require_at_import(work.module, self.settings.used_at_import(work.module))
        return replaced


@frozen
class _Search:
    """The search for one module's code: as it stands, in the store, or else by asking the model.

    `replaced` is the text of the file that is there.
    """

    settings: BuildSettings
    work: ModuleWork
    replaced: str
    checks: Sequence[Check]
    writers: ThreadPoolExecutor
    standing: StandingCode | None = None

    @cached_property
    def context(self) -> ModuleSpecContext:
        """What the model is told; made when it is asked for, as code that stands needs none."""
        return make_context(self.work, replaced=self.replaced)

    async def run(self, *, ask_anew: bool) -> Outcome:
        """Write code that passes, and return what came of it."""
        standing = self.standing
        if standing is None or standing.is_to_be_judged:
            return await self._find((), ask_anew=ask_anew)
        stands, told = await self._try_standing(standing)
        return stands or await self._find(told, ask_anew=ask_anew)

    async def _try_standing(self, standing: StandingCode) -> tuple[Outcome | None, list[str]]:
        """Stamp the code that is there, if it passes the checks; else return what is wrong with it.

        Code whose contract was reworded passes if the model calls it right as well. Raises JauntGenerationError if a
        person has accepted it: nobody else replaces it.
        """
        examined, judged = (
            await check_candidate(standing.source, self.work.names, self.checks),
            standing.is_to_be_judged,
        )
        if examined.fault is not None:
            raise examined.fault
        if not examined.ok:
            if standing.accepted:
                raise _no_longer_passes(self.work, standing, examined.errors)
            return None, [f"the code as it stands: {error}" for error in examined.errors]
        if judged and not await is_equivalent(self.settings, self.work, self.context, standing.text):
            return None, []
        outcome = replace(_passed("verified", examined), attempts=int(judged), origin="judge" if judged else "")
        return await self._write(partial(stamp, self.work, self.settings, standing, outcome)), []

    async def _find(self, told: Sequence[str], *, ask_anew: bool) -> Outcome:
        """Write code from the store or the model, which is `told` what is wrong with the code that is there."""
        store = None if ask_anew else self.settings.readable_store
        work = self.work
        stored = stored_code(store, work) if store is not None else StoreLookup()
        found = await self._try_stored(stored)
        if found is not None:
            return found
        if store is None or store.readonly:
            return with_warnings(await self._generate(told), stored.warning)
        waits = partial(self.settings.on_wait, work.module) if self.settings.on_wait else None
        turn = store.turn(work.kind, work.digest, beside_work(work), on_wait=waits)
        async with turn as again:  # another build may have asked in the meantime
            found = await self._try_stored(again) if again != stored else None
            if found is not None:
                return found
            outcome = await self._generate(told)
        return with_warnings(outcome, again.warning, store.why_lockless(turn))

    async def _try_stored(self, stored: StoreLookup) -> Outcome | None:
        """Write what the store gave, if it passes the checks."""
        if stored.source is None:
            return None
        examined = await check_candidate(stored.source, self.work.names, self.checks)
        if examined.fault is not None:
            raise examined.fault
        if examined.errors:
            return None
        outcome = replace(_passed("generated", examined), origin="store")
        return await self._land(outcome, examined.source, stored.provenance)

    async def _generate(self, told: Sequence[str]) -> Outcome:
        """Ask the backend; write a candidate that passed, and keep one that failed for a person to see."""
        with room_for_code(self.settings.store, self.work):  # before anything is paid for that could not be kept
            if self.standing is not None and self.standing.is_to_be_judged:
                stands, told = await self._try_standing(self.standing)
                if stands is not None:
                    return stands
            result = await generate(
                self.settings, self.work, self.context, self.checks, replaced=self.replaced, told=told
            )
            keep = partial(keep_advisories, self.settings.advisories, self.work.module, result.advisories)
            if result.source is None:
                failed = partial(keep_failed, self.work, self.settings, result)
                return await by_writer(self.writers, lambda: with_warnings(failed(), *keep()))
            written = _written(self.settings, result, self.replaced)
            provenance = {
                **_accepted(self.settings, self.work, self.replaced),
                **instruction_fields(self.work),
                **written,
            }
            # Nothing else is waited for, before or after: a candidate that passed would be lost, or not told as landed.
            answered = _answered(self.settings, self.work, result)
            return await self._land(answered, result.source, provenance, besides=keep)

    async def _land(
        self,
        outcome: Outcome,
        source: str,
        provenance: Mapping[str, str],
        *,
        besides: Callable[[], Sequence[str]] = tuple,
    ) -> Outcome:
        """Write a candidate that passed; `provenance` are the fields of a header that say where it came from.

        `besides` writes what else is to be kept of the answer, and returns warnings.
        """
        landed = partial(land, self.work, self.settings, self.context, outcome, normalize_source(source), provenance)

        def write() -> Outcome:
            unkept = besides()  # first: once the code is there, it is not long until it is told as landed
            return with_warnings(landed(), *unkept)

        return await self._write(write)

    async def _write(self, write: Callable[[], Outcome]) -> Outcome:
        """Write what belongs to an outcome."""
        begin = time.perf_counter()
        outcome = await by_writer(self.writers, write)
        return replace(outcome, write_seconds=time.perf_counter() - begin)


def with_usage(settings: BuildSettings, module: str, outcome: Outcome) -> Outcome:
    """Return a module's outcome with what its calls took."""
    usage = settings.backend.usage_by_module.get(module, Usage())
    return replace(
        outcome,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_input_tokens=usage.cached_input_tokens,
        estimated=usage.estimated,
        cost=usage.cost(settings.price) if settings.price else None,
    )


def _answered(settings: BuildSettings, work: ModuleWork, result: GenerationResult) -> Outcome:
    """Return the outcome of attempts of which one passed, before it is written."""
    answers = settings.answers
    is_kept = result.attempts == 1 and answers is not None and work.module in answers.resumed
    return Outcome(
        "generated",
        attempts=result.attempts,
        warnings=tuple(result.warnings),
        origin="splice" if not result.attempts else "kept" if is_kept else "model",
        check_seconds=result.check_seconds,
        advisories=result.advisories,
        evidence=result.evidence,
    )


def _accepted(settings: BuildSettings, work: ModuleWork, replaced: str) -> dict[str, str]:
    """Return the fields that say who accepted the code, if all of it stays but for specs that were chosen by name."""
    if work.module not in settings.chosen or specs_asked(settings, work, replaced) is None:
        return {}
    return accepted_fields(parse_header(replaced))


def _written(settings: BuildSettings, result: GenerationResult, replaced: str) -> dict[str, str]:
    """Return the fields of a header that say who wrote code, and when; what comes of no call is what it was before."""
    if not result.attempts:
        header = parse_header(replaced) or {}
        return {name: header[name] for name in WRITTEN_FIELDS if name in header}
    if not settings.author or settings.backend.is_free:
        return {}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return dict(zip(WRITTEN_FIELDS, (settings.author, now), strict=True))


def _passed(status: Status, examined: Examination) -> Outcome:
    """Return the outcome of code that has passed without a call, before it is written."""
    return Outcome(
        status,
        warnings=tuple(examined.warnings),
        check_seconds=examined.seconds,
        evidence=examined.evidence,
    )


def _no_longer_passes(work: ModuleWork, standing: StandingCode, errors: Sequence[str]) -> JauntGenerationError:
    return JauntGenerationError(
        f"{work.path}: the code that {standing.accepted['accepted_by']} accepted is not overwritten, but no longer "
        f"passes: {'; '.join(errors)}",
        hint=f"correct it and run: jaunt accept {work.module}; or `{build_command(work.kind)} --force --target "
        f"{work.module}` replaces it",
        code=codes.NOT_OVERWRITTEN,
    )


def _apart_from_names(problem: JauntError) -> list[str]:
    """Return what to tell of a failed import beside the names that are not defined, in what line."""
    is_of_names = isinstance(problem, JauntDiscoveryError) and problem.raised in ("NameError", "AttributeError")
    return [] if is_of_names else list(error_texts(problem))
