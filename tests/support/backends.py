"""Backends that write down what they are asked, and answer at once or when they are told to."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from projects import SHOP_ANSWERS

from jaunt.generate.base import GeneratorBackend, ModuleSpecContext
from jaunt.generate.model import Answer, ModelBackend, Request, Usage


class FakeBackend(GeneratorBackend):
    """Defines every expected name; `calls` are the modules it was asked for, in order.

    `answers` (module -> sources, one an attempt, the last one repeated) replaces what it makes up.
    """

    def __init__(self, answers: Mapping[str, Sequence[str]] | None = None) -> None:
        self.answers = {module: list(sources) for module, sources in (answers or {}).items()}
        self.calls: list[str] = []
        self.contexts: dict[str, ModuleSpecContext] = {}
        self.told: list[list[str] | None] = []

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        self.calls.append(ctx.spec_module)
        self.contexts[ctx.spec_module] = ctx
        self.told.append(extra_error_context)
        answers = self.answers.get(ctx.spec_module, [])
        if answers:
            return answers.pop(0) if len(answers) > 1 else answers[0]
        return "\n\n".join(f"def {name}() -> int:\n    return 1\n" for name in ctx.expected_names)


class GatedBackend(FakeBackend):
    """Answers a module in `held` only when the test says so: each call waits for `gates[module]`."""

    def __init__(self, held: Iterable[str] = ()) -> None:
        super().__init__()
        self.gates = {module: asyncio.Event() for module in held}
        self.started = asyncio.Event()
        self.active = 0
        self.most_active = 0
        self.cleaned_up: list[str] = []

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        source = await super().generate_module(ctx, extra_error_context=extra_error_context)
        self.active += 1
        self.most_active = max(self.most_active, self.active)
        self.started.set()
        try:
            if ctx.spec_module in self.gates:
                await self.gates[ctx.spec_module].wait()
            return source
        finally:
            self.active -= 1
            self.cleaned_up.append(ctx.spec_module)


class CountingBackend(ModelBackend):
    """Answers with SHOP_ANSWERS; each call takes 1,000 tokens in, 400 of them cached, and 100 out."""

    def __init__(self, answers: Mapping[str, str] = SHOP_ANSWERS) -> None:
        super().__init__()
        self.answers = answers
        self.calls: list[str] = []

    async def complete(self, request: Request) -> Answer:
        self.calls.append(request.context.spec_module)
        return Answer(self.answers[request.context.spec_module], usage=Usage(1000, 100, 400))
