"""The program that compares versions of modules, in the sandbox: it leads them, and reports what they disagree on.

It never runs their code itself: each version is a process of its own, see `version.py`.
"""

import json
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from itertools import combinations
from typing import Any, NamedTuple

import jaunt.runtime.loader  # noqa: F401 - loaded here, it is in every version
from jaunt.checks.behaviour.comparison.asked import RAISES, Difference, Group, Order, Report, Step, Subject
from jaunt.checks.behaviour.comparison.smaller import simplicity
from jaunt.checks.behaviour.comparison.version import Channel, serve
from jaunt.checks.behaviour.comparison.walk import Walk
from jaunt.checks.behaviour.search import Enough
from jaunt.sandbox import linux
from jaunt.sandbox.processes import kill_all

_DRAWN = 3  # times the inputs that are wanted: what is drawn twice counts once
_MOST_DIFFERENCES = 3  # of one subject
_IMPORT_SECONDS = 20.0


def main() -> None:
    """Compare what standard input names, module by module."""
    linux.adopt_orphans()
    orders: list[Order] = json.load(sys.stdin)
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for index, order in enumerate(orders):
        for report in _compared(order):
            results.write(json.dumps({"order": index, "report": report}) + "\n")
            results.flush()


def _compared(order: Order) -> Sequence[Report]:
    with tempfile.TemporaryDirectory(prefix="compared-", ignore_cleanup_errors=True) as folder:
        versions = [_Version(order, source, folder) for source in order["sources"]]
        try:
            problems = [version.problem() for version in versions]
            why = next((f"version {i + 1} {each}" for i, each in enumerate(problems) if each), "")
            if len(versions) == len(problems) and any(problems):
                return [_not_compared(subject, why) for subject in order["subjects"]]
            return [_Subject(order, subject, versions).compare() for subject in order["subjects"]]
        finally:
            for version in versions:
                version.end()


def _not_compared(subject: Subject, why: str) -> Report:
    return Report(name=subject["name"], tried=0, raised=0, differs=0, differences=[], why_not=why, late=False)


class _Version:
    """The process of one version, and our end of the socket to it."""

    def __init__(self, order: Order, source: str, folder: str) -> None:
        ours, theirs = socket.socketpair()
        self._process = os.fork()
        if self._process == 0:
            ours.close()
            os.setsid()
            os.chdir(folder)
            with suppress(BaseException):
                serve(order, source, theirs)
            os._exit(0)
        theirs.close()
        self._end = ours
        self.channel = Channel(ours)

    def problem(self) -> str:
        """Return what is wrong with its import, "" if nothing."""
        try:
            said = self.channel.receive(_IMPORT_SECONDS)
        except (TimeoutError, OSError, ValueError):
            return f"takes longer than {_IMPORT_SECONDS:g} s to import"
        return said["why"] if said is not None else "ends the process as it is imported"

    def end(self) -> None:
        """End the process and all that it has started."""
        self._end.close()
        kill_all(self._process)


_ASIDES: Mapping[str, Callable[[Step], str]] = {
    "": lambda step: "",
    "message": lambda step: step.get("detail", ""),
    "zero": lambda step: step.get("zero", ""),
    "alias": lambda step: step.get("alias", ""),
}
"""What is compared apart, in this order, as it differs without harm more often than not."""


class _Kind(NamedTuple):
    """One way in which versions disagree: which go together, and what kind of thing each group gives."""

    groups: tuple[int, ...]
    kinds: tuple[str, ...]
    method: str
    aside: str


class _Smallest(NamedTuple):
    """The smallest input so far on which versions disagree in one way: what they gave, and the input if it was given.

    `size` is less for a smaller input.
    """

    size: tuple[int, list[int]]
    found: list[list[Step]]
    values: dict[str, Any] | None


class _Subject:
    """The comparison of one subject by all versions, in step."""

    def __init__(self, order: Order, subject: Subject, versions: Sequence[_Version]) -> None:
        self._order = order
        self._subject = subject
        self._walk = Walk(subject, [each.channel for each in versions], order["seconds"])
        self._seen: dict[str, bool] = {}  # input -> whether all raise an error
        self._counts: dict[_Kind, int] = {}
        self._smallest: dict[_Kind, _Smallest] = {}
        self._first: dict[_Kind, int] = {}  # how many inputs were drawn until the first one
        self._opaque: dict[str, str] = {}

    def compare(self) -> Report:
        """Return what came of it."""
        why = self._run()
        is_late = self._walk.is_late
        differs = sum(count for kind, count in self._counts.items() if not kind.aside)
        tried, raised = len(self._seen), sum(self._seen.values())
        chosen = self._chosen()
        for kind in [] if why else chosen:
            if not self._walk.is_late:
                self._run(kind)
        if not chosen and not why and tried and len(self._opaque) == tried:
            why = f"gives {next(iter(self._opaque.values()))}, into which nothing can look"
        found = [self._difference(kind) for kind in chosen]
        return Report(
            name=self._subject["name"],
            tried=tried,
            raised=raised,
            differs=differs,
            differences=found,
            why_not=why,
            late=is_late,
        )

    def _chosen(self) -> list[_Kind]:
        """Return the ways of disagreeing that are told: the most frequent, and at the end one of each that is little.

        After the most frequent come those that tell more versions apart than the ones before.
        """
        ordered = sorted(self._counts, key=lambda kind: (kind.aside, -self._counts[kind], kind))
        left = [kind for kind in ordered if not kind.aside]
        real: list[_Kind] = []
        told: set[tuple[int, int]] = set()
        while left and len(real) < _MOST_DIFFERENCES:
            kind = max(left, key=lambda each: len(_apart(each) - told)) if real else left[0]
            told |= _apart(kind)
            left.remove(kind)
            real.append(kind)
        return real + [*{kind.aside: kind for kind in reversed(ordered) if kind.aside}.values()][::-1]

    def _run(self, wanted: _Kind | None = None) -> str:
        """Have all versions try inputs, or smaller ones than one that is `wanted`; return why that ended, if early."""
        most = self._order["inputs"] * _DRAWN if wanted is None else self._first[wanted]
        start = self._smallest[wanted].values if wanted is not None else None
        last = self._order["smaller"] + (most if start is None else 0)  # Hypothesis looks for the first once more
        rounds = 0

        def heed(found: list[list[Step]], values: dict[str, Any] | None) -> bool:
            nonlocal rounds
            rounds += 1
            kind = self._note(found, values, rounds, is_counted=wanted is None)
            is_last = len(self._seen) >= self._order["inputs"] if wanted is None else rounds > last
            if is_last or self._walk.is_late:
                raise Enough
            return kind is not None and kind == wanted

        return self._walk.go(heed, most, is_smaller=wanted is not None, start=start)

    def _note(
        self, found: list[list[Step]], values: dict[str, Any] | None, number: int, *, is_counted: bool
    ) -> _Kind | None:
        """Take note of what all versions gave for one input, and return how they disagree, None if they don't."""
        text = "; ".join(step["call"] for step in found[0])
        if any("vague" in step for step in found[0]):
            text += f" #{number}"
        is_counted = is_counted and text not in self._seen
        if is_counted:
            self._seen[text] = all("raised" in steps[-1] for steps in found)
            if opaque := next((step["opaque"] for steps in found for step in steps if "opaque" in step), ""):
                self._opaque[text] = opaque
        kind, at = _disagreement(found)
        if kind is None:
            return None
        if is_counted:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._first.setdefault(kind, number)
        size = simplicity("; ".join(step["call"] for step in found[0][: at + 1]))
        if kind not in self._smallest or size < self._smallest[kind].size:
            self._smallest[kind] = _Smallest(size, [steps[: at + 1] for steps in found], values)
        return kind

    def _difference(self, kind: _Kind) -> Difference:
        found = self._smallest[kind].found
        call = "; ".join(step["call"] for step in found[0])
        groups: dict[int, Group] = {}
        before = _setup(found[0][:-1])
        texts = _settling([steps[-1] for steps in found], kind.aside)
        for version, (number, steps) in enumerate(zip(kind.groups, found, strict=True)):
            last = steps[-1]
            settles = texts[version]
            lines = [*before, *settles] if settles and before is not None else []
            said = last["shown"] if kind.aside else last.get("raised") or last["shown"]
            if kind.aside == "alias":
                said += f", {last['alias']} itself" if "alias" in last else ", an object of its own"
            group = groups.setdefault(number, Group(versions=[], shown=said, lines=lines))
            group["versions"].append(version)
        ordered = sorted(groups.values(), key=lambda each: (-len(each["versions"]), each["versions"]))
        return Difference(call=call, groups=ordered, aside=kind.aside)


def _apart(kind: _Kind) -> set[tuple[int, int]]:
    """Return the pairs of versions that a way of disagreeing tells apart."""
    pairs = combinations(range(len(kind.groups)), 2)
    return {(one, other) for one, other in pairs if kind.groups[one] != kind.groups[other]}


def _settling(steps: Sequence[Step], aside: str) -> list[list[str]]:
    """Return, for what each version gave on one input, the lines that settle it that way; none where none do."""
    if aside == "message":
        return [*map(_by_message, steps)]
    if aside == "alias":
        return [_by_identity(each, steps) for each in steps]
    changed = {name for step in steps for name in step.get("changed", {})}
    return [_by_change(each, steps, changed) if changed else each["lines"] for each in steps]


def _by_message(step: Step) -> list[str]:
    """Return the lines that settle an error with its message; none where that has several lines."""
    detail = step.get("detail", "")
    if not step["lines"] or "\n" in detail:
        return []
    *before, last = [each.removesuffix(RAISES) for each in step["lines"]]
    return [*before, f"{last}{f': {detail}' if detail else ''}"]


def _by_identity(step: Step, steps: Sequence[Step]) -> list[str]:
    """Return the lines that settle whether a call gives an argument back, or something of its own."""
    name = next(each["alias"] for each in steps if "alias" in each)
    bound, texts = _bound(steps, [name])
    return [f">>> {name} = {texts[name]}", f">>> {bound} is {name}", str(step.get("alias") == name)] if bound else []


def _by_change(step: Step, steps: Sequence[Step], changed: Collection[str]) -> list[str]:
    """Return the lines that settle what a call makes of its arguments, those that some version has `changed`."""
    bound, texts = _bound(steps, changed)
    now = {name: step.get("changed", {}).get(name, text) for name, text in texts.items()}
    if not step["lines"] or not bound or None in now.values():
        return []
    called = [each.replace(step["call"], bound) if each.startswith(">>> ") else each for each in step["lines"]]
    after = (line for name, text in now.items() for line in (f">>> {name} == {text}", "True"))
    return [*(f">>> {name} = {text}" for name, text in texts.items()), *called, *after]


def _bound(steps: Sequence[Step], names: Collection[str]) -> tuple[str, dict[str, str]]:
    """Return a call with some arguments as variables, and the source of each of these; "" where it can't be written."""
    step = next(each for each in steps if "parts" in each)
    parts = step["parts"]
    if any(source is None for _, _, source in parts):
        return "", {}
    written = (f"{before}{name if name in names else source}" for name, before, source in parts)
    texts = {name: source or "" for name, _, source in parts if name in names}
    return f"{step['call'].partition('(')[0]}({', '.join(written)})", texts


def _setup(steps: Sequence[Step]) -> list[str] | None:
    """Return the lines that come before the last call; None if one of them can't be written."""
    lines: list[str] = []
    for step in steps:
        if "raised" in step:
            lines += step["lines"]
        elif step["key"].startswith("made") or step["lines"]:
            is_shown = step["key"].startswith("made") or step["shown"] == "None"
            lines.append(f">>> {step['call']}" if is_shown else f">>> _ = {step['call']}")
        else:
            return None
    return lines


def _disagreement(found: list[list[Step]]) -> tuple[_Kind | None, int]:
    """Return how versions disagree, and at which call first."""
    for aside, of_step in _ASIDES.items():
        for at, steps in enumerate(zip(*found, strict=False)):
            texts = [f"{step['key']}{of_step(step)}" for step in steps]
            if len({*texts}) > 1:
                order = {text: number for number, text in enumerate(dict.fromkeys(texts))}
                kinds = {order[text]: step.get("raised", "gives") for text, step in zip(texts, steps, strict=True)}
                method = steps[0]["call"].partition("(")[0]
                groups = tuple(order[text] for text in texts)
                return _Kind(groups, tuple(kinds.values()), method, aside), at
    return None, 0


if __name__ == "__main__":
    main()
