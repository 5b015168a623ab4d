"""How a candidate that passed lands: into the store, then in place of what the module's file held."""

from dataclasses import replace

from jaunt.build.beside import beside_of
from jaunt.build.rejected import forget_rejected
from jaunt.build.settings import BuildSettings
from jaunt.build.write import write_code
from jaunt.engine.job import Outcome
from jaunt.errors import JauntGenerationError
from jaunt.files.atomic import write_atomic
from jaunt.generate.providers.recorded import format_recording, recording_path
from jaunt.generate.spec_context import ModuleSpecContext
from jaunt.plan.freshness import judge, read_generated
from jaunt.plan.module_work import ModuleWork
from jaunt.report.wording import all_reasons, build_command


def land(
    work: ModuleWork, settings: BuildSettings, context: ModuleSpecContext, outcome: Outcome, source: str
) -> Outcome:
    """Write a candidate that passed: a recording of it where one is wanted, and what it replaces into the history.

    `outcome` says where it came from; it is returned with the file's path. Raises JauntGenerationError if the file is
    not to be overwritten, JauntWriteError if it can't be.
    """
    if settings.store is not None and outcome.origin == "model":
        # Kept before it is written: what was paid for survives a crash of anything that comes after it.
        beside = beside_of(work.entries, work.texts)
        unkept = settings.store.put(work.kind, work.digest, source, module=work.module, beside=beside)
        outcome = replace(outcome, warnings=(*outcome.warnings, unkept)) if unkept else outcome
    forget_rejected(settings.rejected, work.module)
    if settings.record is not None:
        path = recording_path(settings.record, work.module)
        write_atomic(path, format_recording(context, source), within=settings.record)
    # Looked at once more: someone may have edited it while the model was busy.
    before = text_to_replace(work, force=settings.force)
    path = write_code(work, source)
    if settings.history is not None:
        contract = {**context.spec_sources, **context.dependency_apis}
        settings.history.add(work.kind, work.module, work.digest, contract, before)
    return replace(outcome, path=path)


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
    if freshness.protected and not force:
        command = f"{build_command(work.kind)} --force"
        raise JauntGenerationError(
            f"{work.path} was {all_reasons(freshness)}; it is not overwritten",
            hint=f"`{command}` overwrites it; move the edit into the spec to keep it",
        )
    if text is None or freshness.state == "conflict" or (freshness.protected and "\ufffd" in text):
        return ""  # not built, no text, or two versions in one: then there is nothing to show
    return text
