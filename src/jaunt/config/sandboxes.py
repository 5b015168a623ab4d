"""The sandbox of single test modules: that of the project, opened further for them."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from jaunt.config.globs import names_module
from jaunt.config.schema import SandboxConfig


def sandbox_for(config: SandboxConfig, module: str) -> SandboxConfig:
    """Return the sandbox of a test module: of several patterns that fit it, the last one's `network` counts."""
    found: dict[str, Any] = {"network": config.network, "env": config.env, "read": config.read, "write": config.write}
    for pattern, given in config.tests.items():
        if names_module(pattern, module):
            for name, value in given.items():
                found[name] = [*dict.fromkeys([*found[name], *value])] if isinstance(value, list) else value
    return replace(config, tests={}, **found)


def by_sandbox(config: SandboxConfig, modules: Collection[str]) -> Iterator[tuple[SandboxConfig, list[str]]]:
    """Yield each sandbox that some of the test modules have, with these; that of the project is the first."""
    common = replace(config, tests={})
    groups: dict[str, tuple[SandboxConfig, list[str]]] = {repr(common): (common, [])}
    for module in sorted(modules):
        own = sandbox_for(config, module)
        groups.setdefault(repr(own), (own, []))[1].append(module)
    yield from (group for group in groups.values() if group[1])
