"""The timeline of a build, as a page: who waited for whom, the critical path, the jobs in use."""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from jaunt.build.memory.timings import BuildTimings, JobTiming
from jaunt.files.json_record import plain_record
from jaunt.process.frozen import frozen
from jaunt.report.page import render_page
from jaunt.specs.dag import critical_path

_HELD_UP = 0.05  # seconds, from which on more jobs would help


@frozen
class JobCounts:
    """How many jobs were running, and how many were held up by the jobs limit, from `time` on."""

    time: float
    running: int = 0
    waiting: int = 0


@frozen
class Analysis:
    """What follows from a build's record; `path` are the names of the jobs on the critical path, in order."""

    path: tuple[str, ...] = ()
    path_seconds: float = 0.0
    work_seconds: float = 0.0
    usage: tuple[JobCounts, ...] = ()


def analyse(timings: BuildTimings) -> Analysis:
    """Return the critical path (the chain of jobs that took longest), the sum of all jobs, their usage."""
    by_name = {job.name: job for job in timings.jobs}
    lengths = critical_path({job.name: job.deps for job in timings.jobs}, lambda name: by_name[name].seconds)
    users: dict[str, list[str]] = {name: [] for name in by_name}
    for job in timings.jobs:
        for dep in set(job.deps) & by_name.keys():
            users[dep].append(job.name)
    path = []
    heads = [name for name in lengths if lengths[name] > 0]
    while heads:
        path.append(max(heads, key=lambda name: (lengths[name], name)))
        heads = [name for name in users[path[-1]] if lengths[name] > 0]
    return Analysis(
        path=tuple(path),
        path_seconds=max(lengths.values(), default=0.0),
        work_seconds=sum(job.seconds for job in timings.jobs),
        usage=tuple(_usage(timings.jobs)),
    )


def seconds_with(jobs: Sequence[JobTiming], limit: int) -> float:
    """Return about how long a build would take with `limit` jobs at a time: each as long as it took, the longest path
    first. Raises graphlib.CycleError if jobs wait for each other.
    """
    by_name = {job.name: job for job in jobs}
    needs = {job.name: set(job.deps) & by_name.keys() for job in jobs}
    length = critical_path(needs, lambda name: by_name[name].seconds)
    users: dict[str, list[str]] = {name: [] for name in by_name}
    for name, deps in needs.items():
        for dep in deps:
            users[dep].append(name)
    ready = [(-length[name], name) for name in by_name if not needs[name]]
    running: list[tuple[float, str]] = []
    heapify(ready)
    now = 0.0
    while ready or running:
        while ready and len(running) < limit:
            name = heappop(ready)[1]
            heappush(running, (now + by_name[name].seconds, name))
        now, done = heappop(running)
        for name in users[done]:
            needs[name].remove(done)
            if not needs[name]:
                heappush(ready, (-length[name], name))
    return now


def _usage(jobs: Sequence[JobTiming]) -> list[JobCounts]:
    changes: dict[float, tuple[int, int]] = {0.0: (0, 0)}

    def change(moment: float, running: int, waiting: int) -> None:
        before = changes.get(moment, (0, 0))
        changes[moment] = (before[0] + running, before[1] + waiting)

    for job in jobs:
        if job.started is None or job.ended is None:
            continue
        change(job.started, 1, -1)
        change(job.ended, -1, 0)
        change(max(0.0, job.started - job.queue), 0, 1)
    usage = [JobCounts(0.0)]
    for moment, (running, waiting) in sorted(changes.items()):
        usage.append(JobCounts(moment, usage[-1].running + running, usage[-1].waiting + waiting))
    return usage[1:]


def timings_html(timings: BuildTimings, *, project: str = "") -> str:
    """Return a self-contained page: a build's numbers, its timeline, its jobs in use, a table of its modules.

    `project` is the project's name, for the title. Raises graphlib.CycleError if jobs wait for each other.
    """
    analysis = analyse(timings)
    more = 2 * timings.limit if sum(job.queue for job in timings.jobs) > _HELD_UP else 0
    data = {
        **({"more_jobs": more, "more_jobs_seconds": seconds_with(timings.jobs, more)} if more else {}),
        **plain_record(timings),
        "project": project,
        "jobs": [{**plain_record(job), "seconds": job.seconds} for job in timings.jobs],
        "path": analysis.path,
        "path_seconds": analysis.path_seconds,
        "work_seconds": analysis.work_seconds,
        "usage": [[usage.time, usage.running, usage.waiting] for usage in analysis.usage],
    }
    return render_page("timings", title=f"{project or 'jaunt'}: timings of the last build", data=data).rstrip("\n")
