"""The signed record of a test run: what the recorders wrote down, read as far as it is genuine."""

import ast
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jaunt.process.frozen import frozen

NOT_AWAITED = "is async, and nothing is told to run it: mark it, with @pytest.mark.anyio or @pytest.mark.asyncio"
_PHASES = ("setup", "call", "teardown")


@frozen
class Failure:
    """One thing that keeps a run from passing.

    `node_id` is pytest's, as of the folder that the run was in; `message` is one line, `details` the longer
    text, if any; `exception` is the name of the exception's class, if one was raised.
    """

    node_id: str
    message: str
    details: str = ""
    exception: str = ""

    def __str__(self) -> str:
        return f"{self.node_id}: {self.message}"

    def place(self, root: Path) -> str:
        """Return the file of a failed test, below `root`, and the line where it failed as far as it is told."""
        file = self.node_id.partition("::")[0]
        lines = re.findall(rf"{re.escape(Path(file).name)}:(\d+)", self.details)
        return ":".join([str(root / file), *lines[-1:]])

    def located(self, root: Path) -> str:
        """Return what failed, after the file and line of it; what is of no single test stays as it is."""
        file, colons, test = self.node_id.partition("::")
        return f"{self.place(root)}: {test}: {self.message}" if colons and (root / file).is_file() else str(self)


@dataclass
class RunRecord:
    """What a recorder wrote down, up to the first line that is not genuine, by node id.

    `running` is the test that was begun last, `workers` are the processes that were to run tests, `lost` says which of
    them ended before their time.
    """

    collected: dict[str, Path] = field(default_factory=dict)
    passed: dict[str, set[str]] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    workers: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    left_out: set[Path] = field(default_factory=set)
    loaded: tuple[str, ...] = ()
    end: int | None = None
    genuine: bool = True

    def finished(self) -> list[str]:
        """Return the node ids of the tests that passed in every phase."""
        return [
            test
            for test in self.collected
            if test not in self.failures and self.passed.get(test, set()).issuperset(_PHASES)
        ]

    def add(self, kind: str, *fields: Any) -> None:
        """Take in one line of the record; the first failure of a test stands."""
        match kind, fields:
            case "end", (code,):
                self.end = int(code)
            case "collected", (test, file):
                self.collected[test] = Path(file)
            case "started", (test,):
                self.running = {test}
            case "worker", (worker,):
                self.workers.append(worker)
            case "lost", (worker, why):
                self.lost.append(f"worker {worker} was lost: {why}")
            case "left out", (file,):
                self.left_out.add(Path(file))
            case "loaded", files:
                self.loaded = tuple(files)
            case "result", (test, phase, outcome, message, exception, details, seconds):
                self.seconds[test] = self.seconds.get(test, 0.0) + seconds
                if outcome == "passed":
                    self.passed.setdefault(test, set()).add(phase)
                else:
                    self._fail(test, _in_words(phase, outcome, message), details, exception)
            case "reported", (test, phase, outcome, message, details):
                self._fail(test, _in_words(phase, outcome, message), details)
            case "uncollected", (test, outcome, message, details):
                self._fail(test, _in_words("collection", outcome, message), details)
            case "unawaited", (test,):
                self._fail(test, NOT_AWAITED)
            case "tampered", (test, name):
                self._fail(test, f"{name} of pytest was replaced during the run")

    def _fail(self, test: str, message: str, details: str = "", exception: str = "") -> None:
        self.failures.setdefault(test, Failure(test, message, details, exception))


def merged(main: RunRecord, workers: Mapping[str, RunRecord]) -> RunRecord:
    """Return the record of a run whose tests were run by `workers`, name -> record; `main` is that of their master.

    A test counts as passed only if all its phases passed in one worker, and none failed in any.
    """
    whole = RunRecord(end=main.end, genuine=main.genuine, lost=[*main.lost], left_out={*main.left_out})
    loaded = dict.fromkeys(main.loaded)
    for name, record in workers.items():
        whole.genuine = whole.genuine and record.genuine
        whole.collected.update(record.collected)
        for test, phases in record.passed.items():
            whole.passed[test] = max(whole.passed.get(test, set()), phases, key=len)
        for test, failure in record.failures.items():
            whole.failures.setdefault(test, failure)
        whole.seconds.update(record.seconds)
        whole.left_out |= record.left_out
        whole.running |= record.running
        loaded |= dict.fromkeys(record.loaded)
        if record.end is None and not any(text.startswith(f"worker {name} ") for text in main.lost):
            whole.lost.append(f"worker {name} was lost: its record has no end")
    for test, failure in main.failures.items():
        whole.failures.setdefault(test, failure)
    whole.loaded = tuple(loaded)
    return whole


def read_record(text: bytes, key: bytes) -> RunRecord:
    """Return what the record says up to the first line that was not signed with `key`, or is out of order."""
    record = RunRecord()
    for number, line in enumerate(text.split(b"\n")[:-1]):
        content, _, signature = line.rpartition(b"\t")
        if not hmac.compare_digest(hmac.digest(key, content, "sha256").hex().encode(), signature):
            record.genuine = False
            break
        place, kind, *fields = ast.literal_eval(content.decode())
        if place != number or record.end is not None:
            record.genuine = False
            break
        record.add(kind, *fields)
    return record


def _in_words(phase: str, outcome: str, message: str) -> str:
    if outcome == "uncalled":
        return "its function was not called"
    if outcome == "skipped":
        return f"was skipped: {message}"
    return message if phase == "call" else f"{message} (in {phase})"
