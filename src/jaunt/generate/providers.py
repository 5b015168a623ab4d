"""The providers by name; one is imported only when it is chosen."""

import difflib
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import NamedTuple

from jaunt.config import JauntConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.base import GeneratorBackend
from jaunt.generate.prompt import Templates, load_templates

LOCAL_SERVER = ("127.0.0.1", 11434)
"""Where Ollama answers, unless told otherwise."""
_PROBE_TIMEOUT = 0.3  # seconds


def make_backend(config: JauntConfig) -> GeneratorBackend:
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
    return PROVIDERS[provider](config, load_templates(config.prompts, root=config.root))


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
    from jaunt.generate.command_backend import PRESETS

    for name, variable in (("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")):
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


def _openai(config: JauntConfig, templates: Templates) -> GeneratorBackend:
    from jaunt.generate.openai_backend import OpenAIBackend

    return OpenAIBackend(config.llm, templates)


def _anthropic(config: JauntConfig, templates: Templates) -> GeneratorBackend:
    from jaunt.generate.anthropic_backend import AnthropicBackend

    return AnthropicBackend(config.llm, templates)


def _command(config: JauntConfig, templates: Templates) -> GeneratorBackend:
    from jaunt.generate.command_backend import CommandBackend

    return CommandBackend(config.llm, config.root, templates)


def _recorded(config: JauntConfig, templates: Templates) -> GeneratorBackend:
    from jaunt.generate.recorded_backend import RecordedBackend

    return RecordedBackend([config.root / folder for folder in config.llm.recordings], templates)


PROVIDERS: dict[str, Callable[[JauntConfig, Templates], GeneratorBackend]] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "command": _command,
    "recorded": _recorded,
}
