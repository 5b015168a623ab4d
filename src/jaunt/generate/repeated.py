"""Errors told once, and few: equal ones are one line, and an example that fails by what is told already is left out."""

import re
from collections.abc import Iterable, Sequence

_AT_LINE = re.compile(r"^(?P<tool>(?:\w+: )?)line (?P<line>\d+): (?P<rest>.*)$", re.DOTALL)
_QUOTED_LINE = re.compile(r": `[^`]*`(?= \(|$)")
_FAILED_BY = re.compile(r"\n    got: (?P<error>(?P<kind>\w+)(?::[^\n]*)?) \(line (?P<line>\d+) of the candidate\)")
_MISTAKES = {
    *("AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "TypeError", "UnboundLocalError"),
}
"""What a candidate raises because of a name or a call that is wrong in itself, which other checks tell as well."""


def told_once(errors: Iterable[str]) -> list[str]:
    """Return errors without those that tell nothing new.

    Of errors that differ in their line alone, the first one is left, with their number ("10 times"). An example that
    raises what another one raised in the same line is counted with that; one that fails by a mistake in a line of which
    an error is told already is left out.
    """
    listed = list(errors)
    lines = {match["line"] for error in listed if (match := _AT_LINE.match(error))}
    kept: dict[str, list[str]] = {}
    for error in listed:
        failed = _FAILED_BY.search(error)
        if failed and failed["kind"] in _MISTAKES and failed["line"] in lines:
            continue
        kept.setdefault(_same(error, failed), []).append(error)
    return [_joined(group) for group in kept.values()]


def _same(error: str, failed: re.Match[str] | None) -> str:
    """Return what errors that tell the same have in common."""
    if failed:
        return f"{failed['error']} in line {failed['line']}"
    match = _AT_LINE.match(error)
    return f"{match['tool']}{_QUOTED_LINE.sub('', match['rest'])}" if match else error


def _joined(group: Sequence[str]) -> str:
    first, more = group[0], len(group) - 1
    if not more:
        return first
    if _FAILED_BY.search(first):
        return f"{first}\n    and so {'does' if more == 1 else 'do'} {more} more example{'s' if more > 1 else ''}"
    lines = [match["line"] for error in group[1:] if (match := _AT_LINE.match(error))]
    return f"{first} ({len(group)} times; also in line{'s' if more > 1 else ''} {', '.join(lines[:10])})"


def shortened(errors: Sequence[str], most: int = 10, most_characters: int = 2_000) -> list[str]:
    """Return the errors that a model is told: each cause once, the last attempt's first to be kept, within limits."""
    distinct = _without_doubles(errors)
    last = distinct[-1].partition(":")[0] if distinct else ""
    wanted = sorted(range(len(distinct)), key=lambda i: (not distinct[i].startswith(f"{last}:"), i))
    kept: list[int] = []
    left = most_characters
    for index in wanted[:most]:
        size = min(len(distinct[index]), most_characters // 3)
        if size <= left or not kept:
            kept.append(index)
            left -= size
    found = [_cut(distinct[index], most_characters // 3) for index in sorted(kept)]
    more = len(distinct) - len(found)
    return [*found, f"and {more} more"] if more else found


def _without_doubles(errors: Sequence[str]) -> list[str]:
    """Return errors but for those that tell of an undefined name, or of a line's one cause, a second time."""
    known: set[tuple[str, str]] = set()
    found = []
    for error in dict.fromkeys(errors):
        attempt = error.partition(": ")[0] if error.startswith("attempt ") else ""
        name = _undefined(error)
        if name and (attempt, name) in known:
            continue
        known.add((attempt, name))
        found.append(error)
    return found


def _undefined(error: str) -> str:
    """Return the name that an error says is not defined, "" for any other error."""
    is_of_name = "F821" in error or "[unresolved-reference]" in error
    return error.split("`")[1] if is_of_name and error.count("`") > 1 else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()} ..."
