"""The program that compares versions of modules, in the sandbox: it leads them, and reports what they disagree on.

It never runs their code itself: each version is a process of its own, see `version.py`.
"""

import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import jaunt.runtime.loader  # noqa: F401 - loaded here, it is in every version
from jaunt.checks.behaviour.comparison.asked import Difference, Group, Order, Report, Step, Subject
from jaunt.checks.behaviour.comparison.version import Channel, serve
from jaunt.sandbox import linux
from jaunt.sandbox.processes import kill_all

_DRAWN = 3  # times the inputs that are wanted: what is drawn twice counts once
_MOST_DIFFERENCES = 3  # of one subject
_IMPORT_SECONDS = 20.0
_LOOKS = 50  # at a process that is to end, a tenth of a second each once time is up


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


class _Kind(NamedTuple):
    """One way in which versions disagree: which go together, and what kind of thing each group gives."""

    groups: tuple[int, ...]
    kinds: tuple[str, ...]
    method: str
    by_message: bool


class _Subject:
    """The comparison of one subject by all versions, in step."""

    def __init__(self, order: Order, subject: Subject, versions: Sequence[_Version]) -> None:
        self._order = order
        self._subject = subject
        self._versions = versions
        self._deadline = time.monotonic() + order["seconds"]
        self._seen: dict[str, bool] = {}  # input -> whether all raise an error
        self._counts: dict[_Kind, int] = {}
        self._smallest: dict[_Kind, tuple[tuple[int, int, str], list[list[Step]]]] = {}
        self._first: dict[_Kind, int] = {}  # how many inputs were drawn until the first one
        self._opaque: dict[str, str] = {}
        self._why = ""
        self._is_late = False

    def compare(self) -> Report:
        """Return what came of it."""
        self._run(None, most=self._order["inputs"] * _DRAWN)
        is_late = self._is_late
        differs = sum(count for kind, count in self._counts.items() if not kind.by_message)
        tried, raised = len(self._seen), sum(self._seen.values())
        chosen = self._chosen()
        for kind in [] if self._why else chosen:
            if not self._is_late:
                self._run(kind, most=self._first[kind])
                self._why = ""
        if not chosen and not self._why and tried and len(self._opaque) == tried:
            self._why = f"gives {next(iter(self._opaque.values()))}, into which nothing can look"
        found = [self._difference(kind) for kind in chosen]
        return Report(
            name=self._subject["name"],
            tried=tried,
            raised=raised,
            differs=differs,
            differences=found,
            why_not=self._why,
            late=is_late,
        )

    def _chosen(self) -> list[_Kind]:
        """Return the ways of disagreeing that are told: the most frequent, and those by a message alone at the end."""
        ordered = sorted(self._counts, key=lambda kind: (kind.by_message, -self._counts[kind], kind))
        real = [kind for kind in ordered if not kind.by_message][:_MOST_DIFFERENCES]
        return real + [kind for kind in ordered if kind.by_message][:1]

    def _run(self, wanted: _Kind | None, *, most: int) -> None:
        """Have all versions draw inputs; they are told of each whether it is of the `wanted` kind, and look for more.

        What they find is smaller from there on.
        """
        for version in self._versions:
            version.channel.send(subject=self._subject, most=most, smaller=wanted is not None)
        processes = [self._next(version).get("process") for version in self._versions]
        rounds = 0
        while True:
            said = [self._next(version) for version in self._versions]
            ended = [each for each in said if "steps" not in each]
            if ended:
                self._why = self._why or next((why for each in ended if (why := self._end_of(each))), "")
                break
            rounds += 1
            kind = self._note([each["steps"] for each in said], rounds, wanted)
            self._is_late = time.monotonic() > self._deadline
            if self._is_late or (
                len(self._seen) >= self._order["inputs"] if wanted is None else rounds > most + self._order["smaller"]
            ):
                break  # nobody hears of this one
            for version in self._versions:
                self._send(version, is_wanted=kind is not None and kind == wanted)
        self._finish(said, processes)

    def _finish(self, said: Sequence[dict[str, Any]], processes: Sequence[int | None]) -> None:
        """Wait until the processes of all versions for this subject have ended."""
        for version, each, process in zip(self._versions, said, processes, strict=True):
            if "over" in each:
                continue
            if ("stuck" in each or "late" in each) and process:
                with suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            self._send(version, is_wanted=None)
            for _ in range(_LOOKS):
                if "over" in self._next(version):
                    break

    def _send(self, version: _Version, *, is_wanted: bool | None) -> None:
        """Tell a version of the last input, or, by None, that there are no more."""
        with suppress(OSError):
            version.channel.send(is_wanted=is_wanted)

    def _next(self, version: _Version) -> dict[str, Any]:
        """Return what a version says next; "over", with no code, where it is gone, "late" if it takes too long."""
        try:
            said = version.channel.receive(max(0.1, self._deadline - time.monotonic()))
        except TimeoutError:
            return {"late": True}
        except (OSError, ValueError):
            said = None
        return {"over": None} if said is None else said

    def _end_of(self, said: dict[str, Any]) -> str:
        """Return why a comparison has come to its end, "" for the usual one."""
        if "late" in said:
            return f"took longer than {self._order['seconds']:g} s"
        if "stuck" in said:
            return f"{said['stuck']} has not ended after 2 s"
        if "unsteady" in said:
            return f"gives other results on the same input: {said['unsteady']}"
        if "over" in said:
            return "ends the process"
        return said.get("why") or said.get("done") or ""

    def _note(self, found: list[list[Step]], number: int, wanted: _Kind | None) -> _Kind | None:
        """Take note of what all versions gave for one input, and return how they disagree, None if they don't.

        What is `wanted` comes smaller each time, as Hypothesis has it; of others the shortest is the smallest.
        """
        text = "; ".join(step["call"] for step in found[0])
        if any("vague" in step for step in found[0]):
            text += f" #{number}"
        is_new = text not in self._seen
        if wanted is None and is_new:
            self._seen[text] = all("raised" in steps[-1] for steps in found)
            if opaque := next((step["opaque"] for steps in found for step in steps if "opaque" in step), ""):
                self._opaque[text] = opaque
        kind, at = _disagreement(found)
        if kind is None:
            return None
        if wanted is None and is_new:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._first.setdefault(kind, number)
        written = "; ".join(step["call"] for step in found[0][: at + 1])
        size = len(written), sum(not each.isalpha() for each in written), written
        if kind == wanted or kind not in self._smallest or size < self._smallest[kind][0]:
            self._smallest[kind] = size, [steps[: at + 1] for steps in found]
        return kind

    def _difference(self, kind: _Kind) -> Difference:
        (*_, call), found = self._smallest[kind]
        groups: dict[int, Group] = {}
        before = _setup(found[0][:-1])
        for version, (number, steps) in enumerate(zip(kind.groups, found, strict=True)):
            last = steps[-1]
            settles = _by_message(last) if kind.by_message else last["lines"]
            lines = [*before, *settles] if settles and before is not None else []
            said = last["shown"] if kind.by_message else last.get("raised") or last["shown"]
            group = groups.setdefault(number, Group(versions=[], shown=said, lines=lines))
            group["versions"].append(version)
        ordered = sorted(groups.values(), key=lambda each: (-len(each["versions"]), each["versions"]))
        return Difference(call=call, groups=ordered, by_message=kind.by_message)


def _by_message(step: Step) -> list[str]:
    """Return the lines that settle an error with its message; none where that has several lines."""
    detail = step.get("detail", "")
    if not step["lines"] or "\n" in detail:
        return []
    return [f">>> {step['call']}", *step["lines"][1:-1], f"{step['lines'][-1]}{f': {detail}' if detail else ''}"]


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
    for by_message in (False, True):
        for at, steps in enumerate(zip(*found, strict=False)):
            texts = [f"{step['key']}{step.get('detail', '') if by_message else ''}" for step in steps]
            if len({*texts}) > 1:
                order = {text: number for number, text in enumerate(dict.fromkeys(texts))}
                kinds = {order[text]: step.get("raised", "gives") for text, step in zip(texts, steps, strict=True)}
                method = steps[0]["call"].partition("(")[0]
                groups = tuple(order[text] for text in texts)
                return _Kind(groups, tuple(kinds.values()), method, by_message), at
    return None, 0


if __name__ == "__main__":
    main()
