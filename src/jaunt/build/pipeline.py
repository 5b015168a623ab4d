"""Generate, validate, write: the path of one module of either kind, from its contract to its file."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Self

from jaunt.build.beside import beside_work
from jaunt.build.context import make_context
from jaunt.build.rejected import forget_rejected, keep_rejected
from jaunt.build.settings import BuildSettings
from jaunt.build.store import Lookup
from jaunt.build.turns import PatientCheck, Turns
from jaunt.build.write import normalize_source, write_code
from jaunt.engine.job import Outcome, error_texts, failure
from jaunt.errors import JauntError, JauntGenerationError
from jaunt.files.atomic import require_writable, write_atomic
from jaunt.generate.base import GenerationResult
from jaunt.generate.check import Check, check_candidate
from jaunt.generate.providers.recorded import format_recording, recording_path
from jaunt.generate.retry import ask
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.generate.usage import Usage
from jaunt.plan.freshness import judge, read_generated
from jaunt.plan.module_work import ModuleWork
from jaunt.report.wording import all_reasons, build_command


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

    def close(self) -> None:
        """End the threads, once they have written what they were given."""
        self._writers.shutdown()

    async def build(self, work: ModuleWork, *, ask_anew: bool = False) -> Outcome:
        """Build one module: ask the backend, check the answer, write the file. With `ask_anew`, no store is asked.

        A JauntError becomes a failed outcome.
        """
        settings, begin = self.settings, time.perf_counter()
        try:
            outcome = await self._find_code(work, ask_anew=ask_anew)
        except JauntError as error:
            outcome = failure(error)
        usage = settings.backend.usage_by_module.get(work.module, Usage())
        return replace(
            outcome,
            seconds=time.perf_counter() - begin,
            warnings=(*work.warnings, *outcome.warnings),
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_input_tokens=usage.cached_input_tokens,
            estimated=usage.estimated,
            cost=usage.cost(settings.price) if settings.price else None,
        )

    async def _find_code(self, work: ModuleWork, *, ask_anew: bool) -> Outcome:
        settings = self.settings
        context = await self._prepare(work)
        checks = settings.checks_for(work) if settings.checks_for else ()
        if self.turns is not None:
            checks = [PatientCheck(check, work.module, self.turns) for check in checks]
        search = _Search(settings, work, context, checks, self._writers)
        begin = time.perf_counter()
        outcome = await search.run(ask_anew=ask_anew)
        waited = time.perf_counter() - begin - outcome.check_seconds - outcome.write_seconds
        return replace(outcome, model_seconds=max(0.0, waited) if outcome.attempts else 0.0)

    async def _prepare(self, work: ModuleWork) -> ModuleSpecContext:
        """Return the model's context, or raise if a call of the model would be in vain.

        The files are not read in a thread: they are few and small, and a thread would take longer.
        """
        if work.problem is not None:
            raise work.problem
        require_writable(work.path, within=work.root)
        replaced = _text_to_replace(work, force=self.settings.force)
        problem = await self.settings.gate(work.module) if self.settings.gate else None
        if problem is not None:
            raise problem
        if work.kind == "build" and self.turns is not None and self.settings.used_at_import is not None:
            # A test's code is written, and checked, without running it.
            await self.turns.require_at_import(work.module, self.settings.used_at_import(work.module))
        return make_context(work, replaced=replaced)


@dataclass(frozen=True)
class _Search:
    """The search for one module's code: in the store, or else by asking the model."""

    settings: BuildSettings
    work: ModuleWork
    context: ModuleSpecContext
    checks: Sequence[Check]
    writers: ThreadPoolExecutor

    async def run(self, *, ask_anew: bool) -> Outcome:
        """Write code that passes, and return what came of it."""
        store = None if ask_anew else self.settings.readable_store
        work = self.work
        beside = beside_work(work)
        contract = (work.kind, work.digest, beside)
        # One small file, as those that are read before: not by way of a thread.
        stored = store.get(*contract) if store is not None else Lookup()
        if store is not None and stored.source is None and self.work.fingerprint.earlier_digest:
            kind, _, beside = contract
            stored = store.get(kind, self.work.fingerprint.earlier_digest, beside)
        found = await self._try_stored(stored)
        if found is not None:
            return found
        if store is None or store.readonly:
            return _warned(await self._generate(), stored.warning)
        waits = partial(self.settings.on_wait, self.work.module) if self.settings.on_wait else None
        turn = store.turn(*contract, on_wait=waits)
        async with turn as again:  # another build may have asked in the meantime
            found = await self._try_stored(again) if again != stored else None
            if found is not None:
                return found
            outcome = await self._generate()
        return _warned(outcome, again.warning, store.why_lockless(turn))

    async def _try_stored(self, stored: Lookup) -> Outcome | None:
        """Write what the store gave, if it passes the checks."""
        if stored.source is None:
            return None
        examined = await check_candidate(stored.source, self.work.names, self.checks)
        if examined.fault is not None:
            raise examined.fault
        if examined.errors:
            return None
        warnings = tuple(examined.warnings)
        outcome = Outcome("generated", warnings=warnings, origin="store", check_seconds=examined.seconds)
        return await self._land(outcome, examined.source)

    async def _generate(self) -> Outcome:
        """Ask the backend; write a candidate that passed, and keep one that failed for a person to see."""
        result = await self._ask()
        if result.source is None:
            return await self._failed(result)
        outcome = Outcome(
            "generated",
            attempts=result.attempts,
            warnings=tuple(result.warnings),
            origin="model",
            check_seconds=result.check_seconds,
        )
        return await self._land(outcome, result.source)

    async def _ask(self) -> GenerationResult:
        """Return what came of asking the backend; raises what a call would be in vain for."""
        settings, backend = self.settings, self.settings.backend
        if settings.proof is not None:
            await settings.proof.require(self.work.module)
        if not backend.has_own_retry:
            return await ask(
                backend,
                self.context,
                max_attempts=settings.max_attempts,
                checks=self.checks,
                candidates=settings.candidates,
                on_attempt=partial(settings.on_attempt, self.work.module) if settings.on_attempt else None,
            )
        # What a retry of the backend's own calls good is looked at here.
        result = await backend.generate_with_retry(self.context, max_attempts=settings.max_attempts)
        if result.source is None:
            return result
        examined = await check_candidate(result.source, self.work.names, self.checks)
        return replace(
            result,
            source=examined.source if examined.ok else None,
            errors=examined.errors,
            candidate=examined.source,
            warnings=examined.warnings,
            fault=examined.fault,
            check_seconds=examined.seconds,
        )

    async def _failed(self, result: GenerationResult) -> Outcome:
        """Return the outcome of attempts of which none passed; the last candidate is kept for a person to see."""
        module, errors = self.work.module, result.errors
        if result.fault is None:
            cause: JauntError = JauntGenerationError(f"{module}: no candidate passed")
            errors = told = errors or ["the backend gave no code"]
        else:
            cause = result.fault
            told = [*error_texts(cause), *(f"the last candidate: {error}" for error in errors)]
        kept = await asyncio.to_thread(keep_rejected, self.settings.rejected, module, result.candidate, errors)
        return Outcome(
            "failed",
            (*told, *kept),
            attempts=result.attempts,
            warnings=tuple(result.warnings),
            cause=cause,
            check_seconds=result.check_seconds,
        )

    async def _land(self, outcome: Outcome, source: str) -> Outcome:
        """Write a candidate that passed, in a thread; if this is cancelled meanwhile, it is written all the same."""
        begin = time.perf_counter()
        write = partial(_land, self.work, self.settings, self.context, outcome, normalize_source(source))
        landed = asyncio.get_running_loop().run_in_executor(self.writers, write)
        try:
            outcome = await asyncio.shield(landed)
        except asyncio.CancelledError:  # it may come while no thread is free, and what was paid for must not be lost
            await asyncio.wait([landed])
            raise
        return replace(outcome, write_seconds=time.perf_counter() - begin)


def _land(
    work: ModuleWork, settings: BuildSettings, context: ModuleSpecContext, outcome: Outcome, source: str
) -> Outcome:
    """Write a candidate that passed: a recording of it where one is wanted, and what it replaces into the history.

    `outcome` says where it came from; it is returned with the file's path. Raises JauntGenerationError if the file is
    not to be overwritten, JauntWriteError if it can't be.
    """
    if settings.store is not None and outcome.origin == "model":
        # Kept before it is written: what was paid for survives a crash of anything that comes after it.
        beside = beside_work(work)
        unkept = settings.store.put(
            work.kind, work.digest, source, module=work.module, beside=beside, against=work.checked_against(source)
        )
        outcome = replace(outcome, warnings=(*outcome.warnings, unkept)) if unkept else outcome
    forget_rejected(settings.rejected, work.module)
    if settings.record is not None:
        path = recording_path(settings.record, work.module)
        write_atomic(path, format_recording(context, source), within=settings.record)
    # Looked at once more: someone may have edited it while the model was busy.
    before = _text_to_replace(work, force=settings.force)
    path = write_code(work, source)
    if settings.history is not None:
        contract = {**context.spec_sources, **context.dependency_apis}
        settings.history.add(work.kind, work.module, work.digest, contract, before)
    return replace(outcome, path=path)


def _text_to_replace(work: ModuleWork, *, force: bool) -> str:
    """Return the text of the module's generated file, "" if there is none.

    Raises JauntGenerationError if it is not to be overwritten: it can't be read, or, without `force`, a person edited
    it.
    """
    try:
        text = read_generated(work.path)
    except OSError as error:
        reason = f"{work.path}: cannot be read: {error.strerror}"
        raise JauntGenerationError(reason, hint="make it readable, or remove it") from error
    freshness = judge(text, work.fingerprint)
    if freshness.protected and not force:
        command = f"{build_command(work.kind)} --force"
        raise JauntGenerationError(
            f"{work.path} was {all_reasons(freshness)}; it is not overwritten",
            hint=f"`{command}` overwrites it; move the edit into the spec to keep it",
        )
    if text is None or freshness.state == "conflict" or (freshness.protected and "\ufffd" in text):
        return ""  # not built, no text, or two versions in one: then there is nothing to show
    return text


def _warned(outcome: Outcome, *warnings: str | None) -> Outcome:
    return replace(outcome, warnings=(*filter(None, warnings), *outcome.warnings)) if any(warnings) else outcome
