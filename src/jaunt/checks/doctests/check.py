"""The examples of the specs, as a check."""

from dataclasses import dataclass, replace

from jaunt.checks.doctests.child import Orders
from jaunt.checks.doctests.examples import Bench, Docstring, find_examples
from jaunt.checks.doctests.sandboxes import Examiners
from jaunt.checks.place import Place
from jaunt.checks.static.check import StaticCheck
from jaunt.errors import JauntDiscoveryError
from jaunt.project.project import Project
from jaunt.sandbox.sandbox import Sandbox

EXAMPLE_SECONDS = 30
"""How long a module's examples may take."""


@dataclass(frozen=True)
class ExampleCheck:
    """Imports a candidate in the sandbox and runs the examples of its specs."""

    static: StaticCheck
    orders: Orders
    place: Place
    examiners: Examiners
    name: str = "doctests"
    after_failure: bool = True

    async def __call__(self, source: str) -> list[str]:
        if await self.static(source):
            return []  # what fails the static checks is never run
        return await self.examiners.examine(replace(self.orders, source=source))


def example_check(static: StaticCheck, place: Place, examiners: Examiners) -> ExampleCheck:
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


def project_examiners(project: Project) -> Examiners:
    limits = replace(project.config.sandbox, seconds=min(EXAMPLE_SECONDS, project.config.sandbox.seconds))
    bases = tuple(map(str, project.bases()))
    return Examiners(Bench(Sandbox(limits), project.root, bases, project.config.paths.generated_dir))
