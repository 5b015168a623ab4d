"""How near the engine's order comes to the shortest possible makespan.

    python tests/benchmarks/makespan.py [--real] [--seeds 20] [--modules 200] [--median 0.06]

Prints makespan / max(critical path, total work / jobs), mean and worst over the seeds: no order can be
below 1. "unit costs": the engine takes every module to be as long as the next; "known costs": it is told
how long each takes. Durations are log-normal, as a model's answers are, and virtual: the engine's own
dispatcher is driven with a simulated clock. With `--real`, `run_jobs` sleeps; `--median` is then what a
module takes, in seconds. Beside the order, a real run shows what each job loses: the timer rounds a sleep up to
the next millisecond, and from one job's end to the next one's start control passes from the event loop to a worker,
to doit's runner, to a worker, and back: 0.6 ms on the machine where it was measured.
"""

import argparse
import asyncio
import heapq
import itertools
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from jaunt.engine.job import Job, Outcome
from jaunt.engine.runner import make_dispatcher, run_jobs
from jaunt.specs.dag import critical_path
from jaunt.tasks.bridge import CallAction

Dag = Mapping[str, frozenset[str]]


def imports_like(rng: random.Random, size: int) -> Dag:
    """Each module imports up to four earlier ones, more often the ones that many import already."""
    names = [f"m{i}" for i in range(size)]
    popular = names[:1]
    dag = {}
    for i, name in enumerate(names):
        dag[name] = frozenset(rng.choice(popular) for _ in range(rng.randint(0, 4))) if i else frozenset()
        popular += [name, *sorted(dag[name])]
    return dag


def layered(rng: random.Random, size: int) -> Dag:
    """Ten layers; each module needs one to three of the layer below."""
    width = size // 10
    names = [f"m{i}" for i in range(size)]
    dag = {}
    for i, name in enumerate(names):
        below = names[max(0, i // width - 1) * width : i // width * width]
        dag[name] = frozenset(rng.sample(below, rng.randint(1, min(3, len(below))))) if below else frozenset()
    return dag


def chain_and_free(rng: random.Random, size: int) -> Dag:
    """One chain of an eighth of the modules, as long as the whole takes with eight jobs; the rest free."""
    names = [f"m{i}" for i in range(size)]
    chain = rng.sample(names, size // 8)
    dag = dict.fromkeys(names, frozenset[str]())
    dag.update({after: frozenset({before}) for before, after in itertools.pairwise(chain)})
    return dag


def base_chain_and_free(rng: random.Random, size: int) -> Dag:
    """The same, but all of it needs one base module first, so that everything becomes ready at once."""
    dag = chain_and_free(rng, size - 1)
    return {"base": frozenset(), **{name: deps or frozenset({"base"}) for name, deps in dag.items()}}


SHAPES: dict[str, Callable[[random.Random, int], Dag]] = {
    "imports-like": imports_like,
    "layered": layered,
    "one chain and many free": chain_and_free,
    "the same on one base": base_chain_and_free,
}


# With known costs: simulated, and with real sleeps. The last shape is ours: nothing can run beside its base, so that
# its bound can't be reached.
WANTED = dict.fromkeys([*SHAPES][:3], ("1.02", "1.08"))


def make_jobs(dag: Dag, durations: Mapping[str, float], *, known: bool) -> list[Job]:
    """Return the jobs of a DAG; each sleeps for its duration, which it tells the engine only if `known`."""

    def sleeper(seconds: float) -> Callable:
        async def run() -> Outcome:
            await asyncio.sleep(seconds)
            return Outcome("generated", seconds=seconds)

        return run

    return [Job(name, sleeper(durations[name]), deps, durations[name] if known else 1.0) for name, deps in dag.items()]


def simulated_makespan(jobs: Sequence[Job], durations: Mapping[str, float], limit: int) -> float:
    """Drive the engine's dispatcher as doit's runner does, with a virtual clock and `limit` workers."""
    dispatcher = make_dispatcher(jobs, lambda job: CallAction(lambda: None, job.name))
    clock, running, completed = 0.0, [], None
    while True:
        while len(running) < limit:
            try:
                node = dispatcher.generator.send(completed)
            except StopIteration:
                break
            completed = None
            if node == "hold on":
                break
            node.run_status = "run"
            heapq.heappush(running, (clock + durations[node.task.name], node.task.name, node))
        if not running:
            return clock
        clock, _, completed = heapq.heappop(running)
        completed.run_status = "successful"


def real_makespan(jobs: Sequence[Job], durations: Mapping[str, float], limit: int) -> float:
    """Run the jobs and return the wall time in seconds."""
    begin = time.perf_counter()
    asyncio.run(run_jobs(jobs, limit=limit))
    return time.perf_counter() - begin


def lower_bound(dag: Dag, durations: Mapping[str, float], limit: int) -> float:
    longest = max(critical_path(dag, durations.__getitem__).values())
    return max(longest, sum(durations.values()) / limit)


class Ratios(NamedTuple):
    """How far above the bound the makespans of one shape and limit are, one a seed, without and with known costs."""

    shape: str
    limit: int
    unit: Sequence[float]
    known: Sequence[float]


def measure(shape: str, limit: int, *, seeds: int, modules: int, median: float, real: bool = False) -> Ratios:
    """Return the ratios of makespan and bound; `median` is in seconds."""
    makespan = real_makespan if real else simulated_makespan
    ratios: dict[bool, list[float]] = {False: [], True: []}
    for seed in range(seeds):
        rng = random.Random(seed)
        dag = SHAPES[shape](rng, modules)
        durations = {name: median * rng.lognormvariate(0, 0.6) for name in dag}
        for known, found in ratios.items():
            span = makespan(make_jobs(dag, durations, known=known), durations, limit)
            found.append(span / lower_bound(dag, durations, limit))
    return Ratios(shape, limit, ratios[False], ratios[True])


def print_ratios(*, real: bool, seeds: int | None = None, modules: int = 200, median: float = 0.06) -> None:
    """Measure every shape with four jobs and with eight, and print the table; `seeds` is 20 or, in a real run, 2."""
    print(f"{'shape':<25}{'jobs':>5}{'unit: mean':>12}{'worst':>8}{'known: mean':>13}{'worst':>8}   wanted, at most")
    for shape in SHAPES:
        for limit in (4, 8):
            found = measure(shape, limit, seeds=seeds or (2 if real else 20), modules=modules, median=median, real=real)
            cells = [f(ratios) for ratios in (found.unit, found.known) for f in (statistics.mean, max)]
            wanted = WANTED.get(shape, ("", ""))[real]
            print(f"{shape:<25}{limit:>5}{cells[0]:>12.3f}{cells[1]:>8.3f}{cells[2]:>13.3f}{cells[3]:>8.3f}   {wanted}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", action="store_true", help="run the jobs, with real sleeps")
    parser.add_argument("--seeds", type=int, help="default: 20, in a real run 2")
    parser.add_argument("--modules", type=int, default=200)
    parser.add_argument("--median", type=float, default=0.06, metavar="SECONDS", help="what a module takes")
    options = parser.parse_args()
    print_ratios(real=options.real, seeds=options.seeds, modules=options.modules, median=options.median)


if __name__ == "__main__":
    main()
