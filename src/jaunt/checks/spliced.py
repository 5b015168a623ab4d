"""The step from an answer that has some specs of a module to the whole module, which the checks then look at."""

from jaunt.generate.check import Checked
from jaunt.plan.moved_specs import MovedSpecs
from jaunt.process.frozen import frozen
from jaunt.syntax.splicing.splice import splice
from jaunt.text.flaw import Flaw


@frozen
class SplicedAnswer:
    """Puts answers into the module that is there; of what is whole already, it takes what may have moved alone."""

    moved: MovedSpecs
    name: str = "splice"
    after_failure: bool = False
    needs: tuple[str, ...] = ()

    async def __call__(self, source: str) -> Checked:
        try:
            spliced = splice(
                self.moved.source,
                source,
                asked=self.moved.asked,
                kept=self.moved.kept,
                removed=self.moved.removed,
            )
        except ValueError as error:
            return Checked(source, [Flaw(f"can't be put into the module: {error}")])
        return Checked(source, spliced.errors) if spliced.errors else Checked(spliced.text)
