"""The backend of the provider that is chosen, and the first one that could be."""

import os
from collections.abc import Iterator

from jaunt import codes
from jaunt.config import JauntConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.budget import budget_of
from jaunt.generate.model import ModelBackend
from jaunt.generate.prompt import load_templates, require_specs
from jaunt.generate.providers import PROVIDERS, load_provider, refuse_unknown
from jaunt.generate.providers.provider import Usable


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
            code=codes.PROVIDER,
        )
    refuse_unknown(provider)
    templates = load_templates(config.prompts, root=config.root, style=config.llm.prompt_style)
    require_specs(templates, config.prompts)
    backend = load_provider(provider).make_backend(config, templates)
    if config.llm.grammar and not (backend.takes_grammar or backend.is_free):
        raise JauntConfigError(
            f"llm.grammar: {provider} takes no grammar",
            hint="leave it out: it is for servers such as llama.cpp",
            code=codes.PROVIDER,
        )
    backend.admit = budget_of(config).admit
    backend.max_prompt_tokens = config.llm.max_prompt_tokens
    return backend


def first_usable() -> Usable | None:
    """Return the first way to use a provider here, if any: one with a key, else one that needs none."""
    return next(_usable(), None)


def _usable() -> Iterator[Usable]:
    loaded = {name: load_provider(name) for name in PROVIDERS}
    for name, provider in loaded.items():
        if provider.KEY_VARIABLE and os.environ.get(provider.KEY_VARIABLE):
            yield Usable(f'provider = "{name}"', f"{provider.KEY_VARIABLE} is set")
    for provider in loaded.values():
        yield from provider.usable()
