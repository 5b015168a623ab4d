"""What is written of one module: code that passed, its header, and what is kept beside it."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from jaunt import codes
from jaunt.build.context import make_context
from jaunt.build.memory.history import History
from jaunt.build.rejected import forget_rejected, keep_rejected
from jaunt.build.settings import BuildSettings
from jaunt.build.store import Store, keep_code
from jaunt.build.store.beside import beside_work, instruction_fields
from jaunt.build.write import normalize_source, stamp_code, write_code
from jaunt.engine.job import Outcome, error_texts
from jaunt.errors import JauntAnswerError, JauntError, JauntGenerationError
from jaunt.files.atomic import write_atomic
from jaunt.files.plain import read_plain
from jaunt.generate.base import GenerationResult
from jaunt.generate.providers.recorded import format_recording, recording_path
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.header import extract_module_digest
from jaunt.plan.freshness import judge, read_generated
from jaunt.plan.module_work import ModuleWork
from jaunt.plan.standing import StandingCode
from jaunt.report.wording import all_reasons, build_command, decision, with_spec_names
from jaunt.text.coded import Coded, with_code
from jaunt.text.flaw import flaws

T = TypeVar("T")


async def by_writer(writers: ThreadPoolExecutor, write: Callable[[], T]) -> T:
    """Write in a thread, and return what came of it, also if the run is interrupted meanwhile.

    What has been written is told as written; the run ends after it, as nothing else of it begins.
    """
    try:
        written = asyncio.get_running_loop().run_in_executor(writers, write)
    except RuntimeError:  # no thread can be started, and what was paid for must not be lost
        return write()
    try:
        return await asyncio.shield(written)
    except asyncio.CancelledError:  # it may come while no thread is free
        await asyncio.wait([written])
        return written.result()


def keep_failed(work: ModuleWork, settings: BuildSettings, result: GenerationResult) -> Outcome:
    """Return the outcome of attempts of which none passed; the last candidate is kept for a person to see.

    A candidate that no check could judge, by a fault of this machine, is kept in the store: the next build checks it.
    """
    errors = result.errors
    if result.fault is None:
        if settings.answers is not None:
            settings.answers.forget(work)
        cause: JauntError = JauntGenerationError(f"{work.module}: no candidate passed", code=codes.NO_CANDIDATE)
        errors = told = errors or [Coded("the backend gave no code", codes.NO_CODE)]
    else:
        cause = result.fault
        told = [*error_texts(cause), *(with_code(f"the last candidate: {error}", error) for error in errors)]
    is_code = bool(result.candidate) and not (errors or isinstance(result.fault, JauntAnswerError))
    if result.fault is not None and is_code and settings.store is not None:
        # What comes from the store has to pass the checks as well.
        unkept = keep_code(settings.store, work, normalize_source(result.candidate), instruction_fields(work))
        told.append(unkept or "the answer is kept: the next build checks it, and asks for none")
    kept = keep_rejected(
        settings.rejected, work.module, result.candidate, errors or [*error_texts(cause)], digest=work.digest
    )
    names = [entry.qualname for entry in work.entries]
    return Outcome(
        "failed",
        (*(each.saying(with_spec_names(each, names)) for each in flaws(told)), *kept),
        attempts=result.attempts,
        warnings=tuple(result.warnings),
        cause=cause,
        check_seconds=result.check_seconds,
        advisories=result.advisories,
    )


def stamp(work: ModuleWork, settings: BuildSettings, standing: StandingCode, outcome: Outcome) -> Outcome:
    """Give code that has passed as it stands a header that says so, and keep it where the store has none that serves.

    Returns `outcome` with the file's path. Raises JauntGenerationError if the file is another one by now,
    JauntWriteError if it can't be written.
    """
    if read_plain(work.path) != standing.text.encode():
        told = f"{work.path} has changed while its code was verified"
        raise JauntGenerationError(told, hint="run the command again", code=codes.NOT_OVERWRITTEN)
    path = stamp_code(work, standing.text, evidence=outcome.evidence)
    if settings.history is not None:
        keep_moved_contract(settings.history, work, standing.text)
    forget_rejected(settings.rejected, work.module)
    store = settings.store
    if store is not None and not store.readonly and not _is_held(store, work):
        outcome = with_warnings(outcome, keep_code(store, work, normalize_source(standing.source), standing.provenance))
    return replace(outcome, path=path)


def _is_held(store: Store, work: ModuleWork) -> bool:
    # Under whatever instructions: what was asked for later is not to be replaced by what stands.
    return store.holds(work.kind, work.digest, replace(beside_work(work), instructions=frozenset()))


def land(
    work: ModuleWork,
    settings: BuildSettings,
    context: ModuleSpecContext,
    outcome: Outcome,
    source: str,
    provenance: Mapping[str, str],
) -> Outcome:
    """Write a candidate that passed: a recording of it where one is wanted, and what it replaces into the history.

    `outcome` says where it came from; it is returned with the file's path. Raises JauntGenerationError if the file is
    not to be overwritten, JauntWriteError if it can't be.
    """
    if settings.store is not None and outcome.origin in ("model", "kept"):
        # Kept before it is written: what was paid for survives a crash of anything that comes after it.
        unkept = keep_code(settings.store, work, source, provenance)
        outcome = replace(outcome, warnings=(*outcome.warnings, unkept)) if unkept else outcome
    forget_rejected(settings.rejected, work.module)
    if settings.answers is not None:
        settings.answers.forget(work)
    if settings.record is not None:
        path = recording_path(settings.record, work.module)
        write_atomic(path, format_recording(context, source), within=settings.record)
    # Looked at once more: someone may have edited it while the model was busy.
    before = text_to_replace(work, force=settings.force)
    path = write_code(work, source, provenance=provenance, evidence=outcome.evidence)
    if settings.history is not None:
        keep_contract(settings.history, work, context, before)
    return replace(outcome, path=path)


def keep_contract(history: History, work: ModuleWork, context: ModuleSpecContext, before: str) -> None:
    """Have the history tell what contract a module's code answers, and the generated file `before` it, "" if none."""
    contract = {**context.spec_sources, **context.dependency_apis}
    history.add(work.kind, work.module, work.digest, contract, before)


def keep_moved_contract(history: History, work: ModuleWork, before: str) -> None:
    """Do as `keep_contract` for code that stays as it was, if the file `before` answered another contract."""
    if extract_module_digest(before) != f"sha256:{work.digest}":
        keep_contract(history, work, make_context(work, replaced=before), before)


def text_to_replace(work: ModuleWork, *, force: bool) -> str:
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
    if freshness.state == "accepted" and not force:
        but = f"but {all_reasons(freshness)}; " if freshness.reasons else ""
        raise JauntGenerationError(
            f"{work.path} was accepted, {but}it is not overwritten",
            hint=decision(work.module, work.kind),
            code=codes.NOT_OVERWRITTEN,
        )
    if freshness.protected and not force:
        command = f"{build_command(work.kind)} --force"
        raise JauntGenerationError(
            f"{work.path} was {all_reasons(freshness)}; it is not overwritten",
            hint=f"`{command}` overwrites it; move the edit into the spec to keep it",
            code=codes.NOT_OVERWRITTEN,
        )
    if text is None or freshness.state == "conflict" or (freshness.protected and "\ufffd" in text):
        return ""  # not built, no text, or two versions in one: then there is nothing to show
    return text


def with_warnings(outcome: Outcome, *warnings: str | None) -> Outcome:
    """Return an outcome with warnings before its own; those that are None are none."""
    return replace(outcome, warnings=(*filter(None, warnings), *outcome.warnings)) if any(warnings) else outcome
