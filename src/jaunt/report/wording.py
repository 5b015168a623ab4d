"""The words for reasons and for what has drifted. No other file has any, and nothing reads them back."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from jaunt import codes
from jaunt.errors import JauntError
from jaunt.header import Kind, split_header
from jaunt.plan.reasons import Reason, ReasonKind
from jaunt.report.states import style_of
from jaunt.spec_ref import code_name
from jaunt.text.coded import with_code
from jaunt.text.flaw import Flaw

if TYPE_CHECKING:  # a build that has nothing to do needs neither
    from jaunt.plan.drift import Drift
    from jaunt.plan.freshness import Freshness

_WORDS: Mapping[ReasonKind, str] = {
    ReasonKind.UNBUILT: "not built yet",
    ReasonKind.FORCED: "forced",
    ReasonKind.BROKEN: "{detail}",
    ReasonKind.UNREADABLE: "{subject}: cannot be read: {detail}",
    ReasonKind.UNPARSABLE: "its code no longer parses: {detail}",
    ReasonKind.ORPHANED: "orphaned: the spec module {subject} is gone",
    ReasonKind.EDITED: "edited by hand",
    ReasonKind.NO_HEADER: "edited by hand: it has no jaunt header",
    ReasonKind.CONFLICT: "has git conflict markers",
    ReasonKind.ACCEPTED: "was accepted by hand",
    ReasonKind.OTHER_HEADER: "its header is that of {detail} {subject}",
    ReasonKind.CONTRACT_CHANGED: "contract changed",
    ReasonKind.SPEC_ADDED: "spec added: {spec}",
    ReasonKind.SPEC_REMOVED: "spec removed: {spec}",
    ReasonKind.SPEC_CHANGED: "spec changed: {spec} ({parts})",
    ReasonKind.DEPENDENCY_ADDED: "dependency added: {subject}",
    ReasonKind.DEPENDENCY_REMOVED: "dependency removed: {subject}",
    ReasonKind.DEPENDENCY_CHANGED: "dependency changed: {subject}",
    ReasonKind.USED_CHANGED: "used spec changed: {subject}",
    ReasonKind.HANDWRITTEN_CHANGED: "handwritten changed: {spec}{in_parts}",
    ReasonKind.DEPENDENCY_STALE: "dependency is stale: {subject}",
    ReasonKind.DEPENDENCY_REBUILT: "code of a dependency changed: {subject}",
}

_MOST_PARTS = 3  # of a spec that changed, as a person is told of it


def build_command(kind: Kind) -> str:
    """Return the command that generates the modules of a kind, for hints."""
    return "jaunt test" if kind == "test" else "jaunt build"


def reason_text(reason: Reason, *, beside: str | None = None) -> str:
    """Return the words for one reason.

    For a reader who sees it beside the name of the module `beside`, its specs go without that name, and at most three
    parts of a spec are named: `spec changed: slugify (a, b, c and 1 more)`.
    """
    most = len(reason.parts) if beside is None else _MOST_PARTS
    parts = ", ".join(f"{part.name} {part.change}".rstrip() for part in reason.parts[:most])
    more = f" and {len(reason.parts) - most} more" if len(reason.parts) > most else ""
    spec = ".".join(filter(None, [reason.subject, reason.member]))
    return _WORDS[reason.kind].format(
        subject=reason.subject,
        spec=spec if beside is None else spec.removeprefix(f"{beside}:"),
        parts=f"{parts}{more}",
        in_parts=f" ({parts}{more})" if parts else "",
        detail=reason.detail,
    )


def reason_texts(reasons: Iterable[Reason], *, beside: str | None = None) -> list[str]:
    """Return the words for each reason; all stale dependencies are named in one text. `beside`: see `reason_text`."""
    return [reason_text(reason, beside=beside) for reason in _joined(reasons)]


def _joined(reasons: Iterable[Reason]) -> Iterator[Reason]:
    for kind, group in groupby(reasons, key=lambda reason: reason.kind):
        alike = list(group)
        if kind is ReasonKind.DEPENDENCY_STALE:
            yield replace(alike[0], subject=", ".join(reason.subject for reason in alike))
        else:
            yield from alike


def all_reasons(freshness: "Freshness") -> str:
    """Return why a module is not fresh, all of it, or "fresh"; it may have the line breaks of a parser's message."""
    return "; ".join(reason_texts(freshness.reasons)) or "fresh"


def decision(module: str, kind: Kind) -> str:
    """Return what a person may do about code of theirs whose own contract has changed."""
    return f"run: jaunt accept --unchanged {module}, or {build_command(kind)} --force --target {module}"


def located_error(flaw: Flaw, path: Path, text: str) -> str:
    """Return what a check said of the code in a generated file, `text`, with the file and, if it is known, the line.

    Checks count from the first line after the header.
    """
    if not flaw.line:
        return with_code(f"{path}: {flaw}", flaw)
    above = text.count("\n") - split_header(text)[1].count("\n")
    tool = f"{flaw.tool}: " if flaw.tool else ""
    return with_code(f"{path}:{flaw.line + above}: {tool}{flaw.removeprefix(flaw.place)}", flaw)


def with_spec_names(text: str, qualnames: Iterable[str]) -> str:
    """Return what was said of a candidate with the names of specs that a person knows: Cart.total for `Cart__total`.

    Code that is quoted stays as it is.
    """
    names = {code_name(name): name for name in qualnames if "." in name}
    if not names:
        return text
    known = re.compile(rf"(?<!def )\b({'|'.join(map(re.escape, names))})\b")
    parts = text.split("`")
    parts[::2] = [known.sub(lambda found: names[found[0]], part) for part in parts[::2]]
    return with_code("`".join(parts), text)


def first_reason(module: str, freshness: "Freshness") -> str:
    """Return why a module is not fresh, in one line: the first reason, and the number of the others.

    Empty where the state says enough.
    """
    if not freshness.reasons or style_of(freshness.state).says_enough:
        return ""
    texts = [" ".join(reason_text(reason, beside=module).split()) for reason in freshness.reasons]
    head = f"{texts.pop(0)}; " if freshness.protected and len(texts) > 1 else ""
    first, *others = texts
    return f"{head}{first}" + (f" (and {len(others)} more)" if others else "")


_DRIFT_CODES: Mapping[str, str] = {
    "orphaned": codes.ORPHANED,
    "broken": codes.DAMAGED,
    "fresh": codes.DAMAGED,  # by its header alone: its code doesn't parse
    "unbuilt": codes.NOT_BUILT,
    "conflict": codes.CONFLICT,
    "edited": codes.EDITED,
    "verify": codes.TO_VERIFY,
    "judge": codes.REWORDED,
    "stale": codes.STALE,
}
"""The state of what has drifted -> the code of that; accepted code has one where a person has to decide."""


def drift_error(drift: "Drift") -> JauntError:
    """Return what is said of a module or file that has drifted, with the command that puts it right as the hint."""
    if drift.problem is not None:
        return drift.problem
    texts = reason_texts(drift.reasons, beside=None if drift.state == "edited" else drift.module)
    message, hint = _drift_words(drift, "; ".join(texts))
    if drift.state == "accepted":
        return JauntError(message, hint=hint, code=codes.ACCEPTED if drift.stale else codes.TO_VERIFY)
    return JauntError(message, hint=hint, code=_DRIFT_CODES[drift.state])


def _drift_words(drift: "Drift", said: str) -> tuple[str, str]:
    """Return what is said of what has drifted, and what to run."""
    module, state = drift.module, drift.state
    if state == "orphaned":
        return f"{drift.path}: {reason_text(drift.reasons[0], beside=module)}", _orphan_hint(drift.reasons)
    if state == "broken":
        return f"{module}: {said}", "make it readable, or remove it"
    command = build_command(drift.kind)
    again = f"{command} --force --target {module}"
    if state == "fresh":
        return f"{module}: {said}", f"run: {again}"
    if state == "conflict":
        return f"{module}: {said}", f"merge the specs, then run: {command}"
    if state == "edited":
        has_header = all(reason.kind is not ReasonKind.NO_HEADER for reason in drift.reasons)
        return f"{module}: {said}", f"run: jaunt accept {module}, or {again}" if has_header else f"run: {again}"
    if drift.stale and state == "accepted":
        return f"{module}: accepted, but {said}", decision(module, drift.kind)
    if state in ("verify", "accepted"):
        return f"{module}: to be verified: {said}", f"run: {command}, which makes no call if it passes"
    if state == "judge":
        return f"{module}: reworded: {said}", f"run: {command}, which asks whether the code still fits"
    return f"{module}: {said if state == 'unbuilt' else f'stale: {said}'}", f"run: {command}"


def _orphan_hint(reasons: Iterable[Reason]) -> str:
    is_edited = any(reason.kind is ReasonKind.EDITED for reason in reasons)
    return f"run: jaunt clean --orphans{' --force' if is_edited else ''}"


def ago(seconds: float) -> str:
    """Return how long ago something was, as a person would say it: "5 minutes ago"."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' * (count != 1)} ago"
    return "just now"
