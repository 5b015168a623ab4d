"""Specs without a decorator that have no code yet: that `jaunt.module()` governs them is told before they cost."""

from collections.abc import Iterator

from jaunt.commands.shared.ahead.quiet import Quiet
from jaunt.files.plain import read_plain
from jaunt.plan.plan import Plan
from jaunt.plan.reasons import ReasonKind
from jaunt.project.project import Project
from jaunt.runtime.stubs import ONLY_AST, stub_names


def newly_governed(plan: Plan) -> list[str]:
    """Return the references of the specs in a plan that `jaunt.module()` governs and that no generated file answers."""
    found: list[str] = []
    asked = {module: refs for module in plan.stale if (refs := _without_code(plan, module)) != []}
    if not asked:
        return found
    quiet = Quiet(plan.project, "governed")
    governed = {module: [*_governed(plan.project, module)] for module in quiet.others(asked)}
    quiet.note(module for module, names in governed.items() if not names)
    for module, names in governed.items():
        added = asked[module]
        refs = [f"{module}:{name}" for name in names]
        found += [ref for ref in refs if added is None or ref in added]
    return found


def _without_code(plan: Plan, module: str) -> list[str] | None:
    """Return the references of the specs of a module that no generated file answers; None if that is each of them."""
    freshness = plan.freshness[module]
    if freshness.state in ("unbuilt", "conflict"):
        return None
    return [each.subject for each in freshness.reasons if each.kind is ReasonKind.SPEC_ADDED]


def _governed(project: Project, module: str) -> Iterator[str]:
    """Yield the names of the specs of a module that have no decorator."""
    path = project.modules[module].path
    try:
        data = read_plain(path)
        # No `ast`, nor what reads sources: that takes 20 ms.
        stubs = stub_names(compile(data, path, "exec", ONLY_AST, dont_inherit=True)) if b"module(" in data else ()
    except (OSError, SyntaxError, ValueError):
        return  # which is told where it is read
    if stubs:  # or the specs need not be known, either: of 1,000 modules that are not built that is half of a status
        yield from sorted(entry.qualname for entry in project.modules[module].entries if entry.qualname in stubs)
