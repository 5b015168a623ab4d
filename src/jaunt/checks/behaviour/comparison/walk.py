"""The way of all versions through the inputs for one subject, in step, as the process that leads them has it."""

import os
import pickle
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from jaunt.checks.behaviour.comparison.arguments import Arguments, read
from jaunt.checks.behaviour.comparison.asked import Step, Subject
from jaunt.checks.behaviour.comparison.inputs import draw, drawn_for
from jaunt.checks.behaviour.comparison.smaller import find_smaller
from jaunt.checks.behaviour.comparison.version import Channel
from jaunt.checks.behaviour.concealed import revealed
from jaunt.checks.behaviour.search import Enough

_LOOKS = 50  # at a process that is to end, a tenth of a second each once time is up

Heed = Callable[[list[list[Step]], dict[str, Any] | None], bool]
"""Takes note of what all versions gave for one input, which is known if it was given; returns whether it is wanted.

Raises Enough if it was the last.
"""


class Walk:
    """A walk of versions, by our end of the socket to each, through inputs for a subject, for some seconds at most."""

    def __init__(self, subject: Subject, versions: Sequence[Channel], seconds: float) -> None:
        self._subject = subject
        self._versions = versions
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._said: list[dict[str, Any]] = []
        self._why = ""

    @property
    def is_late(self) -> bool:
        """Whether time is up."""
        return time.monotonic() > self._deadline

    def go(self, heed: Heed, most: int, *, is_smaller: bool, start: dict[str, Any] | None) -> str:
        """Have all versions try as many inputs at most, or smaller ones; return why it ended, if early.

        Inputs of plain types are drawn here, once for all, and smaller ones made of `start`; others are drawn by each
        version, in step with the others.
        """
        self._why = ""
        for version in self._versions:
            _send(version, subject=self._subject, most=most, smaller=is_smaller)
        first = self._said = [self._next(version) for version in self._versions]
        with suppress(Enough), revealed():
            if not all("process" in each for each in first):
                self._look_for_end()
            arguments, drawn = self._plain([each["arguments"] for each in first])
            if arguments is None:
                self._follow(heed)
            elif start is not None:
                find_smaller(start, arguments, lambda values: self._give(values, heed))
            else:
                self._why = draw(drawn, most, lambda values: self._give(values, heed), is_smaller=False) or self._why
        self._finish([each.get("process") for each in first])
        return self._why

    def _plain(self, told: Sequence[Any]) -> tuple[Arguments | None, dict[str, Any]]:
        """Return the arguments and strategies for them, None where versions differ in them, or not all are plain."""
        if told[0] is None or any(each != told[0] for each in told):
            return None, {}
        read_before: list[Arguments] = []
        drawn, why = drawn_for(self._subject, lambda: read_before.append(read(told[0])) or read_before[0])
        return (None, {}) if why else (read_before[0], drawn)

    def _give(self, values: dict[str, Any], heed: Heed) -> bool:
        """Have all versions try one input, and return whether it is wanted; raises Enough if it is the last."""
        given = pickle.dumps(values).decode("latin-1")
        for version in self._versions:
            _send(version, given=given)
        return self._heard(heed, values)

    def _follow(self, heed: Heed) -> None:
        """Have all versions draw inputs; they are told of each whether it is wanted; raises Enough at the end."""
        for version in self._versions:
            _send(version, draw=True)
        while True:
            is_wanted = self._heard(heed, None)
            for version in self._versions:
                _send(version, is_wanted=is_wanted)

    def _heard(self, heed: Heed, values: dict[str, Any] | None) -> bool:
        """Return whether an input is wanted; raises Enough after the last."""
        self._said = [self._next(version) for version in self._versions]
        self._look_for_end()
        return heed([each["steps"] for each in self._said], values)

    def _look_for_end(self) -> None:
        """Take note of why versions have come to their end, and raise Enough, if one has."""
        ended = [each for each in self._said if "steps" not in each]
        if ended:
            self._why = next((why for each in ended if (why := self._end_of(each))), "")
            raise Enough

    def _end_of(self, said: dict[str, Any]) -> str:
        """Return why a version has come to its end, "" for the usual one."""
        if "late" in said:
            return f"took longer than {self._seconds:g} s"
        if "stuck" in said:
            return f"{said['stuck']} has not ended after 2 s"
        if "unsteady" in said:
            return f"gives other results on the same input: {said['unsteady']}"
        if "over" in said:
            return "ends the process"
        return said.get("why") or said.get("done") or ""

    def _next(self, version: Channel) -> dict[str, Any]:
        """Return what a version says next; "over", with no code, where it is gone, "late" if it takes too long."""
        try:
            said = version.receive(max(0.1, self._deadline - time.monotonic()))
        except TimeoutError:
            return {"late": True}
        except (OSError, ValueError):
            said = None
        return {"over": None} if said is None else said

    def _finish(self, processes: Sequence[int | None]) -> None:
        """Wait until the processes of all versions for this subject have ended."""
        for version, each, process in zip(self._versions, self._said, processes, strict=True):
            if "over" in each:
                continue
            if ("stuck" in each or "late" in each) and process:
                with suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            _send(version, is_wanted=None)
            for _ in range(_LOOKS):
                if "over" in self._next(version):
                    break


def _send(version: Channel, **facts: Any) -> None:
    """Tell a version what to do next, unless it is gone."""
    with suppress(OSError):
        version.send(**facts)
