"""The providers by name; one is imported only when it is chosen."""

import difflib
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import NamedTuple

from jaunt.config import JauntConfig, PriceConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.base import GeneratorBackend, ModuleSpecContext
from jaunt.generate.budget import budget_of
from jaunt.generate.model import KEY_VARIABLES, ModelBackend, Usage
from jaunt.generate.prompt import Templates, load_templates

LOCAL_SERVER = ("127.0.0.1", 11434)
"""Where Ollama answers, unless told otherwise."""
_PROBE_TIMEOUT = 0.3  # seconds


def make_backend(config: JauntConfig) -> ModelBackend:
    """Return the backend that `[llm] provider` names.

    Raises JauntConfigError if it names none, or one that can't be used as configured.
    """
    provider = config.llm.provider
    if not provider:
        usable = first_usable()
        example = f"usable here is {usable.settings} ({usable.reason}); " if usable else ""
        raise JauntConfigError(
            "no provider is configured, so there is nobody to write the code",
            hint=f"{example}set provider in [llm] to one of: {', '.join(PROVIDERS)}",
        )
    if provider not in PROVIDERS:
        near = difflib.get_close_matches(provider, PROVIDERS, n=1)
        raise JauntConfigError(
            f"llm.provider: unknown provider {provider!r}",
            hint=f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(PROVIDERS)}",
        )
    backend = PROVIDERS[provider](config, load_templates(config.prompts, root=config.root))
    backend.admit = budget_of(config).admit
    return backend


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
    def usage_by_module(self) -> dict[str, Usage]:
        """What the calls for each spec module took."""
        return self._backend.usage_by_module if self._backend else {}

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

    async def close(self) -> None:
        """Close the backend, if it was ever made."""
        if self._backend is not None:
            await self._backend.close()


class Usable(NamedTuple):
    """A provider that could be used here: what to write in [llm], and how we know."""

    settings: str
    reason: str


def first_usable(server: tuple[str, int] = LOCAL_SERVER) -> Usable | None:
    """Return the first provider that is usable here, if any.

    Nothing is sent anywhere: for the local server, host and port, a connection is opened and closed.
    """
    return next(_usable(server), None)


def _usable(server: tuple[str, int]) -> Iterator[Usable]:
    from jaunt.generate.providers.command import PRESETS

    for name, variable in KEY_VARIABLES.items():
        if os.environ.get(variable):
            yield Usable(f'provider = "{name}"', f"{variable} is set")
    address = f"{server[0]}:{server[1]}"
    if _answers(server):
        settings = f'provider = "openai", base_url = "http://{address}/v1"'
        yield Usable(settings, f"a server answers at {address}")
    for name, preset in PRESETS.items():
        if shutil.which(preset.arguments[0]):
            yield Usable(f'provider = "command", command = "{name}"', f"{name} is on PATH")


def _answers(server: tuple[str, int]) -> bool:
    try:
        socket.create_connection(server, timeout=_PROBE_TIMEOUT).close()
    except OSError:
        return False
    return True


def _openai(config: JauntConfig, templates: Templates) -> ModelBackend:
    from jaunt.generate.providers.openai import OpenAIBackend

    return OpenAIBackend(config.llm, templates)


def _anthropic(config: JauntConfig, templates: Templates) -> ModelBackend:
    from jaunt.generate.providers.anthropic import AnthropicBackend

    return AnthropicBackend(config.llm, templates)


def _command(config: JauntConfig, templates: Templates) -> ModelBackend:
    from jaunt.generate.providers.command import CommandBackend

    return CommandBackend(config.llm, config.root, templates)


def _recorded(config: JauntConfig, templates: Templates) -> ModelBackend:
    from jaunt.generate.providers.recorded import RecordedBackend

    return RecordedBackend([config.root / folder for folder in config.llm.recordings], templates)


PROVIDERS: dict[str, Callable[[JauntConfig, Templates], ModelBackend]] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "command": _command,
    "recorded": _recorded,
}
