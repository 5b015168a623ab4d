"""The project's configuration: `jaunt.toml`, or `[tool.jaunt]` in `pyproject.toml`, as frozen dataclasses.

The dataclasses are the schema: to add a key, add a line `name: type = key(default, "what it says")`; to add a section,
add a `@table`, and a line `name: Class = section(Class)`. The annotation is the type that the file must give, the
default stands for a key left out.
"""

from pathlib import Path
from typing import Any

from jaunt.config.key import further_keys, key, section, table
from jaunt.config.values import (
    CONFIG_VERSION,
    allowed_calls,
    allowed_network,
    at_least,
    cluster_address,
    http_url,
    instruction_table,
    instructions,
    not_negative,
    one_of,
    opened_sandboxes,
    package_name,
    positive,
    readable_version,
    request_options,
    share,
    store_url,
    variable_name,
)
from jaunt.paths import DEFAULT_GENERATED_DIR

_SEVERITY = '`"error"`: what it finds refuses a candidate; `"warn"`: it is only told; `"off"`: it is not asked'


@table
class PathsConfig:
    """Where specs stand and where generated code goes; roots are folders relative to the project's root."""

    source_roots: list[str] = key(
        ["src"], 'the folders of the code, or patterns: `packages/*/src`; `["."]` without `src`'
    )
    test_roots: list[str] = key(["tests"], "the folders of the tests, or patterns")
    generated_dir: str = key(DEFAULT_GENERATED_DIR, "the folder for generated code in each package", wrong=package_name)
    exclude: list[str] = key([], 'files and folders that are not searched for specs, as glob patterns: `["*/old/*"]`')


@table
class PriceConfig:
    """What a million tokens cost, in any currency; `cached_input` is, where None, the price of `input`."""

    input: float = key(0.0, "the price of a million tokens that are sent, in any currency", wrong=not_negative)
    output: float = key(0.0, "the price of a million tokens that are answered", wrong=not_negative)
    cached_input: float | None = key(
        None,
        "the price of a million sent tokens that were in the provider's cache; else as `input`",
        wrong=not_negative,
    )


@table
class LLMConfig:
    """Which model writes the code, and how it is reached. Without `price`, nothing is said of costs."""

    provider: str | None = key(None, "who writes the code: the name of a provider")
    model: str = key("", "the model, as the provider names it")
    api_key_env: str = key(
        "", "the environment variable that holds the key, if not the provider's usual one", wrong=variable_name
    )
    base_url: str = key("", "a server in place of the provider's own", wrong=http_url)
    max_tokens: int | None = key(
        None, "the longest answer that is asked for, in tokens; else as long as the provider allows", wrong=at_least(1)
    )
    max_prompt_tokens: int = key(
        100_000, "the longest prompt that is sent, in tokens of about four bytes", wrong=at_least(1)
    )
    temperature: float | None = key(
        None, "how freely the model chooses its words; nothing is sent where it is left out", wrong=not_negative
    )
    parallel: int | None = key(
        None,
        "how many calls are open at a time; else one for a `base_url` on this machine, and as many as `jobs` elsewhere",
        wrong=at_least(1),
    )
    stream: bool = key(True, "have answers sent piece by piece, so that a call ends where the code does")
    prompt_style: str = key(
        "full",
        '`"small"` for a small model: one line of rules, one worked example, and the specs',
        wrong=one_of("full", "small"),
    )
    grammar: bool = key(
        False, "hold the model to the exact signatures, by a grammar; for servers that take GBNF, such as llama.cpp"
    )
    options: dict[str, Any] = key({}, "further fields of each request, as the server names them", wrong=request_options)
    timeout: float = key(600.0, "the time for a call, its retries included, in seconds", wrong=positive)
    command: list[str] = key(
        [], "the program that writes the code and its arguments, or the name of a known one", or_one=True
    )
    pass_env: list[str] = key(
        [], "environment variables that this program sees, besides a few harmless ones", or_one=True
    )
    recordings: list[str] = key([], "the folders of recorded answers, relative to the project's root", or_one=True)
    price: PriceConfig | None = section(PriceConfig, optional=True)


@table
class BuildConfig:
    """How specs of kind "magic" are built."""

    jobs: int = key(8, "how many modules are generated at a time", wrong=at_least(1))
    infer_deps: bool = key(True, "take what a spec mentions for what it depends on, besides its `deps`")
    order: str = key(
        "deps-first",
        'when a module is asked for: once what it depends on is built; `"eager"`: at once, by contracts alone',
        wrong=one_of("deps-first", "eager"),
    )
    max_attempts: int = key(3, "how often a module's code is asked for until it passes all checks", wrong=at_least(1))
    dependents: str = key(
        "generate",
        'what a changed contract does to the modules that depend on it: `"verify"` keeps what still passes all checks',
        wrong=one_of("generate", "verify"),
    )
    reworded: str = key(
        "generate",
        'what reworded docstrings alone do: `"ask"` puts a short question first, whether the code may stay',
        wrong=one_of("generate", "ask"),
    )
    candidates: int = key(
        1, "how many answers each attempt asks for at once; the first that passes wins", wrong=at_least(1)
    )
    max_tokens: int | None = key(
        None, "no further call is made once a run has taken as many tokens, sent and answered", wrong=at_least(1)
    )
    max_cost: float | None = key(
        None, "no further call is made once a run has cost as much, by `llm.price`", wrong=not_negative
    )
    stop_after_same_failure: int = key(
        3,
        "how many modules may fail by one cause before no further call is made; 0: any number",
        wrong=at_least(0),
    )
    max_specs_a_call: int | None = key(
        None, "how many specs of a module a call is for; it is built in parts where it has more", wrong=at_least(1)
    )
    whole_module_fallback: bool = key(
        False, "ask for a whole module where the specs of it that moved, asked for alone, gave no code that passes"
    )


@table
class TestConfig:
    """How specs of kind "test" are built and run."""

    __test__ = False  # else pytest takes the class for a collection of tests

    jobs: int = key(4, "has no effect: test modules are generated beside the others", wrong=at_least(1))
    infer_deps: bool = key(True, "as `build.infer_deps`, for test specs")
    pytest_args: list[str] = key(["-q"], "arguments for pytest; those of `--pytest-args` come after them")
    min_strength: float | None = key(
        None,
        "the share of mutants, from 0 to 1, that each test module has to notice: else the model is asked once for"
        " stronger tests, and `jaunt test` fails if they still are too weak",
        wrong=share,
    )
    mutants: int = key(
        100, "how many mutants of each module under test the strength of tests is measured by", wrong=at_least(1)
    )


@table
class StoreConfig:
    """Where validated generations are kept."""

    path: str = key(
        ".jaunt/store",
        "the folder of what was generated and validated; it may lie elsewhere, and be shared",
    )
    readonly: bool = key(False, "take code from the store, and add none: for CI")
    url: str = key(
        "",
        "a store beyond this machine, behind the folder: s3://bucket/prefix; also gs, az, sftp",
        wrong=store_url,
    )
    options: dict[str, Any] = key({}, "what fsspec takes for the URL's protocol, besides the usual environment")
    sign_key_env: str = key(
        "", "the environment variable of a key: entries that are not signed with it count as none", wrong=variable_name
    )


@table
class SandboxConfig:
    """How generated code is run; the limits hold for one run, all of its processes together."""

    mode: str = key(
        "auto",
        '`"bwrap"`; `"limits"`: limits alone; `"auto"`: bwrap where it works, else limits; `"off"`',
        wrong=one_of("auto", "bwrap", "limits", "off"),
    )
    strict: bool = key(False, "refuse to run generated code without bwrap")
    seconds: int = key(120, "how long a run may take, in seconds", wrong=at_least(1))
    cpu_seconds: int = key(120, "how much time of a processor a run may take, in seconds", wrong=at_least(1))
    memory_mb: int = key(2048, "how much memory a run may take, in MB of 2**20 bytes", wrong=at_least(64))
    file_mb: int = key(
        256,
        "how much a run may write, in one file or in all of them, in MB; each file counts for 16 KB at least",
        wrong=at_least(1),
    )
    output_mb: int = key(8, "how much a run may print, in MB", wrong=at_least(1))
    processes: int = key(64, "how many processes a run may have at a time", wrong=at_least(1))
    open_files: int = key(1024, "how many files each process may have open", wrong=at_least(32))
    env: list[str] = key([], "environment variables that generated code may read, besides PATH, locale and time zone")
    network: bool | str = key(
        False,
        'what generated code reaches of the network: `true`, all; `"loopback"`, the TCP servers of this machine alone: '
        "a database, say",
        wrong=allowed_network,
    )
    read: list[str] = key([], "files and folders that generated code may read besides, as from the project's folder")
    write: list[str] = key([], "folders that generated code may write to besides; what is there can be damaged")
    tests: dict[str, Any] = key(
        {},
        "what single test modules get of `network`, `env`, `read` and `write`, a table by the module's name or a "
        'pattern: `[sandbox.tests."tests.test_db"]`; lists are added to those above',
        wrong=opened_sandboxes,
    )


@table
class ClusterConfig:
    """Other machines that examples, properties and tests run on; the sandbox there is that of `[sandbox]`, too."""

    address: str = key("", "the scheduler of a Dask cluster: tcp://host:8786", wrong=cluster_address)


@table
class VerifyConfig:
    """What a candidate has to pass besides the static checks.

    `others` are the severities of checks that are declared by their own files alone: see `jaunt.checks`.
    """

    ruff: str = key("error", _SEVERITY, wrong=one_of("error", "warn", "off"))
    ty: str = key("error", _SEVERITY, wrong=one_of("error", "warn", "off"))
    doctests: bool = key(True, "run the examples in the specs' docstrings")
    no_doctests: list[str] = key([], "the spec modules whose examples are not run, as glob patterns", or_one=True)
    allow_imports: list[str] = key(
        [], "modules that generated code may import though pyproject.toml declares no such dependency", or_one=True
    )
    effects: str = key(
        "error",
        'what more code does on import than import, define and compute: `"error"` refuses it, `"warn"` only tells it',
        wrong=one_of("error", "warn"),
    )
    allow_calls: list[str] = key(
        [],
        "what generated code may call on import besides, as glob patterns of dotted paths: `sqlalchemy.orm.*`",
        wrong=allowed_calls,
        or_one=True,
    )
    others: dict[str, Any] = further_keys()


@table
class PromptsConfig:
    """What models are told; files, relative to the project's root, replace the built-in prompts ("")."""

    build_system: str = key("", "the file that replaces the system prompt for code")
    build_module: str = key("", "the file that replaces the request for a module's code")
    test_system: str = key("", "the file that replaces the system prompt for tests")
    test_module: str = key("", "the file that replaces the request for a module's tests")
    dependency_code: bool = key(False, "show the generated code of dependencies as well as their contracts")
    instructions: list[str] = key(
        [],
        "what each prompt says besides: texts, or files (one word, or what ends with .md, .txt or .rst) that hold one",
        wrong=instructions,
        or_one=True,
    )
    instructions_for: dict[str, Any] = key(
        {},
        'further ones, by one of the roots or by a glob pattern of spec modules: `"app.db.*" = ["docs/db.md"]`',
        wrong=instruction_table,
    )


@table
class JauntConfig:
    """The whole configuration of the project at `root`; `config_file` is where it was read, if anywhere."""

    version: int = key(CONFIG_VERSION, "the version of this format", wrong=readable_version)
    paths: PathsConfig = section(PathsConfig)
    llm: LLMConfig = section(LLMConfig)
    build: BuildConfig = section(BuildConfig)
    test: TestConfig = section(TestConfig)
    verify: VerifyConfig = section(VerifyConfig)
    sandbox: SandboxConfig = section(SandboxConfig)
    cluster: ClusterConfig = section(ClusterConfig)
    prompts: PromptsConfig = section(PromptsConfig)
    store: StoreConfig = section(StoreConfig)
    root: Path = Path()
    config_file: Path | None = None
