"""What jaunt costs: large projects, side by side with plain doit and ninja on as many do-nothing tasks; calls; order.

    python tests/benchmarks/scale.py [--modules 1000 10000] [--runs 5] [--chain 5000] [--fan 10000]
        [--handwritten | --null]

Makes the projects in a temporary folder, builds them with a backend that answers at once, and prints one table: the
wall time of whole processes, median over the runs, with their CPU time (user and system), their peak memory, and the
ratio to plain doit, which runs in turn with them. A long chain and a wide fan of modules follow in the same form, then
the rows of `calls.py` and `makespan.py`. `--handwritten` adds a layer of as many modules that people wrote, each used
by one, with rows of `jaunt check`, with `--verify` too, and of verifying all modules, and leaves the others out.
`--null` measures a cold build and null builds alone, for sizes at which the rest takes hours: of 100,000 modules the
cold build takes 7 minutes of CPU and 2.9 GB, a null build without `.jaunt/` 2 minutes and 2.3 GB. Its growth is that
of CPU time, least of the runs, as such a run is seldom alone on its machine. Needs `jaunt` and `doit` beside this
Python; `ninja` where it is installed. Nothing is asserted: the last column is what was asked for.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import calls
import makespan
from cold_build import write_modules, write_project

BIN = Path(sys.executable).parent
COLD_BUILD = Path(__file__).with_name("cold_build.py")
SETTLED_SECONDS = 2.5  # a file that changed within the last two seconds is not taken from the scan cache

# The time in ns at which the first request arrives goes to a file; then the module fails.
PROGRAM = '#!/bin/sh\ndate +%s%N >> "$1"\nexit 1\n'


@dataclass(frozen=True)
class Sample:
    """What one process took: seconds of wall time and of CPU, peak memory in MB."""

    wall: float
    cpu: float
    memory: float


def run(command: Sequence[str | Path], cwd: Path, *, code: int | None = 0) -> Sample:
    """Run a command to its end; its exit code has to be `code`, unless that is None."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        child = subprocess.Popen([*map(str, command)], cwd=cwd, env=environment, stdout=output, stderr=output)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if code is not None and child.returncode != code:
            output.seek(0)
            raise SystemExit(f"{command} ended with {child.returncode}:\n{output.read().decode()[-2000:]}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(samples: Sequence[Sample]) -> Sample:
    """Return the median of each figure."""
    return Sample(*(statistics.median(getattr(s, f) for s in samples) for f in ("wall", "cpu", "memory")))


def jaunt(*arguments: str) -> list[str | Path]:
    """Return a command line of jaunt's."""
    return [BIN / "jaunt", *arguments]


DOIT_BUILD: list[str | Path] = [BIN / "doit", "build"]


class Bench:
    """A project of some size with its generated files, and what it is compared with."""

    def __init__(self, folder: Path, modules: int, runs: int, *, handwritten: bool = False) -> None:
        self.modules = modules
        self.runs = runs
        self.handwritten = handwritten
        self.root = folder / f"layered{modules}"
        self.plain = folder / f"doit{modules}"
        self.ninja = folder / f"ninja{modules}"
        write_project(self.root, modules=modules, specs=5, layers=10, handwritten=handwritten)
        (self.root / "dodo.py").write_text("from jaunt.tasks import DOIT_CONFIG, task_build, task_test\n")
        write_plain_doit(self.plain, modules)
        write_ninja(self.ninja, modules)

    def measure(self) -> dict[str, Sample]:
        """Return row -> median."""
        rows = {"cold build, instant backend": run([sys.executable, COLD_BUILD, "--project", self.root], self.root)}
        time.sleep(SETTLED_SECONDS)
        rows |= self.in_turn(
            {
                "no .jaunt/: jaunt build": self.without_state(jaunt("build")),
                "no .jaunt/: doit build": self.without_state(DOIT_BUILD),
            }
        )
        rows |= self.in_turn(
            {
                "plain doit": lambda: run(DOIT_BUILD, self.plain),
                **({"ninja": lambda: run(["ninja"], self.ninja)} if shutil.which("ninja") else {}),
                "jaunt status": lambda: run(jaunt("status"), self.root),
                "jaunt build": lambda: run(jaunt("build"), self.root),
                "doit build": lambda: run(DOIT_BUILD, self.root),
                "doit list": lambda: run([BIN / "doit", "list"], self.root),
            }
        )
        if self.handwritten:
            return rows | self.verified()
        edits = {"last": self.modules - 1, "middle": self.modules // 2 + 5, "first": 1}
        rows |= self.in_turn({f"edit of the {k} module": self.first_request(n) for k, n in edits.items()})
        return rows

    def null_builds(self) -> dict[str, Sample]:
        """Return what a cold build takes, the first build after it, in a fresh clone, and those after that."""
        rows = {"cold build, instant backend": run([sys.executable, COLD_BUILD, "--project", self.root], self.root)}
        time.sleep(SETTLED_SECONDS)
        rows["no .jaunt/: jaunt build"] = self.without_state(jaunt("build"))()
        run(jaunt("build"), self.root)
        samples = [run(jaunt("build"), self.root) for _ in range(self.runs)]
        return rows | {"jaunt build": min(samples, key=lambda sample: sample.cpu)}

    def verified(self) -> dict[str, Sample]:
        """Return what checks of all code as it stands take, and a build after each handwritten class got a field."""
        rows = {"jaunt check --verify, first": run(jaunt("check", "--verify"), self.root)}
        rows |= self.in_turn(
            {
                "jaunt check": lambda: run(jaunt("check"), self.root),
                "jaunt check --verify": lambda: run(jaunt("check", "--verify"), self.root),
            }
        )
        for path in (self.root / "src" / "app").glob("by_hand*.py"):
            path.write_text(path.read_text().replace('name: str = ""', 'name: str = ""\n    more: int = 0'))
        rows["verify all modules"] = run(jaunt("build", "-q"), self.root)
        return rows

    def in_turn(self, rows: dict[str, Callable[[], Sample]]) -> dict[str, Sample]:
        """Run each row once to warm up, then all of them in turn."""
        for measure in rows.values():
            measure()
        samples = [{name: measure() for name, measure in rows.items()} for _ in range(self.runs)]
        return {name: median([sample[name] for sample in samples]) for name in rows}

    def without_state(self, command: Sequence[str | Path]) -> Callable[[], Sample]:
        """Return a measurement of a command on a fresh clone."""

        def measure() -> Sample:
            shutil.rmtree(self.root / ".jaunt", ignore_errors=True)
            return run(command, self.root)

        return measure

    def first_request(self, number: int) -> Callable[[], Sample]:
        """Return a measurement of the time until the first request leaves, after one docstring is edited."""
        note, program = self.root / "first-request", self.root / "model"
        program.write_text(PROGRAM)
        program.chmod(0o755)
        configuration = f'[llm]\nprovider = "command"\ncommand = ["{program}", "{note}"]\n'
        source = self.root / "src" / "app" / f"m{number}.py"
        text = source.read_text()

        def measure() -> Sample:
            (self.root / "jaunt.toml").write_text(f"version = 1\n{configuration}[build]\nmax_attempts = 1\n")
            note.unlink(missing_ok=True)
            source.write_text(text.replace("Return number 0", f"Return the number 0 ({time.time_ns()})"))
            begin = time.time_ns()
            sample = run(jaunt("build"), self.root, code=None)
            first = int(note.read_text().split()[0])
            source.write_text(text)
            run(jaunt("status"), self.root)  # so that the next one starts from the text that was built
            return Sample((first - begin) / 1e9, sample.cpu, sample.memory)

        return measure


def write_plain_doit(folder: Path, tasks: int) -> None:
    """Write a dodo.py with do-nothing tasks."""
    folder.mkdir()
    task = '{"name": f"m{i}", "actions": [], "uptodate": [True]}'
    (folder / "dodo.py").write_text(f"def task_build():\n    for i in range({tasks}):\n        yield {task}\n")


def write_ninja(folder: Path, edges: int) -> None:
    """Write a build.ninja of edges that are up to date once ninja has run."""
    folder.mkdir()
    lines = ["rule touch", "  command = touch $out", *(f"build m{i}.out: touch m{i}.in" for i in range(edges)), ""]
    (folder / "build.ninja").write_text("\n".join(lines))
    for i in range(edges):
        (folder / f"m{i}.in").touch()


def measure_shape(folder: Path, name: str, dag: dict[int, list[int]]) -> dict[str, Sample]:
    """Return what a cold build, and runs with nothing stale, take for modules of one spec each."""
    root = folder / name
    write_modules(root, dag, specs=1)
    rows = {"cold build, instant backend": run([sys.executable, COLD_BUILD, "--project", root], root)}
    time.sleep(SETTLED_SECONDS)
    plain = folder / f"doit-{name}"
    write_plain_doit(plain, len(dag))
    for row, command, cwd in (("plain doit", DOIT_BUILD, plain), ("jaunt build", jaunt("build"), root)):
        run(command, cwd)
        rows[row] = run(command, cwd)
    return rows


# Row -> limits for 1,000 and 10,000 modules; those in "x" are times plain doit's wall time, the others seconds.
TARGETS = {
    "cold build, instant backend": "3 s, 35 s",
    "no .jaunt/: jaunt build": "1.2 s, 12 s",
    "no .jaunt/: doit build": "1.2 s, 12 s",
    "jaunt status": "2.5 x, 2 x; 70 MB, 300 MB",
    "jaunt build": "2.5 x, 2 x; 70 MB, 300 MB",
    "doit build": "2.5 x, 2 x; 70 MB, 300 MB",
    "doit list": "2.5 x, 2 x; 70 MB, 300 MB",
    "jaunt check --verify": "2 x jaunt check",
    "verify all modules": "12 ms a module",
    "edit of the last module": "0.3 s, 1.3 s",
    "edit of the middle module": "0.3 s, 1.3 s",
}


def print_table(tables: dict[int, dict[str, Sample]]) -> None:
    """Print all sizes side by side."""
    sizes = [*tables]
    print(f"\n{'':<30}" + "".join(f"{f'{size:,} modules: wall, CPU, memory, x doit':>46}" for size in sizes), end="")
    print(f"{'growth':>9}   wanted")
    for row in tables[sizes[0]]:
        cells = [cell(table[row], table["plain doit"]) for table in tables.values()]
        growth = f"{tables[sizes[-1]][row].wall / tables[sizes[0]][row].wall:8.1f}x" if len(sizes) > 1 else f"{'':>9}"
        print(f"{row:<30}{''.join(f'{text:>46}' for text in cells)}{growth}   {TARGETS.get(row, '')}")


def print_null_builds(tables: dict[int, dict[str, Sample]]) -> None:
    """Print all sizes side by side, with the growth of CPU time."""
    first, *_, last = [*tables.values()] * 2
    print(f"{'':<30}" + "".join(f"{f'{size:,} modules: wall, CPU, memory':>38}" for size in tables) + f"{'growth':>9}")
    for row, sample in first.items():
        cells = [
            f"{each.wall:9.3f} s {each.cpu:9.3f} s {each.memory:7.0f} MB" for each in (t[row] for t in tables.values())
        ]
        print(f"{row:<30}{''.join(f'{text:>38}' for text in cells)}{last[row].cpu / sample.cpu:8.1f}x")


def cell(sample: Sample, reference: Sample) -> str:
    """Return one cell of the table."""
    return f"{sample.wall:7.3f} s {sample.cpu:7.2f} s {sample.memory:5.0f} MB {sample.wall / reference.wall:6.2f}x"


def main() -> None:
    """Make the projects, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--chain", type=int, default=5000, help="modules in the chain; 0 leaves it out")
    parser.add_argument("--fan", type=int, default=10000, help="modules in the fan; 0 leaves it out")
    parser.add_argument(
        "--handwritten", action="store_true", help="with as many modules that people wrote, and no more"
    )
    parser.add_argument("--null", action="store_true", help="a cold build and null builds, and no more")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sizes = (Bench(Path(folder), n, arguments.runs, handwritten=arguments.handwritten) for n in arguments.modules)
        if arguments.null:
            print_null_builds({bench.modules: bench.null_builds() for bench in sizes})
            return
        print_table({bench.modules: bench.measure() for bench in sizes})
        if arguments.handwritten:
            return
        shapes = {"chain": {i: [i - 1] if i else [] for i in range(arguments.chain)}}
        shapes["fan"] = {i: [0] if i else [] for i in range(arguments.fan)}
        for name, dag in shapes.items():
            rows = measure_shape(Path(folder), name, dag) if dag else {}
            print(f"\n{name} of {len(dag):,} modules" if dag else "")
            for row, sample in rows.items():
                print(f"{row:<30}{cell(sample, rows['plain doit']):>46}")
    print()
    calls.print_rows([*calls.call_rows(), calls.import_row()])
    for real in (False, True):
        print(f"\nmakespan / bound, {'with real sleeps' if real else 'simulated'}")
        makespan.print_ratios(real=real)


if __name__ == "__main__":
    main()
