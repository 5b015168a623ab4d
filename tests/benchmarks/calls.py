"""What jaunt costs a program that uses generated code: a call, a call of a stub, the import.

    python tests/benchmarks/calls.py [--calls 200000] [--runs 15]

Writes a small built project and prints one table: each figure beside what it is compared with, which is measured in
turn with it, their difference and their ratio. The least of the runs counts for calls, as whatever else the machine
does can only add to it, and the median for whole processes. Nothing is asserted: the last column is what issue 5 asks
for.
"""

import argparse
import importlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import timeit
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, NamedTuple

SPECS = """\
import jaunt


@jaunt.magic
def function(x: int, *, scale: float = 1.0) -> int:
    \"\"\"Return `x`.\"\"\"
    ...


@jaunt.magic
async def coroutine(x: int) -> int:
    \"\"\"Return `x`.\"\"\"
    ...


@jaunt.magic
class Box:
    \"\"\"Holds nothing.\"\"\"

    def method(self, x: int) -> int:
        \"\"\"Return `x`.\"\"\"
        ...


@jaunt.magic
def missing(x: int) -> int:
    \"\"\"Return `x`.\"\"\"
    ...
"""
CODE = """\
def function(x: int, *, scale: float = 1.0) -> int:
    return x


async def coroutine(x: int) -> int:
    return x


class Box:
    def method(self, x: int) -> int:
        return x
"""


class Row(NamedTuple):
    """One figure and what it is compared with, in seconds."""

    name: str
    seconds: float
    reference: float
    wanted: str


def call_rows(calls: int = 200_000, runs: int = 15) -> list[Row]:
    """Return what calls through the decorator cost, beside calls of the generated code itself."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "measured"
        for name, text in {"specs.py": SPECS, "__init__.py": "", "__generated__/specs.py": CODE}.items():
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            (package / name).write_text(text)
        sys.path.insert(0, folder)
        specs: Any = importlib.import_module("measured.specs")
        direct: Any = importlib.import_module("measured.__generated__.specs")
        sys.path.remove(folder)
        box, direct_box = specs.Box(), direct.Box()
        pairs = [
            ("call of a built function", "f(1)", specs.function, direct.function, "150 ns more"),
            ("  the same with a keyword", "f(1, scale=2.0)", specs.function, direct.function, "150 ns more"),
            ("call of a built coroutine function", "f(1)", _awaited(specs.coroutine), _awaited(direct.coroutine), ""),
            ("call of a built class's method", "f(1)", box.method, direct_box.method, ""),
        ]
        rows = [Row(name, *_least(code, f, g, calls, runs), wanted) for name, code, f, g, wanted in pairs]
        raising, returning = _caught(specs.missing), _caught(direct.function)
        return [*rows, Row("call of an unbuilt stub", *_least("f(1)", raising, returning, 1000, runs), "1 ms")]


def _awaited(function: Callable[[int], Coroutine[None, None, int]]) -> Callable[[int], int]:
    def call(x: int) -> int:
        try:
            function(x).send(None)
        except StopIteration as result:
            return result.value
        raise RuntimeError("the coroutine waits for something")

    return call


def _caught(function: Callable[[int], object]) -> Callable[[int], object]:
    def call(x: int) -> object:
        try:
            return function(x)
        except Exception as error:  # noqa: BLE001 - what a stub raises is measured, whatever it is
            return error

    return call


def _least(code: str, f: Callable, g: Callable, calls: int, runs: int) -> tuple[float, float]:
    """Return the seconds of one call of `f` and of one of `g`, the least of the runs."""
    timers = [timeit.Timer(code, globals={"f": function}) for function in (f, g)]
    samples = [[timer.timeit(calls) / calls for timer in timers] for _ in range(runs)]
    first, second = (min(column) for column in zip(*samples, strict=True))
    return first, second


def import_row(runs: int = 15) -> Row:
    """Return the CPU time of a process that imports jaunt, beside one that does nothing."""
    samples = [[_process_seconds(code) for code in ("import jaunt", "pass")] for _ in range(runs + 1)][1:]
    return Row("import jaunt", *(statistics.median(column) for column in zip(*samples, strict=True)), "10 ms more")


def _process_seconds(code: str) -> float:
    # PYTHONDONTWRITEBYTECODE, say, would make each process compile jaunt anew; the first one, which is left out, does.
    environment = {name: value for name, value in os.environ.items() if name[:6] != "PYTHON" or name == "PYTHONPATH"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def print_rows(rows: Sequence[Row]) -> None:
    """Print the table."""
    print(f"{'':<34}{'takes':>12}{'reference':>12}{'difference':>12}{'ratio':>9}   wanted, at most")
    for row in rows:
        figures = (row.seconds, row.reference, row.seconds - row.reference)
        cells = "".join(f"{_duration(seconds):>12}" for seconds in figures)
        print(f"{row.name:<34}{cells}{row.seconds / row.reference:>8.2f}x   {row.wanted}")


def _duration(seconds: float) -> str:
    unit, factor = next(((u, f) for u, f in (("ms", 1e3), ("µs", 1e6)) if abs(seconds) * f >= 1), ("ns", 1e9))
    return f"{seconds * factor:.1f} {unit}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200_000, help="calls in a run")
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    print_rows([*call_rows(arguments.calls, arguments.runs), import_row(arguments.runs)])


if __name__ == "__main__":
    main()
