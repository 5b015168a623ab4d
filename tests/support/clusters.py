"""A Dask cluster on loopback: a scheduler and its workers, as processes that can be killed."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from processes import child_environment, wait_until


class LocalCluster:
    """A scheduler at `address`, and workers that each run one call at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        told = folder / "scheduler.json"
        self._scheduler = self._start("dask_scheduler", "--scheduler-file", str(told), "--port", "0")
        wait_until(lambda: self._has_address(told))
        self.address: str = json.loads(told.read_text())["address"]

    def _has_address(self, told: Path) -> bool:
        assert self._scheduler.poll() is None, (self._folder / "dask_scheduler.log").read_text()
        with suppress(OSError, ValueError):
            return "address" in json.loads(told.read_text())
        return False

    def add_workers(self, count: int, **environment: str) -> None:
        """Start workers, and wait until the scheduler knows them."""
        before = self.known_workers()
        arguments = (self.address, "--nthreads", "1", "--no-nanny", "--local-directory", str(self._folder))
        self.workers += [self._start("dask_worker", *arguments, **environment) for _ in range(count)]
        wait_until(lambda: self.known_workers() >= before + count)

    def known_workers(self) -> int:
        """Return how many workers the scheduler knows."""
        import distributed

        with distributed.Client(self.address, set_as_default=False, timeout=30) as client:
            return len(client.scheduler_info(n_workers=-1)["workers"])

    def wait_for_work(self) -> None:
        """Wait until a worker has unpacked a project: it is about to run something."""
        wait_until(lambda: any(self._folder.glob("jaunt-cluster-*/*/project")))

    def wait_for_run(self) -> subprocess.Popen[bytes]:
        """Wait until a worker runs something in a sandbox, and return it."""
        at_work: list[subprocess.Popen[bytes]] = []
        wait_until(lambda: bool(at_work.extend(each for each in self.workers if _has_children(each)) or at_work))
        return at_work[0]

    def close(self) -> None:
        """End them all."""
        for process in (*self.workers, self._scheduler):
            process.kill()
            process.wait()

    def _start(self, program: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.{program}",
            *arguments,
            "--no-dashboard",
            "--host",
            "127.0.0.1",
        ]
        with (self._folder / f"{program}.log").open("ab") as log:
            env = child_environment(TMPDIR=str(self._folder), **environment)
            return subprocess.Popen(command, cwd=self._folder, env=env, stdout=log, stderr=log)


def _has_children(process: subprocess.Popen[bytes]) -> bool:
    with suppress(OSError):  # a thread of it has just ended
        return any(found.read_text() for found in Path(f"/proc/{process.pid}/task").glob("*/children"))
    return False


@contextmanager
def local_cluster(folder: Path, workers: int = 2) -> Generator[LocalCluster]:
    """Run a cluster for the time of a `with`."""
    cluster = LocalCluster(folder)
    try:
        cluster.add_workers(workers)
        yield cluster
    finally:
        cluster.close()
