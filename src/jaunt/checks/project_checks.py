"""All checks that a project's candidates have to pass: static ones, ruff, ty, the examples of the specs."""

import fnmatch
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from jaunt.build.pipeline import ModuleWork
from jaunt.checks.doctests.child import Orders
from jaunt.checks.doctests.examples import Bench, Docstring, find_examples
from jaunt.checks.doctests.sandboxes import Examiners
from jaunt.checks.static.assertions import assertion_free_tests
from jaunt.checks.static.conformance import conformance_errors
from jaunt.checks.static.effects import effect_errors
from jaunt.checks.static.imports import (
    ImportRules,
    declared_modules,
    import_errors,
    imported_heads,
    late_names,
    stub_paths,
)
from jaunt.checks.tools.ruff import Ruff
from jaunt.checks.tools.tool import Place, ToolError, class_specs, find_tool
from jaunt.checks.tools.ty import Ty
from jaunt.errors import JauntConfigError, JauntDiscoveryError
from jaunt.generate.base import Check
from jaunt.process.background import in_background
from jaunt.project.project import Project
from jaunt.sandbox.sandbox import Sandbox
from jaunt.syntax.source import ModuleSource
from jaunt.validation import Checked, missing_names, parse_candidate, text_errors

EXAMPLE_SECONDS = 30
"""How long a module's examples may take."""


@dataclass(frozen=True)
class StaticRules:
    """What a candidate is compared with."""

    spec: ModuleSource
    names: tuple[str, ...]
    generated_module: str
    filename: str
    imports: ImportRules


def project_checks(project: Project) -> Callable[[ModuleWork], Sequence[Check]]:
    """Return the function that gives a module's checks.

    Raises JauntConfigError if a tool that [verify] asks for is not installed; the function raises
    JauntDiscoveryError for examples that can't be read.
    """
    verify = project.config.verify
    for tool in ("ruff", "ty"):
        if getattr(verify, tool) == "error":
            _require(tool)
    declared = declared_modules(project.root)
    ruff, ty = Ruff(), Ty()
    examiners = _examiners(project)

    def checks_for(work: ModuleWork) -> Sequence[Check]:
        spec = work.texts.source(work.entries[0])
        static = StaticCheck(_static_rules(project, work, spec, declared))
        bases = tuple(dict.fromkeys([work.base, *project.bases()]))
        classes = class_specs(spec, static.rules.names)
        dependencies = tuple(work.dependency_paths.values())
        place = Place(project.root, bases, work.path, work.generated_module, spec, classes, dependencies)
        checks: list[Check] = [static]
        checks += [ToolCheck(ruff, verify.ruff, place, static)] if verify.ruff != "off" else []
        checks += [ToolCheck(ty, verify.ty, place, static)] if verify.ty != "off" else []
        wanted = verify.doctests and not any(fnmatch.fnmatchcase(work.module, each) for each in verify.no_doctests)
        if work.fingerprint.kind == "build" and wanted:
            checks.append(_example_check(static, place, examiners))
        return checks

    return checks_for


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
    after_failure: bool = True
    known: dict[str, list[str]] = field(default_factory=dict, compare=False, repr=False)

    async def __call__(self, source: str) -> list[str]:
        if source not in self.known:
            try:
                self.known[source] = await in_background(static_errors, source, self.rules, size=len(source))
            except ChildProcessError as error:
                self.known[source] = [f"{self.rules.filename}: cannot be parsed: {error}"]
        return self.known[source]


@dataclass(frozen=True)
class ToolCheck:
    """What ruff or ty finds, as errors or as warnings; `severity` is "error" or "warn"."""

    tool: Ruff | Ty
    severity: str
    place: Place
    static: StaticCheck
    after_failure: bool = True

    async def __call__(self, source: str) -> Checked:
        try:
            checked = await self.tool.check(source, self.place)
        except ToolError as error:
            checked = Checked(source, [f"{error}; correct that, or set {self.tool.name} under [verify]"])
        if checked.source != source and await self.static(checked.source) and not await self.static(source):
            return Checked(source, [f"{self.tool.name}'s fixes break what passed the static checks"])
        return checked if self.severity == "error" else Checked(checked.source, (), checked.errors)


@dataclass(frozen=True)
class ExampleCheck:
    """Imports a candidate in the sandbox and runs the examples of its specs."""

    static: StaticCheck
    orders: Orders
    place: Place
    examiners: Examiners
    after_failure: bool = True

    async def __call__(self, source: str) -> list[str]:
        if await self.static(source):
            return []  # what fails the static checks is never run
        return await self.examiners.examine(replace(self.orders, source=source))


def _static_rules(
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


def _example_check(static: StaticCheck, place: Place, examiners: Examiners) -> ExampleCheck:
    try:
        docstrings: list[Docstring] = find_examples(place.spec, static.rules.names)
    except ValueError as error:
        raise JauntDiscoveryError(
            str(error), hint="correct the docstring, or name the module in [verify] no_doctests"
        ) from error
    single_file = "." not in place.spec.module and not place.spec.is_package
    orders = Orders(
        spec_module=place.spec.module,
        generated_module=place.generated_module,
        source="",
        filename=str(place.path),
        names=list(static.rules.names),
        docstrings=docstrings,
        single_file=single_file,
        bases=[str(base) for base in place.bases],
    )
    return ExampleCheck(static, orders, place, examiners)


def _examiners(project: Project) -> Examiners:
    limits = replace(project.config.sandbox, seconds=min(EXAMPLE_SECONDS, project.config.sandbox.seconds))
    bases = tuple(map(str, project.bases()))
    return Examiners(Bench(Sandbox(limits), project.root, bases, project.config.paths.generated_dir))


def _require(tool: str) -> Path:
    try:
        return find_tool(tool)
    except ToolError as error:
        raise JauntConfigError(str(error), hint=f'install it, or set {tool} = "off" under [verify]') from error
