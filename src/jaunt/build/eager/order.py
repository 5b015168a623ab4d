"""The order "eager": each module's first request leaves at once; checks and writes go on in the order of the DAG.

The contracts of what a module depends on are known before their code. In the engine, and in doit, that is a job
`ask:<module>` without edges, and the module's own one comes after it, and after its dependencies as ever.
"""

import asyncio
from functools import partial

from jaunt.build.pipeline import ModuleBuilder
from jaunt.engine.job import Outcome, settle
from jaunt.plan.module_work import project_work
from jaunt.plan.plan import Plan


class FirstRequests:
    """Makes the first requests of a plan's modules, by the `builder` of their turns.

    None is made for a module that needs one whose spec is at fault: it could not be built in this run.
    """

    def __init__(self, plan: Plan, builder: ModuleBuilder) -> None:
        self._plan = plan
        self._builder = builder
        self._asked = {*plan.to("generate")}
        self._sound: dict[str, asyncio.Future[object]] = {}

    async def ask(self, module: str, *, ask_anew: bool = False) -> Outcome:
        """Make a module's first request; whatever comes of it is told in the module's turn."""
        await settle(partial(self._ask, module, ask_anew))
        return Outcome("fresh")

    async def _ask(self, module: str, ask_anew: bool) -> Outcome:
        if self._builder.settings.proof is not None:
            await self._require(module)
        await self._builder.ask(project_work(self._plan.project, module), ask_anew=ask_anew)
        return Outcome("fresh")

    async def _require(self, module: str) -> None:
        """Raise a JauntError if a module, or one that it needs, can't be built; found out once for each."""
        if module not in self._sound:
            self._sound[module] = asyncio.ensure_future(self._prove(module))
        await asyncio.shield(self._sound[module])

    async def _prove(self, module: str) -> None:
        plan, proof = self._plan, self._builder.settings.proof
        needed = [dep for dep in sorted(plan.project.dag[module]) if dep in self._asked]
        own = [proof.require(project_work(plan.project, module))] if proof is not None else []
        await asyncio.gather(*own, *map(self._require, needed))
