"""All checks that a project's candidates have to pass: static ones, ruff, ty, the examples of the specs."""

import fnmatch
from collections.abc import Callable, Sequence

from jaunt.checks.doctests.check import example_check, project_examiners
from jaunt.checks.place import Place, class_specs
from jaunt.checks.static.check import StaticCheck, static_rules
from jaunt.checks.static.imports import declared_modules
from jaunt.checks.tools.check import ToolCheck, require_tool
from jaunt.checks.tools.ruff import Ruff
from jaunt.checks.tools.ty import Ty
from jaunt.generate.check import Check
from jaunt.plan.module_work import ModuleWork
from jaunt.project.project import Project


def project_checks(project: Project) -> Callable[[ModuleWork], Sequence[Check]]:
    """Return the function that gives a module's checks.

    Raises JauntConfigError if a tool that [verify] asks for is not installed; the function raises
    JauntDiscoveryError for examples that can't be read.
    """
    verify = project.config.verify
    for tool in ("ruff", "ty"):
        if getattr(verify, tool) == "error":
            require_tool(tool)
    declared = declared_modules(project.root)
    ruff, ty = Ruff(), Ty()
    examiners = project_examiners(project)

    def checks_for(work: ModuleWork) -> Sequence[Check]:
        spec = work.texts.source(work.entries[0])
        static = StaticCheck(static_rules(project, work, spec, declared))
        bases = tuple(dict.fromkeys([work.base, *project.bases()]))
        classes = class_specs(spec, static.rules.names)
        dependencies = tuple(work.dependency_paths.values())
        place = Place(project.root, bases, work.path, work.generated_module, spec, classes, dependencies)
        checks: list[Check] = [static]
        checks += [ToolCheck(ruff, verify.ruff, place, static)] if verify.ruff != "off" else []
        checks += [ToolCheck(ty, verify.ty, place, static)] if verify.ty != "off" else []
        wanted = verify.doctests and not any(fnmatch.fnmatchcase(work.module, each) for each in verify.no_doctests)
        if work.fingerprint.kind == "build" and wanted:
            checks.append(example_check(static, place, examiners))
        return checks

    return checks_for
