"""A check that finds no errors: it puts right what a candidate took over from its spec, or changed of it."""

from collections.abc import Callable

from jaunt.generate.check import Checked
from jaunt.process.background import in_background
from jaunt.process.frozen import frozen
from jaunt.syntax.source import ModuleSource


@frozen
class RewritingCheck:
    """Rewrites a module's candidates: `rewrite` takes a candidate, the spec module and the names of specs."""

    name: str
    rewrite: Callable[[str, ModuleSource, tuple[str, ...]], str]
    spec: ModuleSource
    names: tuple[str, ...]
    after_failure: bool = True
    needs: frozenset[str] = frozenset()

    async def __call__(self, source: str) -> Checked:
        return Checked(await in_background(self.rewrite, source, self.spec, self.names, size=len(source)))
