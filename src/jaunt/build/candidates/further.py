"""Further candidates of a module whose code has landed: those that are kept, and as many more as are wanted."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jaunt.build.asking import generate
from jaunt.build.candidates.kept import KeptCandidates
from jaunt.build.context import make_context
from jaunt.build.settings import BuildSettings
from jaunt.errors import JauntError
from jaunt.generate.check import Check, check_candidate
from jaunt.plan.module_work import ModuleWork


@dataclass
class Further:
    """The candidates that pass all checks: how many `kept` ones are among them, what others failed by, and how."""

    sources: list[str] = field(default_factory=list)
    kept: int = 0
    failed: list[str] = field(default_factory=list)
    fault: JauntError | None = None


async def further_candidates(
    settings: BuildSettings, work: ModuleWork, kept: KeptCandidates, count: int, *, jobs: int
) -> Further:
    """Return `count` candidates beside the code that landed; what is asked for anew is kept, too.

    Each is asked for as if there were no code, as often as a build would. What keeps one from being had is told with
    the others: raises nothing for it.
    """
    checks = settings.checks_for(work) if settings.checks_for else ()
    found = Further()
    known = kept.of(work)
    for source in known[:count]:
        if (await check_candidate(source, work.names, checks)).ok:
            found.sources.append(source)
    found.kept = len(found.sources)
    wanted, turns = count - found.kept, asyncio.Semaphore(jobs)
    asked = await asyncio.gather(
        *(_ask(settings, work, checks, 1 + len(known) + number, turns) for number in range(max(0, wanted)))
    )
    new = [each for each in asked if isinstance(each, str)]
    kept.keep(work, new)
    found.sources += new
    for each in asked:
        if isinstance(each, JauntError):
            found.fault = found.fault or each
        elif not isinstance(each, str):
            found.failed += [*each[:1]]
    return found


async def _ask(
    settings: BuildSettings, work: ModuleWork, checks: Sequence[Check], number: int, turns: asyncio.Semaphore
) -> str | JauntError | Sequence[str]:
    """Return a candidate that passed, or else why there is none; its `number` is that of a seed, too."""
    alone = replace(settings, candidates=1, answers=None, by_spec=False, chosen={}, on_attempt=None)
    context = replace(make_context(work, replaced=""), variation=number * settings.max_attempts)
    async with turns:
        try:
            result = await generate(alone, work, context, checks)
        except JauntError as error:
            return error
    if result.source is not None:
        return result.source
    return result.fault or result.errors or ["no code came"]
