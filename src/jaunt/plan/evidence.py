"""What stands behind the code of specs, by the headers of what landed and by the tests that there are."""

from collections.abc import Collection, Iterable, Mapping

from jaunt.plan.plan import Plan
from jaunt.project.project import Project
from jaunt.spec_ref import SpecRef


def tested_specs(project: Project, modules: Collection[str] | None = None) -> set[SpecRef]:
    """Return the specs that test specs depend on; with `modules`, of tests that use one of these alone."""
    found: set[SpecRef] = set()
    for name in project.modules_of("test"):
        if name not in project.problems and (modules is None or not project.dag[name].isdisjoint(modules)):
            for entry in project.modules[name].entries:
                found |= project.graph.get(entry.spec_ref, set())
    return found


def unproven_in(project: Project, bare: Mapping[str, Iterable[str]]) -> list[SpecRef]:
    """Return those of specs of which nothing was shown, module -> names, that no test spec depends on, sorted."""
    refs = [SpecRef(f"{module}:{name}") for module, names in bare.items() for name in names]
    tested = tested_specs(project, bare) if refs else set[SpecRef]()
    return sorted(ref for ref in refs if ref not in tested)


def unproven_of(plan: Plan) -> list[SpecRef]:
    """Return the specs of a plan whose code landed without an example, a property or a test, sorted.

    Nothing is told of code that is to be generated anyway or was edited since, nor of what landed before headers said
    so.
    """
    standing = {name: each for name, each in plan.freshness.items() if not each.stale and each.state != "edited"}
    return unproven_in(plan.project, {name: each.bare for name, each in standing.items() if each.bare})
