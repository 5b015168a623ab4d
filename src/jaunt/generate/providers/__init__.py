"""The providers by name; one is imported only when it is chosen, or when the usable ones are looked for."""

import importlib
from typing import TYPE_CHECKING, cast

from jaunt import codes
from jaunt.errors import JauntConfigError
from jaunt.text.nearest import did_you_mean

if TYPE_CHECKING:  # what a provider is made of takes 50 ms, for nothing where a name alone is looked at
    from jaunt.generate.providers.provider import Provider

PROVIDERS = {
    "openai": "jaunt.generate.providers.openai",
    "anthropic": "jaunt.generate.providers.anthropic",
    "command": "jaunt.generate.providers.command",
    "recorded": "jaunt.generate.providers.recorded",
}
"""To add a provider, write its file, which declares what `Provider` names, and add its line here."""


def load_provider(name: str) -> "Provider":
    """Import the file of one of PROVIDERS."""
    return cast("Provider", importlib.import_module(PROVIDERS[name]))


def refuse_unknown(provider: str) -> None:
    """Raise JauntConfigError for a name that is none of PROVIDERS."""
    if provider not in PROVIDERS:
        hint = did_you_mean(provider, PROVIDERS, otherwise=f"known are: {', '.join(PROVIDERS)}")
        raise JauntConfigError(f"llm.provider: unknown provider {provider!r}", hint=hint, code=codes.PROVIDER)
