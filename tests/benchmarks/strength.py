"""How many mutants a second the strength of the example's tests is measured by, on this machine, and on a cluster.

    python tests/benchmarks/strength.py [--copies 1] [--cluster]

It builds the example `textkit` out of its recordings, in several copies within one project if asked to (three have more
than 500 mutants), and measures all of its test modules twice: the results have to be the same. With `--cluster` the
second time is on a Dask cluster on loopback, of two workers. Others take their share of the processors: so it also says
how long a processor was used, as they do not count there, and what that is on two free ones.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from jaunt.config import load_config
from jaunt.config.schema import ClusterConfig
from jaunt.paths import PACKAGE
from jaunt.project.project import Project, load_project
from jaunt.testing.strength.measuring import measure

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from clusters import local_cluster

EXAMPLE = Path(PACKAGE, "examples", "textkit")


def write_copies(root: Path, copies: int) -> None:
    """Write a project that has the example several times, each copy under names of its own."""
    for path in sorted(EXAMPLE.rglob("*")):
        name = path.relative_to(EXAMPLE).as_posix()
        if not path.is_file() or "__" in name.replace("__init__", "") or name.startswith("."):
            continue
        for number in range(copies):
            own = name.replace("textkit", f"textkit{number}")
            if Path(name).name.startswith(("test_", "tests.test_")):
                own = own.replace(".py", f"{number}.py")
            target = root / own
            target.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text().replace("textkit", f"textkit{number}")
            target.write_text(re.sub(r"(source_module=tests\.\w+)", rf"\g<1>{number}", text))
    digests = load_project(load_config(root=root)).digests
    for path in (root / "recordings").iterdir():
        path.write_text(re.sub("sha256:[0-9a-f]{64}", f"sha256:{digests[path.stem]}", path.read_text()))


def processor_seconds() -> float:
    """Return what all processes of ours, and those that they have waited for, took of a processor, in seconds."""
    found = 0.0
    for stat in _family(os.getpid()):
        found += sum(map(int, stat.rpartition(")")[2].split()[11:15])) / os.sysconf("SC_CLK_TCK")
    return found


def _family(pid: int) -> Generator[str]:
    yield Path(f"/proc/{pid}/stat").read_text()
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def report(project: Project, where: str) -> object:
    """Measure all test modules, print what it took, and return what was found."""
    begin, used = time.perf_counter(), processor_seconds()
    found = measure(project, project.modules_of("test"))
    seconds, used = time.perf_counter() - begin, processor_seconds() - used
    mutants = {mutant.name for each in found for mutant in each.mutants}
    late = {name for each in found for name in each.late}
    a_second, on_two = len(mutants) / seconds, 2 * len(mutants) / used
    print(f"{where}: {len(mutants)} mutants, {len(late)} of them too long: {seconds:.1f} s, {a_second:.0f} a second")
    print(f"    {used:.1f} s of a processor: {on_two:.0f} a second on two free ones")
    return found


@contextmanager
def second(project: Project, folder: Path, *, is_on_cluster: bool) -> Generator[tuple[Project, str]]:
    """Yield the project as it is measured the second time, and in words where that is."""
    if not is_on_cluster:
        yield project, "here again"
        return
    with local_cluster(folder) as cluster:
        yield load_project(replace(project.config, cluster=ClusterConfig(cluster.address))), "two workers"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, default=1, help="of the example in the project")
    parser.add_argument("--cluster", action="store_true", help="measure on a cluster the second time")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        write_copies(root, chosen.copies)
        command = [sys.executable, "-m", "jaunt", "test", "--no-run", "--quiet", "--root", str(root)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        project = load_project(load_config(root=root))
        found = [report(project, "here")]
        with second(project, Path(folder), is_on_cluster=chosen.cluster) as (again, where):
            found.append(report(again, where))
        print("the same twice" if found[0] == found[1] else "NOT the same twice")


if __name__ == "__main__":
    main()
