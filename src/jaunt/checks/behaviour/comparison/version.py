"""One version of a module's code, in a process of its own in the sandbox: it makes the calls that are asked for.

Inputs of plain types are given to it. Of other types, all versions go the same way through the inputs that Hypothesis
draws, with the same seed: each tells what it got for one, and is then told whether they disagree. So each has objects
of its own classes, and the smallest input is looked for by all of them together.
"""

import copy
import json
import os
import pickle
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from jaunt.checks.behaviour.comparison.arguments import Arguments, arguments_of, told
from jaunt.checks.behaviour.comparison.asked import Order, Step, Subject
from jaunt.checks.behaviour.comparison.calls import steps_of
from jaunt.checks.behaviour.comparison.inputs import draw, drawn_for
from jaunt.checks.behaviour.comparison.source_text import SCOPE
from jaunt.checks.behaviour.comparison.values import GENERATED
from jaunt.checks.behaviour.concealed import Caller, Stuck, revealed
from jaunt.checks.behaviour.search import Enough, Fails, Unbuilt, is_tried_again
from jaunt.checks.examiner.candidate import import_candidate
from jaunt.process.boundary import caught
from jaunt.project.from_source import import_from_source
from jaunt.project.unbuilt import unbuilt_behind
from jaunt.sandbox import linux

STUCK_SECONDS = 2.0
"""How long one call may take."""
_COPIES = 2  # of each input: a version that is not its own like is not compared
_MORE_COPIES = 20  # of some inputs: code that counts its calls for each may change its mind later


class Channel:
    """One end of a socket, for objects of JSON."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._rest = b""

    def send(self, **facts: Any) -> None:
        """Send an object."""
        self._end.sendall(json.dumps(facts).encode() + b"\n")

    def receive(self, seconds: float | None = None) -> dict[str, Any] | None:
        """Return the next object, None if there is no more; raises TimeoutError after some seconds."""
        self._end.settimeout(seconds)
        while b"\n" not in self._rest:
            chunk = self._end.recv(1 << 16)
            if not chunk:
                return None
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        return json.loads(line)


def serve(order: Order, source: str, end: socket.socket) -> None:
    """Import a version, then look at one subject after the other as it is asked, each in a process of its own."""
    linux.die_with_parent()
    channel = Channel(end)
    _be_silent()
    names: dict[str, Any] = {}
    error = caught(lambda: names.update(_imported(order, source)))
    if error is not None:
        unbuilt = unbuilt_behind(error)
        why = f"needs the code of {unbuilt[0]}" if unbuilt else f"its import fails: {type(error).__name__}: {error}"
        channel.send(why=why.partition("\n")[0])
        return
    channel.send(why="")
    while (asked := channel.receive()) is not None:
        if "subject" not in asked:
            continue  # what was meant for a process that has ended
        child = os.fork()
        if child == 0:
            linux.die_with_parent()
            caught(lambda asked=asked: _observe(names, asked, channel))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        channel.send(over=os.waitstatus_to_exitcode(status))


def _be_silent() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as long as this lives


def _imported(order: Order, source: str) -> dict[str, Any]:
    import_from_source(order["bases"])
    sys.path[:0] = order["bases"]
    found = import_candidate(
        {
            "spec_module": order["spec_module"],
            "generated_module": order["generated_module"],
            "source": source,
            "filename": order["filename"],
            "names": order["names"],
            "questions": [],
            "single_file": order["single_file"],
            "bases": order["bases"],
            "effects": False,
        }
    )
    names = {**found.generated, **found.spec}
    SCOPE.update(names)
    GENERATED.update(each for name in order["names"] if isinstance(each := names.get(name), type))
    return names


def _observe(names: dict[str, Any], asked: Mapping[str, Any], channel: Channel) -> None:
    """Tell what comes of inputs for a subject: of those that are given, or that this process draws as all others do."""
    subject: Subject = asked["subject"]
    found: list[Arguments] = []
    error = caught(lambda: found.append(arguments_of(subject, names)))
    channel.send(process=os.getpid(), arguments=told(found[0]) if error is None else None)
    search = _Search(subject, names, channel)
    while (given := channel.receive()) is not None and "given" in given:
        channel.send(**search.tried(pickle.loads(given["given"].encode("latin-1"))))
    if given is None or "draw" not in given:
        return
    with revealed():
        drawn, why = drawn_for(subject, lambda: arguments_of(subject, names))
        why = why or draw(drawn, asked["most"], search, is_smaller=asked["smaller"])
    channel.send(done=why)


class _Search:
    """Makes the calls of one input after the other, and hears of each whether it is one that is looked for."""

    def __init__(self, subject: Subject, names: Mapping[str, Any], channel: Channel) -> None:
        self._caller = Caller(STUCK_SECONDS)
        self._number = 0
        self._subject = subject
        self._names = names
        self._channel = channel

    def __call__(self, values: dict[str, Any]) -> None:
        """Tell of one input; raises Fails for one that is looked for, Enough if it is the last."""
        self._channel.send(**self.tried(values))
        answer = self._channel.receive()
        if answer is None or answer["is_wanted"] is None:
            raise Enough
        if answer["is_wanted"]:
            raise Fails

    def tried(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return what comes of an input, twice or more often: each time of copies."""
        self._number += 1
        copies = _copies(values, _MORE_COPIES if is_tried_again(self._number) else _COPIES)
        try:
            found, error = self._caller.call(lambda: [steps_of(self._subject, self._names, each) for each in copies])
        except Stuck:
            return {"stuck": _written(self._subject, values)}
        if isinstance(error, Unbuilt):
            missing = ", ".join(unbuilt_behind(error.__cause__ or error))
            return {"why": f"needs the code of {missing}"}
        if error is not None:
            return {"why": f"it can't be told what it gives: {type(error).__name__}: {error}".partition("\n")[0]}
        unlike = next(filter(None, (_unlike(found[0], each) for each in found[1:])), "")
        return {"unsteady": unlike} if unlike else {"steps": found[0]}


def _unlike(first: Sequence[Step], second: Sequence[Step]) -> str:
    """Return the call, and what it gave, by which two runs of one input differ; "" if none does."""
    for one, other in zip(first, second, strict=False):
        if one["exact"] != other["exact"]:
            said = f": {one['shown']}, then {other['shown']}" if one["shown"] != other["shown"] else ""
            return f"{one['call']}{said}"
    return ""


def _copies(values: dict[str, Any], count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    error = caught(lambda: found.extend(copy.deepcopy(values) for _ in range(count)))
    return [values] if error is not None else found


def _written(subject: Subject, values: Mapping[str, Any]) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return f"{subject['name']}({given})"
