"""The providers by name; one is imported only when it is chosen."""

import difflib
from collections.abc import Callable

from jaunt.config import JauntConfig
from jaunt.errors import JauntConfigError
from jaunt.generate.base import GeneratorBackend
from jaunt.generate.prompt import Templates, load_templates


def make_backend(config: JauntConfig) -> GeneratorBackend:
    """Return the backend that `[llm] provider` names.

    Raises JauntConfigError if it names none, or one that can't be used as configured.
    """
    provider = config.llm.provider
    if not provider:
        raise JauntConfigError(
            "no provider is configured, so there is nobody to write the code",
            hint=f"set provider in [llm] to one of: {', '.join(PROVIDERS)}",
        )
    if provider not in PROVIDERS:
        near = difflib.get_close_matches(provider, PROVIDERS, n=1)
        raise JauntConfigError(
            f"llm.provider: unknown provider {provider!r}",
            hint=f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(PROVIDERS)}",
        )
    return PROVIDERS[provider](config, load_templates(config.prompts, root=config.root))


def _recorded(config: JauntConfig, templates: Templates) -> GeneratorBackend:
    from jaunt.generate.recorded_backend import RecordedBackend

    return RecordedBackend([config.root / folder for folder in config.llm.recordings], templates)


PROVIDERS: dict[str, Callable[[JauntConfig, Templates], GeneratorBackend]] = {"recorded": _recorded}
