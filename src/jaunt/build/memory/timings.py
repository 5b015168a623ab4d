"""What the last build took, job by job, and its record under `.jaunt`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from jaunt.engine.job import Event, Job, Outcome
from jaunt.errors import JauntConfigError
from jaunt.files.json_record import read_record, write_record
from jaunt.header import Kind
from jaunt.process.frozen import frozen
from jaunt.specs.dag import critical_path

TIMINGS_FILE = Path(".jaunt") / "timings.json"
"""The record of a project's last build, below its root."""

_VERSION = 1


@frozen
class JobTiming:
    """What one job of a build took. Everything but the name may be missing.

    `started` and `ended` are in seconds since the build began, None if the job was never started, as a dependency
    failed. `queue` is how many seconds it was held up though all that it needs was done; `model_seconds`,
    `check_seconds` and `write_seconds` are the known parts of the time from start to end. `deps` are the names of the
    jobs that it waited for.
    """

    name: str
    module: str = ""
    kind: Kind = "build"
    status: str = ""
    origin: str = ""
    started: float | None = None
    ended: float | None = None
    queue: float = 0.0
    model_seconds: float = field(default=0.0, metadata={"json": "model"})
    check_seconds: float = field(default=0.0, metadata={"json": "checks"})
    write_seconds: float = field(default=0.0, metadata={"json": "write"})
    attempts: int = 0
    input_tokens: int = field(default=0, metadata={"json": "tokens_in"})
    output_tokens: int = field(default=0, metadata={"json": "tokens_out"})
    cost: float | None = None
    errors: tuple[str, ...] = ()
    deps: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """From start to end."""
        return max(0.0, self.ended - self.started) if self.started is not None and self.ended is not None else 0.0


_OF_OUTCOME = {each.name for each in fields(Outcome)} & {each.name for each in fields(JobTiming)}
"""What of a timing is the outcome's."""


@dataclass(frozen=True, kw_only=True)
class BuildTimings:
    """The record of one build: when it began (seconds since the epoch), its seconds, the jobs limit, the jobs."""

    began: float = 0.0
    seconds: float = 0.0
    limit: int = 0
    jobs: tuple[JobTiming, ...]


class TimingsRecorder:
    """Records when each job starts and ends; it is a listener of the engine.

    `limit` is the number of jobs at a time. `details` may return what the outcome of a job doesn't tell: a
    mapping with any of JobTiming's fields, such as `{"model_seconds": 2.5, "check_seconds": 0.8}`.
    """

    def __init__(self, *, limit: int = 0, details: Callable[[Job, Outcome], Mapping[str, Any]] | None = None) -> None:
        self._limit = limit
        self._details = details
        self._began = time.time()
        self._clock = time.perf_counter()
        self._started: dict[str, float] = {}
        self._jobs: dict[str, Job] = {}
        self._ended: dict[str, JobTiming] = {}

    def __call__(self, event: Event, job: Job, outcome: Outcome | None) -> None:
        """Take one of the engine's events."""
        now = time.perf_counter() - self._clock
        self._jobs[job.name] = job
        if event == "started":
            self._started[job.name] = now
        elif event == "finished" and outcome is not None:
            more = self._details(job, outcome) if self._details else {}
            self._ended[job.name] = self._timing(job, now, outcome, more)

    def timings(self) -> BuildTimings:
        """Return the record so far; jobs that are still under way count as interrupted."""
        now = time.perf_counter() - self._clock
        under_way = (name for name in self._jobs if name not in self._ended)
        cut_off = [self._timing(self._jobs[name], now, Outcome("interrupted"), {}) for name in under_way]
        jobs = (*self._ended.values(), *cut_off)
        return BuildTimings(began=self._began, seconds=now, limit=self._limit, jobs=jobs)

    def save(self, root: Path) -> Path:
        """Write the record so far below the project's root and return its file; raises JauntWriteError."""
        return write_timings(root, self.timings())

    def _timing(self, job: Job, now: float, outcome: Outcome, more: Mapping[str, Any]) -> JobTiming:
        started = self._started.get(job.name)
        needed = [self._ended[dep].ended or 0.0 for dep in job.deps if dep in self._ended]
        told = JobTiming(
            name=job.name,
            module=job.module,
            kind=job.kind,
            started=started,
            ended=None if started is None else now,
            queue=0.0 if started is None else max(0.0, started - max(needed, default=0.0)),
            deps=tuple(sorted(job.deps)),
            **{name: getattr(outcome, name) for name in _OF_OUTCOME},
        )
        return replace(told, **more)


def write_timings(root: Path, timings: BuildTimings) -> Path:
    """Write the record of a project's last build and return its file; raises JauntWriteError."""
    return write_record(root / TIMINGS_FILE, timings, within=root, version=_VERSION)


def read_timings(root: Path) -> BuildTimings:
    """Return the record of a project's last build.

    Raises JauntConfigError if there is none, or if it can't be read.
    """
    path = root / TIMINGS_FILE
    try:
        timings = read_record(path, BuildTimings, version=_VERSION)
        critical_path({job.name: job.deps for job in timings.jobs})  # refuses what waits for itself
    except FileNotFoundError:
        raise JauntConfigError(f"{path}: no build was recorded yet", hint="run `jaunt build` first") from None
    except (OSError, ValueError) as error:
        raise JauntConfigError(
            f"{path}: the record of the last build can't be read: {error}",
            hint="remove it; `jaunt build` writes a new one",
        ) from error
    return timings
