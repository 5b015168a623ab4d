"""The canary of doit's private mark that a run is to stop: `engine/runner.py` sets it when a run is cancelled."""

import sys
from pathlib import Path

from doit.control import TaskControl
from doit.dependency import Dependency, JsonDB
from doit.reporter import ZeroReporter
from doit.runner import MThreadRunner
from doit.task import Task


def test_a_runner_that_is_marked_starts_no_further_task(tmp_path: Path) -> None:
    ran: list[str] = []

    def note(name: str) -> None:
        ran.append(name)
        runner._stop_running = len(ran) == 2

    runner = MThreadRunner(Dependency(JsonDB, str(tmp_path / "db")), ZeroReporter(sys.stdout, {}), num_process=1)
    assert runner._stop_running is False
    names = [f"t{number}" for number in range(6)]
    tasks = [Task(n, [(note, [n])], task_dep=names[max(0, i - 1) : i]) for i, n in enumerate(names)]
    control = TaskControl(tasks)
    control.process(None)
    runner.run_all(control.task_dispatcher())
    assert ran == ["t0", "t1"]
