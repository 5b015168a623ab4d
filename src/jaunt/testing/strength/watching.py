"""pytest's side of measuring strength: what each test runs of the code, how it ends, and how long it takes.

This is run in the sandbox.
"""

import sys
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Generator
from types import FrameType
from typing import Any

import pytest


class Watcher:
    """The plugin that notes how tests end; with `trace`, also which lines of the files that it names each of them runs.

    `only` are the node ids of the tests that count, None for all. A test of a spec of which another one has failed
    already is not run: what counts is whether the spec notices something.
    """

    def __init__(self, trace: Collection[str] = (), only: Collection[str] | None = None) -> None:
        self._files = {*trace}
        self.only = only
        self.phases: dict[str, set[str]] = defaultdict(set)
        self.failed: dict[str, str] = {}  # node id -> spec
        self.left_out: set[str] = set()
        self.lines: dict[str, set[tuple[str, int]]] = defaultdict(set)  # "" for those that run while tests are found
        self.seconds: dict[str, float] = {}  # of a processor
        self.waited: dict[str, float] = {}
        self.collected: set[str] = set()
        self._of_fixtures: dict[int, set[tuple[str, int]]] = defaultdict(set)
        self._by_test: dict[str, set[int]] = {}
        self._now = self.lines[""]

    def begin(self) -> None:
        """Begin to trace."""
        if self._files:
            threading.settrace(self._enter)
            sys.settrace(self._enter)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Keep pytest-xdist, where it is loaded, from running tests elsewhere."""
        config.option.dist = "no"

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Trace again, whatever a plugin has put there."""
        self.begin()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the tests that don't count."""
        if self.only is not None:
            items[:] = [item for item in items if item.nodeid in self.only]
        for item in items:
            self.collected.add(item.nodeid)
            vars(item)["repr_failure"] = _say_nothing

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what a test runs and takes, its fixtures included."""
        self._now = self.lines[item.nodeid]
        fixtures: Any = getattr(item, "_fixtureinfo", None)
        found = fixtures.name2fixturedefs.values() if fixtures else ()
        self._by_test[item.nodeid] = {id(each) for definitions in found for each in definitions}
        self.begin()
        begin, clock = time.process_time(), time.perf_counter()
        try:
            return (yield)
        finally:
            used = self.seconds[item.nodeid] = time.process_time() - begin
            self.waited[item.nodeid] = max(0.0, time.perf_counter() - clock - used)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, object, object]:
        """Note what a fixture runs that several tests share, as only the first of them sets it up."""
        before = self._now
        if fixturedef.scope != "function":
            self._now = self._of_fixtures[id(fixturedef)]
        try:
            return (yield)
        finally:
            self._now = before

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leave out a test of a spec that has noticed the change already."""
        if self.only is not None and spec_of(item.nodeid) in self.failed.values():
            self.left_out.add(item.nodeid)
            pytest.skip("its spec has failed already")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a phase of a test ended."""
        if report.outcome == "passed":
            self.phases[report.nodeid].add(report.when or "")
        elif report.nodeid not in self.left_out:
            self.failed.setdefault(report.nodeid, spec_of(report.nodeid))

    def passed(self) -> list[str]:
        """Return the tests that passed in all phases."""
        whole = {"setup", "call", "teardown"}
        return [t for t, phases in self.phases.items() if phases >= whole and t not in self.failed]

    def noticed(self) -> list[str]:
        """Return the specs of those tests that count which failed, or are not there any more."""
        return sorted({*self.failed.values(), *map(spec_of, {*(self.only or ())} - self.collected)})

    def reached(self) -> dict[str, list[tuple[str, int]]]:
        """Return the lines that each test runs, as file and number, those of its fixtures included; "" for import."""
        shared = {test: set().union(*(self._of_fixtures[each] for each in ids)) for test, ids in self._by_test.items()}
        return {test: sorted(lines | shared.get(test, set())) for test, lines in self.lines.items()}

    def _enter(self, frame: FrameType, event: str, argument: object) -> Any:
        return self._line if frame.f_code.co_filename in self._files else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            self._now.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line


def _say_nothing(_error: object, *_others: object) -> str:
    """Stand in for what pytest says of a failure: 0.1 s of reading and marking up sources, which nobody sees."""
    return "failed"


def spec_of(test: str) -> str:
    """Return the file and the spec of a test, as a node id of its own: `tests/test_a.py::test_b`."""
    file, _, inner = test.partition("::")
    return f"{file}::{inner.partition('::')[0].partition('[')[0]}"
