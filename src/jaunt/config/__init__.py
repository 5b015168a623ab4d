"""jaunt.toml, or [tool.jaunt] of pyproject.toml, as frozen dataclasses: the schema, and how it is read."""

from jaunt.config.reading import find_project_root, load_config
from jaunt.config.schema import (
    CONFIG_VERSION,
    DEEPEST_OPTION,
    OWN_FIELDS,
    SANDBOX_MODES,
    SEVERITIES,
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
    "CONFIG_VERSION",
    "DEEPEST_OPTION",
    "OWN_FIELDS",
    "SANDBOX_MODES",
    "SEVERITIES",
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
