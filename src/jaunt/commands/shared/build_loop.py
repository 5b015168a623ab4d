"""The part of a build that takes time: it runs on an event loop, reports as it goes, and may be interrupted."""

import asyncio
import signal
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

from jaunt.build.import_gate import ImportGate
from jaunt.commands.shared.options import BuildOptions
from jaunt.commands.shared.result import stop_signals
from jaunt.engine.job import Event, Job, Listener, Outcome
from jaunt.plan.plan import Plan


def generate(
    plan: Plan, options: BuildOptions, failures: Mapping[str, Sequence[str]] | None
) -> tuple[dict[str, Outcome], bool]:
    """Build what is stale; return what came of each module, and whether the build was not interrupted.

    It is interrupted by Ctrl-C, or by a signal that asks for an end.
    """
    outcomes: dict[str, Outcome] = {}

    def note(event: Event, job: Job, outcome: Outcome | None) -> None:
        if outcome is not None:
            outcomes[job.module] = outcome

    try:
        asyncio.run(_generate(plan, options, failures, note))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return outcomes, False
    return outcomes, True


async def _generate(
    plan: Plan, options: BuildOptions, failures: Mapping[str, Sequence[str]] | None, note: Listener
) -> None:
    gate = ImportGate(plan.project, plan.stale)
    gate.begin()  # a child process imports the specs, while this one imports what builds: that takes 0.1 s
    from jaunt.commands.shared.build_run import build

    await build(plan, options, failures, gate, note, interruptible=_cancelled_by_signals())


@contextmanager
def _cancelled_by_signals() -> Generator[None]:
    """Let a signal that asks for an end cancel the current task, as asyncio.run does with Ctrl-C.

    An exception raised by a handler could hit any line, and be taken for the failure of the module that runs it.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # asyncio.run runs us in one
    usual = {number: signal.getsignal(number) for number in stop_signals()}
    try:
        for number in usual:
            loop.add_signal_handler(number, task.cancel)
    except (NotImplementedError, ValueError, RuntimeError):  # Windows; or not in the main thread
        yield
        return
    try:
        yield
    finally:
        for number, handler in usual.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
