"""A check that finds no errors: it puts right what a candidate took over from its spec, or changed of it."""

from collections.abc import Callable

from jaunt.generate.check import Checked
from jaunt.plan.module_work import ModuleWork
from jaunt.process.background import in_background
from jaunt.process.frozen import frozen
from jaunt.syntax.source import ModuleSource

Rewrite = Callable[[str, ModuleSource, tuple[str, ...]], str]
"""Takes a candidate, the spec module and the names of specs; returns the candidate as it is to be."""


@frozen
class MethodRewritings:
    """What rewrites the candidates of modules that have methods among their specs, and no others."""

    name: str
    rewrite: Rewrite

    def for_module(self, work: ModuleWork) -> "RewritingCheck | None":
        """Return the check of a module's candidates, None if none of its specs is a method."""
        return RewritingCheck(self.name, self.rewrite, work.spec, work.names) if work.spec.methods else None


@frozen
class RewritingCheck:
    """Rewrites a module's candidates."""

    name: str
    rewrite: Rewrite
    spec: ModuleSource
    names: tuple[str, ...]
    after_failure: bool = True
    needs: frozenset[str] = frozenset()

    async def __call__(self, source: str) -> Checked:
        return Checked(await in_background(self.rewrite, source, self.spec, self.names, size=len(source)))
