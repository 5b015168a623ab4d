"""The providers."""

from collections.abc import Iterator

from jaunt.generate.providers import PROVIDERS, load_provider


def lines() -> Iterator[str]:
    """Yield the settings that choose each provider."""
    for name in PROVIDERS:
        yield from (f"    {line}" for line in load_provider(name).SETTINGS.splitlines())
        yield ""
