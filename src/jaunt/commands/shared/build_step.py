"""The step from plan to build, which several commands share, and its result as plain data."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from jaunt.checks import is_off
from jaunt.commands.shared.options import BuildOptions
from jaunt.commands.shared.result import EXIT_OK, Interrupted, exit_code
from jaunt.commands.shared.steps import tell_unbound
from jaunt.engine.job import Outcome
from jaunt.plan.evidence import unproven_in
from jaunt.plan.freshness import is_shown
from jaunt.plan.plan import Plan
from jaunt.process.phases import phase
from jaunt.project.project import remember
from jaunt.report.progress import (
    Stopwatch,
    print_advisories,
    print_edited,
    print_summary,
    print_unproven,
    status_word,
)
from jaunt.report.wording import all_reasons
from jaunt.spec_ref import SpecRef
from jaunt.text.coded import codes_of


def build_plan(
    plan: Plan, options: BuildOptions, *, failures: Mapping[str, Sequence[str]] | None = None
) -> tuple[int, dict[str, Any]]:
    """Build what is stale in a plan, print what came of it, and return the exit code and the facts.

    `failures` is, by module, what the model is told of the tests that the code to be replaced has failed.
    Raises Interrupted, with the facts of what was finished, on Ctrl-C and on signals that ask for an end.
    """
    watch = Stopwatch()
    outcomes: dict[str, Outcome] = {}
    is_complete = True
    try:
        if plan.stale:
            with phase("build"):
                outcomes, is_complete = _generate(plan, options, failures)
    finally:
        remember(plan.project, plan.found_fresh, make_folder=True)
    if options.verbosity != "quiet":
        print_advisories(outcomes)
    if not is_complete:
        print_summary(plan, outcomes.values(), watch.seconds)
        raise Interrupted(build_facts(plan, outcomes, watch.seconds))
    if options.verbosity != "quiet":
        print_edited(plan)
        print_unproven(*_landed(plan, outcomes))
    print_summary(plan, outcomes.values(), watch.seconds)
    facts = build_facts(plan, outcomes, watch.seconds)
    if options.verbosity != "quiet" and any(each.status == "generated" for each in outcomes.values()):
        facts["behaviour"] = _loop().tell_behaviour(plan, outcomes)
        facts["questions"] = _loop().tell_side_questions(plan, outcomes)
    failed = [outcome.cause for outcome in outcomes.values() if not outcome.ok]
    return exit_code(failed) if failed else EXIT_OK, facts


def _generate(
    plan: Plan, options: BuildOptions, failures: Mapping[str, Sequence[str]] | None
) -> tuple[dict[str, Outcome], bool]:
    # An event loop and more: 50 ms, for nothing if all is fresh.
    from jaunt.checks.doctests.imports import Imports

    imports = Imports(plan.project, plan.stale)
    imports.begin()  # while this process reads the specs for warnings, and imports what builds: 0.2 s
    tell_unbound(plan)
    return _loop().generate(plan, options, failures, imports)


def _loop() -> ModuleType:
    from jaunt.commands.shared import build_loop  # what builds: see above

    return build_loop


def _landed(plan: Plan, outcomes: Mapping[str, Outcome]) -> tuple[list[SpecRef], int]:
    """Return the specs whose code has landed unproven now, and how many have landed; none where nobody asks."""
    if is_off(plan.project.config, "require_evidence"):
        return [], 0
    landed = {module: outcome.evidence for module, outcome in outcomes.items() if outcome.ok}
    bare = {module: [n for n, facts in each.items() if not is_shown(facts)] for module, each in landed.items()}
    return unproven_in(plan.project, {m: names for m, names in bare.items() if names}), sum(map(len, landed.values()))


def module_phases(facts: Mapping[str, Any]) -> dict[str, float]:
    """Return what a build's modules did side by side, in seconds summed over them: phase -> seconds.

    `queue` is the time spent in none of the other phases: waiting for a thread, or for the import of the specs.
    """
    found = [module for module in facts["modules"] if "model_seconds" in module]
    sums = {name: sum(module[f"{name}_seconds"] for module in found) for name in ("model", "check", "write")}
    queue = max(0.0, sum(module["seconds"] for module in found) - sum(sums.values()))
    return {"queue": queue, "model": sums["model"], "checks": sums["check"], "write": sums["write"]}


def build_facts(plan: Plan, outcomes: Mapping[str, Outcome], seconds: float) -> dict[str, Any]:
    """Return what a build came to, as plain data; a stale module without an outcome was not started."""
    modules = []
    for module, freshness in plan.freshness.items():
        outcome = outcomes.get(module)
        kind, reason = plan.project.kind_of(module), all_reasons(freshness)
        facts: dict[str, Any] = {"module": module, "kind": kind, "action": freshness.action, "reason": reason}
        if outcome is None:
            facts["status"] = "fresh" if freshness.action == "keep" else "not started"
            modules.append(facts)
            continue
        modules.append(
            {
                **facts,
                "status": status_word(outcome),
                "seconds": round(outcome.seconds, 3),
                "model_seconds": round(outcome.model_seconds, 3),
                "check_seconds": round(outcome.check_seconds, 3),
                "write_seconds": round(outcome.write_seconds, 6),
                "attempts": outcome.attempts,
                "origin": outcome.origin,
                "input_tokens": outcome.input_tokens,
                "output_tokens": outcome.output_tokens,
                "cached_input_tokens": outcome.cached_input_tokens,
                "estimated": outcome.estimated,
                "cost": outcome.cost,
                "path": str(outcome.path) if outcome.path else None,
                "errors": list(outcome.errors),
                "codes": codes_of(outcome.errors),
                "warnings": list(outcome.warnings),
                "advisories": list(outcome.advisories),
            }
        )
    unproven, _ = _landed(plan, outcomes)
    return {"modules": modules, "seconds": round(seconds, 3), "unproven": unproven}
