"""What a build would do: which modules in what order, from the store or the model, and about what it would take."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, field, replace
from math import ceil
from pathlib import Path
from typing import Any

from jaunt import codes
from jaunt.build.memory.ledger import Generation, read_ledger
from jaunt.build.memory.time_left import plan_time_left
from jaunt.build.store import Store, fetch_modules, holds_module, kept_answers, open_store
from jaunt.commands.build.estimate import at_price, estimate, judge_bounds
from jaunt.commands.shared.result import Result
from jaunt.commands.shared.steps import tell_governed, tell_unbound, with_foreseen
from jaunt.engine.job import job_name
from jaunt.errors import JauntConfigError
from jaunt.header import Kind
from jaunt.plan.action import Action
from jaunt.plan.module_work import project_work
from jaunt.plan.moved_specs import chosen_specs, moved_specs
from jaunt.plan.order import ORDERS
from jaunt.plan.plan import Plan
from jaunt.process.frozen import frozen
from jaunt.report.console import MOST_LINES, and_more, error_line, one_line, print_warning, say
from jaunt.report.terminal import hang, width_of
from jaunt.report.wording import all_reasons, decision, first_reason
from jaunt.specs.dag import critical_path, dependents_of
from jaunt.text.coded import code_of
from jaunt.text.counts import counted
from jaunt.text.durations import short_duration


def look_ahead(plan: Plan, arguments: argparse.Namespace) -> Result:
    """Print what a build of a plan would do, and return it; `arguments` are the options of `add_build_options`."""
    plan = with_foreseen(plan)
    tell_unbound(plan)
    is_read = not arguments.force and not arguments.no_store
    store, warning = project_store(plan) if is_read else (None, None)
    if warning:
        print_warning(warning)
    expected = forecast(plan, store, jobs=arguments.jobs)
    for line in forecast_lines(plan, expected, verbose=arguments.verbose, width=width_of(sys.stdout)):
        say(line)
    return Result(data={**forecast_facts(plan, expected), "governed": tell_governed(plan)})


def project_store(plan: Plan) -> tuple[Store, str | None]:
    """Return the store that a build of a plan would look into, and what keeps it from what is beyond this machine."""
    store = open_store(plan.project.config)
    return store, fetch_modules(store, plan.project, plan.stale)


@frozen
class Step:
    """One module that a build would generate, or judge first, or verify, which is free.

    `least` and `most` are what its call would take, by this project's own history, or `estimated` where there is a
    price and no history; None if there is neither. `asked` names the specs that the call would be for, or the `calls`,
    where it is built in parts; `kept` is an answer that an earlier build could not check.
    """

    module: str
    kind: Kind
    digest: str
    reason: str
    from_store: bool
    least: Generation | None = None
    most: Generation | None = None
    action: Action = "generate"
    estimated: bool = False
    asked: Sequence[str] = ()
    calls: int = 1
    kept: bool = False

    @property
    def origin(self) -> str:
        """Where its code would come from: "free" is the code that is there, as long as it passes all checks."""
        if self.kept:
            return "kept"
        if self.action == "verify" or not (self.asked or self.from_store):
            return "free"
        return "store" if self.from_store else "judge" if self.action == "judge" else "model"


@frozen
class Forecast:
    """What a build would do: the modules that it would generate, in order, and why others would fail, by module.

    `seconds` is about what it would take in each order, by what its modules took before; empty if nothing is known.
    """

    steps: Sequence[Step]
    fails: Mapping[str, str]
    seconds: Mapping[str, float] = field(default_factory=dict)


def forecast(plan: Plan, store: Store | None, *, jobs: int | None = None) -> Forecast:
    """Return what a build of `plan` would do, in the order in which it would be begun with one job at a time.

    `store` is the one that would be read, if any; `jobs` is how many modules are generated at a time (None: as
    configured). Modules that would fail (see `blocked`) are no steps.
    """
    project = plan.project
    ledger = read_ledger(project.root)
    kept = kept_answers(store, project.root / ".jaunt") if store is not None else None
    fails = blocked(plan)
    modules = [m for m in plan.stale if m not in fails]
    names = {m: job_name(project.kind_of(m), m) for m in modules}
    length = critical_path({m: project.dag[m] for m in modules}, lambda m: ledger.seconds(names[m]))
    steps = []
    # Sorting is stable and the path lengths come dependencies first, as critical_path promises.
    for module in sorted(length, key=lambda m: -length[m]):
        kind, digest, action = project.kind_of(module), project.digests[module], plan.freshness[module].action
        stored = action in ("generate", "judge") and store is not None and holds_module(store, project, module)
        held = action == "generate" and not stored and kept is not None and holds_module(kept, project, module)
        asked = [] if stored or held or action == "verify" else _asked(plan, module)
        least, most = (ledger.bounds(names[module]) if asked else None) or (None, None)
        if action == "judge" and asked:
            least, most = judge_bounds(plan, module, most)
        reason = all_reasons(plan.freshness[module])
        step = Step(module, kind, digest, reason, stored, least, most, action, asked=asked, kept=held)
        steps.append(replace(step, calls=ceil(len(asked) / (project.config.build.max_specs_a_call or len(asked) or 1))))
    return Forecast(_priced(plan, steps), fails, _seconds(plan, steps, jobs or project.config.build.jobs))


def _seconds(plan: Plan, steps: Sequence[Step], jobs: int) -> Mapping[str, float]:
    """Return about how long the calls of a build would take in each order; nothing where no call or no history is."""
    calls = {step.module for step in steps if step.origin == "model"}
    others = plan.freshness.keys() - calls
    left = {order: plan_time_left(plan, jobs, order, apart_from=others).left({}) for order in ORDERS}
    return {order: round(seconds, 3) for order, seconds in left.items() if seconds is not None}


def _asked(plan: Plan, module: str) -> Sequence[str]:
    """Return the names of the specs that a call for a module would be for; none, if specs have only gone."""
    work = project_work(plan.project, module)
    chosen = plan.chosen.get(module)
    if (plan.force and not chosen) or not work.path.is_file():
        return work.names
    text = work.path.read_bytes().decode("utf-8", "replace")
    moved = chosen_specs(work, text, chosen) if chosen else moved_specs(work, text)
    return work.names if moved is None else moved.asked


def _priced(plan: Plan, steps: Sequence[Step]) -> Sequence[Step]:
    """Return the steps with what they would cost, if there is a price; an estimate stands where no history is."""
    price = plan.project.config.llm.price
    if price is None:
        return steps
    unknown = [step.module for step in steps if step.origin == "model" and step.least is None]
    guessed = estimate(plan, unknown) if unknown else {}
    found = []
    for step in steps:
        least, most = guessed.get(step.module) or (step.least, step.most)
        known = {"least": least and at_price(least, price), "most": most and at_price(most, price)}
        found.append(replace(step, **known, estimated=step.module in guessed))
    return found


def blocked(plan: Plan) -> dict[str, str]:
    """Return the modules on which a build would fail without a call of the model, each with the reason."""
    found = {
        m: error_line(plan.problems[m]) if m in plan.problems else _asks(plan, m)
        for m, v in plan.freshness.items()
        if m in plan.problems or v.action == "ask"
    }
    dag = plan.project.dag
    dependents = dependents_of({m: dag[m] & plan.freshness.keys() for m in plan.stale}, found)
    further = {m: min(dag[m] & dependents) for m in sorted(dependents - found.keys())}
    return {**found, **{m: f"needs {dep}, which fails" for m, dep in further.items()}}


def _asks(plan: Plan, module: str) -> str:
    freshness = plan.freshness[module]
    if freshness.state == "edited":
        return f"{all_reasons(freshness)} (--force overwrites it)"
    return f"accepted, but {all_reasons(freshness)} ({decision(module, plan.project.kind_of(module))})"


@frozen
class Total:
    """What all calls of a forecast would take together: the least and the most; `free` modules are verified.

    Of the `calls`, `judged` are short questions, each followed by a call unless the code may stay.
    """

    calls: int
    tokens: tuple[int, int] | None = None
    cost: tuple[float, float] | None = None
    free: int = 0
    estimated: bool = False
    judged: int = 0


def total(steps: Sequence[Step]) -> Total:
    """Add up a forecast; the tokens are None if a call has no history, the cost if one has no price."""
    asked = [step for step in steps if step.origin in ("model", "judge")]
    calls = sum(step.calls for step in asked)
    judged = sum(step.origin == "judge" for step in asked)
    free = sum(step.origin == "free" for step in steps)
    bounds = [(step.least, step.most) for step in asked if step.least is not None and step.most is not None]
    if not asked or len(bounds) < len(asked):
        return Total(calls, free=free, judged=judged)
    low, high = (sum(pair[i].input_tokens + pair[i].output_tokens for pair in bounds) for i in (0, 1))
    costs = [(least.cost, most.cost) for least, most in bounds]
    known = [(least, most) for least, most in costs if least is not None and most is not None]
    cost = (sum(c[0] for c in known), sum(c[1] for c in known)) if len(known) == len(costs) else None
    return Total(calls, (low, high) if high else None, cost, free, any(step.estimated for step in asked), judged)


def forecast_lines(plan: Plan, expected: Forecast, *, verbose: bool = False, width: int | None = None) -> Iterator[str]:
    """Yield what a person is told of a forecast: a line for each step, what would fail, and the sums.

    Of the steps, and of what would fail, only the first MOST_LINES are listed unless `verbose`. `width` is the
    terminal's, in columns.
    """
    steps, fails = expected.steps, expected.fails
    rows = [(f"{step.origin:<5}", step.module, _reason(plan, step, verbose)) for step in steps]
    numbered = [(str(number), *row) for number, row in enumerate(rows, 1)]
    groups = [numbered, [("-", "fails", module, reason) for module, reason in fails.items()]]
    shown = [group if verbose else group[:MOST_LINES] for group in groups]
    number_width, module_width = (max((len(row[i]) for group in shown for row in group), default=0) for i in (0, 2))
    for group, told in zip(groups, shown, strict=True):
        for number, origin, module, reason in told:
            yield from hang(f"{number:>{number_width}}  {origin}  {module:<{module_width}}  ", one_line(reason), width)
        if len(told) < len(group):
            yield and_more(len(group) - len(told))
    sums = total(steps)
    stored, kept = (sum(step.origin == origin for step in steps) for origin in ("store", "kept"))
    calls = f"{f'{kept:,} kept from before, ' if kept else ''}{counted(sums.calls, 'call')}"
    free = f"{sums.free:,} verified free, " if sums.free else ""
    text = f"{len(steps):,} to build: {free}{stored:,} from the store, {calls} of the model"
    text += f" ({sums.judged} to judge reworded specs first)" if sums.judged else ""
    if sums.tokens:
        text += f", {_range(*sums.tokens, ',')} tokens"
    elif sums.calls:
        text += " (no history to estimate them by)"
    text += f", cost {_range(*sums.cost, '.4f')}" if sums.cost else ""
    text += " (by the length of prompts and specs)" if sums.estimated else ""
    yield from hang("", text + (f"; {len(fails):,} would fail" if fails else ""), width)
    if expected.seconds:
        each = ", ".join(f"{short_duration(seconds)} {order}" for order, seconds in expected.seconds.items())
        yield from hang("", f"about {each}, by what modules took before", width)


def _reason(plan: Plan, step: Step, verbose: bool) -> str:
    reason = step.reason if verbose else first_reason(step.module, plan.freshness[step.module]) or step.reason
    specs = len(plan.project.modules[step.module].entries)
    return f"{reason}: {len(step.asked)} of {specs} specs" if 0 < len(step.asked) < specs else reason


def _range(least: float, most: float, form: str) -> str:
    return f"{least:{form}}" if least == most else f"{least:{form}} to {most:{form}}"


def forecast_facts(plan: Plan, expected: Forecast) -> dict[str, Any]:
    """Return a forecast as plain data; `read_plan_file` takes it back."""
    return {
        "dry_run": True,
        "modules": [asdict(step) for step in expected.steps],
        "total": asdict(total(expected.steps)),
        "fresh": plan.fresh,
        "problems": expected.fails,
        "codes": {module: code_of(told) for module, told in expected.fails.items()},
        "seconds": dict(expected.seconds),
    }


def read_plan_file(file: str, plan: Plan) -> Plan:
    """Return the part of today's plan that a saved forecast names.

    Raises JauntConfigError if the file is no forecast, if a contract has changed since it was saved, or if one of its
    modules needs a stale one that it doesn't name.
    """
    try:
        steps = json.loads(Path(file).read_text("utf-8"))["modules"]
        saved = {str(step["module"]): str(step["digest"]) for step in steps}
        free = {str(step["module"]) for step in steps if step.get("action") == "verify"}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = {OSError: "can't be read: {}", KeyError: "is not a saved plan: it has no {}"}
        words = next((text for sort, text in why.items() if isinstance(error, sort)), "is not a saved plan: {}")
        raise JauntConfigError(
            f"{file}: {words.format(getattr(error, 'strerror', None) or error)}",
            hint="make one with: jaunt build --dry-run --json > plan.json",
            code=codes.OUTDATED_PLAN,
        ) from error
    project = plan.project
    again = "look at it again: jaunt build --dry-run"
    for module, digest in saved.items():
        if project.digests.get(module) != digest or module in project.problems:
            raise JauntConfigError(
                f"{file}: the contract of {module} has changed since the plan was made",
                hint=again,
                code=codes.OUTDATED_PLAN,
            )
    paid = sorted(free.intersection(plan.paid))
    if paid:
        raise JauntConfigError(
            f"{file}: {paid[0]} was free when the plan was made, and is not any more",
            hint=again,
            code=codes.OUTDATED_PLAN,
        )
    stale = set(plan.stale)
    missing = sorted(dep for module in saved.keys() & stale for dep in project.dag[module] & stale - saved.keys())
    if missing:
        raise JauntConfigError(
            f"{file}: does not name {missing[0]}, which is stale and needed by it", hint=again, code=codes.OUTDATED_PLAN
        )
    return plan.only(saved)
