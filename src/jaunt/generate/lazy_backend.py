"""A backend that is made when the first module asks for it."""

from collections.abc import Mapping, Sequence

from jaunt.config import JauntConfig, PriceConfig
from jaunt.generate.base import GeneratorBackend, ModuleSpecContext
from jaunt.generate.model import ModelBackend
from jaunt.generate.prompt import Message
from jaunt.generate.providers.choice import make_backend
from jaunt.generate.usage import Usage


class LazyBackend(GeneratorBackend):
    """The project's backend, made at the first call: what the store answers needs no key, no provider."""

    def __init__(self, config: JauntConfig) -> None:
        self._config = config
        self._backend: ModelBackend | None = None

    @property
    def usage(self) -> Usage:
        """What all calls so far took."""
        return self._backend.usage if self._backend else Usage()

    @property
    def usage_by_module(self) -> Mapping[str, Usage]:
        """What the calls for each spec module took."""
        return self._backend.usage_by_module if self._backend else {}

    @property
    def is_free(self) -> bool:
        """Whether the backend is."""
        return self._backend is not None and self._backend.is_free

    def spent(self, price: PriceConfig | None) -> tuple[int, float | None]:
        """Return what all calls so far took: tokens, in and out together, and money if prices are known."""
        usage = self.usage
        return usage.input_tokens + usage.output_tokens, usage.cost(price) if price else None

    def open(self) -> ModelBackend:
        """Return the backend itself; raises JauntConfigError as `make_backend` does."""
        if self._backend is None:
            self._backend = make_backend(self._config)
        return self._backend

    async def generate_module(self, ctx: ModuleSpecContext, *, extra_error_context: list[str] | None = None) -> str:
        """Ask the backend."""
        return await self.open().generate_module(ctx, extra_error_context=extra_error_context)

    async def answer(self, ctx: ModuleSpecContext, messages: Sequence[Message]) -> str | None:
        """Ask the backend."""
        return await self.open().answer(ctx, messages)

    async def close(self) -> None:
        """Close the backend, if it was ever made."""
        if self._backend is not None:
            await self._backend.close()
