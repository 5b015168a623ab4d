"""jaunt.toml, or [tool.jaunt] of pyproject.toml, as frozen dataclasses: the schema, and how it is read."""

from jaunt.config.reading import find_project_root, load_config
from jaunt.config.schema import (
    BuildConfig,
    JauntConfig,
    LLMConfig,
    PathsConfig,
    PriceConfig,
    PromptsConfig,
    SandboxConfig,
    StoreConfig,
    TestConfig,
    VerifyConfig,
)

__all__ = [
    "BuildConfig",
    "JauntConfig",
    "LLMConfig",
    "PathsConfig",
    "PriceConfig",
    "PromptsConfig",
    "SandboxConfig",
    "StoreConfig",
    "TestConfig",
    "VerifyConfig",
    "find_project_root",
    "load_config",
]
