"""What is asked of a model for one module: all of it, the specs of it that have moved, or nothing at all."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from jaunt.build.context import part_of_context
from jaunt.build.eager.answers import FirstAnswers, KeepingBackend, ResumedBackend
from jaunt.build.parts import parts_of
from jaunt.build.settings import BuildSettings
from jaunt.build.write import normalize_source
from jaunt.checks.spliced import SplicedAnswer
from jaunt.errors import JauntAnswerError, JauntGenerationError
from jaunt.generate.answer.advisories import split_advisories, with_advisories
from jaunt.generate.base import GenerationResult, ModuleSpecContext
from jaunt.generate.check import Check, Checked, check_answer, check_candidate
from jaunt.generate.judge import EQUIVALENT, judge_messages
from jaunt.generate.retry import Others, ask, result_of
from jaunt.header import extract_module_digest
from jaunt.plan.module_work import ModuleWork
from jaunt.plan.moved_specs import MovedSpecs, chosen_specs, moved_specs
from jaunt.report.wording import build_command


async def generate(
    settings: BuildSettings,
    work: ModuleWork,
    context: ModuleSpecContext,
    checks: Sequence[Check],
    *,
    replaced: str = "",
    told: Sequence[str] = (),
) -> GenerationResult:
    """Return code for a module that passes the checks, or what came of the attempts.

    `replaced` is the text of the file that is there. Where some of the module's specs have moved since that was
    written, these alone are asked for, a few a call where they are more than `max_specs_a_call`; where some are gone
    and no other has moved, none is: then there are 0 attempts. `told` is what is wrong with the code that is there, of
    which nothing is kept then. Raises what a call would be in vain for.
    """
    moved = None if told else specs_asked(settings, work, replaced)
    parts = parts_of(work, moved, settings.max_specs_a_call)
    if parts is not None:
        one = partial(_ask, settings, work)
        return await parts.generate(one, context, checks, rounds=settings.max_attempts, told=told)
    if moved is None:
        return await _ask(settings, work, context, checks, told)
    splice = SplicedAnswer(moved)
    if not moved.asked:
        spliced = await splice("")
        found = await check_candidate(spliced.source, work.names, checks)
        if found.ok:
            return result_of(found, 0)
        return await _ask(settings, work, context, checks, found.errors)
    # At the end it is put in once more: what a check has changed of the rest does not count.
    result = await _ask(settings, work, part_of_context(context, moved), [splice, *checks, splice], ())
    if result.source is not None or result.fault is not None:
        return result
    if settings.whole_module_fallback:
        again = await _ask(settings, work, context, checks, result.errors)
        return replace(again, attempts=result.attempts + again.attempts)
    return replace(result, errors=[*result.errors, _whole_instead(work, moved)] if result.errors else [])


async def ask_first(
    settings: BuildSettings, work: ModuleWork, context: ModuleSpecContext, *, replaced: str = ""
) -> None:
    """Make a module's first request before its turn, and keep what comes of it in `settings.answers`.

    None is made where `generate` would make none. Raises what a call would be in vain for.
    """
    answers, failures, backend = settings.answers, settings.failures, settings.backend
    moved = specs_asked(settings, work, replaced)
    if answers is None or backend.has_own_retry or (moved is not None and not moved.asked):
        return
    if settings.proof is not None:
        await settings.proof.require_before_call(work)
    _begin(settings, work.module, 1, ())
    asked, parts = context, parts_of(work, moved, settings.max_specs_a_call)
    if parts is not None:
        asked = parts.first(context)
    elif moved is not None:
        asked = part_of_context(context, moved)
    found = await answers.ask(backend, asked, settings.candidates)
    for fault in found:
        known = isinstance(fault, JauntGenerationError) and not isinstance(fault, JauntAnswerError)
        if known and failures is not None and not backend.is_free:
            failures.note_error(work.module, fault)
    source = next((answer for answer in found if isinstance(answer, str)), None)
    if source is not None and parts is None:
        await _keep(answers, work, None if moved is None else SplicedAnswer(moved), source)


async def _keep(answers: FirstAnswers, work: ModuleWork, splice: SplicedAnswer | None, answer: str) -> None:
    """Keep an answer as the whole module that it makes, before anything else is done with it."""
    code, advisories = split_advisories(answer)
    whole = Checked(code) if splice is None else await splice(code)
    if not whole.errors:
        answers.keep(work, normalize_source(with_advisories(whole.source, advisories)))


def specs_asked(settings: BuildSettings, work: ModuleWork, replaced: str) -> MovedSpecs | None:
    """Return which specs alone are to be asked for, None if it is the whole module."""
    chosen = settings.chosen.get(work.module)
    if chosen and replaced:
        return chosen_specs(work, replaced, chosen)
    return moved_specs(work, replaced) if settings.by_spec and replaced and not settings.force else None


async def is_equivalent(settings: BuildSettings, work: ModuleWork, context: ModuleSpecContext, replaced: str) -> bool:
    """Ask in one short question whether the code in the file `replaced` answers specs that were reworded.

    Only the very word counts; any other answer, or none, is a no. Raises what a call would be in vain for.
    """
    if settings.proof is not None:
        await settings.proof.require(work)
    _begin(settings, work.module, 0, ())
    moved = moved_specs(work, replaced)
    part = context if moved is None else part_of_context(context, moved)
    last = settings.history.get(work.kind, work.module) if settings.history is not None else None
    is_known = last is not None and f"sha256:{last.digest}" == extract_module_digest(replaced)
    try:
        said = await settings.backend.answer(part, judge_messages(part, last.contract if last and is_known else {}))
    except JauntAnswerError:
        return False
    except JauntGenerationError as error:
        if settings.failures is not None and not settings.backend.is_free:
            settings.failures.note_error(work.module, error)
        raise
    return said is not None and said.strip() == EQUIVALENT


def _whole_instead(work: ModuleWork, moved: MovedSpecs) -> str:
    command = f"{build_command(work.kind)} --force --target {work.module}"
    return f"{', '.join(moved.asked)} alone was asked for, and the rest kept; `{command}` asks for the whole module"


def _begin(
    settings: BuildSettings, module: str, attempt: int, errors: Sequence[str], *, is_resumed: bool = False
) -> None:
    """Tell of an attempt that begins, unless it would be in vain; a first one that `is_resumed` was paid for before.

    Attempt 0 is the question whether code may stay.
    """
    if settings.failures is not None and not (is_resumed and attempt == 1):
        settings.failures.require_hope()
    if settings.on_attempt is not None:
        settings.on_attempt(module, attempt, errors)


async def _ask(
    settings: BuildSettings, work: ModuleWork, context: ModuleSpecContext, checks: Sequence[Check], told: Sequence[str]
) -> GenerationResult:
    """Return what came of asking the backend; raises what a call would be in vain for."""
    failures = settings.failures
    if failures is None:
        return await _attempts(settings, work, context, checks, told)
    if settings.answers is None or not settings.answers.is_held(work.module):
        failures.require_hope()
    try:
        result = await _attempts(settings, work, context, checks, told)
    except JauntGenerationError as error:
        if not settings.backend.is_free:
            failures.note_error(work.module, error)
        raise
    if not settings.backend.is_free:
        failures.note_result(work.module, result)
    return result


def _others(settings: BuildSettings, work: ModuleWork, context: ModuleSpecContext) -> Others | None:
    """Return what takes further answers, if they are for the whole module."""
    is_whole = [*context.expected_names] == [*work.names]
    return partial(settings.others.add, work) if settings.others is not None and is_whole else None


async def _attempts(
    settings: BuildSettings, work: ModuleWork, context: ModuleSpecContext, checks: Sequence[Check], told: Sequence[str]
) -> GenerationResult:
    backend = settings.backend
    if settings.proof is not None:
        await settings.proof.require_in_turn(work)
    if not backend.has_own_retry:
        answers = settings.answers
        made = answers.take(work) if answers is not None and not told else ()
        splice = next((check for check in checks[:1] if isinstance(check, SplicedAnswer)), None)
        is_part = splice is None and {*context.expected_names} != {*work.names}
        if answers is not None and not (backend.is_free or is_part):
            backend = KeepingBackend(backend, partial(_keep, answers, work, splice))
        # Code that fails is shown once, with what is wrong with it.
        again = replace(context, previous_source="", rejected_source=context.previous_source)
        return await ask(
            ResumedBackend(backend, made, settings.candidates) if made else backend,
            again if told else context,
            max_attempts=settings.max_attempts,
            checks=checks,
            candidates=settings.candidates,
            on_attempt=partial(_begin, settings, work.module, is_resumed=bool(made)),
            told=told,
            others=_others(settings, work, context),
        )
    # What a retry of the backend's own calls good is looked at here.
    result = await backend.generate_with_retry(context, max_attempts=settings.max_attempts)
    if result.source is None:
        return result
    return result_of(await check_answer(result.source, context.expected_names, checks), result.attempts)
