"""The checks of a candidate's text as one check; nothing is run."""

from dataclasses import dataclass

from jaunt.checks import Severity
from jaunt.checks.static.assertions import assertion_free_tests
from jaunt.checks.static.conformance import conformance_errors
from jaunt.checks.static.effects import effect_errors
from jaunt.checks.static.imports import declared_modules, import_errors, imported_heads
from jaunt.checks.static.text import text_errors
from jaunt.plan.module_work import ModuleWork
from jaunt.process.background import LARGE, in_background
from jaunt.project.project import Project
from jaunt.syntax.candidate import missing_names, parse_candidate

NAME = "static"
DEFAULT = None


def make_check(project: Project, severity: Severity) -> "StaticChecks":
    """Return the check for a run."""
    return StaticChecks(declared_modules(project.root), frozenset(project.config.verify.allow_imports))


@dataclass(frozen=True)
class StaticChecks:
    """The static checks of a project's modules.

    `declared` are the top-level modules of the dependencies that it declares, None if it declares nothing; `besides`
    are those that may be imported as well.
    """

    declared: frozenset[str] | None
    besides: frozenset[str] = frozenset()

    def for_module(self, work: ModuleWork) -> "StaticCheck":
        """Return the check of a module's candidates."""
        # A project that declares nothing gets by with what its spec module itself imports.
        modules = imported_heads(work.spec) if self.declared is None else self.declared
        return StaticCheck(work, (modules - {"jaunt"}) | self.besides | ({"pytest"} if work.kind == "test" else set()))


@dataclass(frozen=True)
class StaticCheck:
    """The static checks of one module's candidates; `allowed` are the modules of others that they may import."""

    work: ModuleWork
    allowed: frozenset[str]
    name: str = NAME
    after_failure: bool = True
    needs: frozenset[str] = frozenset()

    async def __call__(self, source: str) -> list[str]:
        is_large = len(source) >= LARGE
        try:
            return await in_background(
                static_errors, source, self.work.alone() if is_large else self.work, self.allowed, size=len(source)
            )
        except ChildProcessError as error:
            return [f"{self.work.path.name}: cannot be parsed: {error}"]


def static_errors(source: str, work: ModuleWork, allowed: frozenset[str]) -> list[str]:
    """Return what is wrong with a candidate as its text alone tells: one string an error, all of them."""
    candidate, errors = parse_candidate(source, module=work.generated_module, filename=work.path.name)
    if candidate is None:
        return errors
    try:
        return [
            *missing_names(candidate, work.names),
            *text_errors(source),
            *conformance_errors(candidate, work.spec, work.names, kind=work.kind),
            *effect_errors(candidate, kind=work.kind),
            *import_errors(candidate, work, allowed),
            *(assertion_free_tests(source, work.names) if work.kind == "test" else ()),
        ]
    except RecursionError:
        return [f"{work.path.name}: cannot be read: nested too deeply"]
