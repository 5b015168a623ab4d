"""What the last build took, job by job, and its record under `.jaunt`."""

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from jaunt.engine.job import Event, Job, Outcome
from jaunt.errors import JauntConfigError
from jaunt.files.atomic import write_atomic
from jaunt.header import Kind
from jaunt.specs.dag import critical_path

TIMINGS_FILE = Path(".jaunt") / "timings.json"
"""The record of a project's last build, below its root."""

_VERSION = 1


@dataclass(frozen=True)
class JobTiming:
    """What one job of a build took. Everything but the name may be missing.

    `started` and `ended` are in seconds since the build began, None if the job was never started, as a dependency
    failed. `queue` is how many seconds it was held up though all that it needs was done; `model`, `checks` and `write`
    are the known parts of the time from start to end. `deps` are the names of the jobs that it waited for.
    """

    name: str
    module: str = ""
    kind: Kind = "build"
    status: str = ""
    origin: str = ""
    started: float | None = None
    ended: float | None = None
    queue: float = 0.0
    model: float = 0.0
    checks: float = 0.0
    write: float = 0.0
    attempts: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    errors: tuple[str, ...] = ()
    deps: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """From start to end."""
        return max(0.0, self.ended - self.started) if self.started is not None and self.ended is not None else 0.0


@dataclass(frozen=True)
class BuildTimings:
    """The record of one build: when it began (seconds since the epoch), its seconds, the jobs limit, the jobs."""

    began: float = 0.0
    seconds: float = 0.0
    limit: int = 0
    jobs: tuple[JobTiming, ...] = ()


Timing = TypeVar("Timing", JobTiming, BuildTimings)


class TimingsRecorder:
    """Records when each job starts and ends; it is a listener of the engine.

    `limit` is the number of jobs at a time. `details` may return what the outcome of a job doesn't tell: a
    mapping with any of JobTiming's fields, such as `{"model": 2.5, "checks": 0.8}`.
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
        return BuildTimings(self._began, now, self._limit, (*self._ended.values(), *cut_off))

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
            status=outcome.status,
            origin=outcome.origin,
            started=started,
            ended=None if started is None else now,
            queue=0.0 if started is None else max(0.0, started - max(needed, default=0.0)),
            model=outcome.model_seconds,
            checks=outcome.check_seconds,
            write=outcome.write_seconds,
            attempts=outcome.attempts,
            tokens_in=outcome.input_tokens,
            tokens_out=outcome.output_tokens,
            cost=outcome.cost,
            errors=outcome.errors,
            deps=tuple(sorted(job.deps)),
        )
        return replace(told, **more)


# --- the record --------------------------------------------------------------------------------------


def write_timings(root: Path, timings: BuildTimings) -> Path:
    """Write the record of a project's last build and return its file; raises JauntWriteError."""
    text = json.dumps({"version": _VERSION, **asdict(timings)})
    return write_atomic(root / TIMINGS_FILE, f"{text}\n", within=root)


def read_timings(root: Path) -> BuildTimings:
    """Return the record of a project's last build.

    Raises JauntConfigError if there is none, or if it can't be read.
    """
    path = root / TIMINGS_FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["version"] != _VERSION:
            raise ValueError(f"its version is {found['version']!r}, not {_VERSION}")
        jobs = tuple(_filled(JobTiming(str(job["name"])), job) for job in found.pop("jobs"))
        critical_path({job.name: job.deps for job in jobs})  # refuses what waits for itself
        return _filled(BuildTimings(jobs=jobs), found)
    except FileNotFoundError:
        raise JauntConfigError(f"{path}: no build was recorded yet", hint="run `jaunt build` first") from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else error
        raise JauntConfigError(
            f"{path}: the record of the last build can't be read: {reason}",
            hint="remove it; `jaunt build` writes a new one",
        ) from error


def _filled(blank: Timing, found: Mapping[str, Any]) -> Timing:
    """Return a record with the values that a JSON object has for it; ValueError for one of another type."""
    values = {}
    for name, default in vars(blank).items():
        if name in found:
            values[name] = tuple(found[name]) if isinstance(found[name], list) else found[name]
            if not _fits(values[name], default):
                raise ValueError(f"{name} is {found[name]!r}")
    return replace(blank, **values)


def _fits(value: object, default: object) -> bool:
    if isinstance(default, str):
        return isinstance(value, str)
    if isinstance(default, tuple):
        return isinstance(value, tuple) and all(isinstance(text, str) for text in value)
    return (isinstance(value, int | float) and math.isfinite(value)) or (default is None and value is None)
