"""Generate, validate, write: the path of one module of either kind, from its contract to its file."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from jaunt.build.beside import Beside, beside_of
from jaunt.build.context import make_context
from jaunt.build.rejected import forget_rejected, keep_rejected
from jaunt.build.settings import BuildSettings
from jaunt.build.store import Lookup
from jaunt.build.write import normalize_source, write_code
from jaunt.engine.job import Outcome, error_texts, failure
from jaunt.errors import JauntError, JauntGenerationError
from jaunt.files.atomic import check_writable, write_atomic
from jaunt.generate.base import GenerationResult, ModuleSpecContext
from jaunt.generate.check import Check, check_candidate
from jaunt.generate.providers.recorded import format_recording, recording_path
from jaunt.generate.retry import ask
from jaunt.generate.usage import Usage
from jaunt.header import Kind
from jaunt.plan.freshness import judge, read_generated
from jaunt.plan.module_work import ModuleWork
from jaunt.report.wording import all_reasons, build_command


async def build_module(work: ModuleWork, settings: BuildSettings) -> Outcome:
    """Build one module: ask the backend, check the answer, write the file.

    A JauntError becomes a failed outcome.
    """
    begin = time.perf_counter()
    try:
        outcome = await _build(work, settings)
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


async def _build(work: ModuleWork, settings: BuildSettings) -> Outcome:
    context = await _prepare(work, settings)
    checks = settings.checks_for(work) if settings.checks_for else ()
    begin = time.perf_counter()
    outcome = await _find_code(work, settings, context, checks)
    waited = time.perf_counter() - begin - outcome.check_seconds - outcome.write_seconds
    return replace(outcome, model_seconds=max(0.0, waited) if outcome.attempts else 0.0)


async def _find_code(
    work: ModuleWork, settings: BuildSettings, context: ModuleSpecContext, checks: Sequence[Check]
) -> Outcome:
    """Write code that passes, from the store or else the model, and return what came of it."""
    store = settings.readable_store
    contract = _contract(work)
    # One small file, as those of `_prepare`: not by way of a thread.
    stored = store.get(*contract) if store is not None else Lookup()
    found = await _try_stored(stored, context, checks)
    if found is not None:
        return await _write_down(work, settings, context, *found)
    if store is None or store.readonly:
        return _warned(await _generate(work, settings, context, checks), stored.warning)
    waits = partial(settings.on_wait, work.module) if settings.on_wait else None
    turn = store.turn(*contract, on_wait=waits)
    async with turn as again:  # another build may have asked in the meantime
        found = await _try_stored(again, context, checks) if again != stored else None
        if found is not None:
            return await _write_down(work, settings, context, *found)
        outcome = await _generate(work, settings, context, checks)
    return _warned(outcome, again.warning, store.why_lockless(turn))


def _contract(work: ModuleWork) -> tuple[Kind, str, Beside]:
    """Return what a module's code is kept by in the store."""
    return work.fingerprint.kind, work.fingerprint.digest, beside_of(work.entries, work.texts)


def _warned(outcome: Outcome, *warnings: str | None) -> Outcome:
    return replace(outcome, warnings=(*filter(None, warnings), *outcome.warnings)) if any(warnings) else outcome


async def _try_stored(
    stored: Lookup, context: ModuleSpecContext, checks: Sequence[Check]
) -> tuple[Outcome, str] | None:
    """Return what the store gave, if it passes the checks."""
    if stored.source is None:
        return None
    examined = await check_candidate(stored.source, context.expected_names, checks)
    if examined.fault is not None:
        raise examined.fault
    if examined.errors:
        return None
    outcome = Outcome("generated", warnings=tuple(examined.warnings), origin="store", check_seconds=examined.seconds)
    return outcome, normalize_source(examined.source)


async def _generate(
    work: ModuleWork, settings: BuildSettings, context: ModuleSpecContext, checks: Sequence[Check]
) -> Outcome:
    """Ask the backend; write a candidate that passed, and keep one that failed for a person to see."""
    result = await _ask(settings, context, checks)
    if result.source is None:
        return await _failed(work, settings, result)
    outcome = Outcome(
        "generated",
        attempts=result.attempts,
        warnings=tuple(result.warnings),
        origin="model",
        check_seconds=result.check_seconds,
    )
    return await _write_down(work, settings, context, outcome, normalize_source(result.source))


async def _failed(work: ModuleWork, settings: BuildSettings, result: GenerationResult) -> Outcome:
    """Return the outcome of attempts of which none passed; the last candidate is kept for a person to see."""
    errors = result.errors
    if result.fault is None:
        cause: JauntError = JauntGenerationError(f"{work.module}: no candidate passed")
        errors = told = errors or ["the backend gave no code"]
    else:
        cause = result.fault
        told = [*error_texts(cause), *(f"the last candidate: {error}" for error in errors)]
    kept = await asyncio.to_thread(keep_rejected, settings.rejected, work.module, result.candidate, errors)
    return Outcome(
        "failed",
        (*told, *kept),
        attempts=result.attempts,
        warnings=tuple(result.warnings),
        cause=cause,
        check_seconds=result.check_seconds,
    )


async def _ask(settings: BuildSettings, context: ModuleSpecContext, checks: Sequence[Check]) -> GenerationResult:
    """Return what came of asking the backend."""
    if not settings.backend.has_own_retry:
        tell = partial(settings.on_attempt, context.spec_module) if settings.on_attempt else None
        return await ask(
            settings.backend,
            context,
            max_attempts=settings.max_attempts,
            checks=checks,
            candidates=settings.candidates,
            on_attempt=tell,
        )
    # What a retry of the backend's own calls good is looked at here.
    result = await settings.backend.generate_with_retry(context, max_attempts=settings.max_attempts)
    if result.source is None:
        return result
    examined = await check_candidate(result.source, context.expected_names, checks)
    return replace(
        result,
        source=examined.source if examined.ok else None,
        errors=examined.errors,
        candidate=examined.source,
        warnings=examined.warnings,
        fault=examined.fault,
        check_seconds=examined.seconds,
    )


async def _prepare(work: ModuleWork, settings: BuildSettings) -> ModuleSpecContext:
    """Return the model's context, or raise if a call of the model would be in vain.

    The files are not read in a thread: they are few and small, and a thread would take longer.
    """
    if work.problem is not None:
        raise work.problem
    check_writable(work.path, within=work.root)
    replaced = _text_to_replace(work, settings)
    problem = await settings.gate(work.module) if settings.gate else None
    if problem is not None:
        raise problem
    return make_context(work, replaced=replaced)


def _text_to_replace(work: ModuleWork, settings: BuildSettings) -> str:
    """Return the text of the module's generated file, "" if there is none; raise if it is not to be overwritten."""
    try:
        text = read_generated(work.path)
    except OSError as error:
        reason = f"{work.path}: cannot be read: {error.strerror}"
        raise JauntGenerationError(reason, hint="make it readable, or remove it") from error
    freshness = judge(text, work.fingerprint)
    if freshness.protected and not settings.force:
        command = f"{build_command(work.fingerprint.kind)} --force"
        raise JauntGenerationError(
            f"{work.path} was {all_reasons(freshness)}; it is not overwritten",
            hint=f"`{command}` overwrites it; move the edit into the spec to keep it",
        )
    if text is None or (freshness.protected and "\ufffd" in text):
        return ""  # not built, or no text: then there is nothing to show
    return text


async def _write_down(
    work: ModuleWork, settings: BuildSettings, context: ModuleSpecContext, outcome: Outcome, source: str
) -> Outcome:
    """Write a candidate that passed, in a thread; if this is cancelled meanwhile, it is written all the same."""
    begin = time.perf_counter()
    write = partial(_keep_and_land, work, settings, context, outcome, source)
    written = asyncio.get_running_loop().run_in_executor(settings.writers, write)
    try:
        outcome = await asyncio.shield(written)
    except asyncio.CancelledError:  # it may come while no thread is free, and what was paid for must not be lost
        await asyncio.wait([written])
        raise
    return replace(outcome, write_seconds=time.perf_counter() - begin)


def _keep_and_land(
    work: ModuleWork, settings: BuildSettings, context: ModuleSpecContext, outcome: Outcome, source: str
) -> Outcome:
    if settings.store is not None and outcome.origin == "model":
        # Kept before it is written: what was paid for survives a crash of anything that comes after it.
        kind, digest, beside = _contract(work)
        unkept = settings.store.put(kind, digest, source, module=work.module, beside=beside)
        outcome = replace(outcome, warnings=(*outcome.warnings, unkept)) if unkept else outcome
    return replace(outcome, path=_land(work, settings, context, source))


def _land(work: ModuleWork, settings: BuildSettings, context: ModuleSpecContext, source: str) -> Path:
    """Write a candidate that passed, a recording of it where one is wanted, and what it replaces into the history."""
    forget_rejected(settings.rejected, work.module)
    if settings.record is not None:
        path = recording_path(settings.record, work.module)
        write_atomic(path, format_recording(context, source), within=settings.record)
    before = _text_to_replace(work, settings)  # once more: someone may have edited it while the model was busy
    path = write_code(work, source)
    if settings.history is not None:
        contract = {**context.spec_sources, **context.dependency_apis}
        settings.history.add(work.fingerprint.kind, work.module, work.fingerprint.digest, contract, before)
    return path
