"""Overviews: what `jaunt status` prints of a project, a line a module, and of one module."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from jaunt.changes import contract_diff
from jaunt.digest import extract_source_segment
from jaunt.errors import JauntDiscoveryError
from jaunt.header import extract_module_digest, parse_header
from jaunt.history import History
from jaunt.orphans import Orphan
from jaunt.plan import Plan, Verdict, short_change
from jaunt.report import one_line, print_diff, relative_paths, say
from jaunt.terminal import cut, paint, width_of

STATES = ("fresh", "stale", "unbuilt", "edited", "orphaned", "broken")
"""The order in which states are listed: what needs a person last, where the eye is."""

MOST_LINES = 50
"""The most modules of a state that are listed unless asked; in a larger project fresh ones are only counted."""

_COLOURS = {"fresh": "green", "stale": "yellow", "unbuilt": "blue"}
_MOST_NAMES = 10


def print_status(
    plan: Plan, out: TextIO | None = None, *, orphans: Sequence[Orphan] = (), verbose: bool = False
) -> None:
    """Print the modules, and the orphans, grouped by state, each with its reason; then how many there are.

    With `verbose`, all of them, all reasons, and which modules had to be imported to be read.
    """
    out = out or sys.stdout
    rows: list[tuple[str, str, str]] = [
        (v.state, m, one_line(v.reason) if verbose and v.state != "fresh" else _short_reason(m, v))
        for m, v in plan.verdicts.items()
    ]
    rows += [
        ("orphaned", orphan.module, f"{relative_paths(str(orphan.path))}: its spec module is gone")
        for orphan in orphans
    ]
    counts = Counter(state for state, _, _ in rows)
    hides_fresh = not verbose and len(rows) > MOST_LINES
    listed = [row for row in rows if not (hides_fresh and row[0] == "fresh")]
    width = max((len(module) for _, module, _ in listed), default=0)
    for state in STATES:
        group = [(module, reason) for each, module, reason in listed if each == state]
        shown = group if verbose else group[:MOST_LINES]
        for module, reason in shown:
            _say_row(state, f"{module:<{width}}  {reason}", out)
        if len(shown) < len(group):
            _say_row(state, f"... and {len(group) - len(shown):,} more (-v lists them)", out)
    if verbose:
        _print_imported(plan, width, out)
    total = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state]) or "no spec modules"
    say(f"{total}{' (-v lists the fresh ones)' if hides_fresh and counts['fresh'] else ''}", out)


def _print_imported(plan: Plan, width: int, out: TextIO) -> None:
    for module in plan.verdicts:
        unread = plan.project.modules[module].unread
        if unread:
            reasons = ", ".join(f"{name}: {one_line(text)}" for name, text in sorted(unread.items()))
            _say_row("imported", f"{module:<{width}}  to read {reasons}", out)


def _say_row(state: str, text: str, out: TextIO) -> None:
    width = width_of(out)
    text = cut(text.rstrip(), None if width is None else width - 9, out)
    say(f"{paint(f'{state:<8}', _COLOURS.get(state, 'magenta'), out)} {text}", out)


def _short_reason(module: str, verdict: Verdict) -> str:
    """Return why a module is not fresh: the first reason, and the number of the others."""
    if verdict.state in ("fresh", "unbuilt"):
        return ""
    if verdict.state == "broken":
        return relative_paths(one_line(verdict.reason))
    reasons = one_line(verdict.reason).split("; ")
    head = f"{reasons.pop(0)}; " if verdict.protected and len(reasons) > 1 else ""
    if reasons[0].startswith("dependency is stale: "):
        reasons[:1] = reasons[0].split(", ")
    first, *others = reasons
    return f"{head}{short_change(first, module)}" + (f" (and {len(others)} more)" if others else "")


# --- one module --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Portrait:
    """All there is to say of one module.

    `dependencies` and `dependents` are the direct ones, name -> state. `diff` shows what of the contract moved since
    the code was written, empty if nothing did; it is None where that contract is not known here any more.
    """

    module: str
    kind: str
    verdict: Verdict
    source: Path
    generated: Path
    specs: Sequence[str]
    dependencies: Mapping[str, str]
    dependents: Mapping[str, str]
    unread: Mapping[str, str]
    accepted: str
    diff: str | None


def make_portrait(plan: Plan, module: str) -> Portrait:
    """Return one module of a plan of the whole project, in detail."""
    project, spec_module = plan.project, plan.project.modules[module]
    generated = project.generated_path(module)
    header = _read_header(generated)
    fields = parse_header(header) or {}
    accepted = f"by {fields['accepted_by']}, {fields.get('accepted_at', '')}" if "accepted_by" in fields else ""
    return Portrait(
        module=module,
        kind=project.kind_of(module),
        verdict=plan.verdicts[module],
        source=spec_module.file.path,
        generated=generated,
        specs=[entry.qualname for entry in spec_module.entries],
        dependencies={m: v.state for m, v in plan.verdicts.items() if m in project.dag[module]},
        dependents={m: v.state for m, v in plan.verdicts.items() if module in project.dag[m]},
        unread=spec_module.unread,
        accepted=accepted,
        diff=_moved(plan, module, extract_module_digest(header)),
    )


def print_portrait(portrait: Portrait, out: TextIO | None = None) -> None:
    """Print one module's state, each reason for it, where it stands, and what of its contract moved."""
    out = out or sys.stdout
    state = portrait.verdict.state
    say(f"{portrait.module}: {paint(state, _COLOURS.get(state, 'magenta'), out)}", out)
    for label, text in _facts(portrait):
        say(f"  {label:<10}  {text}", out)
    if portrait.diff:
        print_diff(portrait.diff, out)


def _facts(portrait: Portrait) -> Iterator[tuple[str, str]]:
    reasons = [portrait.verdict.reason] if portrait.verdict.state == "broken" else portrait.verdict.reason.split("; ")
    for reason in reasons if portrait.verdict.state != "fresh" else []:
        yield "why", relative_paths(one_line(short_change(reason, portrait.module)))
    if portrait.verdict.state == "stale" and portrait.diff is None:
        yield "", "(the contract it was built from is not in .jaunt/history: no diff)"
    yield "spec", relative_paths(str(portrait.source))
    yield "generated", relative_paths(str(portrait.generated))
    yield "specs", _names(portrait.specs) or "none that can be read"
    yield (
        "needs",
        _names(f"{name} ({state})" for name, state in portrait.dependencies.items()) or "no other spec module",
    )
    yield (
        "needed by",
        _names(f"{name} ({state})" for name, state in portrait.dependents.items()) or "no other spec module",
    )
    for name, text in portrait.unread.items():
        yield "imported", f"to read {name}: {one_line(text)}"
    if portrait.accepted:
        yield "accepted", portrait.accepted


def _names(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - _MOST_NAMES} more" if len(found) > _MOST_NAMES else ""
    return ", ".join(found[:_MOST_NAMES]) + more


def _moved(plan: Plan, module: str, digest: str | None) -> str | None:
    """Return the diff from the contract that the module was built from to today's; None if that one is not known."""
    if not plan.verdicts[module].stale:
        return ""
    record = History(plan.project.root).get(plan.project.kind_of(module), module)
    if record is None or f"sha256:{record.digest}" != digest:
        return None
    own = {entry.spec_ref for entry in plan.project.modules[module].entries if entry.spec_ref in plan.project.specs}
    outside = {dep for ref in own for dep in plan.project.graph.get(ref, ())} - own
    try:
        today = {ref: extract_source_segment(plan.project.specs[ref]) for ref in own | outside}
    except JauntDiscoveryError:
        return None  # the file changed under us, or is broken: its error says more
    return contract_diff(record.contract, dict(today), "when it was built", "today")


def _read_header(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""
