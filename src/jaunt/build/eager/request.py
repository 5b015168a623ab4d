"""A module's first request, made before its turn, while what it depends on has no code yet."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from jaunt.build.asking import ask_first
from jaunt.build.context import make_context
from jaunt.build.settings import BuildSettings
from jaunt.build.store import stored_code
from jaunt.build.store.beside import beside_work
from jaunt.plan.module_work import ModuleWork
from jaunt.process.frozen import frozen


@frozen
class FirstRequest:
    """The request for a module's code; `replaced` is the text of the file that is there.

    `is_settled` tells whether the code of a dependency is what it will be: other code is not shown.
    """

    settings: BuildSettings
    work: ModuleWork
    replaced: str
    is_settled: Callable[[str], bool]

    async def make(self, *, ask_anew: bool = False) -> None:
        """Make it, unless the answer is in the store, or was kept by an earlier run; with `ask_anew`, no store counts.

        One build at a time asks for a contract, as in a module's turn; what it gets is kept before the next one looks.
        """
        work, store = self.work, None if ask_anew else self.settings.readable_store
        if store is None:
            await self._ask()
        elif stored_code(store, work).source is None:
            if store.readonly:
                await self._ask()
                return
            waits = partial(self.settings.on_wait, work.module) if self.settings.on_wait else None
            async with store.turn(work.kind, work.digest, beside_work(work), on_wait=waits) as again:
                if again.source is None:
                    await self._ask()

    async def _ask(self) -> None:
        settings, answers = self.settings, self.settings.answers
        if answers is None or answers.kept(self.work) is not None:
            return
        context = make_context(self.work, replaced=self.replaced)
        code = context.dependency_generated_modules
        settled = {module: text for module, text in code.items() if self.is_settled(module)}
        with answers.room(self.work):  # its turn, in which there is room for code, comes later, or never
            told = replace(context, dependency_generated_modules=settled)
            await ask_first(settings, self.work, told, replaced=self.replaced)
