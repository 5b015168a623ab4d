"""The project's configuration: `jaunt.toml`, or `[tool.jaunt]` in `pyproject.toml`, as frozen dataclasses.

The dataclasses are the schema: to add a key, add a field; to add a section, add a field whose type is a
dataclass. The annotation is the type that the file must give, the default stands for a key left out.
A field's metadata may hold

- `check`: a function from the value to what is wrong with it, or None;
- `or_one`: True where a single string may stand for a list of one;
- `in_file`: False for a field that doesn't come from the file.
"""

import json
import keyword
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jaunt.paths import DEFAULT_GENERATED_DIR

CONFIG_VERSION = 1

SANDBOX_MODES = ("auto", "bwrap", "limits", "off")

SEVERITIES = ("error", "warn", "off")

OWN_FIELDS = frozenset({"messages", "model", "stream", "system"})
"""The fields of a request that `llm.options` can't set."""

DEEPEST_OPTION = 100
"""In tables and lists: an SDK handles them by recursion."""


def _at_least(minimum: int) -> Callable[[int], str | None]:
    return lambda value: f"must be at least {minimum}, is {value}" if value < minimum else None


def _not_negative(value: float) -> str | None:
    return None if 0 <= value < math.inf else f"must be 0 or more, is {value}"


def _positive(value: float) -> str | None:
    return None if 0 < value < math.inf else f"must be more than 0, is {value}"


def _variable_name(value: str) -> str | None:
    # The value is not shown: it may be the key itself.
    ok = not value or re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value)
    return None if ok else "must be the name of an environment variable, not the key itself"


def _http_url(value: str) -> str | None:
    from urllib.parse import urlsplit  # here, since most configurations name no server

    # The value is not shown: it may hold a password.
    ok = not value or re.fullmatch(r"https?://[^/@\s]+(/\S*)?", value)
    if not ok:
        return "must be http:// or https:// and a host, without user name or password"
    try:
        possible = value.isprintable() and urlsplit(value).port != 0
    except ValueError:
        possible = False
    return None if possible else "has a host, a port or a character that no URL can have"


def _package_name(value: str) -> str | None:
    ok = value.isidentifier() and not keyword.iskeyword(value)
    return None if ok else f"must be a name that Python can import, is {json.dumps(value)}"


def _sandbox_mode(value: str) -> str | None:
    ok = value in SANDBOX_MODES
    return None if ok else f"must be one of {', '.join(SANDBOX_MODES)}, is {json.dumps(value)}"


def _request_options(value: dict[str, Any]) -> str | None:
    own = sorted(value.keys() & OWN_FIELDS)
    if own:
        return f"{own[0]} is set by jaunt itself"
    if _depth(value) > DEEPEST_OPTION:
        return "must be less deeply nested"
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return "must be what JSON can hold: no dates, no nan"
    return None


def _depth(value: object) -> int:
    """Return how many tables and lists stand in each other; without a call for each, which Python limits."""
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth


def _severity(value: str) -> str | None:
    return None if value in SEVERITIES else f"must be one of {', '.join(SEVERITIES)}, is {json.dumps(value)}"


def _readable_version(value: int) -> str | None:
    return None if value == CONFIG_VERSION else f"is {value}, this jaunt reads version {CONFIG_VERSION}"


@dataclass(frozen=True)
class PathsConfig:
    """Where specs stand and where generated code goes; roots are folders relative to the project's root."""

    source_roots: list[str] = field(default_factory=lambda: ["src"])
    test_roots: list[str] = field(default_factory=lambda: ["tests"])
    generated_dir: str = field(default=DEFAULT_GENERATED_DIR, metadata={"check": _package_name})
    exclude: list[str] = field(default_factory=list)  # glob patterns


@dataclass(frozen=True)
class PriceConfig:
    """What a million tokens cost, in any currency; `cached_input` is, where None, the price of `input`."""

    input: float = field(default=0.0, metadata={"check": _not_negative})
    output: float = field(default=0.0, metadata={"check": _not_negative})
    cached_input: float | None = field(default=None, metadata={"check": _not_negative})


@dataclass(frozen=True)
class LLMConfig:
    """Which model writes the code, and how it is reached.

    `api_key_env` names the environment variable that holds the key. `base_url` is a server in place of the
    provider's own. `max_tokens` limits an answer's length; `temperature` is not sent where it is None.
    `options` are further fields of a request to `openai` or `anthropic`, as the server names them.
    `timeout` is the time for a call, its retries included, in seconds. `command` is a program and its
    arguments, or a preset's name; besides a few harmless variables it sees those in `pass_env`.
    `recordings` are folders relative to the project's root. Without `price`, nothing is said of costs.
    """

    provider: str | None = None
    model: str = ""
    api_key_env: str = field(default="", metadata={"check": _variable_name})
    base_url: str = field(default="", metadata={"check": _http_url})
    max_tokens: int | None = field(default=None, metadata={"check": _at_least(1)})
    temperature: float | None = field(default=None, metadata={"check": _not_negative})
    options: dict[str, Any] = field(default_factory=dict, metadata={"check": _request_options})
    timeout: float = field(default=600.0, metadata={"check": _positive})
    command: list[str] = field(default_factory=list, metadata={"or_one": True})
    pass_env: list[str] = field(default_factory=list, metadata={"or_one": True})
    recordings: list[str] = field(default_factory=list, metadata={"or_one": True})
    price: PriceConfig | None = None


@dataclass(frozen=True)
class BuildConfig:
    """How specs of kind "magic" are built; `candidates` is how many answers each attempt asks for at once.

    Once a run has taken `max_tokens`, in and out together, or `max_cost`, in the currency of [llm.price], no further
    call is made.
    """

    jobs: int = field(default=8, metadata={"check": _at_least(1)})
    infer_deps: bool = True
    max_attempts: int = field(default=3, metadata={"check": _at_least(1)})
    candidates: int = field(default=1, metadata={"check": _at_least(1)})
    max_tokens: int | None = field(default=None, metadata={"check": _at_least(1)})
    max_cost: float | None = field(default=None, metadata={"check": _not_negative})


@dataclass(frozen=True)
class TestConfig:
    """How specs of kind "test" are built and run."""

    __test__ = False  # else pytest takes the class for a collection of tests

    jobs: int = field(default=4, metadata={"check": _at_least(1)})
    infer_deps: bool = True
    pytest_args: list[str] = field(default_factory=lambda: ["-q"])


@dataclass(frozen=True)
class StoreConfig:
    """Where validated generations are kept; `path` may lead out of the project, to a folder that a team shares."""

    path: str = ".jaunt/store"
    readonly: bool = False


@dataclass(frozen=True)
class SandboxConfig:
    """How generated code is run; the limits hold for one run, all of its processes together.

    `mode`: "auto" takes bwrap where it works, else limits. `strict` refuses to run without bwrap.
    `seconds` is wall time. `file_mb` is what a run may write, in one file or in all of them; `output_mb` what
    it may print. Megabytes are of 2**20 bytes. `open_files` holds for each process. `env` names environment
    variables that generated code may read, besides PATH, locale and time zone.
    """

    mode: str = field(default="auto", metadata={"check": _sandbox_mode})
    strict: bool = False
    seconds: int = field(default=120, metadata={"check": _at_least(1)})
    cpu_seconds: int = field(default=120, metadata={"check": _at_least(1)})
    memory_mb: int = field(default=2048, metadata={"check": _at_least(64)})
    file_mb: int = field(default=256, metadata={"check": _at_least(1)})
    output_mb: int = field(default=8, metadata={"check": _at_least(1)})
    processes: int = field(default=64, metadata={"check": _at_least(1)})
    open_files: int = field(default=1024, metadata={"check": _at_least(32)})
    env: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class VerifyConfig:
    """What a candidate has to pass besides the static checks.

    `ruff` and `ty` are each "error", "warn" or "off". `doctests` runs the examples in the specs' docstrings, but for
    the spec modules that `no_doctests` names (glob patterns). `allow_imports` are top-level modules that generated code
    may import though pyproject.toml declares no such dependency.
    """

    ruff: str = field(default="error", metadata={"check": _severity})
    ty: str = field(default="error", metadata={"check": _severity})
    doctests: bool = True
    no_doctests: list[str] = field(default_factory=list, metadata={"or_one": True})
    allow_imports: list[str] = field(default_factory=list, metadata={"or_one": True})


@dataclass(frozen=True)
class PromptsConfig:
    """Files, relative to the project's root, that replace the built-in prompts; "" is the built-in one."""

    build_system: str = ""
    build_module: str = ""
    test_system: str = ""
    test_module: str = ""


@dataclass(frozen=True)
class JauntConfig:
    """The whole configuration of the project at `root`; `config_file` is where it was read, if anywhere."""

    version: int = field(default=CONFIG_VERSION, metadata={"check": _readable_version})
    paths: PathsConfig = field(default_factory=PathsConfig)
    llm: LLMConfig = field(default_factory=LLMConfig)
    build: BuildConfig = field(default_factory=BuildConfig)
    test: TestConfig = field(default_factory=TestConfig)
    verify: VerifyConfig = field(default_factory=VerifyConfig)
    sandbox: SandboxConfig = field(default_factory=SandboxConfig)
    prompts: PromptsConfig = field(default_factory=PromptsConfig)
    store: StoreConfig = field(default_factory=StoreConfig)
    root: Path = field(default=Path(), metadata={"in_file": False})
    config_file: Path | None = field(default=None, metadata={"in_file": False})
