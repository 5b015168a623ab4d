"""The order of modules: which jobs have to end before a module's own."""

from jaunt.engine.job import job_name
from jaunt.project.project import Project


def waits_for(project: Project, module: str) -> list[str]:
    """Return the names of the jobs that have to end before a module's own: its dependencies' of the same kind.

    A test is written from the API of what it tests, so it doesn't wait for the code; only for what can't be built.
    """
    kind = project.kind_of(module)
    deps = ((project.kind_of(dep), dep) for dep in sorted(project.dag[module]))
    return [job_name(of, dep) for of, dep in deps if of == kind or dep in project.problems]
