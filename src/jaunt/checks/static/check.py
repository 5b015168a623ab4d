"""The checks of a candidate's text as one check; nothing is run."""

import ast
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import field, replace

from jaunt import codes
from jaunt.checks.assertions.assertions import assertion_free_tests
from jaunt.checks.assertions.tested import Tested, dependency_errors, dependency_names, tested_by
from jaunt.checks.check_file import Prover
from jaunt.checks.fault import SpecFault
from jaunt.checks.severity import Severity
from jaunt.checks.static.conformance import conformance_errors
from jaunt.checks.static.effects import effect_errors
from jaunt.checks.static.forbidden_calls import LOOKS, looks_at_run
from jaunt.checks.static.imports import import_errors, imported_heads
from jaunt.checks.static.stub_answer import heads, stub_answer
from jaunt.checks.static.stubs import stub_errors
from jaunt.checks.static.text import lookalike_errors, text_errors
from jaunt.config.declared import Distributions, declared_modules, owner_of, require_readable
from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.process.background import LARGE, in_background
from jaunt.process.frozen import frozen
from jaunt.project.project import Project
from jaunt.spec_ref import code_name
from jaunt.specs.graph import SpecGraph
from jaunt.syntax.candidate import missing_names, parse_candidate
from jaunt.syntax.imported import with_absolute_imports
from jaunt.syntax.source import ModuleSource
from jaunt.text.flaw import Flaw, flaws

NAME = "static"
DEFAULT = None
CODE = codes.STATIC


def make_check(project: Project, severity: Severity) -> "StaticChecks":
    """Return the check for a run; raises JauntConfigError for a pyproject.toml that can't be read."""
    require_readable(project.root)
    verify = project.config.verify
    effects = EffectRules(tuple(verify.allow_calls), warn=verify.effects == "warn")
    sources = [root.base for root in project.roots if root.kind == "magic"]
    found = Distributions(project.root, tuple(project.bases()), tuple(dict.fromkeys(sources)))
    for owner in {*found.owners.values()}:
        require_readable(owner)
    checks = StaticChecks(declared_modules(project.root), frozenset(verify.allow_imports), effects, project.graph)
    return replace(checks, distributions=found) if found.are_several else checks


@frozen
class EffectRules:
    """What a project says of effects on import: patterns of calls that it allows, and whether the rest is only told."""

    allow_calls: tuple[str, ...] = ()
    warn: bool = False


@frozen
class StaticChecks:
    """The static checks of a project's modules.

    `declared` are the top-level modules of the dependencies that it declares, None if it declares nothing; `besides`
    are those that may be imported as well; `graph` says which specs each spec depends on. `distributions` are those
    that its modules belong to, where they are several: then what each of them declares counts for its modules.
    """

    declared: frozenset[str] | None
    besides: frozenset[str] = frozenset()
    effects: EffectRules = EffectRules()
    graph: SpecGraph = field(default_factory=dict)
    distributions: Distributions | None = None

    def prover(self, modules: Collection[str]) -> Prover:
        """Return what reads specs as if they were answers."""
        return self._faults

    async def _faults(self, work: ModuleWork) -> Sequence[SpecFault]:
        size = len(work.spec.text)
        # What goes to another process must not change meanwhile: the texts of other modules are read as they are met.
        check = self.for_module(work.alone() if size >= LARGE else work)
        return await in_background(spec_faults, work.spec, check.work, check.allowed, check.effects, size=size)

    def for_module(self, work: ModuleWork) -> "StaticCheck":
        """Return the check of a module's candidates."""
        declared = self.declared
        if self.distributions is not None:
            declared, work = _of_owner(self.distributions, work)
        # A project that declares nothing gets by with what its spec module itself imports.
        modules = imported_heads(work.spec) if declared is None else declared
        allowed = (modules - {"jaunt"}) | self.besides | ({"pytest"} if work.kind == "test" else set())
        tested = tested_by(work, self.graph) if work.kind == "test" else {}
        return StaticCheck(work, allowed, self.effects, tested)


def _of_owner(distributions: Distributions, work: ModuleWork) -> tuple[frozenset[str] | None, ModuleWork]:
    """Return what the distribution of a module declares, and the work with the folders alone that are its without.

    Tests may import what the whole project declares, too: its tools are installed for all of them.
    """
    owner = owner_of(work.base, distributions.root)
    declared = distributions.declared_by(owner)
    if declared is None:
        return None, work
    shared = distributions.declared_by(distributions.root) if work.kind == "test" else None
    return declared | (shared or frozenset()), replace(work, bases=distributions.bases_seen_from(owner))


@frozen
class StaticCheck:
    """The static checks of one module's candidates; `allowed` are the modules of others that they may import.

    `tested` says what the specs of tests depend on.
    """

    work: ModuleWork
    allowed: frozenset[str]
    effects: EffectRules = EffectRules()
    tested: Tested = field(default_factory=dict)
    name: str = NAME
    after_failure: bool = True
    needs: frozenset[str] = frozenset()

    async def __call__(self, source: str) -> Checked:
        work = self.work.alone() if len(source) >= LARGE else self.work
        try:
            arguments = (source, work, self.allowed, self.effects, self.tested)
            return await in_background(static_findings, *arguments, size=len(source))
        except ChildProcessError as error:
            return Checked(source, [Flaw(f"cannot be parsed: {error}", file=self.work.path.name)])


def spec_faults(
    spec: ModuleSource, work: ModuleWork, allowed: frozenset[str], effects: EffectRules
) -> Sequence[SpecFault]:
    """Return what an answer takes from its spec, and would be refused for: effects on import, undeclared packages."""
    # An answer says by its whole name what the spec module, which stands elsewhere, imports by a relative one.
    text = with_absolute_imports(stub_answer(spec, work.names), spec)
    answer, _ = parse_candidate(text, module=work.generated_module)
    if answer is None:
        return ()
    places = [*heads(answer, work.names), *heads(spec, [*spec.methods])]
    specs = [spec.definitions[name] if name in spec.methods else answer.definitions[name] for name in work.names]
    used = {node.id for each in specs for node in ast.walk(each) if isinstance(node, ast.Name)}
    imports = {
        line
        for each in answer.statements
        if isinstance(each, ast.Import | ast.ImportFrom) and not used.isdisjoint(answer.imports(each))
        for line in range(each.lineno, (each.end_lineno or each.lineno) + 1)
    }
    on_import = [] if effects.warn else effect_errors(answer, spec=spec, kind=work.kind, allowed=effects.allow_calls)
    found = [(error, False) for error in on_import]
    found += [(error, True) for error in import_errors(answer, work, allowed)]
    faults = []
    for error, is_import in found:
        symbol = next((place.symbol for place in places if place.first <= error.line <= place.last), "")
        if error.line in imports if is_import else symbol:
            text = error.message if error.symbol in ("", symbol) else f"{error.symbol}: {error.message}"
            faults.append(SpecFault(error.line, _column(spec, error.line, text), symbol, text))
    return faults


def _column(spec: ModuleSource, line: int, text: str) -> int:
    """Return where in a line of the spec module it stands what an error quotes; else where the line's text begins."""
    source = spec.text.split("\n")[line - 1] if line else ""
    quoted = re.findall(r"`([^`]+)`", text)
    found = [at for each in quoted if (at := source.find(each)) >= 0]
    return found[0] if found else len(source) - len(source.lstrip())


_NOTHING: Tested = {}
_USUAL = EffectRules()


def static_findings(
    source: str,
    work: ModuleWork,
    allowed: frozenset[str],
    effects: EffectRules = _USUAL,
    tested: Tested = _NOTHING,
) -> Checked:
    """Return a candidate with all that is wrong with it as its text alone tells."""
    candidate, errors = parse_candidate(source, module=work.generated_module, filename=work.path.name)
    if candidate is None:
        return Checked(source, errors)
    try:
        on_import = effect_errors(candidate, spec=work.spec, kind=work.kind, allowed=effects.allow_calls)
        texts = [*text_errors(source), *(() if source.isascii() else lookalike_errors(candidate, work.spec))]
        rules: list[tuple[str, Iterable[str]]] = [
            (codes.CONFORMANCE, missing_names(candidate, work.names)),
            (codes.TEXT, texts),
            (codes.CONFORMANCE, conformance_errors(candidate, work.spec, work.names, kind=work.kind)),
            (codes.STUB_BODY, stub_errors(candidate, work.spec, work.names) if work.kind == "build" else ()),
            (codes.EFFECTS, () if effects.warn else on_import),
            (codes.IMPORTS, import_errors(candidate, work, allowed)),
            (codes.VACUOUS, _vacuous(candidate, work, tested) if work.kind == "test" else ()),
        ]
        errors = [flaw.coded(code) for code, found in rules for flaw in flaws(found)]
        warnings = [flaw.coded(codes.EFFECTS) for flaw in on_import] if effects.warn else []
        seen = looks_at_run(candidate, work.spec) if work.kind == "build" else ()
        looks = [flaw.coded(codes.LOOKS_AT_RUN) for flaw in seen]
    except RecursionError:
        return Checked(source, [Flaw("cannot be read: nested too deeply", file=work.path.name)])
    return Checked(source, errors, [*warnings, *looks], evidence=_doubts(looks, work))


def _doubts(looks: Sequence[Flaw], work: ModuleWork) -> dict[str, dict[str, str]]:
    """Return, of each spec whose code looks at who runs it, what says so: it may be right for as long as it is tried.

    What a helper looks at may be so for each spec of the module.
    """
    names = {code_name(entry.qualname): entry.qualname for entry in work.entries}
    found: dict[str, dict[str, str]] = {}
    for each in looks:
        for name in [names[each.symbol]] if each.symbol in names else names.values():
            found.setdefault(name, {LOOKS: each.quoted or each.message.partition(",")[0]})
    return found


def _vacuous(candidate: ModuleSource, work: ModuleWork, tested: Tested) -> list[Flaw]:
    """Return what keeps generated tests from failing."""
    names = dependency_names(candidate, work.spec, tested)
    return [
        *dependency_errors(candidate, work.spec, tested),
        *assertion_free_tests(candidate.text, work.names, names),
    ]
