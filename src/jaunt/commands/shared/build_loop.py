"""The part of a build that takes time: it runs on an event loop, reports as it goes, and may be interrupted.

It is loaded while a child process imports the specs, as that takes as long.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from jaunt.build.memory.replaced_code import tell_behaviour
from jaunt.build.memory.time_left import plan_time_left
from jaunt.build.memory.timings import TimingsRecorder
from jaunt.build.pipeline import with_usage
from jaunt.build.project_settings import project_settings
from jaunt.build.run import misses_store, run_plan
from jaunt.build.settings import BuildSettings
from jaunt.build.store import fetch_modules
from jaunt.checks.doctests.imports import Imports
from jaunt.commands.shared.comparing.side_questions import tell_side_questions
from jaunt.commands.shared.options import BuildOptions
from jaunt.engine.job import Event, Job, Listener, Outcome
from jaunt.errors import JauntWriteError
from jaunt.generate.lazy_backend import LazyBackend
from jaunt.plan.plan import Plan
from jaunt.process.background import run_async
from jaunt.process.resources import require_resources
from jaunt.process.stopping import at_work
from jaunt.report.console import error_line, print_warning
from jaunt.report.live import Feed, LiveProgress, can_be_live
from jaunt.report.progress import Progress
from jaunt.testing.repair import RepairBackend

__all__ = ["generate", "tell_behaviour", "tell_side_questions"]


def generate(
    plan: Plan, options: BuildOptions, failures: Mapping[str, Sequence[str]] | None, imports: Imports
) -> tuple[dict[str, Outcome], bool]:
    """Build what is stale; return what came of each module, and whether the build was not interrupted.

    `imports` have begun. It is interrupted by Ctrl-C, or by a signal that asks for an end.
    """
    outcomes: dict[str, Outcome] = {}

    def note(event: Event, job: Job, outcome: Outcome | None) -> None:
        if outcome is not None:
            outcomes[job.module] = outcome

    try:
        settings = run_async(_build(plan, options, failures, imports, note))
        if settings.others is not None:  # they have cost something since
            for module in settings.others.modules & outcomes.keys():
                outcomes[module] = with_usage(settings, module, outcomes[module])
    except (KeyboardInterrupt, asyncio.CancelledError):
        return outcomes, False
    return outcomes, True


async def _build(
    plan: Plan,
    options: BuildOptions,
    failures: Mapping[str, Sequence[str]] | None,
    imports: Imports,
    note: Listener,
) -> BuildSettings:
    """Build what is stale; `note` hears of each job. Return what it was built with."""
    config = plan.project.config
    backend = LazyBackend(config)
    settings = project_settings(
        plan,
        RepairBackend(backend, failures) if failures else backend,
        force=options.force,
        read_store=options.read_store and not failures,
        record=options.record,
        imports=imports,
    )
    store = settings.readable_store
    if store is not None:
        with at_work():  # a server may take its time
            warning = fetch_modules(store, plan.project, plan.stale)
        if warning:
            print_warning(warning)
    jobs = options.jobs or config.build.jobs
    if misses_store(plan, settings):
        # What is wrong with the provider, or this machine, is then one error, not one for each module.
        require_resources(min(jobs, len(plan.stale)), files_a_call=backend.open().files_a_call)
        if settings.proof is not None:
            settings.proof.begin()
    progress, timings = _progress(plan, options, backend, jobs), TimingsRecorder(limit=jobs)

    def listen(event: Event, job: Job, outcome: Outcome | None) -> None:
        note(event, job, outcome)
        timings(event, job, outcome)
        progress(event, job, outcome)

    try:
        with progress:
            settings = replace(settings, on_attempt=progress.attempt, on_wait=progress.waiting, on_fault=progress.fault)
            await run_plan(plan, settings, jobs=jobs, listener=listen, order=options.order)
            if settings.others is not None:
                await settings.others.settle()
    finally:
        await settings.backend.close()
        if settings.store is not None and (warning := settings.store.close()):
            print_warning(warning)
        try:
            timings.save(config.root)
        except JauntWriteError as error:  # `jaunt timings` alone misses it: no build fails for that
            print_warning(error_line(error))
    return settings


def _progress(plan: Plan, options: BuildOptions, backend: LazyBackend, jobs: int) -> Progress:
    """Return what reports on the build as it runs: on a terminal a live display, else a line for each module."""
    total = len(plan.stale)
    verbosity = options.verbosity
    if not options.live or verbosity == "quiet" or not can_be_live(sys.stdout):
        return Progress(total, verbosity=verbosity)
    time_left = partial(plan_time_left, plan, jobs, options.order)
    feed = Feed(spent=partial(backend.spent, plan.project.config.llm.price), time_left=time_left)
    return LiveProgress(total, feed, verbosity=verbosity)
