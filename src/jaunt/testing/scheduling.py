"""The order in which workers of pytest-xdist get whole files, groups or classes, where one of them may be lost.

By xdist's own (3.8) the test that a worker died of is run again, and the next worker dies of it; what a lost worker had
done is given out once more, as nothing; and at nothing, as at a single test, a worker waits for more, forever. See
pytest-dev/pytest-xdist#1323, #1327, #1371. Here the test counts as run, which it has failed, and all others are run.
"""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling, LoadGroupScheduling, LoadScopeScheduling
from xdist.workermanage import WorkerController


class _LossyScheduling(LoadScopeScheduling):
    """Work by scopes, of which a lost worker takes one test with it."""

    def remove_node(self, node: WorkerController) -> str | None:
        """Give what a worker had not done to the others; return the test that it died of, if there is one."""
        units = self.assigned_work.pop(node)
        left = [(unit, test) for unit in units.values() for test, is_done in unit.items() if not is_done]
        if not left:
            return None
        unit, lost = left[0]
        unit[lost] = True
        self.workqueue.update({scope: unit for scope, unit in units.items() if not all(unit.values())})
        for each in self.nodes:
            self._reschedule(each)
        return lost

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """Take what a worker has collected; one that replaces another, and has found other tests, gets no work."""
        super().add_node_collection(node, collection)
        if node not in self.registered_collections:
            node.shutdown()

    def _assign_work_unit(self, node: WorkerController) -> None:
        with suppress(OSError):  # it is lost, which is told next: then its work goes to the others
            super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if node not in self.registered_collections:
            return  # it gets work when it has collected
        super()._reschedule(node)
        # It runs a test as soon as it has the next one, or knows that there is none.
        if not node.shutting_down and self._pending_of(self.assigned_work[node]) < 2:
            self._reschedule(node)


class _ByFile(_LossyScheduling, LoadFileScheduling): ...


class _ByGroup(_LossyScheduling, LoadGroupScheduling): ...


_KINDS = {"loadscope": _LossyScheduling, "loadfile": _ByFile, "loadgroup": _ByGroup}


def make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Return what gives out the work as `--dist` says; None where xdist's own does."""
    kind = _KINDS.get(config.getvalue("dist"))
    return kind(config, log) if kind else None
