"""How near the engine's order comes to the shortest possible makespan.

    python tests/benchmarks/makespan.py [--real] [--seeds 20] [--modules 200]

Prints makespan / max(critical path, total work / jobs), mean and worst over the seeds: no order can be
below 1. "unit costs": the engine takes every module to be as long as the next; "known costs": it is told
how long each takes. Durations are log-normal, as a model's answers are, and virtual: the engine's own
dispatcher is driven with a simulated clock. With `--real`, `run_jobs` sleeps 15 ms on average for a module.
"""

import argparse
import asyncio
import heapq
import itertools
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

from jaunt.engine import CallAction, make_dispatcher, run_jobs
from jaunt.job import Job, Outcome, critical_path

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


def make_jobs(dag: Dag, durations: Mapping[str, float], *, known: bool) -> list[Job]:
    """Return the jobs of a DAG; each sleeps for its duration, which it tells the engine only if `known`."""

    def sleeper(seconds: float) -> Callable:
        async def run() -> Outcome:
            await asyncio.sleep(seconds)
            return Outcome("generated", seconds=seconds)

        return run

    return [
        Job(name, "build", name, sleeper(durations[name]), deps, durations[name] if known else 1.0)
        for name, deps in dag.items()
    ]


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", action="store_true", help="run the jobs, with real sleeps")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--modules", type=int, default=200)
    options = parser.parse_args()
    measure = real_makespan if options.real else simulated_makespan
    print(f"{'shape':<25}{'jobs':>5}{'unit: mean':>12}{'worst':>8}{'known: mean':>13}{'worst':>8}")
    for shape, make_dag in SHAPES.items():
        for limit in (4, 8):
            ratios: dict[bool, list[float]] = {False: [], True: []}
            for seed in range(options.seeds):
                rng = random.Random(seed)
                dag = make_dag(rng, options.modules)
                durations = {name: 0.012 * rng.lognormvariate(0, 0.6) for name in dag}
                for known in ratios:
                    span = measure(make_jobs(dag, durations, known=known), durations, limit)
                    ratios[known].append(span / lower_bound(dag, durations, limit))
            cells = [f(ratios[known]) for known in ratios for f in (statistics.mean, max)]
            print(f"{shape:<25}{limit:>5}{cells[0]:>12.3f}{cells[1]:>8.3f}{cells[2]:>13.3f}{cells[3]:>8.3f}")


if __name__ == "__main__":
    main()
