"""Drift: each way in which the generated files are not what the specs ask for, and what to run about it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jaunt.errors import JauntError
from jaunt.header import header_fields, split_header, was_parsed_here
from jaunt.plan.freshness import Verdict
from jaunt.plan.orphans import Orphan
from jaunt.plan.plan import Plan
from jaunt.plan.reasons import build_command, short_change
from jaunt.validation import compile_check


@dataclass(frozen=True)
class Drift:
    """One module, or orphaned file, that is not as it should be, and the command that puts it right."""

    module: str
    kind: str
    state: str
    path: Path
    error: JauntError


def find_drift(plan: Plan, orphans: Sequence[Orphan] = ()) -> list[Drift]:
    """Return what has drifted: modules that aren't fresh, or whose file doesn't parse, then the orphans."""
    return [*_modules(plan), *map(_orphan, orphans)]


def _modules(plan: Plan) -> Iterator[Drift]:
    for module, verdict in plan.verdicts.items():
        kind, path = plan.project.kind_of(module), plan.project.generated_path(module)
        error = plan.problems.get(module) or _error(module, kind, path, verdict)
        if error is not None:
            yield Drift(module, kind, verdict.state, path, error)


def _error(module: str, kind: str, path: Path, verdict: Verdict) -> JauntError | None:
    again = f"{build_command(kind)} --force --target {module}"
    if verdict.state == "fresh":
        problem = _unreadable(path)
        if not problem:
            return None
        return JauntError(f"{module}: its code no longer parses: {problem}", hint=f"run: {again}")
    if verdict.state == "edited":
        hint = f"run: {again}" if verdict.stale else f"run: jaunt accept {module}, or {again}"
        return JauntError(f"{module}: {verdict.reason}", hint=hint)
    if verdict.state == "broken":
        return JauntError(f"{module}: {verdict.reason}", hint="make it readable, or remove it")
    changes = "; ".join(short_change(change, module) for change in verdict.reason.split("; "))
    reason = changes if verdict.state == "unbuilt" else f"stale: {changes}"
    return JauntError(f"{module}: {reason}", hint=f"run: {build_command(kind)}")


def _unreadable(path: Path) -> str:
    """Return why a fresh file doesn't parse, or ""; it may have the syntax of a newer Python than this one."""
    try:
        lines, body = split_header(path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return f"{path}: {error}"
    if was_parsed_here(header_fields(lines)):
        return ""  # parsing 10,000 modules takes seconds
    return "; ".join(compile_check(body, str(path)))


def _orphan(orphan: Orphan) -> Drift:
    force = " --force" if orphan.edited else ""
    error = JauntError(
        f"{orphan.path}: orphaned: the spec module {orphan.module} is gone",
        hint=f"run: jaunt clean --orphans{force}",
    )
    return Drift(orphan.module, orphan.kind, "orphaned", orphan.path, error)


def distinct(drifts: Iterable[Drift]) -> list[Drift]:
    """Return drifts without repetitions: every module of a cycle has the same error."""
    return list({str(drift.error): drift for drift in drifts}.values())
