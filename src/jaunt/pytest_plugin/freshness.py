"""The part of the pytest plugin for jaunt projects: a failing test that meets a spec that is not built says so.

As long as every test passes, and without `--jaunt-check`, nothing of jaunt's but this file is loaded.
"""

import inspect
from collections.abc import Generator, Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from jaunt.errors import JauntNotBuiltError

if TYPE_CHECKING:
    from jaunt.pytest_plugin.drifted import Drifted

_MOST_LINES = 20  # of `--jaunt-check`


class Freshness:
    """What jaunt says in a session of the project in `folder`; with `check`, anything that is not fresh fails it."""

    def __init__(self, folder: str, *, check: bool) -> None:
        self._folder = Path(folder)
        self._check = check

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add a section to the report of a test that failed on a spec that is not built, or not fresh."""
        report = yield
        if report.failed and call.excinfo is not None:
            error = call.excinfo.value
            line = self._not_built(error) or self._drifted.what_to_patch(error)
            line = line or self._line_about([*_names_used(item), *_names_in(call.excinfo)])
            report.sections += [("jaunt", line)] if line else []
        return report

    def pytest_exception_interact(
        self, call: pytest.CallInfo[object], report: pytest.CollectReport | pytest.TestReport
    ) -> None:
        """Add a section to the report of a file that could not be collected for such a spec."""
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            line = self._not_built(call.excinfo.value) or self._line_about(list(_names_in(call.excinfo)))
            report.sections += [("jaunt", line)] if line else []

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a session that passed, if it is to be checked and something is not fresh."""
        is_worker = hasattr(session.config, "workerinput")  # of pytest-xdist: the controller checks
        if self._check and not is_worker and self._drifted.lines and session.exitstatus in (0, 5):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what is not fresh: line by line if it is to be checked, in one line if a test failed."""
        stats = terminalreporter.stats
        lines = list(self._drifted.lines.values()) if self._check or stats.get("failed") or stats.get("error") else []
        if not lines:
            return
        if self._check:
            terminalreporter.section("jaunt: not fresh", red=True)
            for line in lines[:_MOST_LINES]:
                terminalreporter.line(line)
            if len(lines) > _MOST_LINES:
                terminalreporter.line(f"and {len(lines) - _MOST_LINES} more: jaunt check lists them")
        else:
            more = f", and {len(lines) - 1} more: jaunt status lists them" if len(lines) > 1 else ""
            terminalreporter.line(f"jaunt: {lines[0]}{more}", yellow=True)

    def _not_built(self, error: BaseException) -> str:
        """Return the line of the JauntNotBuiltError that an error is, or comes from; nothing if there is none."""
        seen: list[BaseException] = []
        found: BaseException | None = error
        while found is not None and found not in seen:
            if isinstance(found, JauntNotBuiltError):
                return self._drifted.error_line(found)
            seen.append(found)
            found = found.__cause__ or found.__context__
        return ""

    def _line_about(self, names: list[str]) -> str:
        """Return a line about those of the named modules that are not fresh; nothing if all are."""
        met = list(dict.fromkeys(self._drifted.modules[name] for name in names if name in self._drifted.modules))
        more = f", and {len(met) - 1} more" if len(met) > 1 else ""
        return f"{self._drifted.lines[met[0]]}{more}" if met else ""

    @cached_property
    def _drifted(self) -> "Drifted":
        from jaunt.pytest_plugin.drifted import look  # 0.1 s, for nothing if every test passes

        return look(self._folder, orphans=self._check)


def _names_used(item: pytest.Item) -> Iterator[str]:
    """Yield the modules of the specs, and the modules, that a test's own code names, and its own module."""
    function = getattr(item, "function", None)
    if function is None:
        return
    function = inspect.unwrap(function)
    code, values = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    yield str(values.get("__name__", ""))
    for name in code.co_names if code else ():
        value = values.get(name)
        ref = getattr(value, "__jaunt_spec_ref__", None)
        if isinstance(ref, str):
            yield ref.partition(":")[0]
        elif isinstance(value, ModuleType):
            yield value.__name__


def _names_in(excinfo: pytest.ExceptionInfo[BaseException]) -> Iterator[str]:
    """Yield the modules whose code an error came through."""
    for entry in excinfo.traceback:
        yield str(entry.frame.f_globals.get("__name__", ""))
