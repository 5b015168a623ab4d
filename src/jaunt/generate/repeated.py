"""Flaws told once, and few: equal ones are one, and an example that fails by what is told already is left out."""

from collections.abc import Iterable, Sequence

from jaunt.text.flaw import Flaw

_MISTAKES = {
    *("AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "TypeError", "UnboundLocalError"),
}
"""What a candidate raises because of a name or a call that is wrong in itself, which other checks tell as well."""


def told_once(errors: Iterable[Flaw]) -> list[Flaw]:
    """Return flaws without those that tell nothing new.

    Of flaws that differ in their line alone, the first one is left, with their number ("10 times"). An example that
    raises what another one raised in the same line is counted with that; one that fails by a mistake in a line of which
    a flaw is told already is left out.
    """
    listed = list(errors)
    lines = {each.line for each in listed if each.line}
    kept: dict[object, list[Flaw]] = {}
    for each in listed:
        if not (each.raised in _MISTAKES and each.raised_at in lines):
            kept.setdefault(_same(each), []).append(each)
    return [_joined(group) for group in kept.values()]


def _same(flaw: Flaw) -> object:
    """Return what flaws that tell the same have in common."""
    if flaw.raised_at:
        return flaw.details.get("got"), flaw.raised_at
    return (flaw.tool, flaw.symbol, flaw.message) if flaw.line and not flaw.file else flaw


def _joined(group: Sequence[Flaw]) -> Flaw:
    first, more = group[0], len(group) - 1
    if not more:
        return first
    if first.raised_at:
        more_examples = f"{'does' if more == 1 else 'do'} {more} more example{'s' if more > 1 else ''}"
        return first.saying(f"{first}\n    and so {more_examples}")
    lines = ", ".join(str(each.line) for each in group[1:11])
    return first.saying(f"{first} ({len(group)} times; also in line{'s' if more > 1 else ''} {lines})")


def shortened(errors: Sequence[Flaw], most: int = 10, most_characters: int = 2_000) -> list[str]:
    """Return the flaws that a model is told: each cause once, the last attempt's first to be kept, within limits."""
    distinct = _without_doubles(errors)
    last = distinct[-1].attempt if distinct else 0
    wanted = sorted(range(len(distinct)), key=lambda i: (distinct[i].attempt != last, i))
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


def _without_doubles(errors: Sequence[Flaw]) -> list[Flaw]:
    """Return flaws but for those that tell of an undefined name a second time in an attempt."""
    known: set[tuple[int, str]] = set()
    found = []
    for each in dict.fromkeys(errors):
        if not (each.tool and each.about and (each.attempt, each.about) in known):
            known.add((each.attempt, each.about))
            found.append(each)
    return found


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()} ..."
