"""Drift: each way in which the generated files are not what the specs ask for."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jaunt.errors import JauntError
from jaunt.files.plain import read_plain
from jaunt.header import Kind, header_fields, split_header, was_parsed_here
from jaunt.plan.action import Action
from jaunt.plan.orphans import Orphan
from jaunt.plan.plan import Plan
from jaunt.plan.reasons import Reason, ReasonKind
from jaunt.process.frozen import frozen
from jaunt.validation import compile_check


@frozen
class Drift:
    """One module, or orphaned file, that is not as it should be, and why.

    `stale` tells whether new code has to be generated for it, `action` what a build would do. `problem` is what is
    wrong with the module itself, if anything, and then says it all.
    """

    module: str
    kind: Kind
    state: str
    path: Path
    reasons: tuple[Reason, ...]
    stale: bool = False
    problem: JauntError | None = None
    action: Action = "keep"


def find_drift(plan: Plan, orphans: Sequence[Orphan] = ()) -> list[Drift]:
    """Return what has drifted: modules that aren't fresh, or whose file doesn't parse, then the orphans."""
    return [*_modules(plan), *map(_orphan, orphans)]


def _modules(plan: Plan) -> Iterator[Drift]:
    for module, freshness in plan.freshness.items():
        path, reasons = plan.project.generated_path(module), freshness.reasons
        if not freshness.reasons:
            unparsable = _unreadable(path)
            reasons = (Reason(ReasonKind.UNPARSABLE, detail=unparsable),) if unparsable else ()
        if reasons:
            kind, problem = plan.project.kind_of(module), plan.problems.get(module)
            yield Drift(module, kind, freshness.state, path, reasons, freshness.stale, problem, freshness.action)


def _unreadable(path: Path) -> str:
    """Return why a fresh file doesn't parse, or ""; it may have the syntax of a newer Python than this one."""
    try:
        lines, body = split_header(read_plain(path).decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return f"{path}: {error}"
    if was_parsed_here(header_fields(lines)):
        return ""  # parsing 10,000 modules takes seconds
    return "; ".join(compile_check(body, str(path)))


def _orphan(orphan: Orphan) -> Drift:
    edited = (Reason(ReasonKind.EDITED),) if orphan.edited else ()
    reasons = (Reason(ReasonKind.ORPHANED, orphan.module), *edited)
    return Drift(orphan.module, orphan.kind, "orphaned", orphan.path, reasons)


def distinct(drifts: Iterable[Drift]) -> list[Drift]:
    """Return drifts without repetitions: every module of a cycle has the same problem."""
    return list({str(drift.problem) if drift.problem else str(drift.path): drift for drift in drifts}.values())
