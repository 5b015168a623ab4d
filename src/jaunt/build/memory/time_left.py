"""TimeLeft: how long the rest of a build will take, by what its modules took before."""

from collections.abc import Callable, Collection, Mapping

from jaunt.build.memory.ledger import read_ledger
from jaunt.engine.job import ask_name, job_name
from jaunt.plan.order import asked_first, waits_for
from jaunt.plan.plan import Plan
from jaunt.specs.dag import critical_path


class TimeLeft:
    """An estimate that gets better as modules end.

    `deps` maps each module of the build to those it waits for, `known` a module to the seconds it took last time;
    `limit` is how many are built at a time. What is no module itself is, by `part_of`, a part of one, and ends with it.
    """

    def __init__(
        self,
        deps: Mapping[str, Collection[str]],
        known: Mapping[str, float],
        limit: int,
        part_of: Callable[[str], str] = str,
    ) -> None:
        self._deps = dict(deps)
        self._known = dict(known)
        self._limit = limit
        self._parts: dict[str, list[str]] = {}
        for name in deps:
            self._parts.setdefault(part_of(name), []).append(name)

    def ended(self, module: str, seconds: float | None) -> None:
        """Take note that a module has ended; `seconds` are None where they say nothing of the others."""
        for name in self._parts.get(module, [module]):
            self._deps.pop(name, None)
        if seconds is not None and len(self._parts.get(module, ())) < 2:
            self._known[module] = seconds

    def left(self, ages: Mapping[str, float]) -> float | None:
        """Return the seconds left, None if nothing is known; `ages` are those of the modules under way, in seconds.

        No build is faster than its longest chain, nor than all of its work over all of its jobs. A module that was
        never built takes as long as the others on average.
        """
        if not self._known or not self._deps:
            return None
        average = sum(self._known.values()) / len(self._known)
        rest = {name: self._known.get(name, average) for name in self._deps}
        for module, age in ages.items():
            # Of a module in two parts, it is not known how long the second one waits: its request alone gets older.
            name = self._parts.get(module, [module])[-1]
            if name in rest:
                rest[name] = max(0.0, rest[name] - age)
        longest = max(critical_path(self._deps, rest.__getitem__).values())
        return max(longest, sum(rest.values()) / self._limit)


def plan_time_left(plan: Plan, jobs: int, order: str = "", *, apart_from: Collection[str] = ()) -> TimeLeft:
    """Return how long a plan's build will take, `jobs` modules at a time, by what its modules took before.

    `order` is as in `run_plan`. A module's first request, where it leaves before its turn, is a part of its own.
    Modules that take no call, as their code is in the store, are `apart_from` these.
    """
    project, ledger = plan.project, read_ledger(plan.project.root)
    names = {m: job_name(project.kind_of(m), m) for m in plan.to("generate") if m not in apart_from}
    deps = {module: [name.partition(":")[2] for name in waits_for(project, module)] for module in names}
    known = {module: ledger.seconds(name) for module, name in names.items()} if ledger.entries else {}
    for module in [m for m in asked_first(plan, order) if m in known]:
        request = ask_name(module)
        known[request] = ledger.model_seconds(names[module])
        known[module] -= known[request]
        deps[module].append(request)
        deps[request] = []
    return TimeLeft(deps, known, jobs, part_of=lambda name: name.removeprefix(ask_name("")))
