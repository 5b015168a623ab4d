"""Answers that nothing has checked yet, kept as files below the store's folder for a run that comes after a crash.

First answers, what a model said to a module's first request before the modules that it needs had code, are held for the
module's turn in this run as well.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial

from jaunt.build.store import Store, room_for_code
from jaunt.build.store.beside import beside_work, instruction_fields
from jaunt.build.store.entry import Entry, entry_name, format_entry
from jaunt.engine.job import Outcome, settle
from jaunt.errors import JauntAnswerError, JauntWriteError
from jaunt.files.atomic import write_atomic
from jaunt.generate.base import GeneratorBackend, ModuleSpecContext
from jaunt.plan.module_work import ModuleWork

WORTH_KEEPING: float = 0.2
"""How many seconds an answer took that is kept before it is checked."""

Answer = str | BaseException
"""A candidate, or why there is none."""


class FirstAnswers:
    """The first answers of a run's modules, kept as entries of `kept`; with `read`, those of earlier runs serve."""

    def __init__(self, kept: Store, *, read: bool = True) -> None:
        self._kept = kept
        self._read = read
        self._any_kept = False
        self._held: dict[str, list[Answer]] = {}
        self._taken: set[str] = set()
        self._under_way: dict[str, asyncio.Event] = {}
        self.seconds: dict[str, float] = {}
        """How long each module's first request took."""
        self.resumed: set[str] = set()
        """The modules whose first attempt is an answer that was kept."""

    async def settled(self, module: str) -> None:
        """Wait until the first request of a module is over, if it is under way."""
        if module in self._under_way:
            await self._under_way[module].wait()

    def is_held(self, module: str) -> bool:
        """Whether a module's first request was made in this run, and what came of it was not used yet."""
        return module in self._held

    def was_asked(self, module: str) -> bool:
        """Whether a module's first request was made in this run."""
        return module in self.seconds

    async def ask(self, backend: GeneratorBackend, context: ModuleSpecContext, count: int) -> Sequence[Answer]:
        """Make a module's first request, `count` times at once; hold and return what comes of it."""
        module, loop = context.spec_module, asyncio.get_running_loop()
        begin, over = loop.time(), asyncio.Event()
        self._under_way[module] = over
        try:
            contexts = [replace(context, variation=number) for number in range(count)]
            asked = [_answer_of(backend, each) for each in contexts]
            self._held[module] = [await asked[0]] if count == 1 else await asyncio.gather(*asked)
        finally:
            over.set()
            self.seconds[module] = loop.time() - begin
        return self._held[module]

    def room(self, work: ModuleWork) -> AbstractContextManager[None]:
        """Reserve room for a module's answer during a block; raises JauntMachineError if the disk is full."""
        return room_for_code(self._kept, work)

    def keep(self, work: ModuleWork, source: str) -> None:
        """Keep a module's answer as a file, in one that a crash of the machine may lose; what can't be kept is not."""
        folder, beside = self._kept.folder, beside_work(work)
        against, provenance = work.checked_against(source), instruction_fields(work)
        entry = Entry(work.kind, work.module, work.digest, beside.digest, against, source, provenance)
        is_first, self._any_kept = not self._any_kept, True
        with suppress(JauntWriteError, UnicodeError):
            self._kept.keep(entry.name, format_entry(entry, self._kept.key), durable=False)
            if is_first:
                write_atomic(folder / ".gitignore", "*\n", within=folder.parent, durable=False)

    def kept(self, work: ModuleWork) -> str | None:
        """Return the answer to a module's contract that an earlier run, or another one, has kept; None if none has."""
        if not (self._read and self._has_kept()):
            return None
        return self._kept.get(work.kind, work.digest, beside_work(work)).source

    def forget(self, work: ModuleWork) -> None:
        """Remove the file of a module's answer, which has been checked, or is not needed any more, if that can be."""
        if self._has_kept():
            path = self._kept.folder / entry_name(work.kind, work.digest, beside_work(work).digest)
            with suppress(OSError):
                path.unlink()

    def _has_kept(self) -> bool:
        """Whether any answer may have been kept, by whichever build; nearly always there is none."""
        self._any_kept = self._any_kept or self._kept.folder.is_dir()
        return self._any_kept

    def take(self, work: ModuleWork) -> Sequence[Answer]:
        """Return what is to be the module's first attempt, if it was asked for already; only the first time."""
        if work.module in self._taken:
            return ()
        self._taken.add(work.module)
        held = self._held.pop(work.module, None)
        if held is not None:
            return held
        kept = self.kept(work)
        if kept is None:
            return ()
        self.resumed.add(work.module)
        return (kept,)


class ResumedBackend(GeneratorBackend):
    """A backend whose first attempt, of `count` answers at once, was made already: `answers` came of it."""

    def __init__(self, backend: GeneratorBackend, answers: Sequence[Answer], count: int) -> None:
        self._backend = backend
        self._answers = answers
        self._count = count

    @property
    def is_free(self) -> bool:
        """Whether the backend is."""
        return self._backend.is_free

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        """Return the answer that came, or ask the backend after the first attempt."""
        if ctx.variation >= self._count:
            return await self._backend.generate_module(ctx, extra_error_context=extra_error_context)
        if ctx.variation >= len(self._answers):
            raise JauntAnswerError(f"{ctx.spec_module}: no further answer was kept")
        answer = self._answers[ctx.variation]
        if isinstance(answer, BaseException):
            raise answer
        return answer


class KeepingBackend(GeneratorBackend):
    """A backend whose answers are kept by `keep` before they are checked: a run may end at any time.

    Those that took no time are not: they are had again in none.
    """

    def __init__(self, backend: GeneratorBackend, keep: Callable[[str], Awaitable[None]]) -> None:
        self._backend = backend
        self._keep = keep

    @property
    def is_free(self) -> bool:
        """Whether the backend is."""
        return self._backend.is_free

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        """Return what the backend answers."""
        begin = time.perf_counter()
        answer = await self._backend.generate_module(ctx, extra_error_context=extra_error_context)
        if isinstance(answer, str) and time.perf_counter() - begin > WORTH_KEEPING:
            await self._keep(answer)
        return answer


async def _answer_of(backend: GeneratorBackend, context: ModuleSpecContext) -> Answer:
    """Return what a backend answers, or what it raises, whatever that is: it is raised again in the module's turn."""
    found: list[str] = []
    outcome = await settle(partial(_answer_into, found, partial(backend.generate_module, context)))
    return found[0] if found else outcome.cause or JauntAnswerError(f"{context.spec_module}: no answer came")


async def _answer_into(found: list[str], ask: Callable[[], Awaitable[str]]) -> Outcome:
    found.append(await ask())
    return Outcome("fresh")
