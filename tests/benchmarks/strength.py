"""How many mutants a second the strength of the example's tests is measured by, on this machine.

    python tests/benchmarks/strength.py

It builds the example `textkit` out of its recordings, and measures all of its test modules twice: the results have to
be the same. Others take their share of the processors: so it also says how long a processor was used, as they do not
count there, and what that is on two free ones.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jaunt.config import load_config
from jaunt.project.project import load_project
from jaunt.testing.strength.measuring import measure


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "textkit"
        for command in (["example", "textkit", str(root)], ["test", "--no-run", "--quiet", "--root", str(root)]):
            subprocess.run([sys.executable, "-m", "jaunt", *command], check=True, stdout=subprocess.DEVNULL)
        project = load_project(load_config(root=root))
        modules = project.modules_of("test")
        found = []
        for _ in range(2):
            begin, used = time.perf_counter(), processor_seconds()
            found.append(measure(project, modules))
            seconds, used = time.perf_counter() - begin, processor_seconds() - used
            mutants = {mutant.name for each in found[-1] for mutant in each.mutants}
            late = {name for each in found[-1] for name in each.late}
            a_second, on_two = len(mutants) / seconds, 2 * len(mutants) / used
            print(f"{len(mutants)} mutants, {len(late)} of them too long: {seconds:.1f} s, {a_second:.0f} a second")
            print(f"    {used:.1f} s of a processor: {on_two:.0f} a second on two free ones")
        print("the same twice" if found[0] == found[1] else "NOT the same twice")


def processor_seconds() -> float:
    """Return what processes that have ended took of a processor, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
