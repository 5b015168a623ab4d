"""Generate, validate, write: the path of one module of either kind, from its contract to its file."""

import asyncio
import functools
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from jaunt import __version__
from jaunt.build.history import History
from jaunt.build.rejected import forget_rejected, keep_rejected
from jaunt.build.store import Lookup, Store
from jaunt.config import PriceConfig
from jaunt.digest import SpecTexts
from jaunt.engine.job import Outcome, failure, job_name
from jaunt.errors import JauntError, JauntGenerationError, JauntWriteError
from jaunt.files.atomic import check_writable, ensure_packages, write_atomic
from jaunt.generate.base import Check, GenerationResult, GeneratorBackend, ModuleSpecContext, check_candidate
from jaunt.generate.model import Usage
from jaunt.generate.providers.recorded import format_recording, recording_path
from jaunt.header import PYTHON, body_digest, format_header, is_edited, split_header
from jaunt.plan.plan import Fingerprint, build_command, judge, read_generated
from jaunt.registry import SpecEntry
from jaunt.spec_ref import SpecRef


@dataclass(frozen=True)
class ModuleWork:
    """What one module is built from, and where to.

    `path`, below `base`, is its generated file. `dependencies` are the specs of other modules that its own depend
    on directly, `dependency_paths` the generated files of their modules. `problem` says why it can't be built,
    `warnings` what its author should know. `__init__.py` files are made in the folders between `packages_below`
    and `path`, in none if it is None. `texts` has the source of the specs.
    """

    fingerprint: Fingerprint
    entries: tuple[SpecEntry, ...]
    base: Path
    path: Path
    generated_module: str
    dependencies: Mapping[SpecRef, SpecEntry] = field(default_factory=dict)
    dependency_apis: Mapping[str, str] = field(default_factory=dict)
    dependency_paths: Mapping[str, Path] = field(default_factory=dict)
    problem: JauntError | None = None
    warnings: tuple[str, ...] = ()
    packages_below: Path | None = None
    texts: SpecTexts = field(default_factory=SpecTexts)

    @property
    def module(self) -> str:
        """The spec module's name."""
        return self.fingerprint.module

    @property
    def job_name(self) -> str:
        """The name of the job that builds it."""
        return job_name(self.fingerprint.kind, self.module)


@dataclass(frozen=True)
class Workshop:
    """What every module of a run is built with.

    `checks_for` gives the checks, beyond syntax and required names, that a module's candidates have to pass.
    `gate` returns why a module must not be sent to the model at all, or None. `force` overwrites hand edits
    and asks the model anew; `read_store=False` only asks the model anew. What passes is kept in `store`,
    and as a recording in the folder `record`. `price` is what tokens cost. Each attempt asks for `candidates`
    answers at once; the last candidate of a module that fails is kept in the folder `rejected`.
    What a module was before is kept in `history`. `on_attempt` is called as a module's attempt begins, with the
    module, the attempt's number, and what was wrong with the one before; `on_wait` when a module waits for another
    build that is asking for the same, with the module.

    Files are written by `writers`, two threads: of many answers that come together, the first then lands, and makes
    room for the next request, long before the last one is looked at.
    """

    backend: GeneratorBackend
    checks_for: Callable[[ModuleWork], Sequence[Check]] | None = None
    gate: Callable[[str], Awaitable[JauntError | None]] | None = None
    max_attempts: int = 2
    candidates: int = 1
    force: bool = False
    store: Store | None = None
    read_store: bool = True
    record: Path | None = None
    price: PriceConfig | None = None
    rejected: Path | None = None
    history: History | None = None
    on_attempt: Callable[[str, int, Sequence[str]], None] | None = None
    on_wait: Callable[[str], None] | None = None
    writers: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, 2, "jaunt-writer"), repr=False)

    @property
    def readable_store(self) -> Store | None:
        """The store, if its answers are wanted."""
        return self.store if self.read_store and not self.force else None


async def build_module(work: ModuleWork, shop: Workshop) -> Outcome:
    """Build one module: ask the backend, check the answer, write the file.

    A JauntError becomes a failed outcome.
    """
    begin = time.perf_counter()
    try:
        outcome = await _build(work, shop)
    except JauntError as error:
        outcome = failure(error)
    usage = getattr(shop.backend, "usage_by_module", {}).get(work.module, Usage())
    return replace(
        outcome,
        seconds=time.perf_counter() - begin,
        warnings=(*work.warnings, *outcome.warnings),
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_input_tokens=usage.cached_input_tokens,
        estimated=usage.estimated,
        cost=usage.cost(shop.price) if shop.price else None,
    )


async def _build(work: ModuleWork, shop: Workshop) -> Outcome:
    context = await _prepare(work, shop)
    clock = _Clock()
    checks = [clock.timed(check) for check in shop.checks_for(work)] if shop.checks_for else []
    outcome = await _find_code(work, shop, context, checks)
    waited = time.perf_counter() - clock.begin - clock.check_seconds - outcome.write_seconds
    return replace(
        outcome,
        model_seconds=max(0.0, waited) if outcome.attempts else 0.0,
        check_seconds=clock.check_seconds,
    )


class _Clock:
    """Measures the time that checks take, apart from the model's."""

    def __init__(self) -> None:
        self.begin = time.perf_counter()
        self.check_seconds = 0.0

    def timed(self, check: Check) -> Check:
        """Return the check with its time counted."""

        @functools.wraps(check)
        async def run(source: str) -> Any:
            begin = time.perf_counter()
            try:
                return await check(source)
            finally:
                self.check_seconds += time.perf_counter() - begin

        return run


async def _find_code(work: ModuleWork, shop: Workshop, context: ModuleSpecContext, checks: Sequence[Check]) -> Outcome:
    """Write code that passes, from the store or else the model, and return what came of it."""
    store = shop.readable_store
    contract = (work.fingerprint.kind, work.fingerprint.digest)
    # One small file, as those of `_prepare`: not by way of a thread.
    stored = store.get(*contract) if store is not None else Lookup()
    found = await _try_stored(stored, context, checks)
    if found is not None:
        return await _write_down(work, shop, context, *found)
    if store is None or store.readonly:
        return _warned(await _generate(work, shop, context, checks), stored.warning)
    waits = partial(shop.on_wait, work.module) if shop.on_wait else None
    turn = store.turn(*contract, on_wait=waits)
    async with turn as again:  # another build may have asked in the meantime
        found = await _try_stored(again, context, checks) if again != stored else None
        if found is not None:
            return await _write_down(work, shop, context, *found)
        outcome = await _generate(work, shop, context, checks)
    return _warned(outcome, again.warning, store.why_lockless(turn))


def _warned(outcome: Outcome, *warnings: str | None) -> Outcome:
    return replace(outcome, warnings=(*filter(None, warnings), *outcome.warnings)) if any(warnings) else outcome


async def _try_stored(
    stored: Lookup, context: ModuleSpecContext, checks: Sequence[Check]
) -> tuple[Outcome, str] | None:
    """Return what the store gave, if it passes the checks."""
    if stored.source is None:
        return None
    examined = await check_candidate(stored.source, context.expected_names, checks)
    if examined.errors:
        return None
    return Outcome("generated", warnings=tuple(examined.warnings), origin="store"), normalize_source(examined.source)


async def _generate(work: ModuleWork, shop: Workshop, context: ModuleSpecContext, checks: Sequence[Check]) -> Outcome:
    """Ask the backend; write a candidate that passed, and keep one that failed for a person to see."""
    result = await _ask(shop, context, checks)
    warnings = result.warnings
    if result.source is None:
        errors = result.errors or ["the backend gave no code"]
        kept = await asyncio.to_thread(keep_rejected, shop.rejected, work.module, result.candidate, errors)
        return Outcome(
            "failed",
            (*errors, *kept),
            attempts=result.attempts,
            warnings=tuple(warnings),
            cause=JauntGenerationError(f"{work.module}: no candidate passed"),
        )
    outcome = Outcome("generated", attempts=result.attempts, warnings=tuple(warnings), origin="model")
    return await _write_down(work, shop, context, outcome, normalize_source(result.source))


async def _ask(shop: Workshop, context: ModuleSpecContext, checks: Sequence[Check]) -> GenerationResult:
    """Return what came of asking the backend."""
    if type(shop.backend).generate_with_retry is GeneratorBackend.generate_with_retry:
        tell = partial(shop.on_attempt, context.spec_module) if shop.on_attempt else None
        return await shop.backend.generate_with_retry(
            context,
            max_attempts=shop.max_attempts,
            checks=checks,
            candidates=shop.candidates,
            on_attempt=tell,
        )
    # The backend brings a retry of its own: what it calls good is looked at here.
    result = await shop.backend.generate_with_retry(context, max_attempts=shop.max_attempts)
    if result.source is None:
        return result
    examined = await check_candidate(result.source, context.expected_names, checks)
    return replace(
        result,
        source=None if examined.errors else examined.source,
        errors=examined.errors,
        candidate=examined.source,
        warnings=examined.warnings,
    )


def make_context(work: ModuleWork, *, replaced: str | None = None) -> ModuleSpecContext:
    """Return what the model is told about a module; its dependencies have to be built first, as their code is read.

    `replaced` is the text of the module's generated file, if it is known already.
    """
    prompts = {e.spec_ref: str(e.decorator_kwargs.get("prompt") or "") for e in work.entries}
    return ModuleSpecContext(
        kind=work.fingerprint.kind,
        spec_module=work.module,
        generated_module=work.generated_module,
        expected_names=[e.qualname for e in work.entries],
        spec_sources={**work.texts.segments(work.entries)},
        decorator_prompts={ref: text for ref, text in prompts.items() if text},
        dependency_apis={**work.texts.segments(work.dependencies.values()), **work.dependency_apis},
        dependency_generated_modules={
            module: text for module, path in work.dependency_paths.items() if (text := _body(path))
        },
        plain_sources={**work.texts.plain_segments([*work.entries, *work.dependencies.values()])},
        handwritten_source=work.texts.handwritten(work.entries[0]) if work.entries else "",
        module_digest=work.fingerprint.digest,
        previous_source=_body(work.path) if replaced is None else split_header(replaced)[1],
    )


def write_module(
    path: Path, source: str, header_fields: Mapping[str, Any], *, within: Path, packages_below: Path | None
) -> Path:
    """Write a generated module, header first, and the `__init__.py` files below `packages_below` on the way to it.

    Raises JauntWriteError if the file can't be written, or lies outside `within`.
    """
    text = f"{format_header(**header_fields)}\n{source.rstrip()}\n"
    if packages_below is not None:
        ensure_packages(path.parent, within=packages_below)
    return write_atomic(path, text, within=within)


def remove_module(path: Path, *, generated_dir: str, within: Path, force: bool = False) -> str | None:
    """Remove a generated file, and the generated folders that it leaves empty; return why it was left, or None.

    A file that jaunt did not write, or that a person edited, stays unless `force` says otherwise; one that a symlink
    puts outside `within` stays in any case.
    """
    try:
        check_writable(path, within=within)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, JauntWriteError) as error:
        return f"{path} was left: {error}"
    if not force and is_edited(text):
        return f"{path} was left: it was edited by hand"
    path.unlink()
    for folder in path.parents:
        if generated_dir not in folder.relative_to(within).parts or not _is_bare_package(folder):
            break
        shutil.rmtree(folder)
    return None


def _is_bare_package(folder: Path) -> bool:
    """Whether a generated folder holds no more than its empty `__init__.py` and bytecode."""
    rest = [entry for entry in folder.iterdir() if entry.name != "__pycache__"]
    return all(e.name == "__init__.py" and e.is_file() and not e.stat().st_size for e in rest)


async def _prepare(work: ModuleWork, shop: Workshop) -> ModuleSpecContext:
    """Return the model's context, or raise if a call of the model would be in vain.

    The files are not read in a thread: they are few and small, and a thread would take longer.
    """
    if work.problem is not None:
        raise work.problem
    check_writable(work.path, within=work.base)
    replaced = _text_to_replace(work, shop)
    problem = await shop.gate(work.module) if shop.gate else None
    if problem is not None:
        raise problem
    return make_context(work, replaced=replaced)


def _text_to_replace(work: ModuleWork, shop: Workshop) -> str:
    """Return the text of the module's generated file, "" if there is none; raise if it is not to be overwritten."""
    try:
        text = read_generated(work.path)
    except OSError as error:
        reason = f"{work.path}: cannot be read: {error.strerror}"
        raise JauntGenerationError(reason, hint="make it readable, or remove it") from error
    verdict = judge(text, work.fingerprint)
    if verdict.protected and not shop.force:
        command = f"{build_command(work.fingerprint.kind)} --force"
        raise JauntGenerationError(
            f"{work.path} was {verdict.reason}; it is not overwritten",
            hint=f"`{command}` overwrites it; move the edit into the spec to keep it",
        )
    if text is None or (verdict.protected and "\ufffd" in text):
        return ""  # not built, or no text: then there is nothing to show
    return text


async def _write_down(
    work: ModuleWork, shop: Workshop, context: ModuleSpecContext, outcome: Outcome, source: str
) -> Outcome:
    """Write a candidate that passed, in a thread; if this is cancelled meanwhile, it is written all the same."""
    begin = time.perf_counter()
    write = partial(_keep_and_land, work, shop, context, outcome, source)
    written = asyncio.get_running_loop().run_in_executor(shop.writers, write)
    try:
        outcome = await asyncio.shield(written)
    except asyncio.CancelledError:  # it may come while no thread is free, and what was paid for must not be lost
        await asyncio.wait([written])
        raise
    return replace(outcome, write_seconds=time.perf_counter() - begin)


def _keep_and_land(
    work: ModuleWork, shop: Workshop, context: ModuleSpecContext, outcome: Outcome, source: str
) -> Outcome:
    if shop.store is not None and outcome.origin == "model":
        # Kept before it is written: what was paid for survives a crash of anything that comes after it.
        unkept = shop.store.put(work.fingerprint.kind, work.fingerprint.digest, source, module=work.module)
        outcome = replace(outcome, warnings=(*outcome.warnings, unkept)) if unkept else outcome
    return replace(outcome, path=_land(work, shop, context, source))


def _land(work: ModuleWork, shop: Workshop, context: ModuleSpecContext, source: str) -> Path:
    """Write a candidate that passed, a recording of it where one is wanted, and what it replaces into the history."""
    forget_rejected(shop.rejected, work.module)
    if shop.record is not None:
        path = recording_path(shop.record, work.module)
        write_atomic(path, format_recording(context, source), within=shop.record)
    before = _text_to_replace(work, shop)  # once more: someone may have edited it while the model was busy
    path = _write(work, source)
    if shop.history is not None:
        contract = {**context.spec_sources, **context.dependency_apis}
        shop.history.add(work.fingerprint.kind, work.module, work.fingerprint.digest, contract, before)
    return path


def _write(work: ModuleWork, source: str) -> Path:
    fields = {
        "tool_version": __version__,
        **work.fingerprint.header_fields(),
        "body_digest": body_digest(source),
        "python": PYTHON,
    }
    return write_module(work.path, source, fields, within=work.base, packages_below=work.packages_below)


def normalize_source(source: str) -> str:
    """Return a candidate as it is kept and written: "\\n" at the end of each line, one at the end, no BOM."""
    return source.removeprefix("\ufeff").rstrip().replace("\r\n", "\n").replace("\r", "\n") + "\n"


def _body(path: Path) -> str:
    try:
        return split_header(path.read_text(encoding="utf-8"))[1]
    except (OSError, UnicodeDecodeError):
        return ""  # not built, or unreadable: then there is nothing to show
