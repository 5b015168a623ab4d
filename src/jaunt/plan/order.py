"""The order of modules: which jobs have to end before a module's own, and what can be asked for before that."""

from jaunt.engine.job import job_name
from jaunt.plan.plan import Plan
from jaunt.project.project import Project
from jaunt.specs.dag import dependents_of

EAGER = "eager"
ORDERS = ("deps-first", EAGER)
"""The values of `build.order`; in the second one, first requests are made before a module's turn."""


def waits_for(project: Project, module: str) -> list[str]:
    """Return the names of the jobs that have to end before a module's own: its dependencies' of the same kind.

    A test is written from the API of what it tests, so it doesn't wait for the code; only for what can't be built.
    """
    kind = project.kind_of(module)
    deps = ((project.kind_of(dep), dep) for dep in sorted(project.dag[module]))
    return [job_name(of, dep) for of, dep in deps if of == kind or dep in project.problems]


def asked_first(plan: Plan, order: str = "") -> list[str]:
    """Return the modules of a plan whose first request leaves before their turn, sorted by name.

    None in another `order` than EAGER; where that is "", it is the configured one. Not those that need a module which
    can't be built as it is, or that a person has to decide about.
    """
    if (order or plan.project.config.build.order) != EAGER:
        return []
    stuck = {*plan.problems, *plan.to("ask")}
    hopeless = dependents_of({m: plan.project.dag[m] for m in plan.freshness}, stuck) if stuck else stuck
    return [module for module in plan.to("generate") if module not in hopeless]
