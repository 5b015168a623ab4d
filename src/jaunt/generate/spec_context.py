"""What a model is told of one module."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from jaunt.header import Kind
from jaunt.process.frozen import frozen


@frozen
class ModuleSpecContext:
    """All that a model may need to write one module.

    `spec_module` is the spec module's name in the project: `spec_ref.import_name` gives that by which it is imported.
    `kind` is "build" or "test"; `expected_names` must be defined; `spec_sources`, `decorator_prompts` and
    `dependency_apis` go from spec reference to text, and so do `plain_sources`: the same texts without jaunt's
    decorators, where they are known; of the module's own, also without those above jaunt's, which the spec module puts
    on them itself: `outer_decorators`, a line each. `dependency_generated_modules` goes from a spec module's name to
    the code generated for it. `handwritten_source` is what is no spec in the spec module; `module_digest` is the digest
    of the contract (64 hex digits), `earlier_digests` are those of earlier readings that may differ; `previous_source`
    is the code that the new one replaces, `rejected_source` the candidate of the attempt before this one. `variation`
    counts the answers that were asked for before this one, `repeats` how often the last one had been given already.

    `installed` has what the specs' signatures name of installed packages, by the import that gives it, in short.
    `world` has the shapes of what is written by hand in other modules and reached from the specs, by the import that
    gives it, `left_out` the references of what would have been too much, and `importable` the modules that the spec
    module imports from. `kept_sources` are the texts of specs of the module whose code stays as it is. `instructions`
    are those of the project.
    """

    kind: Kind
    spec_module: str
    generated_module: str
    expected_names: Sequence[str]
    spec_sources: Mapping[str, str]
    decorator_prompts: Mapping[str, str] = field(default_factory=dict)
    dependency_apis: Mapping[str, str] = field(default_factory=dict)
    dependency_generated_modules: Mapping[str, str] = field(default_factory=dict)
    plain_sources: Mapping[str, str] = field(default_factory=dict)
    outer_decorators: Mapping[str, str] = field(default_factory=dict)
    handwritten_source: str = ""
    module_digest: str = ""
    earlier_digests: tuple[str, ...] = ()
    previous_source: str = ""
    rejected_source: str = ""
    variation: int = 0
    repeats: int = 0
    world: Mapping[str, str] = field(default_factory=dict)
    installed: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[str] = ()
    importable: Sequence[str] = ()
    kept_sources: Mapping[str, str] = field(default_factory=dict)
    instructions: Sequence[str] = ()
