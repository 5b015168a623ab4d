"""A plan's build on the event loop, with all that reports on it. Loaded while a child process imports the specs."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

from jaunt.build.import_gate import ImportGate
from jaunt.build.project_settings import project_settings
from jaunt.build.run import misses_store, plan_time_left, run_plan
from jaunt.build.timings import TimingsRecorder
from jaunt.commands.shared.options import BuildOptions
from jaunt.engine.job import Event, Job, Listener, Outcome
from jaunt.errors import JauntWriteError
from jaunt.generate.lazy_backend import LazyBackend
from jaunt.plan.plan import Plan
from jaunt.report.console import error_line, print_warning
from jaunt.report.live import Feed, LiveProgress, can_be_live
from jaunt.report.progress import Progress
from jaunt.testing.repair import RepairBackend


async def build(
    plan: Plan,
    options: BuildOptions,
    failures: Mapping[str, Sequence[str]] | None,
    gate: ImportGate,
    note: Listener,
    *,
    interruptible: AbstractContextManager[None],
) -> None:
    """Build what is stale; `note` hears of each job, and `interruptible` is entered while the model is asked."""
    config = plan.project.config
    backend = LazyBackend(config)
    settings = project_settings(
        plan,
        RepairBackend(backend, failures) if failures else backend,
        force=options.force,
        read_store=options.read_store and not failures,
        record=options.record,
        gate=gate,
    )
    if misses_store(plan, settings):
        backend.open()  # what is wrong with the provider is then one error, not one for each module
    jobs = options.jobs or config.build.jobs
    progress, timings = _progress(plan, options, backend, jobs), TimingsRecorder(limit=jobs)

    def listen(event: Event, job: Job, outcome: Outcome | None) -> None:
        note(event, job, outcome)
        timings(event, job, outcome)
        progress(event, job, outcome)

    try:
        with interruptible, progress:
            settings = replace(settings, on_attempt=progress.attempt, on_wait=progress.waiting)
            await run_plan(plan, settings, jobs=jobs, listener=listen)
    finally:
        await settings.backend.close()
        try:
            timings.save(config.root)
        except JauntWriteError as error:  # `jaunt timings` alone misses it: no build fails for that
            print_warning(error_line(error))


def _progress(plan: Plan, options: BuildOptions, backend: LazyBackend, jobs: int) -> Progress:
    """Return what reports on the build as it runs: on a terminal a live display, else a line for each module."""
    total = len(plan.stale)
    verbosity = options.verbosity
    if not options.live or verbosity == "quiet" or not can_be_live(sys.stdout):
        return Progress(total, verbosity=verbosity)
    feed = Feed(
        spent=partial(backend.spent, plan.project.config.llm.price), time_left=partial(plan_time_left, plan, jobs)
    )
    return LiveProgress(total, feed, verbosity=verbosity)
