"""What several commands share: their options, and the steps config -> project -> plan -> run."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaunt.commands import EXIT_CHECK, EXIT_GENERATION, EXIT_OK, EXIT_PROJECT
from jaunt.config import JauntConfig, find_project_root, load_config
from jaunt.errors import (
    JauntConfigError,
    JauntDependencyCycleError,
    JauntDiscoveryError,
    JauntError,
    JauntRefusedError,
    JauntWriteError,
)
from jaunt.garbage import without_collection
from jaunt.gate import ImportGate
from jaunt.job import Job, Outcome
from jaunt.plan import Plan, make_plan
from jaunt.profile import phase
from jaunt.project import Project, load_project, select_targets
from jaunt.report import Progress, Stopwatch, error_line, print_edited, print_summary, print_warning

if TYPE_CHECKING:
    from jaunt.generate.providers import LazyBackend

KINDS = ("build", "test")


def add_project_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which project is meant."""
    parser.add_argument("--root", metavar="DIR", help="the project's folder (default: found from here upwards)")
    parser.add_argument("--config", metavar="FILE", help="a jaunt.toml or pyproject.toml in place of the project's")
    parser.add_argument("--no-infer-deps", action="store_true", help="take only the deps= that specs declare")


def add_target_option(parser: argparse.ArgumentParser) -> None:
    """Add `--target`."""
    parser.add_argument(
        "--target", action="append", default=[], metavar="MODULE",
        help="a module, spec or file and its dependencies (repeatable)",
    )  # fmt: skip


def add_build_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the commands that generate once."""
    add_run_options(parser)
    parser.add_argument("--no-store", action="store_true", help="ask the model even for what the store holds")
    parser.add_argument("--record", metavar="DIR", help="keep each answer that lands, for the provider `recorded`")
    parser.add_argument("--force", action="store_true", help="regenerate fresh modules too, and overwrite hand edits")


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a build goes and what is told of it."""
    parser.add_argument("--jobs", type=_jobs, metavar="N", help="modules to generate at a time (default: build.jobs)")
    telling = parser.add_mutually_exclusive_group()
    telling.add_argument("-q", "--quiet", action="store_true", help="print errors and the summary alone")
    telling.add_argument("-v", "--verbose", action="store_true", help="print what is begun, and why an attempt failed")
    parser.set_defaults(plain=False)


def read_config(arguments: argparse.Namespace) -> JauntConfig:
    """Return the configuration that the options name; raises JauntConfigError."""
    if arguments.config:
        return load_config(root=arguments.root, config_path=arguments.config)
    return load_config(root=find_project_root(Path()) if arguments.root is None else arguments.root)


def read_project(arguments: argparse.Namespace) -> Project:
    """Return the project that the options name, with a warning if there is no spec in it."""
    config = read_config(arguments)
    with without_collection():
        project = load_project(config, infer_deps=False if arguments.no_infer_deps else None)
    if not project.modules:
        folders = ", ".join([*config.paths.source_roots, *config.paths.test_roots])
        print_warning(
            f"{config.config_file}: there is no spec in {folders} (decorate a stub with @jaunt.magic, or correct "
            "paths.source_roots)"
        )
    return project


def selected(project: Project, targets: Sequence[str], *, kinds: Sequence[str] = KINDS) -> set[str]:
    """Return the modules that targets name, or all those of the kinds where there are none."""
    if targets:
        return select_targets(project, targets)
    return {module for kind in kinds for module in project.modules_of(kind)}


def plan_for(
    project: Project, targets: Sequence[str] = (), *, kinds: Sequence[str] = KINDS, force: bool = False
) -> Plan:
    """Return the plan for the targets and what they depend on, or for all modules of the kinds."""
    with without_collection():
        modules = selected(project, targets, kinds=kinds)
        return make_plan(project, modules, force=modules if force else ()).restricted_to(kinds)


def run_build(
    plan: Plan, arguments: argparse.Namespace, *, failures: Mapping[str, Sequence[str]] | None = None
) -> tuple[int, dict[str, Any]]:
    """Build what is stale in a plan, tell about it, and return the exit code and the facts.

    `failures` says what the model is told, by module, of the tests that the code to be replaced has failed.
    """
    watch = Stopwatch()
    try:
        with phase("build"):
            outcomes = asyncio.run(_generate(plan, arguments, failures)) if plan.stale else {}
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        plan.project.remember(make_folder=True)
    if not arguments.quiet:
        print_edited(plan)
    print_summary(plan, outcomes.values(), watch.seconds)
    failed = [outcome.cause for outcome in outcomes.values() if outcome.status != "generated"]
    return exit_code(failed) if failed else EXIT_OK, build_facts(plan, outcomes, watch.seconds)


def module_phases(facts: Mapping[str, Any]) -> dict[str, float]:
    """Return what a build's modules did side by side, in seconds summed over them: phase -> seconds.

    `queue` is the time that they spent on none of the other phases: waiting for a thread, or for the import of the
    specs.
    """
    found = [module for module in facts["modules"] if "model_seconds" in module]
    sums = {name: sum(module[f"{name}_seconds"] for module in found) for name in ("model", "check", "write")}
    queue = max(0.0, sum(module["seconds"] for module in found) - sum(sums.values()))
    return {"queue": queue, "model": sums["model"], "checks": sums["check"], "write": sums["write"]}


def build_facts(plan: Plan, outcomes: dict[str, Outcome], seconds: float) -> dict[str, Any]:
    """Return what a build came to, as plain data."""
    modules = []
    for module, verdict in plan.verdicts.items():
        outcome = outcomes.get(module)
        facts: dict[str, Any] = {"module": module, "kind": plan.project.kind_of(module), "reason": verdict.reason}
        if outcome is None:
            modules.append({**facts, "status": "fresh"})
            continue
        modules.append(
            {
                **facts,
                "status": outcome.status,
                "seconds": round(outcome.seconds, 3),
                "model_seconds": round(outcome.model_seconds, 3),
                "check_seconds": round(outcome.check_seconds, 3),
                "write_seconds": round(outcome.write_seconds, 6),
                "attempts": outcome.attempts,
                "origin": outcome.origin,
                "input_tokens": outcome.input_tokens,
                "output_tokens": outcome.output_tokens,
                "cached_input_tokens": outcome.cached_input_tokens,
                "cost": outcome.cost,
                "path": str(outcome.path) if outcome.path else None,
                "errors": list(outcome.errors),
                "warnings": list(outcome.warnings),
            }
        )
    return {"modules": modules, "seconds": round(seconds, 3)}


def exit_code(errors: Iterable[BaseException | None]) -> int:
    """Map errors to the exit code of the worst: what is wrong in the project comes before what could not be made."""
    found = list(errors)
    if any(isinstance(e, JauntConfigError | JauntDiscoveryError | JauntDependencyCycleError) for e in found):
        return EXIT_PROJECT
    if found and all(isinstance(e, JauntRefusedError) for e in found):
        return EXIT_CHECK
    return EXIT_GENERATION if found else EXIT_OK


def tests_of(project: Project, targets: Sequence[str]) -> set[str]:
    """Return the test modules to run; raises JauntConfigError if targets are given and none is a test module."""
    modules = selected(project, targets, kinds=("test",))
    tests = {module for module in modules if project.kind_of(module) == "test"}
    if modules and not tests:
        users = [module for module in project.modules_of("test") if project.dag[module] & modules]
        raise JauntConfigError(
            f"no test module is named by --target {' --target '.join(targets)}",
            hint=f"its tests are in: {', '.join(users)}" if users else "`jaunt status` lists the modules",
        )
    return tests


async def _generate(
    plan: Plan, arguments: argparse.Namespace, failures: Mapping[str, Sequence[str]] | None
) -> dict[str, Outcome]:
    gate = ImportGate(plan.project, plan.stale)
    gate.begin()  # while the rest is imported: that takes 0.1 s
    from jaunt.builder import misses_store, project_workshop, run_plan
    from jaunt.generate.providers import LazyBackend
    from jaunt.repair import RepairBackend
    from jaunt.timings import TimingsRecorder

    config = plan.project.config
    backend = LazyBackend(config)
    record = Path(arguments.record) if arguments.record else None
    shop = project_workshop(
        plan,
        RepairBackend(backend, failures) if failures else backend,
        force=arguments.force,
        read_store=not arguments.no_store and not failures,
        record=record,
        gate=gate,
    )
    if misses_store(plan, shop):
        backend.open()  # what is wrong with the provider is said once, before anything is begun
    jobs = arguments.jobs or config.build.jobs
    progress, timings = _progress(plan, arguments, backend, jobs), TimingsRecorder(limit=jobs)

    def listen(event: str, job: Job, outcome: Outcome | None) -> None:
        timings(event, job, outcome)
        progress(event, job, outcome)

    try:
        with _cancelled_by_sigterm(), progress:
            shop = replace(shop, on_attempt=progress.attempt)
            return await run_plan(plan, shop, jobs=jobs, listener=listen)
    finally:
        await shop.backend.close()
        try:
            timings.save(config.root)
        except JauntWriteError as error:  # `jaunt timings` alone misses it: no build fails for that
            print_warning(error_line(error))


def _progress(plan: Plan, arguments: argparse.Namespace, backend: "LazyBackend", jobs: int) -> Progress:
    """Return what tells of the build as it runs: a live display on a terminal, else a line a module."""
    from jaunt.builder import plan_pace
    from jaunt.live import Feed, LiveProgress, can_be_live

    total = len(plan.stale)
    verbosity = "quiet" if arguments.quiet else "verbose" if arguments.verbose else "normal"
    if arguments.plain or verbosity == "quiet" or not can_be_live(sys.stdout):
        return Progress(total, verbosity=verbosity)
    feed = Feed(spent=partial(backend.spent, plan.project.config.llm.price), pace=partial(plan_pace, plan, jobs))
    return LiveProgress(total, feed, verbosity=verbosity)


@contextmanager
def _cancelled_by_sigterm() -> Generator[None]:
    """Let SIGTERM cancel the current task, as asyncio.run does with Ctrl-C.

    An exception raised by a handler could hit any line, and be taken for the failure of the module that runs it.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # asyncio.run runs us in one
    usual = signal.getsignal(signal.SIGTERM)
    try:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    except (NotImplementedError, ValueError, RuntimeError):  # Windows; or not in the main thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, usual)


def distinct(errors: Collection[JauntError]) -> list[JauntError]:
    """Return errors without those that say the same: every module of a cycle has the same one."""
    return list({str(error): error for error in errors}.values())


def _jobs(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not {text!r}")
    return number
