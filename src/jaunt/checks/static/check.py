"""The checks of a candidate's text as one check; nothing is run."""

from dataclasses import dataclass, field

from jaunt.checks.static.assertions import assertion_free_tests
from jaunt.checks.static.conformance import conformance_errors
from jaunt.checks.static.effects import effect_errors
from jaunt.checks.static.imports import ImportRules, import_errors, imported_heads, late_names, stub_paths
from jaunt.checks.static.text import text_errors
from jaunt.plan.module_work import ModuleWork
from jaunt.process.background import in_background
from jaunt.project.project import Project
from jaunt.syntax.candidate import missing_names, parse_candidate
from jaunt.syntax.source import ModuleSource


@dataclass(frozen=True)
class StaticRules:
    """What a candidate is compared with."""

    spec: ModuleSource
    names: tuple[str, ...]
    generated_module: str
    filename: str
    imports: ImportRules


def static_errors(source: str, rules: StaticRules) -> list[str]:
    """Return what is wrong with a candidate as its text alone tells: one string an error, all of them."""
    candidate, errors = parse_candidate(source, module=rules.generated_module, filename=rules.filename)
    if candidate is None:
        return errors
    names, kind = rules.names, rules.imports.kind
    try:
        return [
            *missing_names(candidate, names),
            *text_errors(source),
            *conformance_errors(candidate, rules.spec, names, kind=kind),
            *effect_errors(candidate, kind=kind),
            *import_errors(candidate, rules.imports),
            *(assertion_free_tests(source, names) if kind == "test" else ()),
        ]
    except RecursionError:
        return [f"{rules.filename}: cannot be read: nested too deeply"]


@dataclass(frozen=True)
class StaticCheck:
    """The static checks as one check; other checks ask it too, so it keeps its findings by source."""

    rules: StaticRules
    name: str = "static"
    after_failure: bool = True
    known: dict[str, list[str]] = field(default_factory=dict, compare=False, repr=False)

    async def __call__(self, source: str) -> list[str]:
        if source not in self.known:
            try:
                self.known[source] = await in_background(static_errors, source, self.rules, size=len(source))
            except ChildProcessError as error:
                self.known[source] = [f"{self.rules.filename}: cannot be parsed: {error}"]
        return self.known[source]


def static_rules(
    project: Project, work: ModuleWork, spec: ModuleSource, declared: frozenset[str] | None
) -> StaticRules:
    names = tuple(entry.qualname for entry in work.entries)
    kind = work.fingerprint.kind
    bases = tuple(dict.fromkeys([work.base, *project.bases()]))
    # A project that declares nothing gets by with what its spec module itself imports.
    modules = imported_heads(spec) if declared is None else declared
    allowed = {*(modules - {"jaunt"}), *project.config.verify.allow_imports, *(["pytest"] if kind == "test" else [])}
    rules = ImportRules(
        spec_module=work.module,
        generated_dir=project.config.paths.generated_dir,
        stubs=stub_paths(spec, names, bases),
        late=late_names(spec, names),
        bases=bases,
        declared=frozenset(allowed),
        kind=kind,
    )
    return StaticRules(spec, names, work.generated_module, work.path.name, rules)
