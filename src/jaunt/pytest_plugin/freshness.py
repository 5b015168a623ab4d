"""The part of the pytest plugin for jaunt projects: a failing test that meets a spec that is not built says so.

As long as every test passes, and without `--jaunt-check`, nothing of jaunt's but this file is loaded.
"""

import inspect
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType

import pytest

from jaunt.errors import JauntError, JauntNotBuiltError

_MOST_LINES = 20  # of `--jaunt-check`


@dataclass(frozen=True)
class _Drifted:
    """What is not fresh: a line for each module, and the modules by all the names that Python knows them by."""

    lines: Mapping[str, str] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)


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
            line = _not_built(call.excinfo.value) or self._line_about([*_names_used(item), *_names_in(call.excinfo)])
            report.sections += [("jaunt", line)] if line else []
        return report

    def pytest_exception_interact(
        self, call: pytest.CallInfo[object], report: pytest.CollectReport | pytest.TestReport
    ) -> None:
        """Add a section to the report of a file that could not be collected for such a spec."""
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            line = _not_built(call.excinfo.value) or self._line_about(list(_names_in(call.excinfo)))
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

    def _line_about(self, names: list[str]) -> str:
        """Return a line about those of the named modules that are not fresh; nothing if all are."""
        met = list(dict.fromkeys(self._drifted.modules[name] for name in names if name in self._drifted.modules))
        more = f", and {len(met) - 1} more" if len(met) > 1 else ""
        return f"{self._drifted.lines[met[0]]}{more}" if met else ""

    @cached_property
    def _drifted(self) -> _Drifted:
        from jaunt.report.console import error_line

        try:
            return _find_drifted(self._folder, orphans=self._check)
        except JauntError as error:
            return _Drifted({"": error_line(error)})
        except Exception as error:  # noqa: BLE001 - what is said of a failing test must not end the session
            return _Drifted({"": f"the specs could not be looked at: {type(error).__name__}: {error}"})


def _find_drifted(folder: Path, *, orphans: bool) -> _Drifted:
    from jaunt.config import find_project_root, load_config
    from jaunt.plan.drift import distinct, find_drift
    from jaunt.plan.orphans import find_orphans
    from jaunt.plan.plan import make_plan
    from jaunt.project.project import load_project
    from jaunt.report.console import error_line
    from jaunt.report.wording import drift_error

    project = load_project(load_config(root=find_project_root(folder)))
    drifts = find_drift(make_plan(project), find_orphans(project) if orphans else ())
    lines = {drift.module: error_line(drift_error(drift)) for drift in (distinct(drifts) if orphans else drifts)}
    generated = {project.generated_module(m): m for m in lines}
    return _Drifted(lines, {**generated, **{module: module for module in lines}})


def _not_built(error: BaseException) -> str:
    """Return the line of the JauntNotBuiltError that an error is, or comes from; nothing if there is none."""
    from jaunt.report.console import error_line

    seen: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in seen:
        if isinstance(found, JauntNotBuiltError):
            return error_line(found)
        seen.append(found)
        found = found.__cause__ or found.__context__
    return ""


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
