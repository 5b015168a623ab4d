"""The overview that `jaunt status` prints: of a project, a line for each module; of one module, all there is."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from jaunt.build.rejected import LastFailure, kept_advisories, last_failures
from jaunt.commands.status.places import Places
from jaunt.files.plain import read_plain
from jaunt.header import Kind, extract_module_digest, parse_header
from jaunt.plan.freshness import Freshness, read_generated
from jaunt.plan.orphans import Orphan
from jaunt.plan.plan import Plan
from jaunt.plan.standing import accepted_fields
from jaunt.process.frozen import frozen
from jaunt.report.console import MOST_LINES, and_more, error_line, one_line, print_diff, relative_paths, say, some
from jaunt.report.excerpt import excerpt
from jaunt.report.states import STATES, style_of
from jaunt.report.terminal import hang, paint, width_of
from jaunt.report.wording import ago, all_reasons, decision, first_reason, reason_texts
from jaunt.spec_ref import SpecRef, module_of, qualname_of
from jaunt.testing.strength.recorded import recorded_strength, strength_digest


def print_status(
    plan: Plan,
    out: TextIO | None = None,
    *,
    orphans: Sequence[Orphan] = (),
    unproven: Sequence[SpecRef] = (),
    verbose: bool = False,
) -> None:
    """Print the modules, and the orphans, grouped by state, each with its reason; then how many there are.

    Modules with `unproven` specs say so. Of each state, the first MOST_LINES are listed; in a project of more modules
    than that, no fresh ones. With `verbose`, all modules and reasons are listed, and which modules had to be imported
    to be read.
    """
    out = out or sys.stdout
    failures = last_failures(plan.project.root / ".jaunt" / "rejected")
    marks = _marks(unproven)
    rows: list[tuple[str, str, str]] = [
        (
            freshness.state,
            module,
            "; ".join(
                filter(None, [_reason(plan, module, verbose=verbose), _failed(plan, module, failures.get(module))])
            )
            + marks.get(module, ""),
        )
        for module, freshness in plan.freshness.items()
    ]
    rows += [
        ("orphaned", orphan.module, f"{relative_paths(str(orphan.path))}: its spec module is gone{_heir(plan, orphan)}")
        for orphan in orphans
    ]
    counts = Counter(state for state, _, _ in rows)
    hides_fresh = not verbose and len(rows) > MOST_LINES
    listed = [row for row in rows if not (hides_fresh and row[0] == "fresh")]
    width = max((len(module) for _, module, _ in listed), default=0)
    order = list(STATES)[::-1]  # what needs a person last, where the eye is
    for state in order:
        group = [(module, reason) for each, module, reason in listed if each == state]
        shown = group if verbose else group[:MOST_LINES]
        for module, reason in shown:
            _say_row(state, f"{module:<{width}}  ", reason, out)
        if len(shown) < len(group):
            _say_row(state, "", and_more(len(group) - len(shown)), out)
    if verbose:
        _print_imported(plan, width, out)
        _print_strength(plan, width, out)
    total = ", ".join(f"{counts[state]} {state}" for state in order if counts[state]) or "no spec modules"
    more = " (-v lists the fresh ones)" if hides_fresh and counts["fresh"] else ""
    say("\n".join(hang("", f"{total}{more}", width_of(out))), out)


def _marks(unproven: Iterable[SpecRef]) -> dict[str, str]:
    """Return what is said of unproven specs, by module."""
    names: dict[str, list[str]] = {}
    for ref in unproven:
        names.setdefault(module_of(ref), []).append(qualname_of(ref))
    return {module: f"  unproven: {some(each)}" for module, each in names.items()}


def _print_imported(plan: Plan, width: int, out: TextIO) -> None:
    for module in plan.freshness:
        unread = plan.project.modules[module].unread
        if unread:
            reasons = ", ".join(f"{name}: {one_line(text)}" for name, text in sorted(unread.items()))
            _say_row("imported", f"{module:<{width}}  ", f"to read {reasons}", out)


def _print_strength(plan: Plan, width: int, out: TextIO) -> None:
    """Print what the headers of test modules say of how strong the tests are, and whether that still holds."""
    for module in plan.freshness:
        generated = plan.project.generated_path(module)
        found = recorded_strength(parse_header(_read_header(generated)))
        if found is not None and plan.project.kind_of(module) == "test":
            holds = found.digest == strength_digest(plan.project, module)
            text = f"{found.noticed} of {found.counted} mutants noticed"
            _say_row("strength", f"{module:<{width}}  ", text if holds else f"{text}, of other code or tests", out)


def _say_row(state: str, head: str, reason: str, out: TextIO) -> None:
    first, *others = hang(f"{state:<8} {head}", reason, width_of(out))
    say(paint(first[:8], style_of(state).colour or "magenta", out) + first[8:], out)
    for line in others:
        say(line, out)


def _reason(plan: Plan, module: str, *, verbose: bool) -> str:
    """Return why a module is not fresh, in one line; if it is broken, what to do as well."""
    freshness = plan.freshness[module]
    if freshness.state == "broken":
        return error_line(plan.problems.get(module) or all_reasons(freshness))
    text = one_line(all_reasons(freshness)) if verbose and freshness.reasons else first_reason(module, freshness)
    if freshness.action == "verify" and freshness.state == "accepted":
        return f"to be verified: {text}"
    if freshness.action == "ask" and freshness.state == "accepted":
        return f"{text} ({decision(module, plan.project.kind_of(module))})"
    return text


def _heir(plan: Plan, orphan: Orphan) -> str:
    """Return how an orphan's code is kept for the module that has all of its specs, and none yet; "" without one."""
    header = parse_header(read_generated(orphan.path) or "") or {}
    names = {qualname_of(SpecRef(ref)) for ref in header.get("spec_refs", ())}
    heirs = [
        module
        for module, freshness in plan.freshness.items()
        if freshness.state == "unbuilt" and names == {each.qualname for each in plan.project.modules[module].entries}
    ]
    return f"; {heirs[0]} has its specs: jaunt accept --unchanged {heirs[0]} keeps its code" if len(heirs) == 1 else ""


def _failed(plan: Plan, module: str, failure: LastFailure | None) -> str:
    """Return when and why the last build of a module that needs one failed, as the end of its reason; "" if none did.

    What failed for another contract says nothing of today's.
    """
    if failure is None or plan.freshness[module].action == "keep":
        return ""
    if failure.digest not in ("", plan.project.digests.get(module, "")):
        return ""
    where = relative_paths(str(failure.folder))
    return f"failed {ago(time.time() - failure.at)}: {one_line(failure.error)} ({where})"


@frozen
class ModuleStatus:
    """All there is to say of one module.

    `reasons` are why it is not fresh, one text each. `dependencies` and `dependents` are the direct ones, name ->
    state. `diff` is from the contract that the code was written for to today's, empty if they are the same; it is None
    if that contract is no longer known here. `advisories` are what the model said of the specs when it last answered.
    """

    module: str
    kind: Kind
    freshness: Freshness
    reasons: Sequence[str]
    source: Path
    generated: Path
    specs: Sequence[str]
    dependencies: Mapping[str, str]
    dependents: Mapping[str, str]
    unread: Mapping[str, str]
    accepted: str
    diff: str | None
    advisories: Sequence[str] = ()


def module_status(plan: Plan, module: str) -> ModuleStatus:
    """Return what there is to say of one module; `plan` is that of the whole project."""
    project, spec_module = plan.project, plan.project.modules[module]
    generated = project.generated_path(module)
    header = _read_header(generated)
    fields = parse_header(header) or {}
    who = accepted_fields(fields)
    accepted = f"by {who['accepted_by']}, {who.get('accepted_at', '')}" if "accepted_by" in who else ""
    return ModuleStatus(
        module=module,
        kind=project.kind_of(module),
        freshness=plan.freshness[module],
        reasons=_reasons(plan, module),
        source=spec_module.file.path,
        generated=generated,
        specs=[entry.qualname for entry in spec_module.entries],
        dependencies={m: v.state for m, v in plan.freshness.items() if m in project.dag[module]},
        dependents={m: v.state for m, v in plan.freshness.items() if module in project.dag[m]},
        unread=spec_module.unread,
        accepted=accepted,
        advisories=kept_advisories(project.root / ".jaunt" / "advisories", module),
        diff=_contract_diff(plan, module, extract_module_digest(header)),
    )


def _reasons(plan: Plan, module: str) -> list[str]:
    freshness = plan.freshness[module]
    if freshness.state == "broken":
        return [_reason(plan, module, verbose=True)]
    return reason_texts(freshness.reasons, beside=module)


def print_module_status(status: ModuleStatus, out: TextIO | None = None, *, places: Places | None = None) -> None:
    """Print one module's state, each reason for it, where it stands, and what changed in its contract.

    `places` are those of one spec of it that is asked for.
    """
    out = out or sys.stdout
    state = status.freshness.state
    say(f"{status.module}: {paint(state, style_of(state).colour, out)}", out)
    for label, text in [*_facts(status, places)]:
        for line in hang(f"  {label:<10}  ", text, width_of(out)):
            say(line, out)
    if state == "broken":
        for line in (line for reason in status.reasons for line in excerpt(reason)):
            say(line, out)
    if status.diff:
        print_diff(status.diff, out)


def _facts(status: ModuleStatus, places: Places | None) -> Iterator[tuple[str, str]]:
    for reason in status.reasons:
        yield "why", relative_paths(one_line(reason))
    if status.freshness.state == "stale" and status.diff is None:
        yield "", "(the contract it was built from is not in .jaunt/history: no diff)"
    yield "spec", relative_paths(places.spec if places else str(status.source))
    if places is not None:
        yield "code", relative_paths(places.code) or "not built yet"
    yield "generated", relative_paths(str(status.generated))
    yield "specs", some(status.specs) or "none that can be read"
    yield (
        "needs",
        some(f"{name} ({state})" for name, state in status.dependencies.items()) or "no other spec module",
    )
    yield (
        "needed by",
        some(f"{name} ({state})" for name, state in status.dependents.items()) or "no other spec module",
    )
    for name, text in status.unread.items():
        yield "imported", f"to read {name}: {one_line(text)}"
    if status.accepted:
        yield "accepted", status.accepted
    yield from (("advisory", each) for each in status.advisories)


def _contract_diff(plan: Plan, module: str, digest: str | None) -> str | None:
    """Return the diff from the contract that the module was built from to today's; None if the former is not known."""
    if not plan.freshness[module].stale:
        return ""
    from jaunt.commands.status.contracts import contract_diff  # 10 ms, and a fresh module has no diff

    return contract_diff(plan.project, module, digest)


def _read_header(path: Path) -> str:
    try:
        return read_plain(path).decode("utf-8", "replace")
    except OSError:
        return ""
