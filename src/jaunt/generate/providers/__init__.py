"""The providers by name; one is imported only when it is chosen."""

import difflib
import importlib
import os
import shutil
import socket
from collections.abc import Iterator
from typing import NamedTuple

from jaunt.config import JauntConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.budget import budget_of
from jaunt.generate.model import KEY_VARIABLES, ModelBackend
from jaunt.generate.prompt import load_templates

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
    make = importlib.import_module(PROVIDERS[provider]).make_backend
    backend: ModelBackend = make(config, load_templates(config.prompts, root=config.root))
    backend.admit = budget_of(config).admit
    return backend


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


PROVIDERS = {
    "openai": "jaunt.generate.providers.openai",
    "anthropic": "jaunt.generate.providers.anthropic",
    "command": "jaunt.generate.providers.command",
    "recorded": "jaunt.generate.providers.recorded",
}
