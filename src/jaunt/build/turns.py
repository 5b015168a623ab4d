"""Whose turn it is: each module of a run is built once, as the engine says, or when another can't go on without it.

The edges that the engine knows are those of the contracts. Code that uses a spec as it is imported, or in an example,
needs it built as well, and that is known only once it is tried: then the module waits here, and is tried again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from types import TracebackType
from typing import Self

from jaunt import codes
from jaunt.engine.job import Outcome
from jaunt.errors import JauntGenerationError
from jaunt.generate.check import Checked, WrappedCheck, as_checked
from jaunt.process.frozen import frozen


class Turns:
    """The modules of one run; `waits` has the modules, and those among them that each comes after.

    `is_built` tells of any other module whether it has code. `imported` returns modules whose specs another one imports
    without depending on them: they come before it, as far as they don't come after it, and whatever comes of them.

    A module that another one waits for, and that has not begun, is built in that one's place, after all that it comes
    after itself: so no number of jobs is too small. The end of an `async with` block cancels what is under way.
    """

    def __init__(
        self,
        build: Callable[[str], Awaitable[Outcome]],
        waits: Mapping[str, Collection[str]],
        is_built: Callable[[str], bool] = lambda _: False,
        imported: Callable[[str], Iterable[str]] = lambda _: (),
    ) -> None:
        self._build = build
        self._waits = waits
        self._is_built = is_built
        self._imported = imported
        self._tasks: dict[str, asyncio.Task[Outcome]] = {}
        self._free: dict[str, asyncio.Event] = {}  # module -> what ends its waiting for one that it only imports
        self._waiting: dict[str, list[str]] = {}  # module -> those that its candidates wait for just now

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def build(self, module: str) -> Outcome:
        """Build a module of the run, unless that was done, or has begun, already; return what came of it."""
        return await self._task(module)

    def has(self, module: str) -> bool:
        """Whether a module is one of the run."""
        return module in self._waits

    def is_over(self, module: str) -> bool:
        """Whether a module of the run has been built, or can't be."""
        return module in self._tasks and self._tasks[module].done()

    def has_begun(self, module: str) -> bool:
        """Whether a module of the run is being built, or has been."""
        return module in self._tasks

    def is_settled(self, module: str) -> bool:
        """Whether the code of a module will stay as it is now, as far as this run is concerned."""
        return not self.has(module) or self.is_over(module)

    def lacks_any(self, needed: Iterable[str]) -> bool:
        """Whether any of these modules is still to be built."""
        return any(not (self.is_settled(module) and self._is_built(module)) for module in needed)

    async def require_at_import(self, module: str, used: Iterable[str]) -> None:
        """Wait until the modules are built whose code another one uses as it is imported; raises as `require` does."""
        for needed in used:
            if needed != module and (needed in self._waits or not self._is_built(needed)):
                await self.require(module, needed)

    async def require(self, module: str, needed: str) -> None:
        """Wait until a module that code of another one uses is built.

        Raises JauntGenerationError if it failed, is not among those that are built, or needs `module` itself.
        """
        if needed not in self._waits:
            raise JauntGenerationError(
                f"{module} uses {needed} as it is imported or in an example, and that is not built",
                hint=f"run: jaunt build --target {needed}",
                code=codes.NEEDED_FAILED,
            )
        if self._leads_to(needed, module):
            self._set_free(needed)
        if self._leads_to(needed, module):
            raise JauntGenerationError(
                f"{module} and {needed} use each other as they are imported or in examples: neither can be checked "
                "before the other is built",
                hint="move what both need into a module of its own",
                code=codes.NEEDED_FAILED,
            )
        if not (await self._wait(module, needed)).ok:
            raise JauntGenerationError(f"dependency failed: {needed}", code=codes.NEEDED_FAILED)

    def _task(self, module: str) -> asyncio.Task[Outcome]:
        if module not in self._tasks:
            self._tasks[module] = asyncio.create_task(self._run(module))
        return self._tasks[module]

    async def _run(self, module: str) -> Outcome:
        for before in sorted(self._waits[module]):
            outcome = await asyncio.shield(self._task(before))  # over already, if it is the engine that asks
            if not outcome.ok:
                return Outcome("failed", (f"dependency failed: {before}",), failed_dependencies=(before,))
        for before in sorted(self._imported(module)):
            if before in self._waits and not self._leads_to(before, module):
                await self._let_pass(module, before)
        return await self._build(module)

    async def _let_pass(self, module: str, first: str) -> None:
        """Wait for a module that had better come first, until it is over or can't go on without `module`."""
        free = self._free[module] = asyncio.Event()
        self._waiting.setdefault(module, []).append(first)
        freed = asyncio.create_task(free.wait())
        try:
            await asyncio.wait({self._task(first), freed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            freed.cancel()
            if not free.is_set():
                self._waiting[module].remove(first)
            del self._free[module]

    def _set_free(self, start: str) -> None:
        """End the waiting that `start` waits for, by way of whatever, and that nothing but the order is lost by."""
        for module in self._waited_for(start) & self._free.keys():
            if not self._free[module].is_set():
                self._free[module].set()
                self._waiting[module].pop()

    async def _wait(self, module: str, needed: str) -> Outcome:
        """Return what comes of a module that another one waits for."""
        self._waiting.setdefault(module, []).append(needed)
        try:
            return await asyncio.shield(self._task(needed))  # others may wait for it when this one is given up
        finally:
            self._waiting[module].remove(needed)

    def _leads_to(self, start: str, end: str) -> bool:
        """Whether `start` waits for `end`, by way of whatever else."""
        return end in self._waited_for(start)

    def _waited_for(self, start: str) -> set[str]:
        """Return `start` and all that it waits for, by way of whatever else."""
        seen, pending = set[str](), [start]
        while pending:
            module = pending.pop()
            if module not in seen:
                seen.add(module)
                over = self.is_over(module)
                pending += [] if over else [*self._waits.get(module, ()), *self._waiting.get(module, ())]
        return seen


@frozen
class PatientCheck(WrappedCheck):
    """A check of one module's candidates that waits for what a candidate lacks, and then looks at it once more."""

    module: str
    turns: Turns

    async def __call__(self, source: str) -> Checked:
        """Return what the check makes of a candidate once all that it uses is built; raises as `Turns.require`."""
        waited: set[str] = set()
        while True:
            checked = as_checked(source, await self.check(source))
            lacking = sorted({*checked.unbuilt} - waited - {self.module})
            if not lacking:
                return checked
            for module in lacking:
                await self.turns.require(self.module, module)
            waited |= {*lacking}
